"""AMOUNT values that disagree with their text."""

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from ie.document import Document, Entity
from ie.values import Amount, Context, Unknown, read_amount

from .finding import Finding, finding_of

# what a number alone may be counted in: units, thousands and so on, or hundredths of a unit
_MAGNITUDES, _PARTS = (0, 3, 6, 9, 12), "центов"
_NO_CURRENCY = "XXX"
_PREPOSITION = re.compile(r"(?<!\w)(?:на|в|за|с|до|по|от|из)\s+$")
# older money of the same name
_RENAMED = {"BYR": "BYN", "BYB": "BYN", "RUR": "RUB", "SUR": "RUB", "AZM": "AZN", "TMM": "TMT", "TRL": "TRY"}


def amount_findings(document: Document, entity: Entity, value: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield how the well-formed value of an AMOUNT disagrees with its number, currency or comparator."""
    amount = Amount.from_record(value)
    read = _readings(entity.text, Context.of(document.text, entity.start, entity.end), amount.currency)
    for reason in _reasons(amount, read) if read else ():
        yield finding_of(document, "value", entity, reason)


def _readings(text: str, context: Context, currency: str | None) -> list[Amount]:
    """Return the sums that a phrase may say where the document supplies what it does not name.

    The last leaves out of account what stands right beside it: whether «[300 долларов] и более» is as much or
    at least as much is a matter of the boundaries.
    """
    money = currency or _NO_CURRENCY
    read = [read_amount(text, context, currency=money, magnitude=power) for power in _MAGNITUDES]
    if isinstance(read[0], Amount) and isinstance(read_amount(text, context), Unknown):
        read.append(read_amount(f"{text} {_PARTS}", context))  # «20» in «с 20 до 25 центов»
    parted = _PREPOSITION.search(context.before)
    read.append(read_amount(text, Context(context.before if parted else ""), currency=money))
    return [amount for amount in read if isinstance(amount, Amount)]


def _reasons(amount: Amount, read: Sequence[Amount]) -> Iterator[str]:
    said, comparators = read[0], {reading.comparator for reading in read}
    if _numbers(amount) not in map(_numbers, read):
        yield f"The value is {_shown(amount)}, the text says {_shown(said)}."
    if _money(said) not in (_money(amount), _RENAMED.get(_money(amount))):
        yield f"The currency is {amount.currency}, the text says {said.currency}."
    if amount.comparator not in comparators and "range" not in {amount.comparator, *comparators}:
        if said.comparator == "=":
            yield f"Nothing in the text says the comparator {amount.comparator}."
        else:
            yield f"The comparator is {amount.comparator}, the text says {said.comparator}."


def _numbers(amount: Amount) -> list[Decimal]:
    return [number for number in (amount.value, amount.low, amount.high) if number is not None]


def _money(amount: Amount) -> str:
    return amount.currency or _NO_CURRENCY


def _shown(amount: Amount) -> str:
    return " to ".join(f"{number.normalize():f}" for number in _numbers(amount)) or "no number"
