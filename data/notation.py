"""The short notation of values in inline markup, read and written.

| type | notation |
|---|---|
| AMOUNT | `>=1.2b USD`, `3m..5m EUR`, `~ USD` (no number), `5k ?` (no currency); k, m, b, t for 10³ … 10¹² |
| DATE | a period (`ie.timex`), then modifiers: `2019 until+end` |
| SECTOR | ISIC code, then the nominative: `D35 энергетика` |
| STATE | ISO 3166-1 alpha-2 code or `-`, then the nominative: `KZ`, `- Содружество Независимых Государств` |
| ORG, PERSON | the nominative |
"""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from ie.document import Entity, Record
from ie.timex import MODIFIERS, parse_timex
from ie.values.parties.legal_forms import split_legal_form

from .convert.states import state_name

KINDS = {"ORG": "organization", "PERSON": "person", "STATE": "state"}
POWERS = {"": 0, "k": 3, "m": 6, "b": 9, "t": 12}
_NUMBER = r"\d+(?:\.\d+)?[kmbt]?"
_AMOUNT = re.compile(
    rf"(?P<comparator>[<>]=?|~|=)?(?:(?P<number>{_NUMBER})(?:\.\.(?P<high>{_NUMBER}))?)? *"
    r"(?P<currency>[A-Z]{3}|\?)"
)
_CODED = re.compile(r"(?P<code>-|[A-Z]{2}|[A-U](?:\d\d)?)(?:\s+(?P<canonical>\S.*))?")


def parse_value(kind: str, surface: str, notation: str | None) -> Record:
    """Return the JSON value of a mention from its notation, or from its surface where there is none.

    Raises `ValueError` with the reason where the notation is none of its type or is needed.
    """
    if kind in ("ORG", "PERSON"):
        return _named(kind, notation or surface)
    if notation is None:
        raise ValueError(f"{kind} needs a value")
    notation = notation.strip()
    if kind == "AMOUNT":
        return _amount(notation)
    if kind == "DATE":
        return _date(notation)
    return _coded(kind, surface, notation)


def format_value(entity: Entity) -> tuple[str, str]:
    """Return the type of a mention and the notation of its value; inverse of `parse_value`."""
    value = entity.value or {}
    if entity.label == "AMOUNT":
        return "AMOUNT", _format_amount(value)
    if entity.label == "DATE":
        return "DATE", _format_date(value)
    if entity.label == "SECTOR":
        return "SECTOR", f"{value['code']} {value['canonical']}"
    kind = next(name for name, kind in KINDS.items() if kind == value["kind"])
    if kind == "STATE":
        return kind, f"{value.get('code', '-')} {value['canonical']}"
    form = value.get("legal_form")
    return kind, _with_form(str(value["canonical"]), form) if form else str(value["canonical"])


def _named(kind: str, name: str) -> Record:
    name = " ".join(name.split())
    if kind == "PERSON":
        return {"kind": "person", "canonical": name}
    canonical, form = split_legal_form(name)
    return {"kind": "organization", "canonical": canonical} | ({"legal_form": form} if form else {})


def _with_form(canonical: str, form: str) -> str:
    """Return name and legal form so that they are told apart again: a foreign form stands last."""
    before = (f"{form} «{canonical}»", f"{form} {canonical}")
    for whole in (*before, f"{canonical} {form}", f"{canonical}, {form}"):
        if split_legal_form(whole) == (canonical, form):
            return whole
    raise ValueError(f"{form!r} is not known as a legal form")


def _coded(kind: str, surface: str, notation: str) -> Record:
    match = _CODED.fullmatch(notation)
    if match is None or (len(match["code"]) == 2) != (kind == "STATE" and match["code"] != "-"):
        raise ValueError(f"{notation!r} is no code with a name after it")
    canonical = match["canonical"]
    if kind == "SECTOR":
        if match["code"] == "-":
            raise ValueError("SECTOR needs a code of ISIC")
        return {"canonical": canonical or _lower_first(surface), "code": match["code"]}
    if match["code"] == "-":
        return {"kind": "state", "canonical": canonical or surface}
    name = canonical or state_name(match["code"])
    if name is None:
        raise ValueError(f"{match['code']!r} is no state's code")
    return {"kind": "state", "canonical": name, "code": match["code"]}


def _lower_first(surface: str) -> str:
    surface = " ".join(surface.split())
    if surface.isupper() and " " not in surface:
        return surface  # an abbreviation
    first, *rest = surface.split(" ")
    return " ".join([first if first.isupper() and len(first) > 1 else first.lower(), *rest])


def _amount(notation: str) -> Record:
    match = _AMOUNT.fullmatch(notation)
    if match is None:
        raise ValueError(f"{notation!r} is no sum such as '>=1.2b USD' or '3m..5m EUR'")
    tail: Record = {"currency": None if match["currency"] == "?" else match["currency"]}
    comparator = match["comparator"] or "="
    if match["high"]:
        low, high = _decimal(match["number"]), _decimal(match["high"])
        if Decimal(low) >= Decimal(high):
            raise ValueError(f"the range {notation!r} does not grow")
        return {"low": low, "high": high, **tail, "comparator": "range"}
    if match["number"]:
        return {"value": _decimal(match["number"]), **tail, "comparator": comparator}
    if comparator == "=":
        raise ValueError(f"{notation!r} has neither a number nor a comparator")
    return {**tail, "comparator": comparator}


def _decimal(number: str) -> str:
    suffix = number[-1] if number[-1].isalpha() else ""
    value = Decimal(number.removesuffix(suffix)).scaleb(POWERS[suffix])
    whole = value.to_integral_value()
    return f"{whole:f}" if value == whole else f"{value.normalize():f}"


def _format_amount(value: Mapping[str, Any]) -> str:
    currency = value["currency"] or "?"
    if "low" in value:
        return f"{_short(value['low'])}..{_short(value['high'])} {currency}"
    comparator = value["comparator"]
    number = _short(value["value"]) if "value" in value else ""
    return f"{'' if comparator == '=' else comparator}{number} {currency}"


def _short(number: str) -> str:
    """Return a decimal with the largest suffix that leaves three digits after the point at most."""
    for suffix, power in reversed(POWERS.items()):
        scaled = Decimal(number).scaleb(-power).normalize()
        if suffix and scaled >= 1 and -int(scaled.as_tuple().exponent) <= 3:
            return f"{scaled:f}{suffix}"
    return number


def _date(notation: str) -> Record:
    timex, _, modifiers = notation.partition(" ")
    period = parse_timex(timex)
    record: Record = {"start": period.start, "end": period.end, "grain": period.grain}
    names = [name for name in re.split(r"[+\s]+", modifiers) if name]
    for name in names:
        if name not in MODIFIERS:
            raise ValueError(f"{name!r} is no modifier: the known ones are {', '.join(MODIFIERS)}")
    if names:
        record["mod"] = sorted(set(names), key=MODIFIERS.index)
    return {**record, "timex": period.timex}


def _format_date(value: Mapping[str, Any]) -> str:
    grain = "" if parse_timex(value["timex"]).grain == value["grain"] else f"@{value['grain']}"
    mod = f" {'+'.join(value['mod'])}" if value.get("mod") else ""
    return f"{value['timex']}{grain}{mod}"
