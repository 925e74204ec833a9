"""What a document supplies where a sum leaves it out: whose money it is, the currency, the magnitude.

«Вместо 18 млрд рублей потратят 12»: 12 are milliards of roubles, as the nearest sum of the sentence says. In
an article that names Belarus and no other state with roubles, «5 рублей» are Belarusian.
"""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from ie.document import Document, Entity
from ie.values.numerals import find_numbers
from ie.values.result import Context, Unknown

from .currencies import WITHDRAWN, read_currency
from .reader import Amount, read_amount

_WORD = re.compile(r"[^\W\d_]{2,}")
# Of a longer document the beginning says whose money it is about.
_HEAD_CHARS = 20_000
_SENTENCE_END = re.compile(r"[.!?…]+[»”\")]*\s+(?=[«\"(—–-]*\s*[A-ZА-ЯЁ\d])|\n")
# The code of today, that of before, and the day of the change (ISO 4217, amendments).
_REPLACED = (
    ("BYN", "BYR", date(2016, 7, 1)),
    ("TRY", "TRL", date(2005, 1, 1)),
    ("RON", "ROL", date(2005, 7, 1)),
    ("AZN", "AZM", date(2006, 1, 1)),
    ("TMT", "TMM", date(2009, 1, 1)),
)
# A state is the home of the article's money where it is named so many times as often as any other.
_CLEARLY = 2
# ISO 4217's code for no currency.
_NO_CURRENCY = "XXX"
# So many sums on each side may supply something.
_AROUND = 12
# «Рубль» is Russian, named or not; it takes so many mentions of another state with roubles, and so many times
# more than of Russia, to make it the other's.
_ROUBLE, _OFTEN = "RUB", 3


def read_amounts(document: Document, mentions: Sequence[Entity]) -> list[Amount | Unknown]:
    """Return the value of each sum of a document, completed by the sums and states around it."""
    reader = _Reader(document, mentions)
    return [_of_the_time(reader.read(place), document.date) for place in range(len(mentions))]


@dataclass(slots=True, frozen=True)
class _Supply:
    """What one sum can give to another: `order` is the power of ten of its value."""

    currency: str | None
    magnitude: int
    order: int | None


