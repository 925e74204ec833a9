import pytest

from ie.data.values import value_faults

DAY = {"start": "2016-11-06", "end": "2016-11-06", "grain": "day"}
SUM = {"value": "1200000000", "currency": "RUB", "comparator": "="}


@pytest.mark.parametrize(
    ("label", "value"),
    [
        ("AMOUNT", SUM),
        ("AMOUNT", SUM | {"value": "0.5", "currency": None, "comparator": "<="}),
        ("AMOUNT", {"low": "3", "high": "10", "currency": "EUR", "comparator": "range"}),
        ("AMOUNT", {"currency": "USD", "comparator": "~"}),
        ("DATE", DAY),
        ("DATE", DAY | {"mod": ["end", "until"], "timex": "2016-11-06"}),
        ("DATE", {"start": "--02-29", "end": "--02-29", "grain": "day"}),
        ("DATE", {"start": "--11", "end": "--11", "grain": "month"}),
        ("DATE", {"start": None, "end": None, "grain": "year", "timex": "XXXX"}),
        ("PARTY", {"kind": "organization", "canonical": "Лузь", "legal_form": "ООО"}),
        ("PARTY", {"kind": "state", "canonical": "Евросоюз", "code": "EU"}),
        ("PARTY", {"kind": "state", "canonical": "ЕАЭС"}),
        ("SECTOR", {"canonical": "туризм", "code": "N79"}),
        ("SECTOR", {"canonical": "торговля", "code": "G"}),
        ("SECTOR", {"canonical": "инновации", "code": None}),
        ("PRODUCT", {"anything": 1}),
    ],
)
def test_a_value_of_the_guidelines_has_no_fault(label, value):
    assert list(value_faults(label, value)) == []


@pytest.mark.parametrize(
    ("label", "value", "reason"),
    [
        ("AMOUNT", SUM | {"value": "1,2"}, "Field 'value' must be a decimal number"),
        ("AMOUNT", SUM | {"value": 5.0}, "Field 'value' must be a decimal number"),
        ("AMOUNT", SUM | {"value": "-5"}, "Field 'value' must be a decimal number"),
        ("AMOUNT", SUM | {"currency": "RUR "}, "Field 'currency'"),
        ("AMOUNT", {"value": "5", "comparator": "="}, "Field 'currency'"),
        ("AMOUNT", SUM | {"comparator": "about"}, "Field 'comparator'"),
        ("AMOUNT", SUM | {"comparator": "range"}, "There must be 'value'"),
        ("AMOUNT", {"currency": "USD", "comparator": "="}, "There must be 'value'"),
        ("AMOUNT", {"low": "9", "high": "3", "currency": "USD", "comparator": "range"}, "does not grow"),
        ("AMOUNT", {"low": "3", "high": "9", "currency": "USD", "comparator": "="}, "must be range"),
        ("AMOUNT", SUM | {"unit": "m"}, "Field 'unit' is not part"),
        ("DATE", DAY | {"start": "2016-11-31"}, "Field 'start'"),
        ("DATE", DAY | {"start": "20161106"}, "Field 'start'"),
        ("DATE", {"start": "2016-11-06", "grain": "day"}, "Field 'end'"),
        ("DATE", DAY | {"timex": "2016-11-07"}, "The timex 2016-11-07 is from"),
        ("DATE", DAY | {"timex": "yesterday"}, "Field 'timex'"),
        ("DATE", DAY | {"end": "2016-11-05"}, "is after the end"),
        ("DATE", DAY | {"end": "--11-06"}, "only one has a year"),
        ("DATE", DAY | {"grain": "hour"}, "Field 'grain'"),
        ("DATE", DAY | {"mod": "end"}, "Field 'mod'"),
        ("DATE", DAY | {"mod": []}, "Field 'mod'"),
        ("DATE", DAY | {"mod": ["until", "end"]}, "Field 'mod'"),
        ("DATE", DAY | {"timex": 2016}, "Field 'timex'"),
        ("PARTY", {"kind": "company", "canonical": "Лузь"}, "Field 'kind'"),
        ("PARTY", {"kind": "person"}, "Field 'canonical'"),
        ("PARTY", {"kind": "person", "canonical": "Ян  Ким"}, "Field 'canonical'"),
        ("PARTY", {"kind": "person", "canonical": "Ян Ким", "code": "KR"}, "is for states"),
        ("PARTY", {"kind": "state", "canonical": "Япония", "code": "JAP"}, "ISO 3166-1"),
        ("PARTY", {"kind": "organization", "canonical": "Лузь", "legal_form": ""}, "Field 'legal_form'"),
        ("SECTOR", {"canonical": "туризм"}, "Field 'code'"),
        ("SECTOR", {"canonical": "туризм", "code": "A79"}, "Field 'code'"),
        ("SECTOR", {"canonical": "туризм", "code": "C34"}, "Field 'code'"),
        ("SECTOR", {"canonical": "туризм", "code": "V"}, "Field 'code'"),
        ("SECTOR", {"canonical": "", "code": "N79"}, "Field 'canonical'"),
    ],
)
def test_what_is_malformed_is_said(label, value, reason):
    faults = list(value_faults(label, value))
    assert len(faults) == 1
    assert reason in faults[0]


def test_all_88_divisions_of_isic_and_no_others_have_a_section():
    codes = [f"{letter}{number:02}" for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ" for number in range(100)]
    assert sum(not list(value_faults("SECTOR", {"canonical": "x", "code": code})) for code in codes) == 88
