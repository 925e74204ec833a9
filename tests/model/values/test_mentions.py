"""Values of the mentions of a document, with what the text around supplies."""

import datetime
from dataclasses import replace

import pytest
from valued import valued

from ie.document import Document
from ie.values import add_values, with_dateline


def bare(document):
    return replace(document, entities=tuple(replace(e, value=None) for e in document.entities))


def reread(source, date="2016-11-08"):
    """Return the gold values of a marked text and those that are read from its bare spans."""
    document = valued(source, date)
    return [e.value for e in document.entities], [e.value for e in add_values(bare(document)).entities]


@pytest.mark.parametrize(
    "source",
    [
        # the sum of the sentence supplies currency and magnitude
        "Вместо [AMOUNT:18 млрд рублей|18b RUB] потратят [AMOUNT:12|12b RUB].",
        "Доходы составят [AMOUNT:15,5 трлн|15.5t RUB], расходы [AMOUNT:15,7 трлн рублей|15.7t RUB].",
        # one of another sentence only the currency
        "Она стоит [AMOUNT:5 млн евро|5m EUR]. Год назад давали [AMOUNT:4 млн|4m EUR].",
        # what stands before a sum compares it
        "Она подорожала более чем на [AMOUNT:5 млн евро|>5m EUR].",
        "Цена выросла до [AMOUNT:5 млн евро|5m EUR].",
        # prepositions and tense of dates
        "Завод построят до [DATE:конца года|2016 until+end].",
        "С [DATE:2015 года|2015 since] работает завод.",
        "Форум пройдет в [DATE:марте|2017-03].",
        "Форум прошел в [DATE:марте|2016-03].",
        "Завод стоял [DATE:с 1 по 21 октября|2016-10-01/2016-10-21].",
        # the year that the part of the sentence names
        "Навигация в [DATE:2012 году|2012] закрылась [DATE:3 декабря|2012-12-03].",
        "Сев в [DATE:2013-м|2013] начали [DATE:9 апреля|2013-04-09] и кончили [DATE:20 мая|2013-05-20].",
        "Тариф в [DATE:2018 году|2018] поднимут на 6,5% с [DATE:1 июля|2018-07-01 since].",
        "В [DATE:2012 году|2012] ярмарку вели [DATE:с декабря по февраль|2012-12/2013-02].",
        # … not of another one, nor of a year to come what has been told of it
        "В [DATE:2012 году|2012] порт закрыли, но [DATE:3 мая|2016-05-03] открыли.",
        "В [DATE:2012 году|2012] порт закрыли и [DATE:3 мая|2016-05-03] открыли.",
        "Прогноз на лов в [DATE:2018 году|2018] снизили в [DATE:июле|2016-07].",
        "Сбор в [DATE:2012 году|2012] рос до [DATE:мая 2014 года|2014-05 until], [DATE:в июне|2016-06] упал.",
        "Порт открыт в [DATE:2012 году|2012] [DATE:в среду, 2 ноября|2016-11-02].",
        # the one before a date told before
        "Улов [DATE:2012 года|2012] вырос по сравнению с [DATE:предыдущим годом|2011].",
        "За [DATE:девять месяцев 2014 года|2014-01/2014-09] лов вырос к [DATE:предыдущему году|2013].",
        "В [DATE:августе|2016-08] лов вырос к [DATE:предыдущему месяцу|2016-07].",
        "[DATE:3 мая|2016-05-03] сеть сравнила лов с [DATE:предыдущим годом|2015].",
        "Порт открыли [DATE:9 апреля 2012 года|2012-04-09]. [DATE:Той же осенью|2012-FA] пришёл лёд.",
        "Порт открыли [DATE:9 января 2012 года|2012-01-09]. [DATE:Той же зимой|2011-WI] пришёл лёд.",
        "Орнамент известен с [DATE:XV века|14XX since], в [DATE:середине XVII|16XX mid] его забыли.",
        # after what the text has not told: the sentence tells of now
        "Капитан вернулся на мостик [DATE:спустя три года|2016].",
        # a bound with a year to come
        "Нужна прибавка на 22% к [DATE:2030 году|2030 until].",
        # a surname alone, of somebody who is named in full
        "[PERSON:Олег Дерипаска|Олег Дерипаска] молчит. Холдинг [PERSON:Дерипаски|Дерипаска] растёт.",
        "Холдинг [ORG:Зарица|Зарица] растёт.",
        "[PERSON:Пахом Тугин|Пахом Тугин] молчит. [PERSON:Тугину|Тугин] предъявили обвинение.",
        "[PERSON:Алла Тугина|Алла Тугина] молчит. [PERSON:Тугину|Тугина] допросили.",
        "Судят шкипера [PERSON:Джо Бруда|Джо Бруд]. Дело [PERSON:Бруду|Бруд] вернули.",
        "[PERSON:Влас Морский|Влас Морский] ушёл. В дар [PERSON:Морскому|Морский] дали статую.",
        # a form of two names is that of the person whom another mention names without a doubt
        "[PERSON:Зюльгину|Зюльгина] вызвали. Слова [PERSON:Зюльгиной|Зюльгина] записали.",
        "[PERSON:Зюльгину|Зюльгин] позвонили. С [PERSON:Зюльгиным|Зюльгин] говорил суд.",
        "Порт освободил [PERSON:Тавензю|Тавензя]. По мнению [PERSON:Тавензи|Тавензя], рано.",
        (
            "Суд оправдал [PERSON:Александра Рябова|Александр Рябов]. "
            "[PERSON:Александр Рябов|Александр Рябов] ушёл."
        ),
        (
            "Порт, [PERSON:Александра Рябова|Александра Рябова], лёд. "
            "С [PERSON:Александрой Рябовой|Александра Рябова] спорят."
        ),
        (
            "Порт, [PERSON:Александра Рябова|Александр Рябов], лёд. "
            "С [PERSON:Александром Рябовым|Александр Рябов] спорят."
        ),
        "Жалобу [PERSON:Н. Рябовой|Н. Рябова] приняли, [PERSON:Н. Рябова|Н. Рябова] довольна.",
        # … also where it is the given name
        "[PERSON:Савва Рябин|Савва Рябин] и [PERSON:Дина Рябина|Дина Рябина] ушли. Ищут [PERSON:Дину|Дина].",
        # … each of two namesakes stays who they are
        (
            "[PERSON:Иван Рябов|Иван Рябов] ушёл, [PERSON:Анна Рябова|Анна Рябова] осталась. "
            "Слова [PERSON:Рябова|Рябов] сухи. Речь [PERSON:Рябовой|Рябова] долга."
        ),
        # a name alone, of a company that has quotes elsewhere
        "Пишет компания [ORG:«Ледриум»|Ледриум].\n"
        + "О рынке нерпы и сига сказано много раз и всеми. " * 8
        + "Источник:\n[ORG:Ледриум|Ледриум]",
        # a head before a good makes a sector of it
        "Эмбарго задело сектор [SECTOR:овощей и фруктов|A01 овощи и фрукты].",
        "[STATE:Республика Казахстан|KZ] и [STATE:КНР|CN] развивают [SECTOR:энергетику|D35 энергетика].",
    ],
)
def test_values_are_read_in_their_document(source):
    gold, found = reread(source)
    assert found == gold


