"""Invented business news to measure speed on: no two texts alike, the same ones on every machine."""

import datetime
from collections.abc import Callable
from random import Random

from .document import Document

# News articles are of about this length; most lie within the spread to either side.
MEAN_CHARS, SPREAD_CHARS = 1700, 700

_FIRST_DAY = datetime.date(2015, 1, 12)

_SENTENCES = (
    "{company} вложит {amount} в {sector} до конца {year} года, сообщил {person}.",
    "Сделку на {amount} стороны закрыли {day}, рассказал представитель {company}.",
    "По итогам {quarter} квартала {year} года выручка {company} выросла на {percent} % и достигла {amount}.",
    "Министерство экономики {state} оценивает потребность отрасли в {amount}.",
    "{person} напомнил, что {day} совет директоров одобрил выпуск облигаций на {amount}.",
    "Новый цех даст {count} рабочих мест, а его продукцию станут покупать предприятия {state}.",
    "Годом ранее {company} и {company} уже пытались поделить {sector}, но переговоры сорвались.",
    "Аналитики ждут, что к {year} году {sector} будет приносить не менее {amount} в год.",
    "«Мы рассчитываем окупить затраты за {count} месяцев», — сказал {person} журналистам {day}.",
    "Доля {company} в совместном предприятии составит {percent} %, остальное получат инвесторы из {state}.",
    "Банк открыл кредитную линию на {amount} под {percent} % годовых сроком до {year} года.",
    "Раньше завод принадлежал {company}, однако в {year} году был продан за долги.",
    "Погода, дороги и нехватка кадров мешают стройке, признают в компании, но сроки не сдвигают.",
    "На складах скопилось {count} тонн сырья, и цена упала на {percent} % за неделю.",
    "Суд взыскал с {company} от {percent} до {count} млн рублей; решение вступит в силу {day}.",
    "В {year} году {person} возглавил {company}, где отвечал за {sector} и закупки.",
)
_FORMS = ("АО", "ООО", "ПАО", "ТОО", "ЗАО", "НПО")
_KINDS = (
    *("Северный", "Каспийский", "Первый", "Степной", "Речной", "Новый", "Горный", "Дальний", "Ясный"),
    *("Белый", "Тихий", "Летний", "Уральский", "Янтарный", "Балтийский", "Полярный"),
)
_NAMES = (
    *("маяк", "завод", "причал", "комбинат", "рассвет", "элеватор", "путь", "кедр", "сокол", "порт"),
    *("исток", "берег", "парус", "рудник", "стандарт", "капитал", "вектор", "горизонт"),
)
_FIRST_NAMES = (
    *("Иван", "Олег", "Ерлан", "Тимур", "Пётр", "Марат", "Глеб", "Антон", "Руслан", "Виктор"),
    *("Данияр", "Степан", "Аскар", "Фёдор"),
)
_SURNAMES = (
    *("Лугов", "Ветров", "Сабиров", "Хаиров", "Громов", "Журавлёв", "Касымов", "Пряхин", "Ермеков"),
    *("Зимин", "Тулегенов", "Бережной", "Окунев", "Рябинин", "Досаев"),
)
_STATES = ("Казахстана", "России", "Узбекистана", "Японии", "Германии", "Турции", "Китая", "Беларуси")
_SECTORS = (
    *("энергетику", "сельское хозяйство", "туризм", "логистику", "добычу нефти", "машиностроение"),
    *("розничную торговлю", "строительство жилья", "пищевую промышленность", "производство цемента"),
)
_SCALES = ("тыс.", "млн", "млрд", "миллионов", "миллиардов")
_CURRENCIES = ("рублей", "долларов", "евро", "тенге", "долларов США", "юаней")
_MONTHS = (
    *("января", "февраля", "марта", "апреля", "мая", "июня"),
    *("июля", "августа", "сентября", "октября", "ноября", "декабря"),
)
_QUARTERS = ("первого", "второго", "третьего", "четвёртого")


def specimen(number: int) -> Document:
    """Return the invented article of a number, always the same, of about `MEAN_CHARS` characters."""
    random = Random(number)  # noqa: S311 - nothing here is secret
    length = MEAN_CHARS + random.randint(-SPREAD_CHARS, SPREAD_CHARS)
    text = ""
    while len(text) < length - 50:  # half a sentence, or the mean would lie above
        text += _sentence(random) + random.choice((" ", " ", " ", "\n\n"))
    date = _FIRST_DAY + datetime.timedelta(days=number % 3000)
    return Document(text.rstrip(), id=f"specimen/{number}", date=date)


def _sentence(random: Random) -> str:
    pieces = random.choice(_SENTENCES).split("{")
    return pieces[0] + "".join(_filled(piece, random) for piece in pieces[1:])


def _filled(piece: str, random: Random) -> str:
    name, _, rest = piece.partition("}")
    return _SLOTS[name](random) + rest


def _company(random: Random) -> str:
    return f"{random.choice(_FORMS)} «{random.choice(_KINDS)} {random.choice(_NAMES)}»"


def _amount(random: Random) -> str:
    number = f"{random.randint(1, 990)}{random.choice(('', f',{random.randint(1, 9)}'))}"
    return f"{number} {random.choice(_SCALES)} {random.choice(_CURRENCIES)}"


_SLOTS: dict[str, Callable[[Random], str]] = {
    "company": _company,
    "amount": _amount,
    "person": lambda random: f"{random.choice(_FIRST_NAMES)} {random.choice(_SURNAMES)}",
    "state": lambda random: random.choice(_STATES),
    "sector": lambda random: random.choice(_SECTORS),
    "quarter": lambda random: random.choice(_QUARTERS),
    "day": lambda random: f"{random.randint(1, 28)} {random.choice(_MONTHS)}",
    "year": lambda random: str(random.randint(2009, 2031)),
    "percent": lambda random: f"{random.randint(2, 60)},{random.randint(1, 9)}",
    "count": lambda random: str(random.randint(61, 4000)),
}
