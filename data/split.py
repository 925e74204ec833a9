"""Splits of a corpus into parts such as train, dev and test, by hash and not by chance.

Where a document goes depends on the seed and on its own key alone, so that a corpus that grows keeps what
it had where it was. The sizes of the parts are therefore near the shares asked for, not equal to them.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

from ie.document import Document
from ie.errors import CorpusError, RecordError, UsageError
from ie.files import atomic_write

from .corpus import iter_lines, parse_line
from .duplicates import fingerprint, group, similar_pairs

Parts = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class _Sample:
    """A line of the corpus with what decides where it goes: `key` is its field to group by, or None."""

    line: bytes
    text: str
    id: str | None
    key: str | None


def parse_parts(argument: str) -> dict[str, float]:
    """Return the share of each part of `train=0.7,dev=0.15,test=0.15`.

    Raises `UsageError` where a name repeats or the shares do not add up to 1.
    """
    parts: dict[str, float] = {}
    for item in argument.split(","):
        match = re.fullmatch(r"\s*([\w-]+)\s*=\s*(\d*\.?\d+)\s*", item)
        if match is None or match[1] in parts:
            raise UsageError(f"Parts must be NAME=SHARE,… with different names: {item!r}.")
        parts[match[1]] = float(match[2])
    if abs(sum(parts.values()) - 1) > 1e-6:
        raise UsageError(
            f"The shares of the parts must add up to 1, not {sum(parts.values()):g}: {argument!r}."
        )
    return parts


def split_corpus(
    source: Path,
    folder: Path,
    parts: Parts,
    *,
    seed: int = 0,
    group_by: str | None = None,
    force: bool = False,
) -> dict[Path, int]:
    """Write each part of the corpus `source` to `folder/PART.jsonl` and return the numbers of documents.

    Lines are copied as they are, in their order. Near-duplicates stay together, and so do records with the
    same value of the field `group_by`; a record without that field is a group of its own.

    Raises `CorpusError` on a bad record or one without `entities`, and `UsageError` where a part's file
    exists, unless `force`; the source itself is never overwritten.
    """
    targets = {name: folder / f"{name}.jsonl" for name in parts}
    _refuse_overwrite(source, list(targets.values()), force)
    samples = _read(source, group_by)
    names = _assign(samples, parts, seed)
    counts = dict.fromkeys(targets.values(), 0)
    # no part takes its place before all are complete
    with ExitStack() as stack:
        files = {name: stack.enter_context(atomic_write(path, binary=True)) for name, path in targets.items()}
        for sample, name in zip(samples, names, strict=True):
            files[name].write(sample.line.rstrip(b"\r\n") + b"\n")
            counts[targets[name]] += 1
    return counts


def part_of(key: str, parts: Parts, seed: int = 0) -> str:
    """Return the part of a key: its hash is a number in [0, 1), of which each part has an interval."""
    digest = blake2b(f"{seed}\0{key}".encode("utf-8", "replace"), digest_size=8).digest()
    position = int.from_bytes(digest, "big") / 2**64
    for name, share in parts.items():
        if position < share:
            return name
        position -= share
    # the shares add up to a hair less than 1
    return list(parts)[-1]


def _refuse_overwrite(source: Path, targets: Sequence[Path], force: bool) -> None:
    if source.resolve() in [path.resolve() for path in targets]:
        raise UsageError(f"{source} would be overwritten by its own part: give another --out.")
    existing = ", ".join(str(path) for path in targets if path.exists())
    if existing and not force:
        raise UsageError(f"The parts are already there: {existing}. Give --force to overwrite them.")


def _read(source: Path, group_by: str | None) -> list[_Sample]:
    samples = []
    for number, line in iter_lines(source):
        try:
            record = parse_line(line)
            document = Document.from_record(record, annotated=True)
            key = None if group_by is None else _group_key(record.get(group_by), group_by)
        except RecordError as error:
            raise CorpusError(f"{source}:{number}: {error}") from error
        samples.append(_Sample(line, document.text, document.id, key))
    if group_by is not None and all(sample.key is None for sample in samples):
        raise UsageError(f"{source}: No record has the field {group_by!r} to group by.")
    return samples


def _group_key(value: Any, name: str) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, (int, float)):
        return str(value)
    raise RecordError(f"Field '{name}' must be a string or a number to group by: {value!r:.80}.")


def _assign(samples: Sequence[_Sample], parts: Parts, seed: int) -> list[str]:
    """Return the part of each sample: that of the first sample it is connected to."""
    pairs = [(pair.first, pair.second) for pair in similar_pairs([sample.text for sample in samples])]
    roots = group(len(samples), [*pairs, *_same_key(samples)])
    return [part_of(_key(samples[root]), parts, seed) for root in roots]


def _same_key(samples: Sequence[_Sample]) -> Iterable[tuple[int, int]]:
    first: dict[str, int] = {}
    for i, sample in enumerate(samples):
        if sample.key is not None:
            yield first.setdefault(sample.key, i), i


def _key(sample: _Sample) -> str:
    return sample.key or sample.id or fingerprint(sample.text)
