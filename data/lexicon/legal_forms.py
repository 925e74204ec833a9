"""The list of legal forms, compiled: every case form of every form that is spelled out, to its nominative."""

from pathlib import Path

from ie.data.corpus import read_text
from ie.values.tables import fold

from .states import name_forms

HEADER = "form"


def compile_forms(path: Path) -> dict[str, str]:
    """Return `form: nominative` of the legal forms in a list, one a line."""
    lines = (line.strip() for line in read_text(path).split("\n"))
    names = [line for line in lines if line and not line.startswith("#") and line != HEADER]
    return {fold(form): name for name in names for form in name_forms(name)}
