"""Titles of the sections and divisions of ISIC Rev. 4, the United Nations' classification of activities."""

from typing import Literal, cast

from ie.values.tables import read_table

Language = Literal["en", "ru"]
LANGUAGES: tuple[Language, ...] = ("en", "ru")


def title(code: str, language: Language = "en") -> str:
    """Return the title of a section (`D`) or division (`D35`) in English or Russian.

    Raises `ValueError` naming the code or the language that is not known.
    """
    if language not in LANGUAGES:
        raise ValueError(f"The titles are in {' and '.join(LANGUAGES)}, not in {language!r}.")
    titles = read_table("isic").get(code)
    if titles is None:
        raise ValueError(f"{code!r} is no section or division of ISIC Rev. 4.")
    return cast("str", titles[LANGUAGES.index(language)])


def codes() -> tuple[str, ...]:
    """Return the 21 sections and 88 divisions, each section before its divisions."""
    return tuple(read_table("isic"))


def section(code: str) -> str:
    """Return the section letter of a code: `D` of `D35`."""
    return code[:1]
