"""Whose money a word is, by the table `currencies` (explained in `seeds/lexicon/currencies.tsv`)."""

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from ie.values.result import Context
from ie.values.tables import read_table

_WORD = re.compile(r"[^\W\d_]+")
_STATE = "@"
# A bare «доллар» or «рубль» is one state's wherever the text plays.
_PLAIN = frozenset({"USD", "RUB", "EUR"})
# They were money of states that the text may name for another reason: only the words beside a sum mean them.
WITHDRAWN = frozenset(
    {"ATS", "BEF", "BYB", "BYR", "CYP", "FIM", "FRF", "IEP", "ITL", "LUF", "MTL", "SKK", "SUR", "YUM"}
)
NO_CODE = "crypto"


@dataclass(frozen=True, slots=True)
class Currency:
    """The codes that a word of money can mean, the usual one first (`-`: none is usual).

    `scale` is the worth of one in whole units, 0.01 for a kopeck; `state`: the word only says whose money
    it is.
    """

    codes: tuple[str, ...]
    scale: Decimal = Decimal(1)
    state: bool = False


@lru_cache(maxsize=4096)
def read_currency(word: str) -> Currency | None:
    """Return the money that a word, code or sign means, None for other words."""
    symbol = symbol_of(word)
    if not symbol or symbol in ("neutral", "subject"):
        return None
    if symbol.startswith(_STATE):
        return Currency((symbol[1:],), state=True)
    codes, _, parts = symbol.partition("/")
    return Currency(tuple(codes.split(",")), 1 / Decimal(parts) if parts else Decimal(1))


def symbol_of(word: str) -> str:
    """Return the symbol of a word in the table of currencies, empty for other words."""
    symbol: str = read_table("currencies").get(word.lower().replace("ё", "е"), "")
    return symbol


def merge(first: Currency, second: Currency) -> Currency | None:
    """Return the money that two words mean together («австралийских» «долларов»), None if none."""
    if first.state != second.state:
        state, noun = (first, second) if first.state else (second, first)
        if state.codes[0] in noun.codes or noun.scale != 1:  # «канадских центов»
            return Currency(state.codes, noun.scale)
        return noun if len(noun.codes) == 1 else None  # «казахстанских евро»
    if (first.scale == 1) != (second.scale == 1):  # «20 центов евро»
        return Currency((first if first.scale == 1 else second).codes, min(first.scale, second.scale))
    shared = tuple(code for code in first.codes if code in second.codes)
    return Currency(shared, first.scale, first.state) if shared else None


def settle(currency: Currency, context: Context, supplied: str | None) -> str | None:
    """Return the code of ISO 4217, None where nothing tells it.

    Where a noun is money of several states, the sum before it in the document (`supplied`) decides, then
    the state that the text around names, then what is usual.
    """
    codes = currency.codes
    if supplied in codes and not (codes[0] == "USD" and currency.scale == 1):
        return supplied
    code = codes[0] if len(codes) == 1 or codes[0] in _PLAIN else _nearest(context, codes) or codes[0]
    return None if code in ("-", NO_CODE) else code


def _nearest(context: Context, codes: tuple[str, ...]) -> str | None:
    """Return the code of the last state before, else the first one after, whose money can be meant."""
    for words in (reversed(_WORD.findall(context.before)), iter(_WORD.findall(context.after))):
        for word in words:
            symbol = symbol_of(word)
            if symbol.startswith(_STATE) and symbol[1:] in codes and symbol[1:] not in WITHDRAWN:
                return symbol[1:]
    return None
