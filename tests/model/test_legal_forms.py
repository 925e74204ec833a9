"""Legal forms of organizations, told apart from their names."""

import pytest

from ie.legal_forms import split_legal_form


@pytest.mark.parametrize(
    ("text", "name", "form"),
    [
        ("ПАО «Луговое»", "Луговое", "ПАО"),
        ('ТОО "Алтын Дала"', "Алтын Дала", "ТОО"),
        ("ООО «УК «Верхотурье»", "УК «Верхотурье»", "ООО"),
        ("ООО «УК «Верхотурье»»", "УК «Верхотурье»", "ООО"),
        ("СП ООО Bukhara Silk", "Bukhara Silk", "СП ООО"),
        ("акционерное общество «Заречье»", "Заречье", "акционерное общество"),
        ("«Заречье»", "Заречье", None),
        ('ООО "ТД "Заречье"', 'ТД "Заречье"', "ООО"),
        ('ООО "ТД "Заречье""', 'ТД "Заречье"', "ООО"),
        ('"Лес" и "Поле"', '"Лес" и "Поле"', None),
        ("«Талын Зам» ХХК", "Талын Зам", "ХХК"),
        ("«Лес» и «Поле»", "«Лес» и «Поле»", None),
        ("Минэнерго", "Минэнерго", None),
        ("Министерство энергетики РФ", "Министерство энергетики РФ", None),
        ("НПО «Химтех»", "НПО «Химтех»", None),
        ("Norrvik Timber AB", "Norrvik Timber", "AB"),
        ("Acme Tools, Inc.", "Acme Tools", "Inc."),
        ("Hoshino Wire Co., Ltd.", "Hoshino Wire", "Co., Ltd."),
        ("«Ronsard S.A.»", "Ronsard", "S.A."),
        ("«ООО Ладога-Лён»", "Ладога-Лён", "ООО"),
        ("АО", "АО", None),
        ("AG", "AG", None),
        ("ООО", "ООО", None),
        ("ООНа", "ООНа", None),
        ("", "", None),
    ],
)
def test_names_and_forms(text: str, name: str, form: str | None) -> None:
    assert split_legal_form(text) == (name, form)
