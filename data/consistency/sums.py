"""What the surface of a sum says: its numbers, its currency and its comparator, read on purpose simply."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from .currencies import SUBUNIT, codes_in, codes_of
from .numerals import digits, is_vague, magnitude, numeral

_TOKEN = re.compile(
    r"(?P<digits>\d{1,3}(?:[ \u00a0\u2009\u202f]\d{3})+(?:,\d+)?(?!\d)|\d+(?:[.,]\d+)*)"
    r"|(?P<word>[^\W\d_]+)|(?P<dash>[-–—−])|(?P<sign>[$€£¥₽₸₴₺₼₾₹₩₪֏฿₫₦])"
)
_ONE = Decimal(1)
_JOINS = frozenset({"до", "по", "и", "или", "либо"})
# words of a sum that change neither its number nor its currency
_IGNORED = re.compile(
    r"от|с|со|более|менее|больше|меньше|свыше|около|порядка|почти|примерно|приблизительно|ориентировочно|выше|ниже|максимум"
    r"|минимум|чуть|немногим|немного|не|как|чем|в|на|за|вплоть|всего|сша|стерлингов|us|ещё|еще|приблизит|целых|едва"
    r"|лишь|уже|гораздо|значительно|намного|ровно|где|то|районе|плюс|лишним|каждый|сегодня|х|ти|нынешних|прежних"
    r"|\w+(?:ск|ской|цк)(?:их|ого|ий|ими|ая|ие|ой|ому|ую|им)|\w+ских|золот\w+|наличн\w+|nbsp"
)
_INVERTED = frozenset({"тысяч", "миллионов", "миллиардов"})
_PLURALS = frozenset(
    f"{word}{end}"
    for word, ends in (
        ("тысяч", "и ам ами ах"),
        *((w, "ы ам ами ах") for w in ("миллион", "миллиард", "триллион")),
    )
    for end in ends.split()
)


@dataclass(frozen=True, slots=True)
class Quantity:
    """One number of a sum: every reading of it, in units before magnitudes that are left out."""

    readings: frozenset[Decimal]
    has_magnitude: bool


@dataclass(frozen=True, slots=True)
class Sum:
    """A sum as its surface says it.

    `quantities` are one number, or the ends of a range; none where the sum is vague. `known` says whether
    every word was understood. `codes` are the ISO 4217 codes that its currency may have.
    """

    quantities: tuple[Quantity, ...]
    codes: tuple[str, ...]
    vague: bool
    known: bool


@dataclass(slots=True)
class _Reader:
    """Sums up numbers and magnitudes up to a word that begins another quantity."""

    quantities: list[Quantity] = field(default_factory=list)
    total: frozenset[Decimal] = frozenset({Decimal(0)})
    current: frozenset[Decimal] | None = None
    scaled: bool = False
    seen: bool = False
    last: Decimal = _ONE

    def number(self, values: frozenset[Decimal], adds: bool) -> None:
        if self.current is None:
            self.current = values
        elif adds:
            self.current = frozenset(a + b for a in self.current for b in values)
        else:
            self.settle(Decimal(1))
            self.current = values

    def scale(self, factor: Decimal) -> None:
        if self.current is None and self.scaled and self.seen:  # «тысяч миллиардов»
            self.total = frozenset(value * factor for value in self.total)
            return
        self.settle(factor)
        self.scaled = True

    def unit(self) -> bool:
        """End the number before a currency; return whether there is one («доллар двадцать» has none)."""
        if self.current is not None:
            self.settle(_ONE, shortened=self.last)
        return self.seen

    def settle(self, factor: Decimal, shortened: Decimal = _ONE) -> None:
        """Add the number times the factor; «миллион двести» may be 1,200,000 too."""
        current = self.current if self.current is not None else frozenset({_ONE})
        factors = {factor, shortened / 1000} if shortened > 1000 else {factor}
        self.total = frozenset(a + b * f for a in self.total for b in current for f in factors)
        self.last = factor
        self.current, self.seen = None, True

    def close(self) -> None:
        if self.current is not None:
            self.settle(Decimal(1), shortened=self.last)
        if self.seen:
            self.quantities.append(Quantity(self.total, self.scaled))
        self.total, self.scaled, self.seen = frozenset({Decimal(0)}), False, False
        self.last = _ONE


def read_sum(surface: str) -> Sum:
    """Return what the surface of an AMOUNT says."""
    tokens = [(str(m.lastgroup), m[0].lower()) for m in _TOKEN.finditer(surface.replace("&nbsp;", " "))]
    words = [text for _, text in tokens]
    if len(words) > 1 and words[0] in _INVERTED and words[1] not in _JOINS:
        end = next((i for i, word in enumerate(words) if i and codes_of(word)), len(words))
        tokens = [*tokens[1:end], tokens[0], *tokens[end:]]  # «миллионов десять»
    reader, known = _Reader(), True
    for kind, text in tokens:
        known &= _take(reader, kind, text)
    reader.close()
    counted = any(kind == "digits" or numeral(text) is not None for kind, text in tokens)
    vague = any(is_vague(word) or (word in _PLURALS and not counted) for word in words)
    return Sum(() if vague else tuple(reader.quantities), codes_in(words), vague, known)


def _take(reader: _Reader, kind: str, text: str) -> bool:
    """Let the reader have a token; return whether it is understood."""
    factor, value = magnitude(text), numeral(text)
    if kind == "digits":
        reader.number(digits(text), adds=False)
    elif kind == "dash" or text in _JOINS:
        reader.close()
    elif value is not None:
        reader.number(frozenset({value}), adds=True)
    elif factor is not None:
        reader.scale(factor)
    elif SUBUNIT.fullmatch(text):
        reader.settle(Decimal("0.01"))
    elif kind == "sign" or re.fullmatch(r"[a-z]{3}", text):
        return True
    elif codes_of(text):
        return reader.unit()
    else:
        return is_vague(text) or _IGNORED.fullmatch(text) is not None
    return True


_LESS_MORE = {
    r"(?:более|больше|свыше|выше)": ">",
    r"(?:менее|меньше|ниже)": "<",
    r"(?:около|порядка|почти|примерно|приблизительно|ориентировочно|ок(?=\.))": "~",
    r"\A(?:тысяч|миллионов|миллиардов)\s+(?:на\s+)?[а-яё\d]+": "~",
    r"с\s+лишним": ">",
    r"(?:до|максимум)": "<=",
    r"(?:от|минимум)": ">=",
}
_SIGNS = {"~": "~", "≈": "~", "∼": "~", ">": ">", "<": "<", "≥": ">=", "≤": "<="}
_NOT = {"<": ">=", ">": "<="}
_COMPARATORS = tuple(
    (re.compile(rf"(?<!\w)(не\s+)?{words}(?!\w)", re.I), sign) for words, sign in _LESS_MORE.items()
)


def comparators(text: str) -> Iterator[str]:
    """Yield the comparators that the words of a text give, by place."""
    found = [(i, _SIGNS[char]) for i, char in enumerate(text) if char in _SIGNS]
    for pattern, sign in _COMPARATORS:
        for match in pattern.finditer(text):
            found.append((match.start(), _NOT.get(sign, sign) if match[1] else sign))
    yield from (sign for _, sign in sorted(found))
