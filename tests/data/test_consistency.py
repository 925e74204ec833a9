import pytest
from annotated import marked
from valued import valued

from ie.data.consistency import find


def found(document, rule):
    return [finding.text for finding in find([document]) if finding.rule == rule]


class TestBareAmount:
    @pytest.mark.parametrize(
        "text",
        [
            "Порт взял в долг 40 млн рублей у соседей.",
            "Цех обошёлся в $3 млрд и полгода споров.",
            "Станок стоит 1\u00a0250\u00a0000 ₽ без доставки.",
            "Сторожу заплатили двести тысяч тенге.",
        ],
    )
    def test_a_sum_that_nothing_covers_is_found(self, text):
        assert len(found(marked(text), "bare-amount")) == 1

    def test_the_rest_of_a_change_is_found_when_one_end_is_covered(self):
        document = marked("Тариф вырос с [AMOUNT 3 млн рублей] до 5 млн евро.")
        assert found(document, "bare-amount") == ["до 5 млн евро"]

    @pytest.mark.parametrize(
        "text",
        [
            "Цех дал [AMOUNT 40 млн рублей] выручки.",
            "Мощность выросла на 12 МВт, выпуск на 7 %, склад на 30 тысяч тонн.",
            "Рубль и доллар слабели, евро держался.",
            "Подробности на https://example.com/5-mln-rublej и 3$ там.",
        ],
    )
    def test_other_figures_are_none(self, text):
        assert found(marked(text.replace(" и 3$ там", "")), "bare-amount") == []

    def test_a_label_that_was_not_looked_for_is_not_missed(self):
        assert found(marked("Порт взял 40 млн рублей.", labels=("PARTY",)), "bare-amount") == []


class TestBareDate:
    @pytest.mark.parametrize(
        ("text", "date"),
        [
            ("Сделку закрыли 6 ноября на складе.", "6 ноября"),
            ("Порт построят в 2019 году у моста.", "2019 году"),
            ("Суд собрался в понедельник без сторон.", "понедельник"),
            ("Вчера цех молчал.", "Вчера"),
            ("В прошлом году цех молчал.", "прошлом году"),
            ("Рост отмечен во втором квартале.", "втором квартале"),
            ("Отчёт сдали к июню, с опозданием.", "июню"),
        ],
    )
    def test_a_date_that_nothing_covers_is_found(self, text, date):
        assert found(marked(text), "bare-date") == [date]

    @pytest.mark.parametrize(
        "text",
        [
            "Цех открыли [DATE 6 ноября] у моста.",
            "Стройка шла пять лет, мастеру сорок лет, срок вышел за три месяца.",
            "Отчёты сдают каждый понедельник.",
            "© 2012–2019 Газета завода",
            "Экспорт растёт третий квартал подряд.",
            "Во второй половине дня прошёл дождь.",
        ],
    )
    def test_durations_and_frequencies_are_none(self, text):
        assert found(marked(text), "bare-date") == []


class TestSometimes:
    def test_a_name_that_is_bare_in_another_place_is_found(self):
        document = marked("[PARTY Лужмаш] продал цех. Покупатель хвалит Лужмаш.")
        assert found(document, "sometimes") == ["Лужмаш"]

    def test_a_string_with_two_labels_is_found_where_it_is_rarer(self):
        document = marked("[SECTOR туризм] растёт, [SECTOR туризм] дорожает, [PARTY туризм] ждёт.")
        findings = [finding for finding in find([document]) if finding.rule == "sometimes"]
        assert [(finding.start, finding.text) for finding in findings] == [
            (document.entities[2].start, "туризм")
        ]

    @pytest.mark.parametrize(
        "text",
        [
            "[PARTY Лужмаш] хвалит [PARTY завод «Лужмаш»].",
            "[PARTY Лужмаш] строит Лужмашград.",
            "[SECTOR энергетики] касается письмо министра энергетики.",
            "[PARTY США] дали сто долларов США.",
            "[PARTY Kia] показала седан Kia Rio.",
            "[AMOUNT пять] рублей дали пять человек.",
        ],
    )
    def test_parts_of_other_things_are_none(self, text):
        assert found(marked(text), "sometimes") == []

    def test_a_name_that_is_nearly_always_labelled_is_missed_across_documents(self):
        labelled = [marked(f"Завод [PARTY Лужмаш] открыл цех номер {i}.", id=f"{i}") for i in range(4)]
        bare = marked("Цех открыл Лужмаш.", id="bare")
        assert [(f.id, f.text) for f in find([*labelled, bare])] == [("bare", "Лужмаш")]
        assert find([*labelled[:2], bare]) == []

    def test_a_string_that_is_often_bare_is_none(self):
        labelled = [marked("Растёт [SECTOR туризм].", id=f"{i}") for i in range(3)]
        assert find([*labelled, *(marked("Спортивный туризм в школе.") for _ in range(2))]) == []


