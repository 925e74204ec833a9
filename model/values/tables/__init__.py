"""The compiled tables of word forms: made from `seeds/lexicon` by `ie data lexicon`, read here."""

import json
from functools import cache
from importlib.resources import files
from typing import Any


def fold(word: str) -> str:
    """Return a word as the tables have it: lower case, `е` for `ё`."""
    return word.lower().replace("ё", "е")


@cache
def read_table(name: str) -> Any:
    """Return the table `name` (`numerals`, `sectors` …) as JSON; read once."""
    return json.loads((files(__name__) / f"{name}.json").read_text(encoding="utf-8"))
