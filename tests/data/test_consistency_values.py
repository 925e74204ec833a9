import dataclasses

import pytest
from valued import valued

from ie.data.consistency import find


def reasons(document):
    return [finding.reason for finding in find([document]) if finding.rule == "value"]


class TestAmounts:
    @pytest.mark.parametrize(
        "source",
        [
            "[AMOUNT:1,2 млрд рублей|1.2b RUB]",
            "[AMOUNT:полтора миллиарда долларов|1.5b USD]",
            "[AMOUNT:два с половиной миллиона тенге|2.5m KZT]",
            "[AMOUNT:сто двадцать пять тысяч евро|125k EUR]",
            "[AMOUNT:полмиллиона фунтов стерлингов|500k GBP]",
            "[AMOUNT:1\u00a0250\u00a0000 ₽|1250000 RUB]",
            "[AMOUNT:1.250.000 руб.|1250000 RUB]",
            "[AMOUNT:10 рублей 50 копеек|10.5 RUB]",
            "[AMOUNT:два доллара сорок центов|2.4 USD]",
            "[AMOUNT:80 копеек|0.8 RUB]",
            "[AMOUNT:1 млрд 200 млн рублей|1.2b RUB]",
            "[AMOUNT:триллион рублей|1t RUB]",
            "[AMOUNT:от 3 до 5 млн евро|3m..5m EUR]",
            "[AMOUNT:$1–1,5 млрд|1b..1.5b USD]",
            "съехала с [AMOUNT:12 до 11 тысяч рублей|11k..12k RUB]",
            "[AMOUNT:20–25 центов|0.2..0.25 USD]",
            "на [AMOUNT:три|3k RUB] тысячи",
            "[AMOUNT:сотни миллионов долларов|~ USD]",
            "[AMOUNT:миллиарды долларов|~ USD]",
            "[AMOUNT:миллионов десять рублей|~10m RUB]",
            "[AMOUNT:20|0.2 USD] или 25 центов",
            "[AMOUNT:300 рублей|300 RUB] и выше",
            "[AMOUNT:300 рублей|>=300 RUB] и выше",
            "[AMOUNT:5 тысяч белорусских рублей|5k BYR]",
            "[AMOUNT:5 млн канадских долларов|5m CAD]",
            "[AMOUNT:5 млн белорусских рублей|5m BYN]",
            "[AMOUNT:300 CHF|300 CHF]",
            "[AMOUNT:не более 5 млн евро|<=5m EUR]",
            "[AMOUNT:не менее 5 млн евро|>=5m EUR]",
            "[AMOUNT:≈4 млрд рублей|~4b RUB]",
            "примерно на [AMOUNT:5 трлн рублей|~5t RUB]",
            "более чем на [AMOUNT:триллион рублей|>1t RUB]",
        ],
    )
    def test_a_value_that_says_what_the_text_says_is_none(self, source):
        assert reasons(valued(f"Порт отдал {source} за цех.")) == []

    @pytest.mark.parametrize(
        ("source", "reason"),
        [
            ("[AMOUNT:1,2 млрд рублей|1.2m RUB]", "The value is 1200000, the text says 1200000000."),
            ("[AMOUNT:двести тысяч рублей|300k RUB]", "The value is 300000, the text says 200000."),
            ("[AMOUNT:от 3 до 5 млн евро|3m EUR]", "The value is 3000000, the text says 3000000 to 5000000."),
            ("[AMOUNT:80 копеек|80 RUB]", "The value is 80, the text says 0.8."),
            ("[AMOUNT:сотни рублей|~200 RUB]", "The value is 200, the text says no number."),
            ("[AMOUNT:5 млн евро|5m USD]", "The currency is USD, the text says EUR."),
            ("[AMOUNT:5 млн шведских крон|5m NOK]", "The currency is NOK, the text says SEK."),
            ("[AMOUNT:более 5 млн евро|5m EUR]", "The comparator is =, the text says >."),
            ("[AMOUNT:не менее 5 млн евро|<5m EUR]", "The comparator is <, the text says >=."),
            ("примерно на [AMOUNT:5 млн евро|5m EUR]", "The comparator is =, the text says ~."),
            ("на [AMOUNT:5 млн евро|>5m EUR]", "Nothing in the text says the comparator >."),
        ],
    )
    def test_a_value_that_says_something_else_is_found(self, source, reason):
        assert reasons(valued(f"Завтра цех {source}.")) == [reason]