class _Reader:
    """Reads the sums of one document; each alone at first, then with what others supply."""

    def __init__(self, document: Document, mentions: Sequence[Entity]) -> None:
        self._text = document.text
        self._mentions = mentions
        self._contexts = [Context.of(document.text, mention.start, mention.end) for mention in mentions]
        self._alone = [self._of_home(place) for place in range(len(mentions))]
        self._supplies = [_supply(m, value) for m, value in zip(mentions, self._alone, strict=True)]

    def read(self, place: int) -> Amount | Unknown:
        alone = self._alone[place]
        if isinstance(alone, Amount) and alone.currency:
            return alone
        ordered = self._nearest(place)
        currency = self._supplied(place, ordered)
        if currency is None:
            return self._of_only_state(place)
        magnitude = self._magnitude(place, currency, ordered)
        found = self._read(place, currency, magnitude)
        return found if isinstance(found, Amount) else alone

    def _read(self, place: int, currency: str | None = None, magnitude: int = 0) -> Amount | Unknown:
        text, context = self._mentions[place].text, self._contexts[place]
        return read_amount(text, context, currency=currency, magnitude=magnitude)

    def _of_home(self, place: int) -> Amount | Unknown:
        """Return the sum alone; money that several states have is that of the state most spoken of."""
        alone, usual = self._read(place), self._read(place, _NO_CURRENCY)
        if isinstance(alone, Unknown) or isinstance(usual, Unknown) or usual.currency == _NO_CURRENCY:
            return alone
        owners = [code for code in self._homes if self._currency(place, code) == code][:2]
        counts = [self._homes[code] for code in owners]
        if not owners or (len(owners) == 2 and counts[0] < _CLEARLY * counts[1]):
            return alone
        if usual.currency == _ROUBLE and counts[0] < _OFTEN * (1 + self._homes.get(_ROUBLE, 0)):
            return alone
        return self._read(place, owners[0])

    def _currency(self, place: int, supplied: str) -> str | None:
        found = self._read(place, supplied)
        return found.currency if isinstance(found, Amount) else None

    def _of_only_state(self, place: int) -> Amount | Unknown:
        """Return a sum without any other beside it: of the only state that the document names."""
        alone = self._alone[place]
        if isinstance(alone, Unknown) or len(self._homes) != 1:
            return alone
        return self._read(place, next(iter(self._homes)))

    @cached_property
    def _homes(self) -> dict[str, int]:
        """The money of the states that the document names, the most often named first."""
        money = map(read_currency, _WORD.findall(self._text[:_HEAD_CHARS]))
        counts = Counter(found.codes[0] for found in money if found and found.state)
        for code in WITHDRAWN.intersection(counts):
            del counts[code]
        return dict(counts.most_common())

    def _nearest(self, place: int) -> list[int]:
        """Return the other sums: first of the same sentence, not conversions in brackets, before, near."""

        def key(i: int) -> tuple[bool, bool, bool, int]:
            converted = self._contexts[i].before.rstrip().endswith("(")
            return not self._together(place, i), converted, i > place, abs(i - place)

        near = range(max(0, place - _AROUND), min(len(self._mentions), place + _AROUND + 1))
        return sorted((i for i in near if i != place), key=key)

    def _together(self, one: int, other: int) -> bool:
        """Return whether no sentence ends between two sums."""
        first, second = sorted((one, other))
        start, end = self._mentions[first].end, self._mentions[second].start
        return bisect_left(self._ends, start) == bisect_left(self._ends, end)

    @cached_property
    def _ends(self) -> list[int]:
        return [match.start() for match in _SENTENCE_END.finditer(self._text)]

    @cached_property
    def _usual(self) -> str | None:
        """The currency of more than half of the sums that have one."""
        counts = Counter(supply.currency for supply in self._supplies if supply.currency)
        most, count = counts.most_common(1)[0] if counts else (None, 0)
        return most if 2 * count > counts.total() else None

    def _supplied(self, place: int, ordered: Sequence[int]) -> str | None:
        """Return the currency of the nearest sum of the sentence, else of most sums, else of the nearest."""
        named = next((i for i in ordered if self._supplies[i].currency), None)
        if named is None:
            return self._usual
        nearest = self._supplies[named].currency
        return nearest if self._together(place, named) else self._usual or nearest

    def _magnitude(self, place: int, currency: str, ordered: Sequence[int]) -> int:
        """Return the power of ten that the sentence supplies: the one that makes the sums most alike."""
        size = _order(self._read(place, currency))
        for i in ordered:
            supply = self._supplies[i]
            if not self._together(place, i):
                break
            if supply.magnitude and supply.order is not None and size is not None:
                apart = size - supply.order
                return supply.magnitude if abs(apart + supply.magnitude) < abs(apart) else 0
        return 0


def _supply(mention: Entity, value: Amount | Unknown) -> _Supply:
    numbers = find_numbers(mention.text)
    return _Supply(
        currency=value.currency if isinstance(value, Amount) else None,
        magnitude=numbers[-1].magnitude if numbers else 0,
        order=_order(value),
    )


def _order(value: Amount | Unknown) -> int | None:
    number = None if isinstance(value, Unknown) else value.value or value.high
    return number.adjusted() if number else None


def _of_the_time(value: Amount | Unknown, day: date | None) -> Amount | Unknown:
    """Return a sum with the code that its currency had on the day of the article."""
    if isinstance(value, Unknown) or day is None:
        return value
    for code, before, changed in _REPLACED:
        if value.currency == code and day < changed:
            return replace(value, currency=before)
    return value
