"""`ie normalize`: the value of one phrase, without a model."""

import datetime
import json
import sys
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from ie.errors import InputError, UsageError
from ie.sources import STDIN, display_name

from . import print_error


class Kind(StrEnum):
    """What a phrase is a mention of."""

    AMOUNT = "amount"
    DATE = "date"
    PARTY = "party"
    SECTOR = "sector"


def command(
    kind: Annotated[Kind, typer.Argument(help="What the phrases are.")],
    phrases: Annotated[
        list[str] | None,
        typer.Argument(metavar="[TEXT…|-]", help="Phrases; - or nothing reads standard input, one a line."),
    ] = None,
    date: Annotated[
        datetime.datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Date of the article that a date phrase is from."),
    ] = None,
    titles: Annotated[
        bool, typer.Option("--titles", help="Add the titles of a sector's code in English and Russian.")
    ] = False,
) -> None:
    """Print the normalised value of each phrase, a JSON object a line; null, with the reason, for none.

    Exit code 1 says that some phrases, each named on stderr, are no text; the others are done.
    """
    if date is not None and kind is not Kind.DATE:
        raise UsageError(f"--date is for dates, not for a {kind}.")
    if titles and kind is not Kind.SECTOR:
        raise UsageError(f"--titles is for sectors, not for a {kind}.")
    failed = False
    for phrase in _given(phrases):
        if isinstance(phrase, InputError):
            failed = True
            print_error(str(phrase))
            continue
        record = {"text": phrase, **_read(kind, phrase, date and date.date(), titles)}
        typer.echo(json.dumps(record, ensure_ascii=False))
    if failed:
        raise typer.Exit(1)


def _given(phrases: list[str] | None) -> Iterator[str | InputError]:
    from ie.inputs import read_lines
    from ie.records import is_encodable

    if phrases and phrases != [STDIN]:
        yield from (p if is_encodable(p) else InputError(f"{p!r}: The phrase is not text.") for p in phrases)
        return
    if sys.stdin.isatty() and not phrases:
        raise UsageError("Nothing to read: give a phrase, or - to type some.")
    yield from read_lines(sys.stdin.buffer, display_name(Path(STDIN)))


def _read(kind: Kind, phrase: str, date: datetime.date | None, titles: bool) -> dict[str, Any]:
    from ie import values

    read: Any = getattr(values, f"read_{kind}")
    found = read(phrase, date) if kind is Kind.DATE else read(phrase)
    if isinstance(found, values.Unknown):
        return {"value": None, "reason": found.reason}
    record = {"value": found.to_record()}
    if titles:
        code = found.code
        record["titles"] = code and {language: values.title(code, language) for language in ("en", "ru")}
    return record