class TestDates:
    @pytest.mark.parametrize(
        "source",
        [
            "[DATE:6 ноября|2016-11-06]",
            "[DATE:7 ноября 2016 года|2016-11-07]",
            "[DATE:23.09.2025 10:42|2025-09-23]",
            "[DATE:с 1 по 21 октября|2016-10-01/2016-10-21]",
            "[DATE:с 1 ноября 2014 года по 31 марта 2015 года|2014-11-01/2015-03-31]",
            "[DATE:2015-2019 годы|2015/2019]",
            "[DATE:январе—сентябре|2016-01/2016-09]",
            "[DATE:втором квартале 2016 года|2016-Q2]",
            "[DATE:первом полугодии|2016-H1]",
            "[DATE:зимой 2015 года|2015-WI]",
            "[DATE:среду, 6 сентября|2023-09-06]",
            "[DATE:90-х годах|199X]",
            "[DATE:начале ноября|2016-11 start]",
            "[DATE:6 ноября|XXXX-11-06]",
            "до [DATE:конца 2019 года|2019 until+end]",
            "к [DATE:2030 году|2030 until]",
            "с [DATE:1 июня|2018-06-01 since]",
            "после [DATE:мая|2016-05 after]",
            "по сравнению с [DATE:августом|2016-08]",
            "на 5 % к [DATE:маю|2016-05]",
            "от [DATE:2009 года|2009]",
            "[DATE:вчера|2016-11-07]",
            "[DATE:31 декабря 9999 года|9999-12-31]",
            "[DATE:год назад|2015-10]",
            "[DATE:2016/17 финансовом году|2016-07-01/2017-06-30]",
            "[DATE:1 марта 2003 года|2003-03-01] и [DATE:два дня спустя|2003-03-03]",
            "[DATE:третьем квартале|2003-Q3] и [DATE:четвёртом|2003-Q4]",
            "цены с [DATE:прошлой осени|2015-FA]",
            "[DATE:Tue, 21 Nov 2023 21:46:46 +0300|2023-11-21]",
        ],
    )
    def test_a_value_that_says_what_the_text_says_is_none(self, source):
        assert reasons(valued(f"Порт открыт {source} у моста.")) == []

    @pytest.mark.parametrize(
        ("source", "reason"),
        [
            ("[DATE:6 ноября|2016-10-06]", "The text says 2016-11-06, the value is 2016-10-06."),
            ("[DATE:6 ноября|2016-11-07]", "The text says 2016-11-06, the value is 2016-11-07."),
            ("[DATE:6 ноября|2016-11]", "The text says 2016-11-06, the value is 2016-11-01 to 2016-11-30."),
            (
                "[DATE:2015 году|2016]",
                "The text says 2015-01-01 to 2015-12-31, the value is 2016-01-01 to 2016-12-31.",
            ),
            (
                "[DATE:2015-2019 годы|2015/2018]",
                "The text says 2015-01-01 to 2019-12-31, the value is 2015-01-01 to 2018-12-31.",
            ),
            (
                "[DATE:втором квартале|2016-Q3]",
                "The text says 2016-04-01 to 2016-06-30, the value is 2016-07-01 to 2016-09-30.",
            ),
            ("[DATE:вчера|2016-11-02]", "The text says 2016-11-07, the value is 2016-11-02."),
            (
                "[DATE:два года назад|2012]",
                "The text says 2014-01-01 to 2014-12-31, the value is 2012-01-01 to 2012-12-31.",
            ),
            ("[DATE:2015-2019 годы|2015/2019 end]", "Nothing in the text says the modifier end."),
            ("[DATE:вторник|2016-11-07]", "The weekday of 2016-11-07 is not that of the text."),
            ("[DATE:начале ноября|2016-11]", "The text says start, the modifiers are none."),
            ("[DATE:ноябре|2016-11 end]", "Nothing in the text says the modifier end."),
            ("до [DATE:2019 года|2019]", "The words say until, the modifiers are none."),
            ("с [DATE:2019 года|2019 until]", "The words say since, the modifiers are until."),
            ("в [DATE:2019 году|2019 after]", "Nothing says after."),
        ],
    )
    def test_a_value_that_says_something_else_is_found(self, source, reason):
        assert reasons(valued(f"Цех открыт {source}.")) == [reason]


