"""What becomes of people, organizations and countries; brackets in a case mark what the corpus marks."""

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ie.data.brat import RawSpan
from ie.data.convert import parties
from ie.data.convert.report import Report
from ie.data.convert.states import country_adjective, find_states, is_state

_KINDS = {"O": "ORGANIZATION", "P": "PERSON", "C": "COUNTRY", "G": "GPE", "T": "CITY", "X": "PRODUCT"}


def marked(case: str) -> tuple[str, list[RawSpan]]:
    """Return the text of a case and its mentions, written `<O:name>`; they may nest."""
    text, spans, open_ = "", [], []
    for part in re.split(r"(<[A-Z]:|>)", case):
        if part.startswith("<"):
            open_.append((part[1], len(text)))
        elif part == ">":
            kind, start = open_.pop()
            spans.append(RawSpan(_KINDS[kind], start, len(text), text[start:]))
        else:
            text += part
    return text, spans


def found(case: str) -> list[str]:
    text, raw = marked(case)
    return [text[span.start : span.end] for span in parties.convert(text, raw, Report("case"))]


@pytest.mark.parametrize(
    ("expected", "case"),
    [
        (["Рога"], "акции <O:компании Рога> упали"),
        (["«Рога»"], "акции <O:компании «Рога»> упали"),
        (["«Рога»"], "акции компании «<O:Рога>» упали"),
        (["«Рога»"], "акции <O:компании «Рога>» упали"),
        (['"Рога"'], 'газета "<O:Рога>" пишет'),
        (["ООО «Рога»"], "истец — ООО «<O:Рога>»"),
        (["ПАО ГК «Рога»"], "истец — ПАО ГК «<O:Рога>»"),
        (["ВТБ"], "клиенты <O:банка ВТБ> довольны"),
        (["Ferrum"], "<O:Компания Ferrum> построит порт"),
        (["«Копыта»"], "Завод купят. <O:Крупный немецкий концерн «Копыта»> подтвердил"),
        (["«Рога»"], "вошел в <O:совет директоров «Рога»>"),
        (["Минфина"], "глава <O:департамента финансовой политики <O:Минфина>> заявил"),
        (["МВД"], "сообщили в <O:региональном управлении МВД>"),
        (["МИДа"], "глава <O:британского МИДа> уехал"),
        (["«Рога»"], "<O:Российские «Рога»> выросли"),
        (["Европейская комиссия"], "<O:Европейская комиссия> против"),
        (["Европейского ЦБ"], "глава <O:Европейского ЦБ>"),
        (["Госсовета"], "заседание <O:Госсовета>"),
        (["департамент туризма Нью-Йорка"], "<O:городской департамент туризма Нью-Йорка>"),
        (["«Россия»"], "рейсы <O:«Россия»>"),
        (["Российский союз мельников"], "<O:Российский союз мельников> против"),
        (["министерства транспорта и связи"], "глава <O:министерства транспорта и связи> ушел"),
        (["минздраве"], "сказали в <O:минздраве>"),
        (["школу № 12"], "модернизирует <O:школу № 12>"),
        (["институт имени Петрова"], "открыли <O:институт имени Петрова>"),
        (["ФРС", "Федеральная система резервов"], "<O:Федеральная система резервов (ФРС)>"),
        (["Alfa", "Beta"], "вакцина <O:Alfa/Beta>"),
        (["акционерным обществом «Рога»"], "договор с <O:акционерным обществом «Рога»>"),
    ],
)
def test_an_organization_is_cut_to_its_name(expected: list[str], case: str) -> None:
    assert sorted(found(case)) == sorted(expected)


@pytest.mark.parametrize(
    ("expected", "case"),
    [
        (["Минфин США"], "<O:Минфин> <C:США> ввел пошлины"),
        (["Министерство энергетики РФ"], "<O:Министерство энергетики <C:РФ>> против"),
        (["правительство Японии"], "<O:правительство> <C:Японии> обсудит"),
        (["арбитражный суд Тулы"], "<O:арбитражный суд> <T:Тулы> отказал"),
        (["суд Праги"], "<O:суд Праги> отказал"),
        (["«Рога»", "Японии"], "акции <O:«Рога»> <C:Японии>"),
        (["США"], "<O:правительство> обвинило <C:США>"),
    ],
)
def test_a_country_or_city_completes_a_state_body(expected: list[str], case: str) -> None:
    assert found(case) == expected


@pytest.mark.parametrize(
    "case",
    [
        "в <O:компании> отказались",
        "<O:Правительство> решило",
        "<O:Крупнейшая телекоммуникационная компания> уволит",
        "<O:британское правительство> решило",
        "<O:Британское правительство> решило",
        "пожар на <O:предприятии по переработке рыбы>",
        "задолженность за услуги <O:ЖКХ>",
        "написал в <O:Telegram>",
        "обстрел <O:Тульской области>",
        "<C:российский> рынок",
        "<C:Российский> рынок",
        "страны <C:Европы>",
        "в <G:Киеве> считают",
        "жители <C:ДНР>",
        "слова <P:россиянина> услышали",
        "по словам <P:протоиерея>",
        "курс доллара <C:США>",
        "премия <P:Нобелевская>",
        "лауреат <P:Ленинской> премии",
        "площадь перед <P:Исаакиевским> собором",
        "дом на <P:Пушкинской> улице",
        "завод имени <P:Петрова>",
        "<O:Госкомпания> отказалась",
    ],
)
def test_what_names_no_party_is_dropped(case: str) -> None:
    assert found(case) == []


