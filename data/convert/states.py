"""Names of states and of unions of states, found in any case form.

The table names the members of the United Nations, Palestine, the Vatican, Taiwan and Kosovo, states that
are no more, and unions of states, each with its short, full, former and abbreviated names in the
nominative. Unrecognised states are left out, as the guidelines ask. Case forms are made by declension,
not by a dictionary: a few forms more than the language has do no harm here.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache

# one group of names a line: the ISO 3166-1 alpha-2 code, or what stands for it; a slash separates names
_TABLE = """
AD Андорра
AE ОАЭ/Объединённые Арабские Эмираты/Арабские Эмираты/Эмираты
AF Афганистан/Исламский Эмират Афганистан
AG Антигуа и Барбуда
AL Албания
AM Армения/Республика Армения
AO Ангола
AR Аргентина/Аргентинская Республика/Республика Аргентина
AT Австрия/Австрийская Республика
AU Австралия/Австралийский Союз
AZ Азербайджан/Азербайджанская Республика
BA Босния и Герцеговина/БиГ/Босния
BB Барбадос
BD Бангладеш/Бангладеша/Бангладешу/Бангладешем/Бангладеше
BE Бельгия
BF Буркина-Фасо
BG Болгария/Республика Болгария
BH Бахрейн
BI Бурунди
BJ Бенин
BN Бруней
BO Боливия
BR Бразилия
BS Багамы/Багамские Острова
BT Бутан
BW Ботсвана
BY Белоруссия/Беларусь/Республика Беларусь/Республика Белоруссия/РБ
BZ Белиз
CA Канада
CD ДРК/ДР Конго/Демократическая Республика Конго/Заир
CF ЦАР/Центральноафриканская Республика/Центрально-Африканская Республика
CG Конго/Республика Конго
CH Швейцария/Швейцарская Конфедерация
CI Кот-д'Ивуар/Кот-д’Ивуар/Берег Слоновой Кости
CL Чили
CM Камерун
CN Китай/КНР/Китайская Народная Республика/Поднебесная
CO Колумбия
CR Коста-Рика
CU Куба/Республика Куба
CV Кабо-Верде
CY Кипр/Республика Кипр
CZ Чехия/Чешская Республика
DE Германия/ФРГ/Федеративная Республика Германия/Федеративная Республика Германии
DJ Джибути
DK Дания
DM Доминика
DO Доминикана/Доминиканская Республика
DZ Алжир
EC Эквадор
EE Эстония/Эстонская Республика
EG Египет/АРЕ/Арабская Республика Египет
ER Эритрея
ES Испания
ET Эфиопия
FI Финляндия/Финляндская Республика/Суоми
FJ Фиджи
FM Микронезия
FR Франция/Французская Республика
GA Габон
GB Великобритания/Британия/Соединённое Королевство/Англия/Альбион/Объединённое Королевство
GD Гренада
GE Грузия/Республика Грузия
GH Гана
GM Гамбия
GN Гвинея
GQ Экваториальная Гвинея
GR Греция
GT Гватемала
GW Гвинея-Бисау/Гвинеи-Бисау/Гвинею-Бисау/Гвинее-Бисау
GY Гайана
HN Гондурас
HR Хорватия
HT Гаити
HU Венгрия
ID Индонезия
IE Ирландия
IL Израиль/Государство Израиль
IN Индия
IQ Ирак/Республика Ирак
IR Иран/Исламская Республика Иран/ИРИ
IS Исландия
IT Италия/Итальянская Республика
JM Ямайка
JO Иордания
JP Япония
KE Кения
KG Киргизия/Кыргызстан/Кыргызская Республика/Киргизская Республика/Киргизстан
KH Камбоджа
KI Кирибати
KM Коморы/Коморские Острова
KN Сент-Китс и Невис
KP КНДР/Северная Корея
KR Южная Корея/Республика Корея/Корея
KW Кувейт
KZ Казахстан/Республика Казахстан/РК
LA Лаос
LB Ливан
LC Сент-Люсия
LI Лихтенштейн
LK Шри-Ланка
LR Либерия
LS Лесото
LT Литва/Литовская Республика
LU Люксембург
LV Латвия/Латвийская Республика
LY Ливия
MA Марокко/Королевство Марокко
MC Монако
MD Молдавия/Молдавская Республика/Молдова/Республика Молдова
ME Черногория
MG Мадагаскар
MH Маршалловы Острова
MK Северная Македония/Македония
ML Мали
MM Мьянма/Бирма
MN Монголия
MR Мавритания
MT Мальта
MU Маврикий
MV Мальдивы/Мальдивские Острова
MW Малави
MX Мексика
MY Малайзия
MZ Мозамбик
NA Намибия
NE Нигер
NG Нигерия
NI Никарагуа
NL Нидерланды/Голландия/Королевство Нидерландов
NO Норвегия
NP Непал
NR Науру
NZ Новая Зеландия
OM Оман
PA Панама
PE Перу
PG Папуа — Новая Гвинея/Папуа-Новая Гвинея/Папуа - Новая Гвинея
PH Филиппины/Республика Филиппины
PK Пакистан
PL Польша/Республика Польша
PS Палестина/Государство Палестина/Палестинская автономия
PT Португалия/Португальская Республика
PW Палау
PY Парагвай
QA Катар
RO Румыния
RS Сербия/Республика Сербия
RU Россия/РФ/Российская Федерация
RW Руанда
SA Саудовская Аравия/КСА/Королевство Саудовская Аравия
SB Соломоновы Острова
SC Сейшелы/Сейшельские Острова
SD Судан
SE Швеция
SG Сингапур/Республика Сингапур
SI Словения
SK Словакия/Словацкая Республика
SL Сьерра-Леоне
SM Сан-Марино
SN Сенегал
SO Сомали
SR Суринам
SS Южный Судан
ST Сан-Томе и Принсипи
SV Сальвадор/Эль-Сальвадор
SY Сирия/САР/Сирийская Арабская Республика
SZ Эсватини/Свазиленд/Королевство Эсватини/Королевство Свазиленд
TD Чад
TG Того
TH Таиланд
TJ Таджикистан/Республика Таджикистан
TL Восточный Тимор
TM Туркмения/Туркменистан
TN Тунис
TO Тонга/Королевство Тонга
TR Турция/Турецкая Республика/Республика Турция
TT Тринидад и Тобаго
TV Тувалу
TW Тайвань
TZ Танзания
UA Украина
UG Уганда
US США/Соединённые Штаты/Соединённые Штаты Америки/Штаты/Америка
UY Уругвай
UZ Узбекистан/Республика Узбекистан
VA Ватикан
VC Сент-Винсент и Гренадины
VE Венесуэла/Боливарианская Республика Венесуэла
VN Вьетнам
VU Вануату
WS Самоа
XK Косово/Республика Косово
YE Йемен/Йеменская Республика
ZA ЮАР/Южно-Африканская Республика/Южноафриканская Республика/Южная Африка
ZM Замбия
ZW Зимбабве
SU СССР/Советский Союз/Советская Россия/Российская империя
DD ГДР
YU Югославия/СФРЮ
CS Чехословакия/ЧССР
EU Евросоюз/ЕС/Европейский союз
UN ЕАЭС/Евразийский экономический союз/ЕврАзЭС/Таможенный союз/Содружество Независимых Государств/СНГ
UN Союзное государство/Африканский союз/Союзное государство России и Белоруссии
"""

# found by name alone in a running text, these are too often something else (a pronoun, a continent, a
# republic within Russia); where a corpus says that one of them is a state, it is believed
_AMBIGUOUS = """
Того Америка Штаты Эмираты РБ ИРИ САР АРЕ БиГ Доминика Гренада Корея Корее Поднебесная Альбион Гвинея
Босния
"""

_ENDINGS: tuple[tuple[str, str], ...] = (
    ("ское", "ское ского скому ским ском"),
    ("ский", "ский ского скому ским ском"),
    ("ная", "ная ной ную ною"),
    ("ный", "ный ного ному ным ном"),
    ("вая", "вая вой вую вою"),
    ("ная", "ная ной ную ною"),
    ("ские", "ские ских ским скими"),
    ("ённые", "ённые ённых ённым ёнными"),
    ("ённое", "ённое ённого ённому ённым ённом"),
    ("овы", "овы овых овым овыми"),
    ("ное", "ное ного ному ным ном"),
    ("ская", "ская ской скую скою"),
    ("жный", "жный жного жному жным жном"),
    ("ория", "ория ории орию орией ориею"),
    ("ия", "ия ии ию ией иею ие"),
    ("ея", "ея еи ее ею еей ей"),
    ("ка", "ка ки ке ку кой кою"),
    ("ьша", "ьша ьши ьше ьшу ьшей"),
    ("на", "на ны не ну ной ною"),
    ("рова", "рова ровов ровам ровами ровах"),
    ("а", "а ы и е у ой ою"),
    ("я", "я и е ю ей ею"),
    ("пет", "пет пта пту птом пте"),
    ("иль", "иль иля илю илем иле"),
    ("ань", "ань аня аню анем ане ани анью"),
    ("сь", "сь си сью"),
    ("й", "й я ю ем е"),
    ("ство", "ство ства ству ством стве"),
    ("ово", "ово ова ову овом ове"),
    ("пр", "пр пра пру пром пре"),
    ("анды", "анды андов андам андами андах"),
    ("ппины", "ппины ппин ппинам ппинами ппинах"),
    ("аты", "аты атов атам атами атах"),
    ("ивы", "ивы ив ивам ивами ивах"),
    ("ы", "ы ов ам ами ах"),
)
_INDECLINABLE = """
Перу Чили Мали Того Конго Марокко Монако Джибути Бурунди Гаити Фиджи Никарагуа Сомали Зимбабве Малави
Лесото Тувалу Вануату Науру Самоа Палау Кирибати Эсватини Бангладеш Сан-Марино Сьерра-Леоне Кабо-Верде
Буркина-Фасо Гвинея-Бисау Гвинея-Биссау Антигуа Тобаго Принсипи Сент-Китс Папуа Суоми Кот-д'Ивуар
Кот-д’Ивуар Слоновой Кости России Белоруссии Независимых Государств Германии Америки Нидерландов
"""
_CONSONANT = "бвгджзклмнпрстфхцчшщ"


@cache
def _fixed() -> frozenset[str]:
    return frozenset(_INDECLINABLE.split())


def forms(word: str) -> tuple[str, ...]:
    """Return the case forms of one word of a name, the nominative first."""
    if word in _fixed() or word.isupper() or not word[-1].isalpha() or len(word) < 3:
        return (word,)
    for ending, made in _ENDINGS:
        if word.endswith(ending):
            stem = word[: -len(ending)]
            return tuple(stem + end for end in made.split())
    if word[-1] in _CONSONANT:
        return (word, *(word + end for end in ("а", "у", "ом", "ем", "е")))
    return (word,)


@cache
def _codes() -> tuple[tuple[str, str], ...]:
    rows = (line.split(" ", 1) for line in _TABLE.strip().splitlines())
    return tuple((code, name) for code, names in rows for name in names.split("/"))


def _pattern(names: Iterable[str]) -> re.Pattern[str]:
    # a longer name stands before the shorter one that it starts with
    ordered = sorted(names, key=len, reverse=True)
    return re.compile(rf"(?<![\w-])(?:{'|'.join(map(_name_pattern, ordered))})(?![\w-])")


def _name_pattern(name: str) -> str:
    words = name.split(" ")
    return r"\s+".join(_word_pattern(word, first=i == 0) for i, word in enumerate(words))


def _word_pattern(word: str, first: bool) -> str:
    variants = []
    for form in dict.fromkeys(forms(word)):
        escaped = re.escape(form).replace("ё", "[её]")
        if form[0].isupper() and not form.isupper():
            # «Донецкая народная республика», «Российская федерация»: later words often in lower case
            head = f"[{form[0]}{form[0].lower()}]" if not first else form[0]
            upper = re.escape(form.upper()).replace("Ё", "[ЕЁ]")
            escaped = f"{head}{escaped[1:]}|{upper}"
        variants.append(escaped)
    return f"(?:{'|'.join(variants)})"


@cache
def _any_name() -> re.Pattern[str]:
    return _pattern(name for _, name in _codes())


@cache
def _sure_name() -> re.Pattern[str]:
    return _pattern(name for _, name in _codes() if name not in _AMBIGUOUS.split())


def state_name(code: str) -> str | None:
    """Return the name that a state goes by in news, in the nominative; None for no state's code."""
    return next((name for known, name in _codes() if known == code and code != "UN"), None)


