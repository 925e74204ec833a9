"""Documents with values, written in the inline markup of the corpus."""

import datetime
import re

from ie.data.inline import LABELS
from ie.data.notation import parse_value
from ie.document import Document, Entity

_MARK = re.compile(r"\[([A-Z]+):([^|\]]*)(?:\|([^\]]*))?\]")


def valued(source, date="2016-11-08", **fields):
    """Return the document of "купил за [AMOUNT:5 млн рублей|5m RUB]"."""
    text, end, entities = "", 0, []
    for match in _MARK.finditer(source):
        text += source[end : match.start()]
        kind, surface, notation = match.groups()
        value = parse_value(kind, surface, notation)
        entities.append(Entity(LABELS[kind], len(text), len(text) + len(surface), surface, value=value))
        text += surface
        end = match.end()
    return Document(
        text + source[end:],
        tuple(entities),
        **{"id": "a", "date": datetime.date.fromisoformat(date)} | fields,
    )