@pytest.mark.parametrize(
    ("expected", "case"),
    [
        (["Иван Петров"], "<P:адвокат Иван Петров> заявил"),
        (["Иван"], "человек по имени <P:Иван>"),
        (["Анны II"], "состояние <P:королевы Анны II>"),
        (["фон дер Бург"], "речь <P:фон дер Бург>"),
        (["Петров"], "Он ушел. <P:Президент Петров> пришел"),
        (
            ["администрацию президента США", "Джона Доу"],
            "критикует <O:администрацию президента США <P:Джона Доу>>",
        ),
        (["Петрова"], "в <O:правительстве <P:Петрова>> спорят"),
        (["Петрова"], "в <O:избирательном штабе <P:Петрова>> спорят"),
        (["Петрова", "Лугова"], "пришли в <O:штаб <P:Петрова> и <P:Лугова>>"),
        (["Раевский"], "<P:Раевский> премию не взял"),
        (["Раевского"], "письмо от <P:Раевского> пришло"),
        (["Раевским"], "беседа с <P:Раевским> шла"),
        (["США", "Иван Доу"], "президент <C:США> <P:Иван Доу>"),
    ],
)
def test_a_person_is_a_name_without_the_post(expected: list[str], case: str) -> None:
    assert found(case) == expected


@pytest.mark.parametrize(
    ("expected", "case"),
    [
        (["Казахстане"], "инвестиции в Казахстане растут"),
        (["Кремле", "Белый дом"], "в Кремле ждут, Белый дом молчит"),
        (["России"], "по телеканалу «Моя Россия» и в России"),
        ([], "100 долларов США"),
        (["Норвегия"], "по 100 долларов\nНорвегия поставит"),
        ([], "жители Северной Ирландии"),
        ([], "адрес https://example.org/Россия"),
        ([], "сигареты <X:Прима Куба>"),
        ([], "Того, что было, не вернуть"),
        ([], "в Нью-Мексико и Россия-24"),
    ],
)
def test_states_and_seats_left_bare_are_added_unless_they_are_part_of_another_name(
    expected: list[str], case: str
) -> None:
    assert found(case) == expected


def test_the_outermost_name_stays_and_everything_done_is_reported() -> None:
    text, raw = marked("глава <O:пресс-службы <O:МИД <C:России>>> и <O:компания>")
    report = Report("case")
    spans = parties.convert(text, raw, report)
    assert [text[s.start : s.end] for s in spans] == ["МИД России"]
    assert {(note.action, note.text) for note in report.notes} == {
        ("changed", "пресс-службы МИД России"),
        ("dropped", "России"),
        ("dropped", "компания"),
    }


def test_a_mention_cut_short_inside_a_word_is_widened_to_the_word() -> None:
    text = "в Музее моря"
    raw = [RawSpan("ORGANIZATION", 2, 6, "Музе")]
    assert [text[s.start : s.end] for s in parties.convert(text, raw, Report("case"))] == ["Музее"]


@pytest.mark.parametrize(
    "name",
    [
        "Россией",
        "РФ",
        "Соединенных Штатов Америки",
        "Египта",
        "Китаю",
        "Беларуси",
        "Нидерландах",
        "Филиппин",
        "Боснии и Герцеговины",
        "Республике Казахстан",
        "Кыргызской Республики",
        "Евросоюзом",
        "Польшей",
        "Южно-Африканской Республики",
        "КНР",
        "РОССИИ",
        "Багамских островов",
        "Папуа — Новой Гвинеи",
        "Израилем",
        "Шри-Ланки",
        "Советском Союзе",
        "Тайваня",
        "Америки",
    ],
)
def test_states_are_known_in_any_case_form(name: str) -> None:
    assert is_state(name)


@pytest.mark.parametrize(
    "name", ["Европа", "Абхазии", "ДНР", "Москва", "российский", "Шотландия", "НАТО", ""]
)
def test_other_places_are_no_states(name: str) -> None:
    assert not is_state(name)


@pytest.mark.parametrize("word", ["российский", "немецкой", "казахстанско-японский", "Британского"])
def test_adjectives_of_countries_are_known(word: str) -> None:
    assert country_adjective(word)
    assert not country_adjective("московский")


def test_longer_names_of_states_are_found_before_the_shorter_ones_in_them() -> None:
    text = "Южный Судан, Экваториальная Гвинея и Республика Корея"
    assert [text[a:b] for a, b in find_states(text)] == text.replace(" и ", ", ").split(", ")


@given(st.text(alphabet="«»\"' абвАБВ.,()/-№1R\n", max_size=40), st.data())
def test_spans_are_inside_the_text_disjoint_and_trimmed(text: str, data: st.DataObject) -> None:
    places = data.draw(st.lists(st.tuples(st.integers(0, len(text)), st.integers(0, len(text)))))
    raw = [
        RawSpan(data.draw(st.sampled_from(sorted(_KINDS.values()))), a, b, text[a:b])
        for a, b in places
        if a < b
    ]
    spans = parties.convert(text, raw, Report("case"))
    assert all(0 <= s.start < s.end <= len(text) and s.label == "PARTY" for s in spans)
    assert all(text[s.start : s.end].strip() == text[s.start : s.end] for s in spans)
    assert all(a.end <= b.start for a, b in pairwise(spans))
