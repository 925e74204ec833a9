"""The form of normalised values: which fields a label's value has and what may stand in them.

Whether a value says what the text says is another question, answered by `ie.data.consistency`.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from ie.timex import GRAINS, MODIFIERS, parse_timex
from ie.values.sectors.isic import codes

COMPARATORS = ("=", "~", "<", "<=", ">", ">=", "range")
KINDS = ("organization", "person", "state")
# ISO 4217: the active codes of states' money, then withdrawn ones that news since 1998 names
_CURRENCIES = """
AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF
CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD
HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD
MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN
PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY
TTD TWD TZS UAH UGX USD UYU UZS VES VND VUV WST XAF XCD XDR XOF XPF YER ZAR ZMW ZWG ADP ATS AZM BEF BYB BYR
CUC CYP DEM EEK ESP FIM FRF GRD HRK IEP ITL LTL LUF LVL MTL NLG PTE ROL RUR SDD SIT SKK SUR TJR TMM TRL UAK
VEB VEF XEU YUM ZWL
"""
CURRENCIES = frozenset(_CURRENCIES.split())
# ISO 3166-1 alpha-2, the reserved EU and SU, the user-assigned XK (Kosovo), and withdrawn codes (ISO 3166-3)
_STATES = """
AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY
BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK
FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR
IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK
ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM
PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF
TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW EU SU XK
CS DD YU
"""
STATES = frozenset(_STATES.split())
_FIELDS = {
    "AMOUNT": frozenset({"value", "low", "high", "currency", "comparator"}),
    "DATE": frozenset({"start", "end", "grain", "mod", "timex"}),
    "PARTY": frozenset({"kind", "canonical", "legal_form", "code"}),
    "SECTOR": frozenset({"canonical", "code"}),
}
_NUMBER = re.compile(r"(?:0|[1-9]\d*)(?:\.\d+)?")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_YEARLESS = re.compile(r"--\d\d(?:-\d\d)?")


def value_faults(label: str, value: Mapping[str, Any]) -> Iterator[str]:
    """Yield, a sentence each, what is malformed in the value of a label; nothing for a user's own labels."""
    if label not in _FIELDS:
        return
    for name in value:
        if name not in _FIELDS[label]:
            yield f"Field {name!r} is not part of a {label} value."
    yield from _CHECKS[label](value)


def _amount(value: Mapping[str, Any]) -> Iterator[str]:
    comparator = value.get("comparator")
    numbers = {name: value[name] for name in ("value", "low", "high") if name in value}
    for name, number in numbers.items():
        if not isinstance(number, str) or not _NUMBER.fullmatch(number):
            yield f"Field {name!r} must be a decimal number in a string: {number!r}."
            return
    if comparator not in COMPARATORS:
        yield f"Field 'comparator' must be one of {' '.join(COMPARATORS)}: {comparator!r}."
    elif set(numbers) == {"low", "high"}:
        if Decimal(numbers["low"]) >= Decimal(numbers["high"]):
            yield f"The range from {numbers['low']} to {numbers['high']} does not grow."
        if comparator != "range":
            yield f"The comparator of 'low' and 'high' must be range, not {comparator}."
    elif not ((set(numbers) == {"value"} and comparator != "range") or (not numbers and comparator != "=")):
        yield "There must be 'value', or 'low' and 'high' for a range, or another comparator than = alone."
    currency = value.get("currency", "")
    if currency is not None and currency not in CURRENCIES:
        yield f"Field 'currency' must be a code of ISO 4217 or null: {currency!r}."


def _date(value: Mapping[str, Any]) -> Iterator[str]:
    start, end = value.get("start"), value.get("end")
    for name, day in (("start", start), ("end", end)):
        if name not in value or (day is not None and not (isinstance(day, str) and _is_day(day))):
            yield f"Field {name!r} must be YYYY-MM-DD, --MM-DD, --MM or null: {day!r}."
            return
    if start and end:
        if start.startswith("--") != end.startswith("--"):
            yield f"Of {start} and {end} only one has a year."
        elif not start.startswith("--") and start > end:
            yield f"The start {start} is after the end {end}."
    if value.get("grain") not in GRAINS:
        yield f"Field 'grain' must be one of {' '.join(GRAINS)}: {value.get('grain')!r}."
    mod = value.get("mod", ["end"])
    if not isinstance(mod, list) or not mod or mod != [name for name in MODIFIERS if name in mod]:
        yield f"Field 'mod' must be a list, in this order, of some of {' '.join(MODIFIERS)}: {mod!r}."
    if "timex" in value:
        yield from _timex(value["timex"], start, end)


def _timex(timex: Any, start: str | None, end: str | None) -> Iterator[str]:
    try:
        period = parse_timex(timex) if isinstance(timex, str) else None
    except ValueError:
        period = None
    if period is None:
        yield f"Field 'timex' must be a period such as 2016-11 or 2015/2019: {timex!r}."
    elif (period.start, period.end) != (start, end):
        yield f"The timex {timex} is from {period.start} to {period.end}, not from {start} to {end}."


def _is_day(text: str) -> bool:
    whole = f"2000-{text[2:]}" + ("-01" if len(text) == 4 else "") if _YEARLESS.fullmatch(text) else text
    try:
        return bool(_DAY.fullmatch(whole)) and date.fromisoformat(whole) is not None
    except ValueError:
        return False


def _party(value: Mapping[str, Any]) -> Iterator[str]:
    kind, code = value.get("kind"), value.get("code")
    if kind not in KINDS:
        yield f"Field 'kind' must be one of {' '.join(KINDS)}: {kind!r}."
    yield from _canonical(value)
    form = value.get("legal_form", "-")
    if not isinstance(form, str) or not form.strip():
        yield f"Field 'legal_form' must be a string that is not empty: {form!r}."
    if code is not None and kind != "state":
        yield f"Field 'code' is for states, not for a {kind}."
    if code is not None and code not in STATES:
        yield f"Field 'code' must be a code of ISO 3166-1 or EU: {code!r}."


def _sector(value: Mapping[str, Any]) -> Iterator[str]:
    yield from _canonical(value)
    code = value.get("code", "")
    if code is not None and not (isinstance(code, str) and code in codes()):
        yield f"Field 'code' must be a section of ISIC Rev. 4 with a division of it or without: {code!r}."


def _canonical(value: Mapping[str, Any]) -> Iterator[str]:
    name = value.get("canonical")
    if not isinstance(name, str) or not name.strip() or name != " ".join(name.split()):
        yield f"Field 'canonical' must be a name without white space at its edges: {name!r}."


_CHECKS: dict[str, Callable[[Mapping[str, Any]], Iterator[str]]] = {
    "AMOUNT": _amount,
    "DATE": _date,
    "PARTY": _party,
    "SECTOR": _sector,
}
