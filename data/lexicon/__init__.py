"""The word lists of the normalisers, `seeds/lexicon`, compiled into the tables that `ie.values` reads."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from .aliases import compile_aliases
from .legal_forms import compile_forms
from .sectors import compile_isic, compile_sectors
from .states import compile_states
from .tenses import compile_tenses
from .words import compile_words, write_table

# Lists whose words are looked up one by one.
_WORDS = (
    "bounds",
    "calendar",
    "currencies",
    "given_names",
    "latin_names",
    "namesakes",
    "numerals",
    "organizations",
    "party_words",
    "places",
)
_LISTS: dict[str, Callable[[Path], Any]] = {
    **dict.fromkeys(_WORDS, compile_words),
    "aliases": compile_aliases,
    "isic": compile_isic,
    "legal_forms": compile_forms,
    "states": compile_states,
    "tense": compile_tenses,
}


def compile_lexicon(source: Path, target: Path) -> Iterator[tuple[Path, int]]:
    """Write the table of each list of the folder `source` into `target`; yield path and number of entries.

    Raises `CorpusFaultsError` with every fault of a list, `CorpusError` where one cannot be read.
    """
    for name, make in compilers(source).items():
        table = make()
        path = target / f"{name}.json"
        write_table(path, table)
        yield path, len(table)


def compilers(source: Path) -> dict[str, Callable[[], Any]]:
    """Return what makes each table from the lists in `source`, by the table's name."""
    made: dict[str, Callable[[], Any]] = {
        name: partial(make, source / f"{name}.tsv") for name, make in _LISTS.items()
    }
    return {**made, "sectors": partial(compile_sectors, source)}
