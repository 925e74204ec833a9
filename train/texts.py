"""Raw texts for masked-language-model training: each once, none that is, or nearly is, a text kept apart."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ie.data.corpus import corpus_files
from ie.data.duplicates import fingerprint, similar_pairs
from ie.data.standoff import iter_texts
from ie.errors import CorpusError
from ie.files import sha256

from .pretraining import ReadingConfig

# Of a fingerprint, the first hexadecimal digits decide whether its text is held out.
_DIGITS, _RANGE = 8, 1 << 32


@dataclass(frozen=True, slots=True)
class Source:
    """The texts of one entry of `data.texts` that are trained on, and what became of the others.

    `files` maps each file to the SHA-256 of its bytes. Of its `documents`, `duplicates` stand elsewhere,
    `excluded` resemble a text of `data.exclude`, `held_out` are measured on, and `near_held_out` resemble one
    of those.
    """

    path: str
    weight: float
    files: Mapping[str, str]
    texts: tuple[str, ...]
    documents: int
    duplicates: int
    excluded: int
    held_out: int
    near_held_out: int


@dataclass(frozen=True, slots=True)
class Reading:
    """What is trained on, by source, and the texts that are held out to measure on."""

    sources: tuple[Source, ...]
    held_out: tuple[str, ...]


def read_texts(data: ReadingConfig) -> Reading:
    """Return the texts that `data` names, the same ones in every process.

    Two texts are one if they differ only in case, ё, white space and punctuation; `ie.data.duplicates` says
    which resemble one another. Raises `CorpusError` where a file cannot be read or a source has no text left.
    """
    files = [corpus_files([Path(entry.path)]) for entry in data.texts]
    found = [_texts(paths) for paths in files]
    unique = _unique(found)
    excluded = _texts(corpus_files(map(Path, data.exclude)))
    held = {text for texts in unique for text in texts if _is_held_out(text, data.held_out)}
    fates = _resembling(excluded, [t for texts in unique for t in texts], held)
    sources = []
    for entry, paths, everything, texts in zip(data.texts, files, found, unique, strict=True):
        counts = Counter(fates.get(text, "kept") for text in texts)
        kept = tuple(text for text in texts if text not in fates)
        if not kept:
            raise CorpusError(f"{entry.path}: there is no text in it to train on.")
        sources.append(
            Source(
                path=entry.path,
                weight=entry.weight,
                files={str(path): sha256(path) for path in paths},
                texts=kept,
                documents=len(everything),
                duplicates=len(everything) - len(texts),
                excluded=counts["excluded"],
                held_out=counts["held out"],
                near_held_out=counts["near held out"],
            )
        )
    measured = (text for texts in unique for text in texts if fates.get(text) == "held out")
    return Reading(tuple(sources), tuple(measured))


def _texts(paths: Iterable[Path]) -> list[str]:
    return [document.text for path in paths for document in iter_texts(path) if document.text.strip()]


def _unique(sources: Sequence[Sequence[str]]) -> list[list[str]]:
    """Return the texts of each source without those that stood before, there or in a source before it."""
    seen: set[str] = set()
    unique: list[list[str]] = []
    for texts in sources:
        unique.append([])
        for text in texts:
            name = fingerprint(text)
            if name not in seen:
                seen.add(name)
                unique[-1].append(text)
    return unique


def _is_held_out(text: str, share: float) -> bool:
    """Return whether a text is held out: always alike, whatever else is read beside it."""
    return int(fingerprint(text)[:_DIGITS], 16) / _RANGE < share


def _resembling(excluded: Sequence[str], texts: Sequence[str], held_out: set[str]) -> dict[str, str]:
    """Return the texts that are not trained on, and why: excluded, held out, near held out."""
    held = [text for text in texts if text in held_out]
    everything = [*excluded, *held, *(text for text in texts if text not in held_out)]
    fates = dict.fromkeys(held, "held out")
    apart = len(excluded) + len(held)
    for pair in similar_pairs(everything) if apart else ():
        text = everything[pair.second]
        if pair.first < len(excluded) <= pair.second:
            fates[text] = "excluded"
        elif pair.first < apart <= pair.second:
            fates.setdefault(text, "near held out")
    return fates
