"""The figures of the data card: tables of what the corpus holds, written into `data/README.md`.

A page keeps its prose; what stands between `<!-- figures -->` and `<!-- /figures -->` is made anew.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from ie.document import Document, Entity, Record
from ie.errors import CorpusError
from ie.files import atomic_write
from ie.labels import LABELS
from ie.values.sectors.isic import codes

from .compile import Pass, split_documents
from .corpus import read_text
from .standoff import iter_records

_FIGURES = re.compile(r"(<!-- figures -->\n).*?(<!-- /figures -->)", re.DOTALL)
SECTIONS = tuple(code for code in codes() if len(code) == 1)


def write_card(page: Path, passes: Sequence[Pass], standoff: Sequence[Path]) -> None:
    """Put the figures of the articles and of stand-off files into the page.

    Raises `CorpusError` where the files or the page are not as they should be.
    """
    text = read_text(page)
    if len(_FIGURES.findall(text)) != 1:
        raise CorpusError(f"{page}: There must be one place from <!-- figures --> to <!-- /figures -->.")
    figures = "\n\n".join(tables(passes, standoff))
    with atomic_write(page) as file:
        file.write(_FIGURES.sub(lambda match: f"{match[1]}\n{figures}\n\n{match[2]}", text))


def tables(passes: Sequence[Pass], standoff: Sequence[Path]) -> Iterator[str]:
    """Yield the tables in Markdown, each with its heading."""
    records = {path.stem: [record for _, _, record in iter_records(path)] for path in standoff}
    yield _composition(passes, records)
    if records:
        yield _sources(records)
    yield _genres(passes)
    yield _topics(passes)
    documents = [document for item in passes for document in item.documents]
    entities = [entity for document in documents for entity in document.entities]
    yield _parties(passes)
    yield _amounts([entity for entity in entities if entity.label == "AMOUNT"])
    yield _dates(documents)
    yield _sectors([entity for entity in entities if entity.label == "SECTOR"])


def _composition(passes: Sequence[Pass], standoff: Mapping[str, list[Record]]) -> str:
    rows = []
    for split in dict.fromkeys(item.split for item in passes):
        rows.append((f"news/{split}", *_counts(split_documents(passes, split))))
    rows.append(("news", *_counts(document for item in passes for document in item.documents)))
    for name, records in standoff.items():
        labels = Counter(entity["label"] for record in records for entity in record["entities"])
        rows.append((f"standoff/{name}", len(records), "–", *(labels[label] for label in LABELS)))
    return _table("Composition", ("part", "documents", "words", *LABELS), rows)


def _sources(standoff: Mapping[str, list[Record]]) -> str:
    lines = ["### Sources of the stand-off texts"]
    for name, records in standoff.items():
        sources = Counter(str(record.get("source") or "none") for record in records)
        years = [int(record["date"][:4]) for record in records if record.get("date")]
        span = f"dated {min(years)} to {max(years)}, " if years else ""
        lines.append(f"{name}: {span}{_listed(sources)}.")
    return "\n\n".join(lines)


def _genres(passes: Sequence[Pass]) -> str:
    articles = [article for item in passes for article in item.articles]
    genres = Counter(article.genre for article in articles)
    rows: list[tuple[object, ...]] = [
        (genre, *_counts(article.document for article in articles if article.genre == genre))
        for genre, _ in genres.most_common()
    ]
    rows.append(("with noise", *_counts(article.document for article in articles if article.noisy)))
    bare = [a.document for a in articles if len({e.label for e in a.document.entities}) < len(LABELS)]
    rows.append(("without one label or more", *_counts(bare)))
    return _table("Genres", ("genre", "documents", "words", *LABELS), rows)


def _topics(passes: Sequence[Pass]) -> str:
    rows = [(item.name, item.split, item.topic, *_counts(item.documents)) for item in passes]
    return _table("Topics", ("pass", "split", "topic", "documents", "words", *LABELS), rows)


def _parties(passes: Sequence[Pass]) -> str:
    mentions: Counter[str] = Counter()
    invented: Counter[str] = Counter()
    names: dict[str, set[str]] = {}
    for item in passes:
        for article in item.articles:
            for place, entity in enumerate(article.document.entities):
                if entity.label == "PARTY" and entity.value:
                    kind = str(entity.value["kind"])
                    mentions[kind] += 1
                    invented[kind] += place in article.invented
                    names.setdefault(kind, set()).add(str(entity.value["canonical"]))
    rows = [
        (kind, count, len(names[kind]), f"{invented[kind] / count:.0%}")
        for kind, count in mentions.most_common()
    ]
    return _table("Parties", ("kind", "mentions", "different names", "invented"), rows)


def _amounts(entities: Sequence[Entity]) -> str:
    currencies = Counter(str((entity.value or {})["currency"] or "none") for entity in entities)
    comparators = Counter(str((entity.value or {})["comparator"]) for entity in entities)
    return "\n\n".join(
        [
            "### Amounts",
            f"{len(currencies.keys() - {'none'})} currencies: {_listed(currencies)}.",
            f"Comparators: {_listed(comparators)}.",
        ]
    )


def _dates(documents: Sequence[Document]) -> str:
    dates = [e.value or {} for document in documents for e in document.entities if e.label == "DATE"]
    years = Counter(document.date.year for document in documents if document.date)
    grains = Counter(str(value["grain"]) for value in dates)
    mods = Counter("+".join(value["mod"]) for value in dates if value.get("mod"))
    undated = sum(document.date is None for document in documents)
    return "\n\n".join(
        [
            "### Dates",
            f"Articles are dated {min(years)} to {max(years)}, {undated} have no date.",
            f"Grains: {_listed(grains)}.",
            f"Modifiers: {_listed(mods)}.",
        ]
    )


def _sectors(entities: Sequence[Entity]) -> str:
    codes = Counter(str((entity.value or {})["code"]) for entity in entities)
    divisions = sorted(code for code in codes if len(code) > 1)
    names = {str((entity.value or {})["canonical"]).casefold() for entity in entities}
    rows = []
    for section in SECTIONS:
        within = {code: count for code, count in codes.items() if code[0] == section}
        listed = ", ".join(f"{code[1:] or 'whole'} {count}" for code, count in sorted(within.items()))
        rows.append((section, sum(within.values()), listed or "–"))
    head = f"{len(names)} different sectors, {len(divisions)} of the 88 divisions of ISIC Rev. 4."
    return _table("Sectors", ("section", "mentions", "divisions"), rows, head)


def _counts(documents: Iterable[Document]) -> tuple[int, ...]:
    """Return the numbers of documents, of words between white space, and of entities of each label."""
    labels: Counter[str] = Counter()
    number = words = 0
    for document in documents:
        number += 1
        words += len(document.text.split())
        labels.update(entity.label for entity in document.entities)
    return number, words, *(labels[label] for label in LABELS)


def _listed(counts: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.most_common())


def _table(title: str, head: Sequence[str], rows: Iterable[Sequence[object]], note: str = "") -> str:
    lines = [f"### {title}", "", *([note, ""] if note else []), f"| {' | '.join(head)} |"]
    lines.append("|" + "---|" * len(head))
    lines += (
        "| " + " | ".join(f"{cell:,}" if isinstance(cell, int) else str(cell) for cell in row) + " |"
        for row in rows
    )
    return "\n".join(lines)
