"""PARTY values that disagree with their text."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ie.data.convert.states import is_state, state_codes
from ie.document import Document, Entity
from ie.values.parties.legal_forms import split_legal_form

from .finding import Finding, finding_of
from .stems import shares_stem

# states that share a name in news, and states that are no more
_SAME_NAME = {"CG": ("CD",), "KR": ("KP",), "DE": ("DD",), "RU": ("SU",)}
_NO_MORE = frozenset({"SU", "DD", "YU", "CS"})


def party_findings(document: Document, entity: Entity, value: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield how the well-formed value of a PARTY disagrees with its text."""
    reasons = _state if value["kind"] == "state" else _name
    for reason in reasons(entity.text, value):
        yield finding_of(document, "value", entity, reason)


def _state(text: str, value: Mapping[str, Any]) -> Iterator[str]:
    code = value.get("code")
    codes = _codes(text)
    allowed = codes.union(*(_SAME_NAME.get(known, ()) for known in codes))
    if codes and (code or "UN") not in allowed and not (code is None and codes <= _NO_MORE):
        yield f"The code is {code}, the name is that of {' or '.join(sorted(codes))}."
    if not codes and not _codes(value["canonical"]):
        yield f"No state is known by the name {value['canonical']!r}."


def _name(text: str, value: Mapping[str, Any]) -> Iterator[str]:
    canonical = value["canonical"]
    if is_state(text):
        yield f"It is a state by its name, not {value['kind']}."
    if not shares_stem(text, canonical):
        yield f"The canonical name {canonical!r} has no word of the text."
    if canonical[:1] in "«„“\"'":
        yield f"The canonical name {canonical!r} begins with a quote."
    elif _takes_form(value) and (form := split_legal_form(canonical)[1]):
        yield f"The canonical name {canonical!r} has the legal form {form!r}."
    if value["kind"] == "person" and re.search(r"[«»\"\d]", canonical):
        yield f"The person {canonical!r} has quotes or digits in the name."


def _takes_form(value: Mapping[str, Any]) -> bool:
    """Return whether a legal form in the name is one that should stand apart."""
    return value["kind"] == "organization" and "legal_form" not in value


def _codes(name: str) -> frozenset[str]:
    """Return the codes of a state by its name, «республика Кипр» in lower case too."""
    return state_codes(name[:1].upper() + name[1:])
