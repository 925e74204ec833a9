"""A model that is as sure of each word as it is told to be, over the folders of `folders.make_folder`."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from folders import make_folder, write

from ie.checkpoint import Checkpoint, open_folder
from ie.document import Document, Span, make_entity

TEXT = "банк купил завод вчера"
SETTINGS = b'{"max_tokens": 32, "window_overlap": 8, "temperature": 1.5, "guidelines": "1.2"}'


def make_scripted(folder: Any) -> Any:
    """Write a folder of the words of TEXT with SETTINGS, and return it."""
    make_folder(folder)
    write(folder / "ie.json", SETTINGS)
    return folder


class Scripted:
    """A runtime to which a word is what `chances` say (label, chance); logits times `factor`."""

    name, batch_tokens, parallel = "scripted", 1, 1

    def __init__(
        self, checkpoint: Checkpoint, chances: Mapping[str, tuple[str, float]], factor: float = 1.0
    ) -> None:
        words = checkpoint.read_tokenizer().get_vocab()
        table = np.full((len(words), len(checkpoint.tags)), 1e-6)
        table[:, 0] = 1.0
        for word, (label, chance) in chances.items():
            table[words[word], 0] = 1 - chance
            table[words[word], checkpoint.tags.index(f"B-{label}")] = chance
        self._logits = (factor * np.log(table)).astype(np.float32)
        self.calls = 0

    def logits(self, ids: Any, mask: Any) -> Any:  # noqa: ARG002 nothing is padded
        self.calls += 1
        return self._logits[ids]


def loader(
    chances: Mapping[str, tuple[str, float]], factor: float = 1.0, asked: list[Any] | None = None
) -> Any:
    """Return what may stand for `ie.loading.load`; it adds what it is asked for to `asked`."""

    def load(ref: Any, runtime: str, threads: int | None = None) -> Any:
        if asked is not None:
            asked.append((runtime, threads))
        checkpoint = open_folder(ref, None)
        return checkpoint, Scripted(checkpoint, chances, factor)

    return load


def gold(*found: str) -> Document:
    """Return TEXT with the words `found` annotated, as DATE if it is «вчера», else as PARTY."""
    entities = []
    for word in found:
        start = TEXT.index(word)
        label = "DATE" if word == "вчера" else "PARTY"
        entities.append(make_entity(TEXT, Span(start, start + len(word), label)))
    return Document(TEXT, tuple(entities))
