import re

import pytest

from ie.data.brat import RawSpan
from ie.data.convert.report import Report


def _unmarked(marked):
    text, places, start = "", [], 0
    for part in re.split(r"([\[\]])", marked):
        if part == "[":
            start = len(text)
        elif part == "]":
            places.append((start, len(text)))
        else:
            text += part
    return text, places


@pytest.fixture(scope="session")
def converted():
    """Return a function: what a rule makes of a sentence in which brackets enclose a corpus's mentions."""

    def convert(rule, marked, label, report=None):
        text, places = _unmarked(marked)
        raw = [RawSpan(label, a, b, text[a:b]) for a, b in places]
        result, last = "", 0
        for span in rule(text, raw, report or Report()):
            result += f"{text[last : span.start]}[{text[span.start : span.end]}]"
            last = span.end
        return result + text[last:]

    return convert
