"""Corpora to a dataset of labelled windows, with a record of what went in and what could not."""

import logging
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from datasets import Dataset
from numpy.typing import NDArray

from ie.data.corpus import read_corpus
from ie.data.duplicates import fingerprint, similar_pairs
from ie.document import Document
from ie.encoder import TextEncoder
from ie.errors import CorpusError
from ie.files import sha256

from .alignment import Misaligned, align_documents, open_tags
from .augmentation import noisy_copies
from .config import CorpusConfig, DataConfig

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Corpus:
    """A corpus file as read, or its noisy copies; `sha256` is that of its bytes."""

    path: str
    weight: float
    sha256: str
    documents: tuple[Document, ...]
    leaked: tuple[str, ...] = ()
    """Ids of documents that were left out because their text is in dev."""
    noisy: bool = False
    """Whether these are noisy copies of the documents of the file."""


@dataclass(frozen=True, slots=True)
class CorpusSummary:
    """What a corpus brought; the model card and the log show it."""

    path: str
    sha256: str
    weight: float
    documents: int
    windows: int
    tokens: int
    entities: Mapping[str, int]
    misaligned: int
    leaked: int
    noisy: bool = False

    def to_record(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {**asdict(self), "entities": dict(self.entities)}


@dataclass(frozen=True, slots=True, eq=False)
class WindowSet:
    """Labelled windows: a `Dataset` of input_ids, labels and open tags, corpus after corpus.

    `lengths` are those of input_ids; `sizes` counts the windows of each corpus.
    """

    dataset: Dataset
    lengths: NDArray[np.int64]
    sizes: tuple[int, ...]
    summaries: tuple[CorpusSummary, ...]
    misaligned: tuple[Misaligned, ...]


def read_corpora(data: DataConfig, labels: Sequence[str], seed: int = 0) -> tuple[list[Corpus], list[Corpus]]:
    """Return the training and the dev corpora, entities of ignored labels removed.

    Documents of a training corpus whose text is in dev, but for case, ё, blanks and punctuation, are left out
    of it and named in `leaked`. After a training corpus with `noise` come its noisy copies, drawn by
    `seed`, as a corpus with its own weight.
    Raises `CorpusError` on a bad record, a label that is not known, or a corpus without text.
    """
    dev = [_read(path, 1.0, data, labels) for path in data.dev]
    held_out = {fingerprint(text) for text in _texts(dev)}
    train = [_without_leaks(_chosen(corpus, data, labels), held_out) for corpus in data.train]
    for corpus in (*train, *dev):
        if not any(document.text.strip() for document in corpus.documents):
            raise CorpusError(f"{corpus.path}: there is no text in it{_why_empty(corpus)}.")
        _warn_of_gaps(corpus, labels)
    _warn_of_resemblance(train, dev)
    return _with_noise(train, [corpus.noise for corpus in data.train], seed), dev


def make_windows(
    corpora: Sequence[Corpus], encoder: TextEncoder, tags: Sequence[str], max_tokens: int, overlap: int = 0
) -> WindowSet:
    """Return the labelled windows of `corpora`, of `max_tokens` tokens; neighbours share `overlap`."""
    rows: dict[str, list[list[int]]] = {"input_ids": [], "labels": [], "open": []}
    summaries: list[CorpusSummary] = []
    misaligned: list[Misaligned] = []
    for corpus in corpora:
        before, reported = len(rows["labels"]), len(misaligned)
        aligned = align_documents(corpus.documents, encoder, tags, max_tokens, overlap)
        for document, item in zip(corpus.documents, aligned, strict=True):
            allowed = open_tags(document, tags)
            for input_ids, labels in item.windows:
                for name, value in zip(rows, (input_ids, labels, allowed), strict=True):
                    rows[name].append(value)
            misaligned += item.misaligned
        lengths = [len(ids) for ids in rows["input_ids"][before:]]
        summaries.append(_summary(corpus, lengths, len(misaligned) - reported))
    return WindowSet(
        Dataset.from_dict(rows),
        np.array([len(ids) for ids in rows["input_ids"]], dtype=np.int64),
        tuple(summary.windows for summary in summaries),
        tuple(summaries),
        tuple(misaligned),
    )


def _why_empty(corpus: Corpus) -> str:
    """Return how many documents of a corpus without text were left out since dev has them, if any."""
    if not corpus.leaked:
        return ""
    return f" to train on: {len(corpus.leaked)} documents were left out because dev holds the same texts"


def _read(
    path: str, weight: float, data: DataConfig, labels: Sequence[str], annotated: bool = True
) -> Corpus:
    documents = read_corpus(Path(path), annotated=annotated)
    known = tuple(_known(d, path, data, labels) if annotated else replace(d, entities=()) for d in documents)
    return Corpus(path, weight, sha256(Path(path)), known)


def _chosen(config: CorpusConfig, data: DataConfig, labels: Sequence[str]) -> Corpus:
    """Return the part of a training corpus that its configuration asks for."""
    for label in config.labels or ():
        if label not in labels:
            raise CorpusError(f"{config.path}: its 'labels' name {label!r}, which is not in 'labels'.")
    # of a corpus that is trusted for no label, and of `without`, only the texts count
    corpus = _read(config.path, config.weight, data, labels, annotated=config.labels != ())
    left_out = _texts(_read(path, 1.0, data, labels, annotated=False) for path in config.without)
    documents = (document for document in corpus.documents if document.text not in left_out)
    return replace(corpus, documents=tuple(_trusted(document, config, labels) for document in documents))


def _trusted(document: Document, config: CorpusConfig, labels: Sequence[str]) -> Document:
    """Return `document` as one that is annotated only for the labels that its corpus is trusted for."""
    if config.labels is None:
        return document
    covered = labels if document.labels is None else document.labels
    trusted = tuple(label for label in covered if label in config.labels)
    kept = tuple(entity for entity in document.entities if entity.label in trusted)
    return replace(document, labels=trusted, entities=kept)


def _texts(corpora: Iterable[Corpus]) -> set[str]:
    return {document.text for corpus in corpora for document in corpus.documents}


def _known(document: Document, path: str, data: DataConfig, labels: Sequence[str]) -> Document:
    """Return `document` without entities of ignored labels."""
    for entity in document.entities:
        if entity.label not in labels and entity.label not in data.ignore_labels:
            raise CorpusError(
                f"{path}: document {document.id!r} has the label {entity.label!r}, which is neither in "
                "'labels' nor in 'data.ignore_labels' of the configuration."
            )
    return replace(document, entities=tuple(e for e in document.entities if e.label in labels))


def _warn_of_gaps(corpus: Corpus, labels: Sequence[str]) -> None:
    """Warn of labels that records which do not say what they cover are taken to cover, and never have."""
    silent = [document for document in corpus.documents if document.labels is None]
    found = {entity.label for document in silent for entity in document.entities}
    missing = ", ".join(label for label in labels if label not in found)
    if silent and missing:
        logger.warning(
            "%s: no record has %s, and its records do not say which labels they cover: every word counts as "
            "none. Say which with `labels`, of the records or of the corpus in the configuration.",
            corpus.path,
            missing,
        )


def _without_leaks(corpus: Corpus, held_out: set[str]) -> Corpus:
    """Return `corpus` without the documents whose text has a fingerprint that is held out."""
    leaks = [fingerprint(document.text) in held_out for document in corpus.documents]
    leaked = tuple(d.id or "" for d, leak in zip(corpus.documents, leaks, strict=True) if leak)
    kept = tuple(d for d, leak in zip(corpus.documents, leaks, strict=True) if not leak)
    return replace(corpus, documents=kept, leaked=leaked)


def _warn_of_resemblance(train: Sequence[Corpus], dev: Sequence[Corpus]) -> None:
    """Warn of training texts that nearly are texts of dev: a copy, or a form that many texts fill in."""
    known = sorted(_texts(dev))
    for corpus in train:
        documents = corpus.documents
        texts = [*known, *(document.text for document in documents)]
        pairs = list(similar_pairs(texts)) if known else []
        near = {p.second - len(known) for p in pairs if p.first < len(known) <= p.second}
        if near:
            names = ", ".join(str(documents[i].id or i) for i in sorted(near)[:5])
            logger.warning(
                "%s: %d of its documents are much like some of dev, and scores there may gain by it: %s%s",
                *(corpus.path, len(near), names, ", …" if len(near) > 5 else ""),
            )


def _with_noise(corpora: Sequence[Corpus], noise: Sequence[float], seed: int) -> list[Corpus]:
    """Return `corpora`, each that is to have noise followed by its noisy copies.

    There are as many copies as the next whole number, so that an epoch repeats none; their weight brings
    them down to the number asked for.
    """
    found = []
    for corpus, amount in zip(corpora, noise, strict=True):
        found.append(corpus)
        if amount:
            copies = math.ceil(amount)
            documents = noisy_copies(corpus.documents, copies, seed)
            found.append(replace(corpus, weight=amount / copies, documents=documents, leaked=(), noisy=True))
    return found


def _summary(corpus: Corpus, lengths: Sequence[int], misaligned: int) -> CorpusSummary:
    entities = Counter(entity.label for document in corpus.documents for entity in document.entities)
    return CorpusSummary(
        path=corpus.path,
        sha256=corpus.sha256,
        weight=corpus.weight,
        documents=len(corpus.documents),
        windows=len(lengths),
        tokens=sum(lengths),
        entities=dict(sorted(entities.items())),
        misaligned=misaligned,
        leaked=len(corpus.leaked),
        noisy=corpus.noisy,
    )