def test_mentions_of_one_party_share_a_group():
    source = "[STATE:Казахстан|KZ] и [STATE:Япония|JP]. [STATE:Республика Казахстан|KZ], [STATE:РК|KZ]."
    groups = [entity.group for entity in add_values(bare(valued(source))).entities]
    assert groups == [0, 1, 0, 0]


def test_without_a_value_the_record_says_null_and_why():
    (entity,) = add_values(bare(valued("Встреча [DATE:30 февраля|2016-02] не состоится."))).entities
    record = entity.to_record()
    assert record["value"] is None
    assert record["reason"] == "There is no such date: '2017-02-30' does not exist."


def test_other_labels_stay_as_they_are():
    document = Document.from_record(
        {
            "text": "Заря",
            "entities": [{"label": "SHIP", "start": 0, "end": 4, "text": "Заря", "value": {"a": 1}}],
        }
    )
    assert add_values(document) == document


def test_a_dateline_dates_a_document_that_has_no_date():
    text = "МОСКВА, 7 ноября 2016 г. Завод открыт вчера."
    assert with_dateline(Document(text)).date == datetime.date(2016, 11, 7)
    day = datetime.date(2016, 11, 9)
    assert with_dateline(Document(text, date=day)).date == day
    assert with_dateline(Document("Завод открыт 7 ноября 2016 года в Туле.")).date is None
