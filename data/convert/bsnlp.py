"""BSNLP shared tasks of 2017, 2019 and 2021, Russian part (https://bsnlp.cs.helsinki.fi).

PARTY is made of PER, ORG and LOC.
An annotation lists the surface forms of a document (`form, lemma, kind, entity id` between tabs) and no
offsets: every occurrence is meant. A text starts with lines of its id, language, date and address. The
lists of 2017 are in lower case. Products and events bar the places they take.
"""

import datetime
import re
from collections.abc import Iterator
from pathlib import Path

from ie.data.brat import RawSpan
from ie.data.corpus import read_text
from ie.document import Document
from ie.errors import CorpusError

from . import parties
from .flatten import assemble
from .media import is_medium
from .report import Conversion, Report

_KINDS = {
    "PER": "PERSON",
    "ORG": "ORGANIZATION",
    "LOC": "GPE",
    "PRO": "PRODUCT",
    "EVT": "EVENT",
    "MISC": "PRODUCT",
}
_BARRING = ("PRODUCT", "EVENT", "GPE")
_HEADER = re.compile(r"[^\n]*\n[a-z]{2}\r?\n(?P<date>[^\n]*)\n(?:https?[^\n]*)?\n")
_NUMBER = re.compile(r"\d+")
# the next sentence or a note's number, stuck to a form at its end
_GLUED = re.compile(r"(?<=[а-яё]{2})(?:[.?!](?=[А-ЯЁ\d])|,(?=\S)|\[\d).*$")
# annotated as organizations here and there: diseases and the like
_NO_PARTY = re.compile(r"(?:SARS|C?OVID|[СC]OVID|HIV|5G|Brexit|Вестник|Юмор)", re.I)


def convert(source: Path) -> Conversion:
    """Return the documents of the BSNLP folder `source` with PARTY alone, by topic and file name.

    Topics are the folders that hold `raw` and `annotated`. Raises `CorpusError` where there is none, or
    where a file cannot be read.
    """
    topics = sorted(folder.parent for folder in source.rglob("annotated") if (folder.parent / "raw").is_dir())
    if not topics:
        raise CorpusError(f"{source}: no BSNLP topic (a folder with raw and annotated) in this folder.")
    return Conversion.join(pair for topic in topics for pair in _topic(topic))


def _topic(topic: Path) -> Iterator[tuple[Document | None, Report]]:
    texts = {_key(path): path for path in sorted((topic / "raw").rglob("*.txt"))}
    lists = {_key(path): path for path in sorted((topic / "annotated").rglob("*.*")) if path.is_file()}
    for key, path in texts.items():
        report = Report(f"{topic.name}/{path.name}")
        if key not in lists:
            report.problem("no annotation for this text")
            yield None, report
            continue
        yield _document(topic.name, path, lists[key], report), report
    for key in lists.keys() - texts.keys():
        report = Report(f"{topic.name}/{lists[key].name}")
        report.problem("no text for this annotation")
        yield None, report


def _key(path: Path) -> str:
    """Return what a text's name and its annotation's name share: the last number in them."""
    numbers = _NUMBER.findall(path.stem)
    return numbers[-1] if numbers else path.stem


def _document(topic: str, path: Path, annotation: Path, report: Report) -> Document:
    content = read_text(path)
    header = _HEADER.match(content)
    text = content[header.end() :] if header else content
    if header is None:
        report.problem("the text has no header of id, language, date and address")
    raw = list(_occurrences(text, _forms(read_text(annotation), report), report))
    return assemble(
        text,
        raw,
        [parties.convert],
        report,
        id=f"bsnlp/{topic}/{_key(path)}",
        labels=("PARTY",),
        date=_date(header["date"]) if header else None,
        source="bsnlp",
    )


def _forms(content: str, report: Report) -> dict[str, str]:
    """Return the kind of each listed surface form, in our corpora's terms."""
    forms = {}
    for number, line in enumerate(content.splitlines(), 1):
        fields = line.split("\t")
        if len(fields) < 3:
            if number > 1 and line.strip():
                report.problem(f"line {number} lists no form: {line!r:.80}")
            continue
        form, kind = _GLUED.sub("", fields[0].strip()), fields[2].strip()
        if kind == "PRO" and is_medium(form):
            kind = "ORG"
        if kind not in _KINDS:
            report.problem(f"line {number} has an unknown kind: {line!r:.80}")
        elif sum(c.isalnum() for c in form) > 1 or form == "Ъ":
            forms[form] = "PRODUCT" if _NO_PARTY.match(form) else _KINDS[kind]
    return forms


def _occurrences(text: str, forms: dict[str, str], report: Report) -> Iterator[RawSpan]:
    """Yield a mention for every place where a form stands as whole words, also inside a longer form's place.

    The outermost party is chosen later; inside a product, an event or a place there is none.
    """
    barred: list[tuple[int, int]] = []
    for form in sorted(forms, key=lambda form: (-len(form), form)):
        found = [match.span() for match in _pattern(form).finditer(text)]
        if not found:
            report.drop(RawSpan(forms[form], 0, 0, form), "this form is not in the text")
        for start, end in found:
            if any(start < last and first < end for first, last in barred):
                continue
            if forms[form] in _BARRING:
                barred.append((start, end))
            yield RawSpan(forms[form], start, end, text[start:end])


def _pattern(form: str) -> re.Pattern[str]:
    words = r"\s+".join(map(re.escape, form.split()))
    left = r"(?<!\w)" if form[0].isalnum() else ""
    right = r"(?!\w)" if form[-1].isalnum() else ""
    return re.compile(left + words + right, re.I if form.islower() else 0)


def _date(line: str) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(line.strip())
    except ValueError:
        return None
