"""AMOUNT values that disagree with their text."""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from ie.document import Document, Entity

from .finding import Finding, finding_of
from .sums import Quantity, Sum, comparators, read_sum

# what a number without its unit may be counted in: a subunit, units, thousands and so on
_POWERS = tuple(Decimal(10) ** power for power in (-2, 0, 3, 6, 9, 12))
_UNITS = (Decimal(1),)
# a comparator that is outside since a preposition stands between: «примерно на [5 трлн рублей]»
_OUTSIDE = re.compile(
    r"(?<!\w)(?P<words>(?:не\s+)?(?:(?:более|менее|больше|меньше)\s+чем|свыше\s+чем|около|порядка|почти|примерно"
    r"|приблизительно|ориентировочно|не\s+(?:более|менее|больше|меньше)))"
    r"\s+(?:на|в|за|с|до|по|от|из)\s+$",
    re.IGNORECASE,
)
# words that may say as much as a comparator does, a little before or after
_HINT = re.compile(
    r"более|менее|больше|меньше|свыше|около|порядка|почти|пример|приблиз|ориентир|максим|миним|выше|ниже|до(?!\w)|от(?!\w)|район"
    r"|предел|под(?!\w)|превы|уровн|округ|лишн|с\s+небольшим|плюс|не\s|едва|поч|оцен|условн|где-то|чуть|[+~≈<>]|(?<!\w)ок\.",
    re.IGNORECASE,
)


def amount_findings(document: Document, entity: Entity, value: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield how the well-formed value of an AMOUNT disagrees with its number, currency or comparator."""
    read = read_sum(entity.text)
    for reason in (
        *_number(read, value),
        *_currency(read, value),
        *_comparator(document, entity, read, value),
    ):
        yield finding_of(document, "value", entity, reason)


def _number(read: Sum, value: Mapping[str, Any]) -> Iterator[str]:
    numbers = [Decimal(value[name]) for name in ("value", "low", "high") if name in value]
    if read.vague or not read.known or not read.quantities:
        return
    said = " and ".join(_shown(quantity) for quantity in read.quantities)
    if len(numbers) != len(read.quantities):
        yield f"The value has {len(numbers)} numbers, the text says {said}."
    elif not (_agree(numbers, read) or _agree(numbers[::-1], read)):
        yield f"The value is {' to '.join(f'{number:f}' for number in numbers)}, the text says {said}."


def _shown(quantity: Quantity) -> str:
    return " or ".join(f"{reading.normalize():f}" for reading in sorted(quantity.readings))


def _agree(numbers: list[Decimal], read: Sum) -> bool:
    """Return whether numbers are those that were read, where a magnitude may be left out."""
    last = read.quantities[-1]
    for number, quantity in zip(numbers, read.quantities, strict=True):
        elliptical = not quantity.has_magnitude and (
            last is not quantity or not read.codes or len(numbers) > 1
        )
        powers = _POWERS if elliptical else _UNITS
        if not any(reading * power == number for reading in quantity.readings for power in powers):
            return False
    return True


def _currency(read: Sum, value: Mapping[str, Any]) -> Iterator[str]:
    if read.codes and value["currency"] not in read.codes:
        yield f"The currency is {value['currency']}, the text says {' or '.join(read.codes)}."


def _comparator(document: Document, entity: Entity, read: Sum, value: Mapping[str, Any]) -> Iterator[str]:
    sign = value["comparator"]
    if sign == "range" or "value" not in value or len(read.quantities) > 1:
        return
    before = document.text[max(0, entity.start - 40) : entity.start]
    inside = list(comparators(entity.text))
    outside = _OUTSIDE.search(before)
    said = inside or list(comparators(outside["words"]) if outside else ())
    if said and sign not in said:
        where = "inside" if inside else "right before"
        yield f"The comparator is {sign}, the text {where} says {said[0]}."
    elif not said and sign != "=" and not _HINT.search(before + document.text[entity.end : entity.end + 25]):
        yield f"Nothing in the text says the comparator {sign}."
