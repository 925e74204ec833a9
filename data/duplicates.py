"""Texts that are the same, or nearly so: news travels, and a copy in another part of a split is a leak.

Two texts are near-duplicates where at least 60 % of the word 8-grams (shingles) of the shorter one also
stand in the other: w-shingling (Broder, 1997) with containment for resemblance, so that a short item quoted
in a long one counts.
"""

import re
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

SHINGLE = 8  # words
SHARE = 0.6
# of the texts that hold one shingle only so many first ones are compared with the rest: a phrase that
# stands in every item (a disclaimer) would otherwise cost the square of their number
FIRST = 20

Shingles = NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two similar texts by position, `first < second`.

    `share` of the shorter one's shingles is in both; `equal` texts have one fingerprint.
    """

    first: int
    second: int
    share: float
    equal: bool = False


def fingerprint(text: str) -> str:
    """Return a hash that texts share if they differ only in case, ё, white space and punctuation."""
    return blake2b(" ".join(_words(text)).encode("utf-8", "replace"), digest_size=16).hexdigest()


def similar_pairs(texts: Sequence[str]) -> Iterator[Pair]:
    """Yield the pairs of equal texts (each with the first of its kind) and of near-duplicates.

    Texts without words resemble nothing. Near-duplicates are sought among the first of each kind.
    """
    first: dict[str, int] = {}
    shingles: dict[int, Shingles] = {}
    for i, text in enumerate(texts):
        if not _words(text):
            continue
        original = first.setdefault(fingerprint(text), i)
        if original != i:
            yield Pair(original, i, 1.0, equal=True)
        else:
            shingles[i] = _shingles(text)
    yield from _near_pairs(shingles)


def group(count: int, pairs: Iterable[tuple[int, int]]) -> list[int]:
    """Return for each of `count` positions the first position that `pairs` connect it to, at any remove."""
    root = list(range(count))

    def find(i: int) -> int:
        while root[i] != i:
            root[i] = root[root[i]]
            i = root[i]
        return i

    for one, two in pairs:
        low, high = sorted((find(one), find(two)))
        root[high] = low
    return [find(i) for i in range(count)]


def _near_pairs(shingles: dict[int, Shingles]) -> Iterator[Pair]:
    shared: Counter[tuple[int, int]] = Counter()
    for owners in _owners(shingles):
        shared.update(combinations(owners[:FIRST], 2))
        shared.update((one, two) for two in owners[FIRST:] for one in owners[:FIRST])
    for (one, two), count in sorted(shared.items()):
        share = count / min(len(shingles[one]), len(shingles[two]))
        if share >= SHARE:
            yield Pair(one, two, share)


def _owners(shingles: dict[int, Shingles]) -> Iterator[list[int]]:
    """Yield, for each shingle that several texts hold, their positions in ascending order."""
    if not shingles:
        return
    values = np.concatenate(list(shingles.values()))
    owners = np.repeat(list(shingles), [len(found) for found in shingles.values()])
    order = np.argsort(values, kind="stable")
    values, owners = values[order], owners[order]
    cuts = np.flatnonzero(values[1:] != values[:-1]) + 1
    bounds = np.concatenate([[0], cuts, [len(values)]])
    for i in np.flatnonzero(np.diff(bounds) > 1):
        yield owners[bounds[i] : bounds[i + 1]].tolist()


def _shingles(text: str) -> Shingles:
    """Return the distinct hashes of the word 8-grams of `text`; none where it is shorter."""
    # crc32 and not hash(), which differs from one run to the next
    words = np.array([zlib.crc32(word.encode("utf-8", "replace")) for word in _words(text)], dtype=np.uint64)
    if len(words) < SHINGLE:
        return np.empty(0, dtype=np.uint64)
    windows = np.lib.stride_tricks.sliding_window_view(words, SHINGLE)
    # a polynomial hash modulo 2^64; the factor is Knuth's
    powers = np.uint64(6364136223846793005) ** np.arange(SHINGLE, dtype=np.uint64)
    return np.unique((windows * powers).sum(axis=1, dtype=np.uint64))


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold().replace("ё", "е"))