class TestNames:
    @pytest.mark.parametrize(
        "source",
        [
            "[STATE:Казахстане|KZ]",
            "[STATE:РК|KZ]",
            "[STATE:республике Кипр|CY]",
            "[STATE:ЕАЭС|-]",
            "[STATE:СССР|-]",
            "[STATE:Конго|CD]",
            "[ORG:«Лузьмаша»|Лузьмаш]",
            "[ORG:ООО «Лузь»]",
            "[ORG:МЭР|Министерство экономического развития]",
            "[PERSON:Тимура Ахметова|Тимур Ахметов]",
            "[SECTOR:энергетике|D35 энергетика]",
            "[SECTOR:АПК|A01]",
        ],
    )
    def test_a_value_of_the_same_name_is_none(self, source):
        assert reasons(valued(f"Речь о {source}.")) == []

    @pytest.mark.parametrize(
        ("source", "reason"),
        [
            ("[STATE:Казахстане|UZ]", "The code is UZ, the name is that of KZ."),
            ("[STATE:Японии|-]", "The code is None, the name is that of JP."),
            ("[STATE:Прибалтике|-]", "No state is known by the name 'Прибалтике'."),
            ("[ORG:Японии|Япония]", "It is a state by its name, not organization."),
            ("[ORG:Лузьмаша|Шексна]", "The canonical name 'Шексна' has no word of the text."),
            ("[SECTOR:туризме|I55 торговля]", "The canonical name 'торговля' has no word of the text."),
        ],
    )
    def test_a_value_of_another_name_is_found(self, source, reason):
        assert reasons(valued(f"Речь о {source}.")) == [reason]

    def test_a_name_keeps_neither_quotes_nor_a_legal_form(self):
        for name, reason in (("«Лузь", "begins with a quote"), ("ООО «Лузь»", "has the legal form 'ООО'")):
            document = _with_value("[ORG:Лузь]", {"kind": "organization", "canonical": name})
            assert reason in reasons(document)[0]


class TestForm:
    def test_a_missing_value_is_found_only_beside_values(self):
        document = valued("[ORG:Лузьмаш] продал [ORG:Шексну|Шексна].")
        bare = dataclasses.replace(document.entities[0], value=None)
        assert reasons(dataclasses.replace(document, entities=(bare, document.entities[1]))) == [
            "It has no value, others of the document have one."
        ]
        assert reasons(dataclasses.replace(document, entities=(bare,))) == []

    def test_a_malformed_value_is_found_and_not_compared(self):
        document = _with_value(
            "[AMOUNT:5 млн евро|5m EUR]", {"value": 3, "currency": "EUR", "comparator": "="}
        )
        assert reasons(document) == ["Field 'value' must be a decimal number in a string: 3."]


def _with_value(source, value):
    document = valued(f"Речь о {source}.")
    return dataclasses.replace(document, entities=(dataclasses.replace(document.entities[0], value=value),))
