"""Why a prediction is wrong, as far as rules can tell: one cause for each match that is not right.

The causes of a kind are one ordered list; the first that fits is the cause. Rules read words and places, not
meanings: whether the guide itself is in doubt only a reader can say (`judgements.tsv`).
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ie.data.convert.party_names import sentence_start
from ie.data.convert.party_words import CUT, GENERIC, LEGAL_FORMS, LEGAL_WORDS, POST, PREPOSITION
from ie.data.convert.states import country_adjective
from ie.document import Entity
from ie.train.confusion import Match
from ie.values.morphology import parses, shared_start

OTHER = "other"
# a piece beside the one that was paired with the whole: its cause is that of the pair
PART = "part of another mention"

_COMPARATOR = re.compile(
    r"(?:боле|мене|свыше|порядк|около|почти|примерно|приблизительно|до$|до\s|от$|от\s|не\s|минимум|максимум|лишь|всего)",
    re.IGNORECASE,
)
_BETWEEN = re.compile(r"(?:,|\sи\s|\sи$|^и\s|\sили\s|\sдо\s|[—–-]\s)")
_NARROWING = re.compile(
    r"(?:начал|кон[ец]|середин|прошл|текущ|нынешн|будущ|след|эт\w+\b|перв|втор|весн|лет|осен|зим|утр|вечер|ноч)",
    re.IGNORECASE,
)
_FORM = re.compile(rf"(?:{'|'.join(LEGAL_FORMS)})(?:\s+(?:{'|'.join(LEGAL_FORMS)}))*")
_CURRENCY = re.compile(
    r"[$€£¥₽₸₴]|долл|евро|руб|тенге|грив|юан|фунт|крон|франк|иен|лир|сум|бат|вон", re.IGNORECASE
)
_VAGUE = re.compile(
    r"ближайш|последн|врем|пор[уы]?\b|час|минут|период|срок|дн[яейи]|лет\b|недавн", re.IGNORECASE
)
_WHOLE = re.compile(
    r"(?:экономик|промышленност|промпроизводств|производств|бизнес|рын(?:о?к)|предпринимательств)\w*"
)
_DEED = re.compile(r"\w+(?:ени[ея]|ани[ея]|ство|[вб]ля|ыча|ача|ка|воз|инг)")
_SCIENCE = re.compile(r"\b(?:наук|образовани|спорт|хокке|футбол|культур|искусств)\w*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Case:
    """A match that is not right, in its text, with all entities of both sides."""

    text: str
    match: Match
    gold: Sequence[Entity]
    predicted: Sequence[Entity]

    @property
    def entity(self) -> Entity:
        """The gold mention, or the predicted one where there is none."""
        found = self.match.gold or self.match.predicted
        assert found is not None
        return found

    @property
    def words(self) -> str:
        """The words of the mention that the case is about."""
        return self.entity.text

    def differences(self) -> tuple[str, str]:
        """Return the words at the start and at the end that one of the two spans has and the other lacks."""
        one, other = self.match.gold, self.match.predicted
        assert one is not None
        assert other is not None
        left = self.text[min(one.start, other.start) : max(one.start, other.start)]
        return left.strip(), self.text[min(one.end, other.end) : max(one.end, other.end)].strip()


Rule = tuple[str, Callable[[Case], bool]]


def cause(case: Case) -> str:
    """Return the cause of a case: for a wrong label the two labels, else the first rule that fits."""
    kind, match = case.match.kind, case.match
    if kind == "label" and match.gold and match.predicted:
        return f"{match.gold.label} as {match.predicted.label}"
    return next((name for name, fits in _RULES[kind] if fits(case)), OTHER)


def _overlapped(entity: Entity | None, others: Sequence[Entity]) -> int:
    return 0 if entity is None else sum(entity.span.overlaps(other.span) for other in others)


def _glued(case: Case) -> bool:
    """Return whether an edge lies inside a run of letters, as where a space is missing."""
    sides = [side for side in (case.match.gold, case.match.predicted) if side is not None]
    places = {place for side in sides for place in (side.start, side.end)}
    return any(
        case.text[max(0, place - 1) : place + 1].isalpha() for place in places if 0 < place < len(case.text)
    )


def _joined(case: Case) -> bool:
    return _overlapped(case.match.predicted, case.gold) > 1


def _split(case: Case) -> bool:
    return _overlapped(case.match.gold, case.predicted) > 1


def _listed(case: Case) -> bool:
    return any(_BETWEEN.search(f"{part} ") for part in case.differences())


def _before(pattern: re.Pattern[str], label: str | None = None) -> Callable[[Case], bool]:
    """Return a rule: the words that one span has before the other begin so."""
    return lambda case: (
        label in (None, case.entity.label) and pattern.match(f"{case.differences()[0]} ") is not None
    )


def _quotes(case: Case) -> bool:
    parts = [part for part in case.differences() if part]
    return bool(parts) and not any(char.isalnum() for part in parts for char in part)


def _legal_form(case: Case) -> bool:
    left = case.differences()[0].strip('«"„ ')
    return bool(left) and (_FORM.fullmatch(left) is not None or LEGAL_WORDS.match(left) is not None)


def _head(case: Case) -> bool:
    left = case.differences()[0]
    return bool(left) and any(pattern.match(left) for pattern in (CUT, GENERIC, POST))


def _of(label: str) -> Callable[[Case], bool]:
    return lambda case: case.entity.label == label


def _after(case: Case) -> bool:
    left, right = case.differences()
    return bool(right) and not left


def _elsewhere(others: Callable[[Case], Sequence[Entity]]) -> Callable[[Case], bool]:
    """Return a rule: the same words with this label stand elsewhere in the text on the other side."""
    return lambda case: any(
        other.label == case.entity.label and _alike(other.text, case.words) for other in others(case)
    )


def _alike(one: str, other: str) -> bool:
    """Return whether two mentions have the same words but for their last letters, those of the case."""
    pairs = [re.findall(r"\w+", side.lower()) for side in (one, other)]
    return len(pairs[0]) == len(pairs[1]) and all(
        shared_start(a, b) >= max(3, min(len(a), len(b)) - 2) for a, b in zip(*pairs, strict=True)
    )


def _bare_number(case: Case) -> bool:
    return case.entity.label in ("AMOUNT", "DATE") and not re.search(r"[^\W\d_]{3}|[$€£¥₽₸₴]", case.words)


def _without_currency(case: Case) -> bool:
    return case.entity.label == "AMOUNT" and _CURRENCY.search(case.words) is None


def _latin(case: Case) -> bool:
    return re.search("[A-Za-z]{2}", case.words) is not None


def _abbreviation(case: Case) -> bool:
    return re.fullmatch(r"[«\"]?[A-ZА-ЯЁ]{2,6}[»\"]?", case.words) is not None


def _capitals(case: Case) -> bool:
    line = case.text[case.text.rfind("\n", 0, case.entity.start) + 1 : case.entity.end]
    return len(case.words) > 6 and case.words.isupper() and line.isupper()


def _lower(case: Case) -> bool:
    return case.entity.label == "PARTY" and case.words[:1].islower()


def _opens(case: Case) -> bool:
    return case.entity.label == "PARTY" and sentence_start(case.text, case.entity.start)


def _found(pattern: re.Pattern[str], label: str) -> Callable[[Case], bool]:
    return lambda case: case.entity.label == label and pattern.match(case.words) is not None


def _adjective(case: Case) -> bool:
    """Return whether the mention is one adjective and no more."""
    readings = parses(case.words)[:1] if case.words.replace("-", "").isalpha() else []
    return country_adjective(case.words) or any("ADJF" in reading.tag for reading in readings)


def _deed(case: Case) -> bool:
    """Return whether the mention is headed by the noun of a verb: «перевозка», «строительство»."""
    readings = [parses(word)[0] for word in re.findall(r"[^\W\d_]+", case.words) if parses(word)]
    heads = [reading.normal_form for reading in readings if reading.tag.POS == "NOUN"]
    return case.entity.label == "SECTOR" and bool(heads) and _DEED.fullmatch(heads[0]) is not None


def _place(case: Case) -> bool:
    readings = parses(case.words)[:2] if case.words.replace("-", "").isalpha() else []
    return case.entity.label == "PARTY" and any("Geox" in reading.tag for reading in readings)


def _quoted(case: Case) -> bool:
    return case.words[:1] in '«"„'


_BOUNDARY: tuple[Rule, ...] = (
    ("words without a space between them", _glued),
    ("comparator or «до» before a sum", _before(_COMPARATOR, "AMOUNT")),
    ("a list or range cut or joined", _listed),
    ("two mentions as one", _joined),
    ("one mention as two", _split),
    ("a preposition before", _before(PREPOSITION)),
    ("quotes", _quotes),
    ("legal form", _legal_form),
    ("a word that narrows a date", _before(_NARROWING, "DATE")),
    ("generic head or post", _head),
    ("attribute or head noun of a sector", _of("SECTOR")),
    ("the end of the name", _after),
)
_MISSED: tuple[Rule, ...] = (
    ("words without a space between them", _glued),
    (
        PART,
        lambda case: _overlapped(case.match.gold, case.predicted) > 0,
    ),
    ("found elsewhere in the text", _elsewhere(lambda case: case.predicted)),
    ("a sector", _of("SECTOR")),
    ("in capitals", _capitals),
    ("a number without a currency", _without_currency),
    ("a name in Latin letters", _latin),
    ("an abbreviation", _abbreviation),
    ("a name in lower case", _lower),
    ("a name that opens a sentence or line", _opens),
)
_SPURIOUS: tuple[Rule, ...] = (
    (PART, lambda case: _overlapped(case.match.predicted, case.gold) > 0),
    ("annotated elsewhere in the text", _elsewhere(lambda case: case.gold)),
    ("a bare number or years", _bare_number),
    ("a vague time or a duration", _found(_VAGUE, "DATE")),
    ("a number without a currency", _without_currency),
    ("an adjective alone", _adjective),
    ("the economy or industry as a whole", _found(_WHOLE, "SECTOR")),
    (
        "science, sport or culture",
        lambda case: _of("SECTOR")(case) and _SCIENCE.search(case.words) is not None,
    ),
    ("one deed, not an industry", _deed),
    ("goods or another noun, not an industry", _of("SECTOR")),
    ("an abbreviation", _abbreviation),
    ("a city, region or other place", _place),
    ("a product, service or event with a foreign name", _latin),
    ("a product, work or event in quotes", _quoted),
    ("a description in lower case", _lower),
)
_RULES: dict[str, tuple[Rule, ...]] = {"boundary": _BOUNDARY, "missed": _MISSED, "spurious": _SPURIOUS}
