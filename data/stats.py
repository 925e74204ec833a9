"""What a corpus holds: counts of documents, words and entities, lengths of spans, sources, dates."""

import datetime
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from ie.document import Document
from ie.labels import LABELS
from ie.words import words

QUANTILES = (0.5, 0.9, 1.0)


@dataclass(frozen=True, slots=True)
class LabelStats:
    """The entities of one label.

    `covered` documents are those in which the label was looked for, `per_document` the mean over them.
    `lengths` are the median, the 90th percentile and the maximum of span lengths in words (a word that is
    cut counts), `distinct` is the number of different texts regardless of case.
    """

    entities: int
    covered: int
    per_document: float
    distinct: int
    lengths: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Stats:
    """What a corpus holds; `dates` are the first and the last, `empty` documents have no entity."""

    documents: int
    characters: int
    words: int
    entities: int
    empty: int
    undated: int
    dates: tuple[str, str] | None
    sources: Mapping[str, int]
    labels: Mapping[str, LabelStats]

    def to_record(self) -> dict[str, Any]:
        """Return the JSON form."""
        return asdict(self)


def corpus_stats(documents: Iterable[Document], labels: Sequence[str] = LABELS) -> Stats:
    """Return the statistics of `documents`; `labels` are those that a record without 'labels' covers.

    Reads the documents once and keeps none.
    """
    tally = _Tally(labels)
    for document in documents:
        tally.add(document)
    return tally.stats()


def format_stats(stats: Stats) -> str:
    """Return the statistics as a table of text."""
    share = stats.empty / stats.documents if stats.documents else 0.0
    span = " … ".join(stats.dates) if stats.dates else "none"
    lines = [
        f"documents   {stats.documents:>9,}  ({stats.empty:,} without entities, {share:.1%})",
        f"characters  {stats.characters:>9,}",
        f"words       {stats.words:>9,}",
        f"entities    {stats.entities:>9,}",
        f"dates       {span} ({stats.undated:,} without)",
        "",
        f"{'label':<12} {'entities':>9} {'per doc':>8} {'covered':>8} {'distinct':>9}  words: 50, 90, 100 %",
    ]
    for label, row in stats.labels.items():
        lengths = ", ".join(map(str, row.lengths)) or "-"
        counts = f"{row.entities:>9,} {row.per_document:>8.2f} {row.covered:>8,} {row.distinct:>9,}"
        lines.append(f"{label:<12} {counts}  {lengths}")
    lines += ["", "source"] + [f"{name:<30} {count:>9,}" for name, count in stats.sources.items()]
    return "\n".join(lines)


class _Tally:
    """Running counts over documents."""

    def __init__(self, labels: Sequence[str]) -> None:
        self.labels = labels
        self.totals: Counter[str] = Counter()
        self.covered: Counter[str] = Counter()
        self.sources: Counter[str] = Counter()
        self.lengths: dict[str, Counter[int]] = {}
        self.texts: dict[str, set[str]] = {}
        self.dates: set[datetime.date] = set()

    def add(self, document: Document) -> None:
        offsets = words(document.text)
        self.totals["documents"] += 1
        self.totals["characters"] += len(document.text)
        self.totals["words"] += len(offsets)
        self.totals["empty"] += not document.entities
        self.totals["undated"] += document.date is None
        self.sources[document.source or "-"] += 1
        self.covered.update(set(self.labels if document.labels is None else document.labels))
        if document.date is not None:
            self.dates.add(document.date)
        for entity in document.entities:
            inside = (offsets[:, 0] < entity.end) & (entity.start < offsets[:, 1])
            self.lengths.setdefault(entity.label, Counter())[int(inside.sum())] += 1
            self.texts.setdefault(entity.label, set()).add(entity.text.casefold())

    def stats(self) -> Stats:
        names = dict.fromkeys([*self.labels, *sorted(self.lengths), *sorted(self.covered)])
        rows = {name: self._label(name) for name in names}
        return Stats(
            documents=self.totals["documents"],
            characters=self.totals["characters"],
            words=self.totals["words"],
            entities=sum(row.entities for row in rows.values()),
            empty=self.totals["empty"],
            undated=self.totals["undated"],
            dates=(min(self.dates).isoformat(), max(self.dates).isoformat()) if self.dates else None,
            sources=dict(sorted(self.sources.items(), key=lambda item: (-item[1], item[0]))),
            labels=rows,
        )

    def _label(self, name: str) -> LabelStats:
        lengths = self.lengths.get(name, Counter())
        count, covered = lengths.total(), self.covered[name]
        return LabelStats(
            entities=count,
            covered=covered,
            per_document=round(count / covered, 3) if covered else 0.0,
            distinct=len(self.texts.get(name, ())),
            lengths=tuple(_quantile(lengths, q) for q in QUANTILES) if count else (),
        )


def _quantile(lengths: Counter[int], q: float) -> int:
    """Return the smallest length that at least a share `q` of the spans does not exceed."""
    needed, seen, length = q * lengths.total(), 0, 0
    for length in sorted(lengths):
        seen += lengths[length]
        if seen >= needed:
            break
    return length
