"""A sample of raw texts to learn from without annotation: new ones, and rich ones first."""

import random
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from ie.document import Document
from ie.errors import CorpusError
from ie.values.amounts.currencies import symbol_of
from ie.values.sectors.lexicon import lexicon

from .duplicates import similar_pairs

_WORD = re.compile(r"[$€£¥₽₸]|[^\W\d_]+")
_RUSSIAN = re.compile("[а-яё]{3}")
_STEM = 6  # letters of a sector's name that a text must share with it; endings differ


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for: `count` texts of `shortest` to `longest` characters.

    The share `rich` of them are the richest in sums of money and names of sectors among `pool` times as many
    as are needed, the others are as they come.
    """

    count: int
    shortest: int = 300
    longest: int = 4000
    rich: float = 0.5
    pool: int = 4
    seed: int = 0


def sample(texts: Iterable[Document], without: Sequence[Document], wish: Wish) -> list[Document]:
    """Return a sample of `texts`, each as a document that is annotated for no label, its id kept.

    None resembles one in `without` or another of the sample (`ie.data.duplicates`). Raises `CorpusError`
    where there are too few.
    """
    found = [d for d in texts if wish.shortest <= len(d.text) <= wish.longest and _RUSSIAN.search(d.text)]
    rng = random.Random(wish.seed)  # noqa: S311 nothing secret
    rng.shuffle(found)
    taken = wish.count * wish.pool * 2
    new = _new(found[:taken], without)
    while len(new) < wish.count and taken < len(found):  # most were known: look at more
        taken *= 4
        new = _new(found[:taken], without)
    if len(new) < wish.count:
        raise CorpusError(
            f"Of the texts only {len(new):,} are new and of the right length, not {wish.count:,}."
        )
    pool, best = new[: wish.count * wish.pool], round(wish.count * wish.rich)
    ranked = sorted(range(len(pool)), key=lambda i: -richness(pool[i].text))
    chosen = set(ranked[:best])
    rest = [i for i in range(len(pool)) if i not in chosen][: wish.count - best]
    return [Document(pool[i].text, id=pool[i].id, labels=()) for i in sorted({*chosen, *rest})]


def _new(found: Sequence[Document], without: Sequence[Document]) -> list[Document]:
    """Return the documents that resemble none before them and none in `without`."""
    everything = [*(document.text for document in without), *(document.text for document in found)]
    known = {pair.second - len(without) for pair in similar_pairs(everything)}
    return [document for i, document in enumerate(found) if i not in known]


def richness(text: str) -> float:
    """Return how many words of `text` are units of money or begin like a sector's name, by its length.

    A sector counts once, however often it is named.
    """
    words = [word.lower() for word in _WORD.findall(text)]
    money = sum(bool(symbol_of(word)) for word in words)
    sectors = {word[:_STEM] for word in words} & _stems()
    return (money + len(sectors)) / (len(words) + 100)


@cache
def _stems() -> frozenset[str]:
    names = (name for name in lexicon().names if " " not in name)
    return frozenset(name[:_STEM].lower() for name in names if len(name) > _STEM)
