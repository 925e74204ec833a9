"""Documents for a reader at a terminal: the text with its entities highlighted, and a table of them."""

import unicodedata
from collections.abc import Iterable, Sequence
from typing import TextIO

from rich.console import Console
from rich.style import Style
from rich.table import Table
from rich.text import Text

from .brief import brief
from .document import Document, Entity
from .highlight import PALETTE, colour, heading, segments

# The nearest to `PALETTE` that every terminal has and every theme keeps readable.
TERMINAL_COLOURS = ("green", "magenta", "yellow", "cyan", "red", "bright_yellow", "white", "bright_red")
# Where the width is not that of a terminal, as in a file.
PAGE_WIDTH = 110


def write_table(documents: Iterable[Document], stream: TextIO, labels: Sequence[str]) -> None:
    """Write each document as it comes: heading, text with highlighted entities, table of entities.

    Without colours (a file, `NO_COLOR`) an entity stands in brackets with its label.
    """
    width = None if stream.isatty() else PAGE_WIDTH
    console = Console(file=stream, width=width, highlight=False, markup=False, emoji=False)
    for document in documents:
        console.rule(Text(visible(heading(document)), style="bold"), align="left")
        console.print(_text(document, labels, plain=console.color_system is None), overflow="fold")
        console.print(_table(document.entities, labels) if document.entities else "No entities.")
        stream.flush()


def visible(text: str) -> str:
    """Return the text with control characters as pictures, so that no text can steer the terminal.

    Line feeds and tabs stay; carriage returns before line feeds go; direction marks are shown as "�".
    """
    return "".join(map(_picture, text.replace("\r\n", "\n")))


def _picture(char: str) -> str:
    if char.isprintable() or char in "\n\t":
        return char
    if char < " ":
        return chr(0x2400 + ord(char))  # the block of control pictures
    if char == "\x7f":
        return "\u2421"
    # a soft hyphen, a joiner and spaces that are not " " do no harm; controls and marks of direction do
    harmless = unicodedata.category(char) != "Cc" and unicodedata.bidirectional(char) not in _DIRECTIONS
    return char if harmless and char not in "\u2028\u2029" else "\ufffd"


_DIRECTIONS = frozenset({"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})


def _text(document: Document, labels: Sequence[str], plain: bool) -> Text:
    text = Text()
    for piece, entity in segments(document):
        if entity is None:
            text.append(visible(piece))
        elif plain:
            text.append(f"[{visible(piece)} {entity.label}]")
        else:
            text.append(visible(piece), _style(entity.label, labels))
    return text


def _table(entities: Sequence[Entity], labels: Sequence[str]) -> Table:
    valued = any(entity.value is not None or entity.reason for entity in entities)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("label", "text", "start", "end", "score", *(["value"] if valued else [])):
        number = name in ("start", "end", "score")
        table.add_column(name, justify="right" if number else "left", overflow="fold")
    for entity in entities:
        cells = [
            Text(entity.label, _style(entity.label, labels)),
            Text(visible(" ".join(entity.text.split()))),
            Text(str(entity.start)),
            Text(str(entity.end)),
            Text("" if entity.score is None else f"{entity.score:.2f}"),
        ]
        if valued:
            cells.append(Text(visible(brief(entity))))
        table.add_row(*cells)
    return table


def _style(label: str, labels: Sequence[str]) -> Style:
    return Style(color="black", bgcolor=TERMINAL_COLOURS[PALETTE.index(colour(label, labels))])
