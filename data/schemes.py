"""Tag schemes of other systems: IO, IOB1, IOB2 and BILOU (also written BIOES or BMES), read leniently.

Ours is strict IOB2 (`ie.tags`); a tag that its scheme does not allow here is read as it was likely meant and
reported.
"""

import re
from collections.abc import Iterable, Sequence

from ie.document import Span
from ie.labels import OUTSIDE

IO, IOB1, IOB2, BILOU = "IO", "IOB1", "IOB2", "BILOU"
_TAG = re.compile(r"([BIMLEUS])[-_](.+)", re.IGNORECASE)
# the names that BIOES and BMES have for the same places
_SAME = {"M": "I", "E": "L", "S": "U"}


def is_tag(text: str) -> bool:
    """Return whether `text` is O or a prefixed tag of some scheme."""
    return text == OUTSIDE or _TAG.fullmatch(text) is not None


def scheme_of(sequences: Iterable[Sequence[str]]) -> str:
    """Return the scheme that sequences of tags follow, or break least.

    Tags without prefix are IO; a tag for last or only words means BILOU. IOB1 has B only between two
    spans of one label, IOB2 has it at the start of each.
    """
    prefixes: set[str] = set()
    separating = True
    for tags in sequences:
        previous = ""
        for tag in tags:
            prefix, label = _parse(tag, IOB2)
            prefixes.add(prefix)
            separating &= prefix != "B" or label == previous
            previous = label
    if prefixes & {"L", "U"}:
        return BILOU
    if not prefixes & {"B", "I"}:
        return IO
    return IOB1 if separating else IOB2


def decode_tags(tags: Sequence[str], scheme: str) -> tuple[list[Span], list[tuple[int, str]]]:
    """Return the spans, in words, of `tags`, and each fault as the position of a tag and a reason.

    Equals `ie.tags.spans_from_tags` on strict IOB2.
    """
    spans: list[Span] = []
    faults: list[tuple[int, str]] = []
    start, open_label = 0, ""
    for i, tag in enumerate([*tags, OUTSIDE]):
        prefix, label = _parse(tag, scheme)
        if prefix == "?":
            faults.append((i, f"tag {tag!r} is not understood, taken as {OUTSIDE}."))
        continues = prefix in "IL" and label == open_label
        if open_label and not continues:
            spans.append(Span(start, i, open_label))
            if scheme == BILOU:
                faults.append((i - 1, f"tag {tags[i - 1]!r} ends a span that has no last tag."))
        if label and not continues:
            start = i
            if prefix in "IL" and scheme in (IOB2, BILOU):
                faults.append((i, f"tag {tag!r} continues no span, taken as its start."))
        open_label = label
        if label and prefix in "LU":
            spans.append(Span(start, i + 1, label))
            open_label = ""
    return spans, faults


def _parse(tag: str, scheme: str) -> tuple[str, str]:
    """Return prefix and label of a tag: `O` outside, `?` where the tag is not of the scheme."""
    if tag == OUTSIDE:
        return OUTSIDE, ""
    if scheme == IO:
        return "I", tag
    match = _TAG.fullmatch(tag)
    if match is None:
        return "?", ""
    prefix = match[1].upper()
    return _SAME.get(prefix, prefix), match[2]
