"""Documents as one self-contained HTML page: no scripts, no fetches, text exactly as it was."""

import html
from collections.abc import Iterable, Sequence
from typing import TextIO

from .brief import brief
from .document import Document, Entity
from .highlight import colour, heading, segments

# The policy keeps a page of hostile texts from running or fetching anything, even if escaping had a fault.
_HEAD = """<!doctype html>
<html lang="ru">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>ie</title>
<style>
body { font: 17px/1.6 Georgia, serif; color: #111; background: #fff }
body { max-width: 46em; margin: 2em auto; padding: 0 1em }
header { position: sticky; top: 0; padding: .5em 0; background: #fff; font: 14px sans-serif }
h2 { font: bold 15px sans-serif; color: #555; overflow-wrap: anywhere }
.text { white-space: pre-wrap; overflow-wrap: anywhere }
mark { color: #111; padding: .1em .15em; border-radius: .25em }
header mark { margin-right: .5em }
</style>
</head>
<body>
"""
_TAIL = "</body>\n</html>\n"


def write_page(documents: Iterable[Document], stream: TextIO, labels: Sequence[str]) -> None:
    """Write one page with a legend of `labels` and an article for each document, as they come."""
    stream.write(_HEAD)
    stream.write(f"<header>{''.join(_mark(label, label, labels) for label in labels)}</header>\n")
    for document in documents:
        stream.write(_article(document, labels))
        stream.flush()
    stream.write(_TAIL)


def _article(document: Document, labels: Sequence[str]) -> str:
    text = "".join(
        _escape(piece) if entity is None else _mark(piece, entity.label, labels, _title(entity))
        for piece, entity in segments(document)
    )
    return f'<article>\n<h2>{_escape(heading(document))}</h2>\n<div class="text">{text}</div>\n</article>\n'


def _mark(text: str, label: str, labels: Sequence[str], title: str = "") -> str:
    attributes = f' title="{_escape(title)}"' if title else ""
    return f'<mark style="background:{colour(label, labels)}"{attributes}>{_escape(text)}</mark>'


def _title(entity: Entity) -> str:
    score = None if entity.score is None else f"{entity.score:.2f}"
    return " ".join(filter(None, (entity.label, score, brief(entity))))


def _escape(text: str) -> str:
    # browsers read a bare carriage return as a line feed
    return html.escape(text).replace("\r", "&#13;")
