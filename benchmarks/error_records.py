"""Errors of a model, and what readers said of them: who is to blame, model, guide or annotation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from error_causes import PART, Case, cause

from ie.document import Document
from ie.errors import InputError
from ie.train.confusion import Match, matches
from ie.train.metrics import scored_entities

FIELDS = ("document", "start", "end", "judgement", "note")
VERDICTS = {"model": "the model", "doubt": "guideline doubt", "gold": "the annotation"}
UNREAD = "unread"
MOST_WORDS = 6

Place = tuple[str, int, int]


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a reader says of the error at a place, the extent of the gold and the predicted span together."""

    verdict: str
    note: str


@dataclass(frozen=True, slots=True)
class Error:
    """A match that is not right, with its cause after the kind of error, and what a reader says of it."""

    document: Document
    match: Match
    cause: str
    judgement: Judgement | None

    @property
    def label(self) -> str:
        """The label of the gold mention, or of the predicted one where there is none."""
        side = self.match.gold or self.match.predicted
        assert side is not None
        return side.label

    @property
    def words(self) -> str:
        """The words of the two spans together, cut to the first few."""
        start, end = self.match.extent
        words = self.document.text[start:end].split()
        return " ".join([*words[:MOST_WORDS], *(["…"] if len(words) > MOST_WORDS else [])])

    @property
    def verdict(self) -> str:
        """Who is to blame, `unread` where no reader has said."""
        return self.judgement.verdict if self.judgement else UNREAD


def find_errors(
    gold: Sequence[Document],
    predicted: Sequence[Document],
    labels: Sequence[str],
    judgements: Mapping[Place, Judgement],
) -> list[Error]:
    """Return the errors of all documents, counterparts of each other, in order."""
    errors = []
    for ours, theirs, found in zip(gold, predicted, matches(gold, predicted, labels), strict=True):
        sides = scored_entities(ours, theirs, labels)
        wrong = [match for match in found if match.kind != "right"]
        causes = {match: f"{match.kind}: {cause(Case(ours.text, match, *sides))}" for match in wrong}
        for match in wrong:
            said = judgements.get((str(ours.id), *match.extent))
            errors.append(Error(ours, match, causes[_whole(match, causes)], said))
    return errors


def _whole(match: Match, causes: Mapping[Match, str]) -> Match:
    """Return the pair that a piece of a mention lies in, or the match itself, which is no piece.

    So one fault, a name that is found in two pieces, has one cause.
    """
    if not causes[match].endswith(PART):
        return match
    start, end = match.extent
    overlapping = (other for other in causes if other.extent[0] < end and start < other.extent[1])
    return next((other for other in overlapping if other.gold and other.predicted), match)


def read_judgements(path: Path) -> dict[Place, Judgement]:
    """Return the judgements of a table with the columns `FIELDS`, tabs between them.

    Raises `InputError`, which names file and line, where a line is not of that form or a place comes twice.
    """
    judgements: dict[Place, Judgement] = {}
    header, *lines = path.read_text(encoding="utf-8").splitlines()
    if tuple(header.split("\t")) != FIELDS:
        raise InputError(f"{path}:1: The columns must be {', '.join(FIELDS)}, not {header!r:.80}.")
    for number, line in enumerate(lines, start=2):
        fields = line.split("\t")
        if (
            len(fields) != len(FIELDS)
            or fields[3] not in VERDICTS
            or not all(f.isdigit() for f in fields[1:3])
        ):
            known = ", ".join(VERDICTS)
            raise InputError(
                f"{path}:{number}: No document, start, end, one of {known}, and note: {line!r:.80}."
            )
        place = (fields[0], int(fields[1]), int(fields[2]))
        if place in judgements:
            raise InputError(f"{path}:{number}: The place {place} is judged a second time.")
        judgements[place] = Judgement(fields[3], fields[4])
    return judgements