@cache
def state_codes(name: str) -> frozenset[str]:
    """Return the codes of the states that go by `name` in some case form; `UN` for a union without one."""
    name = " ".join(name.split())
    return frozenset(code for code, pattern in _name_of_each() if pattern.fullmatch(name))


@cache
def _name_of_each() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((code, _pattern([name])) for code, name in _codes())


def is_state(name: str) -> bool:
    """Return whether `name` is, in any case form, the name of a state or of a union of states."""
    return _any_name().fullmatch(" ".join(name.split())) is not None


def find_states(text: str) -> Iterator[tuple[int, int]]:
    """Yield the places `[start, end)` of unmistakable names of states in `text`, the longest ones."""
    for match in _sure_name().finditer(text):
        yield match.span()


def country_adjective(word: str) -> bool:
    """Return whether `word` is an adjective made of a state's name («российский», «казахстанско»)."""
    return _adjective().fullmatch(word.lower()) is not None


_ADJECTIVE_STEMS = """
австрал австри азербайджан албан алжир американ англи английск ангольск аргентин армян афган бангладеш
бахрейн белорус бельги болгар боливи босни боснийск бразиль британ брунейск венгер венесуэль вьетнам
гвинейск герман голланд гондурасск грече грек грузин дат доминикан египет заир западногерман израиль инди
индийск индонезий иордан иракск иран ирланд исланд испан италь йемен казах казахстан камбоджий камерун
канад катар кени кенийск кипр киргиз китай колумбий корей косов костарикан кубин кувейт кыргыз лаос латвий
латыш ливан ливий литов люксембург македон малайзий мальтий марокк мексикан молдав молдов монголь мьянм
намибий непаль нигерий нидерланд немец новозеланд норвеж оман пакистан палестин панам парагвай перуан поль
португаль россий русск румын сальвадор саудов северокорей сенегаль серб сингапур сирий словац словен совет
сомалий судан таджик таджикистан таиланд тайван тайланд танзаний тунис туркмен турец угандий узбек узбекистан
украин уругвай филиппин фин французск француз хорват центральноафрикан черногор чеш чехословац чилий швед
швейцар эквадор эстон эфиоп югослав южнокорей южноафрикан ямай япон европей общероссий
"""


@cache
def _adjective() -> re.Pattern[str]:
    stems = "|".join(sorted(set(_ADJECTIVE_STEMS.split()), key=len, reverse=True))
    ending = r"(?:ий|ая|ое|ие|ого|ой|ому|им|ими|ом|ую|их|о)"
    return re.compile(rf"(?:[а-яё]+(?:ско|цко)-)?(?:{stems})(?:с?к|ц?к|ск)?{ending}")
