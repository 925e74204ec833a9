"""Folders of parts, filled by models that read ahead and may die."""

import json
from dataclasses import replace
from itertools import islice

from ie.document import Document
from ie.manifest import MANIFEST
from ie.parts import PartsFolder

RUN = {"model": "m@1", "labels": ("PARTY",)}


def documents(*numbers):
    return [Document(f"Текст {n}", id=f"d{n}") for n in numbers]


def reading_ahead(ahead, die_after=None):
    """Return what a model does: read some documents, then give their results; it may die after some."""

    def predict(texts):
        given, texts = 0, iter(texts)
        while batch := list(islice(texts, ahead)):
            for document in batch:
                if given == die_after:
                    raise KeyboardInterrupt
                given += 1
                yield replace(document, model="m@1")

    return predict


def fill(folder, items, *, resume=False, size=3, predict=None, run=RUN, on_error=lambda _: None):
    with PartsFolder.open(folder, run, resume=resume, part_records=size) as parts:
        parts.fill(items, predict or reading_ahead(4), on_error)
        return parts.count, parts.records, parts.errors


def ids(folder):
    """Return the ids in each part, in the order of their names."""
    return [
        [json.loads(line)["id"] for line in path.read_text(encoding="utf-8").splitlines()]
        for path in sorted(folder.glob("part-*"))
    ]


def lines(folder):
    return [json.loads(line) for line in (folder / MANIFEST).read_text().splitlines()]
