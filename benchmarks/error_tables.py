"""Tables of errors in Markdown: by kind, cause, source and judgement."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from error_records import UNREAD, VERDICTS, Error

from ie.document import Document
from ie.markdown import table
from ie.train.evaluate import known_labels
from ie.train.metrics import Counts, tally

KINDS = ("boundary", "missed", "spurious", "label")
EXAMPLES, TOP = 3, 5


def render(
    errors: Sequence[Error], gold: Sequence[Document], predicted: Sequence[Document], title: str
) -> str:
    """Return all tables."""
    labels = known_labels(gold)
    parts = [
        title,
        _kinds(errors, gold, labels),
        f"### The {TOP} most frequent causes",
        _top(errors),
        "### All causes",
        _causes(errors),
        "### By source",
        _sources(errors, gold, predicted, labels),
        "### What a reader says",
        _verdicts(errors),
        *_doubts(errors),
    ]
    return "\n\n".join(parts)


def _kinds(errors: Sequence[Error], gold: Sequence[Document], labels: Sequence[str]) -> str:
    mentions = Counter(entity.label for document in gold for entity in document.entities)
    counts = Counter((error.label, error.match.kind) for error in errors)
    rows = [(x, [counts[x, kind] for kind in KINDS], mentions[x]) for x in labels]
    total = [sum(counts[x, kind] for x in labels) for kind in KINDS]
    return table(
        ["", *KINDS, "errors", "share", "mentions", "errors per 100"],
        [
            [
                name,
                *map(str, found),
                str(sum(found)),
                _share(sum(found), len(errors)),
                str(of),
                _per_hundred(found, of),
            ]
            for name, found, of in [*rows, ("all", total, mentions.total())]
        ],
    )


def _per_hundred(found: Iterable[int], of: int) -> str:
    return f"{100 * sum(found) / of:.1f}" if of else "–"


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.0%}" if whole else "–"


def _by_cause(errors: Sequence[Error]) -> list[tuple[str, list[Error]]]:
    """Return the errors by cause, the most frequent first."""
    groups: dict[str, list[Error]] = {}
    for error in errors:
        groups.setdefault(error.cause, []).append(error)
    return sorted(groups.items(), key=lambda group: (-len(group[1]), group[0]))


def top_causes(errors: Sequence[Error]) -> list[tuple[str, list[Error]]]:
    """Return the most frequent causes that have a name; the rest of a kind is no cause."""
    return [group for group in _by_cause(errors) if not group[0].endswith(": other")][:TOP]


def _top(errors: Sequence[Error]) -> str:
    lines = []
    for i, (name, found) in enumerate(top_causes(errors), start=1):
        count = f"{len(found)} of {len(errors)} errors ({_share(len(found), len(errors))})"
        lines.append(f"{i}. {name}: {count}, {_spread(found)}")
    return "\n".join(lines)


def _spread(errors: Sequence[Error]) -> str:
    counts = Counter(error.label for error in errors)
    return ", ".join(f"{label} {count}" for label, count in counts.most_common())


def _causes(errors: Sequence[Error]) -> str:
    verdicts = [*VERDICTS, UNREAD]
    rows = []
    for name, found in _by_cause(errors):
        counts = Counter(error.verdict for error in found)
        said = [str(counts[verdict]) for verdict in verdicts]
        examples = dict.fromkeys(error.words.replace("|", "/") for error in found)
        shown = "; ".join(list(examples)[:EXAMPLES])
        rows.append([name, str(len(found)), _share(len(found), len(errors)), *said, _spread(found), shown])
    return table(["", "errors", "share", *VERDICTS.values(), UNREAD, "by label", "for example"], rows)


def _sources(
    errors: Sequence[Error], gold: Sequence[Document], predicted: Sequence[Document], labels: Sequence[str]
) -> str:
    counts = tally(gold, predicted, labels).strict.sum(axis=1)
    names = [document.source or "unknown" for document in gold]
    wrong = Counter(error.document.source or "unknown" for error in errors)
    rows = []
    for name, documents in Counter(names).most_common():
        tp, fp, fn = counts[[i for i, other in enumerate(names) if other == name]].sum(axis=0).tolist()
        mentions = tp + fn
        scores = [_per_hundred([wrong[name]], mentions), f"{Counts(tp, fp, fn).f1:.3f}"]
        rows.append([name, str(documents), str(mentions), str(wrong[name]), *scores])
    return table(["", "documents", "mentions", "errors", "errors per 100", "strict F1"], rows)


def _verdicts(errors: Sequence[Error]) -> str:
    verdicts = [*VERDICTS, UNREAD]
    counts = Counter((error.match.kind, error.verdict) for error in errors)
    rows = [[kind, *(str(counts[kind, verdict]) for verdict in verdicts)] for kind in KINDS]
    total = Counter(error.verdict for error in errors)
    rows.append(["all", *(str(total[verdict]) for verdict in verdicts)])
    rows.append(["share", *(_share(total[verdict], len(errors)) for verdict in verdicts)])
    return table(["to blame", *VERDICTS.values(), UNREAD], rows)


def _doubts(errors: Sequence[Error]) -> Iterator[str]:
    """Yield the list of errors that are not the model's by a reader's judgement."""
    found = [error for error in errors if error.verdict in ("doubt", "gold")]
    if found:
        yield "\n".join(
            f"- {error.document.id} {error.match.extent[0]}–{error.match.extent[1]} {error.label}, "
            f"{VERDICTS[error.verdict]}: {error.judgement.note if error.judgement else ''}"
            for error in found
        )