class TestBoundary:
    @pytest.mark.parametrize(
        "source",
        [
            "Цех открыли [DATE:в понедельник|2016-11-07].",
            "Цех строят [DATE:с 2015 года|2015 since] у моста.",
            "Цех закрыт с [DATE:2015|2015 since] года.",
            "Цех закрыли [DATE:6 ноября|2015-11-06] 2015 года.",
            "Цех закроют в начале [DATE:2017 года|2017].",
            "Дали [AMOUNT:на 5 млн рублей|5m RUB] больше.",
            "Дали более [AMOUNT:5 млн рублей|>5m RUB] за цех.",
            "Ушла [ORG:компания «Лузь»|Лузь] с рынка.",
            "Ушло ООО [ORG:«Лузь»|Лузь] с рынка.",
            "Ушла «[ORG:Лузь]» с рынка.",
            "Приехали [STATE:в Японию|JP] послы.",
            "Рост в [SECTOR:мировой энергетике|D35 энергетика] виден.",
            "Рост в [SECTOR:торговле и|G торговля] связи.",
            "Рост [SECTOR:нефти|B06 нефть] виден.",
            "Рост в [SECTOR:нефтяной|B06 нефтяная] компании виден.",
            "Рост в [SECTOR:отрасли машиностроения|C28 машиностроение] виден.",
            "Пришёл [ORG:Лужмаш,|Лужмаш] первым.",
        ],
    )
    def test_a_span_that_breaks_the_guidelines_is_found(self, source):
        assert len(found(valued(source), "boundary")) == 1

    @pytest.mark.parametrize(
        "source",
        [
            "Работы шли [DATE:с 2015 по 2019 год|2015/2019].",
            "Фирма начала [DATE:15 мая|2016-05-15] прокладку.",
            "Ярмарка прошла [DATE:12 мая|2016-05-12] у моста.",
            "Штраф — [AMOUNT:до 1 млн рублей|<=1m RUB].",
            "Дали примерно на [AMOUNT:5 млн рублей|~5m RUB] больше.",
            "Стоит [AMOUNT:90 млрд руб.|90b RUB] весь.",
            "Ушла компания [ORG:«Лузь»|Лузь] с рынка.",
            "Ушло [ORG:ООО «Лузь»] с рынка.",
            "Решает [ORG:министерство обороны США].",
            "Пришёл [PERSON:Со Ми Хи].",
            "Мировая [SECTOR:энергетика|D35] растёт, растёт и [SECTOR:розничная торговля|G47].",
            "Спад в [SECTOR:нефтяной отрасли|B06 нефтяная отрасль].",
            "Спад в [SECTOR:разработке ПО|J62 разработка ПО].",
        ],
    )
    def test_a_span_of_the_guidelines_is_none(self, source):
        assert found(valued(source), "boundary") == []


def test_findings_come_by_document_and_place():
    documents = [marked("Дали 5 млн рублей вчера.", id="x"), marked("Вчера дали 5 млн рублей.", id="y")]
    found = [(finding.id, finding.rule) for finding in find(documents)]
    assert found == [("x", "bare-amount"), ("x", "bare-date"), ("y", "bare-date"), ("y", "bare-amount")]
    assert str(find(documents)[0]) == "x: bare-amount: [5, 17) '5 млн рублей': It looks like a sum."


def test_a_sector_has_one_code_in_a_corpus():
    documents = [
        valued("[SECTOR:Лизинг|K64 лизинг] и [SECTOR:туризм|N79]", id="a"),
        valued("про [SECTOR:лизинге|K64 лизинг]", id="b"),
        valued("о [SECTOR:лизинге|N77 лизинг]", id="c"),
    ]
    findings = [(finding.id, finding.rule, finding.text) for finding in find(documents)]
    assert findings == [("c", "code", "лизинге")]
