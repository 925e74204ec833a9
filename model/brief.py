"""A value on one line, for people: `≥ 1 200 000 000 USD`, `2016-11-01 … 2016-11-30`, `D35 энергетика`."""

import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from .document import Entity

Value = Mapping[str, Any]

_SIGNS = {"=": "", "~": "≈ ", "<": "< ", "<=": "≤ ", ">": "> ", ">=": "≥ "}


def brief(entity: Entity) -> str:
    """Return the value of an entity as one line; for none the reason in brackets, if there is one.

    A value of another form than ours is given as JSON.
    """
    if entity.value is None:
        return f"({entity.reason})" if entity.reason else ""
    show = _SHOWN.get(entity.label)
    try:
        text = show(entity.value) if show else None
    except (KeyError, TypeError, ValueError, ArithmeticError):
        text = None  # a value of the user's own making
    return text or json.dumps(dict(entity.value), ensure_ascii=False)


def _amount(value: Value) -> str:
    currency = value["currency"] or ""
    if "low" in value:
        number = f"{_grouped(value['low'])} … {_grouped(value['high'])}"
    else:
        number = _SIGNS[value["comparator"]] + (_grouped(value["value"]) if "value" in value else "?")
    return f"{number} {currency}".rstrip()


def _grouped(number: str) -> str:
    return f"{Decimal(number):,f}".replace(",", "\u202f")


def _date(value: Value) -> str:
    start, end = value["start"], value["end"]
    days = value.get("timex", "?") if start is None else start if start == end else f"{start} … {end}"
    mod = value.get("mod") or ()
    return f"{days} ({', '.join(mod)})" if mod else str(days)


def _party(value: Value) -> str:
    parts = [value.get("code"), value["canonical"], value.get("legal_form"), value["kind"]]
    return " · ".join(part for part in parts if part)


def _sector(value: Value) -> str:
    return f"{value['code'] or '?'} {value['canonical']}"


_SHOWN: dict[str, Callable[[Value], str]] = {
    "AMOUNT": _amount,
    "DATE": _date,
    "PARTY": _party,
    "SECTOR": _sector,
}
