"""Where the name of a party begins and ends inside what a corpus marks, by the guidelines.

A mention is cut to its name: generic heads («компания X»), posts, adjectives of countries and inhabitants
go, quotes and legal forms come in, and descriptions without a name vanish.
"""

import re
from collections.abc import Sequence

from .edges import trim
from .states import country_adjective, find_states, is_state

Place = tuple[int, int]

_OPENING, _CLOSING = '«„“"', {"«": "»", "„": "“”", "“": "”", '"': '"'}
_LEGAL = (
    "АО|ОАО|ЗАО|ПАО|НАО|ООО|ТОО|ОДО|ИП|ГК|УК|НК|СК|МКК|МФК|НПО|НПП|НПФ|ФГУП|ГУП|МУП|ФГБУ|ФГАУ|ГБУ|АНО|НКО|ЧВК|КГУ|РГП|ИА|ПКО|"
    "СП|КБ|АКБ|АК|ТД|ТК|НИИ|НПК|ФПГ|ПФГ|ПО|ТПО|ОПГ|МКПАО|ЧУП|УП|СООО|РИА|ГУ|УМВД|ГСУ|ФК|ХК|БК|ПФК|ВК"
)
_LEGAL_BEFORE = re.compile(rf"(?<!\w)(?:(?:{_LEGAL})\s+)+$")
_LEGAL_WORDS = re.compile(
    r"(?:публичн|открыт|закрыт|акционерн|обществ\w* с ограниченной|товариществ)\w*", re.I
)

# heads that are cut before a name; what a generic noun says about the name, not a part of it
_CUT = re.compile(
    r"(?:(?:авиа|нефте|газо|гос|теле|радио|медиа|энерго|инвест|агро|авто|метал\w*|нефтегазо|микрофинанс\w*|интернет-|онлайн-|бизнес-|IT-|пресс-|видео|соц|страх\w*|лизинг\w*|строй\w*|бизнес|фарм|ИТ-|биотех|био|стро\w*|рыбо\w*|лесо\w*|мясо\w*|ж/д-?|угле\w*|сервис-|веб-|мини-|web-|спец|хим|электро|оптово-|аудит\w*|финтех-|крипто|пиво\w*|спирт\w*|алко\w*|хоз\w*|сельхоз\w*|торгово-|суб|экс-)?"
    r"(?:компани|корпораци|холдинг|концерн|конгломерат|групп[аыуео]|банк|агентств|газет|издани|журнал|еженедельник|"
    r"телеканал|канал|радиостанци|портал|сайт|сервис|ресурс|завод|комбинат|фабрик|фирм|предприяти|организаци|"
    r"фонд|движени|парти[яиюе]|клуб|сет[ьи]|соцсет|служб|центр|фракци|группировк|команд|трейдер|оператор|"
    r"производител|разработчик|ритейлер|ретейлер|застройщик|девелопер|перевозчик|лоукостер|монополи|гигант|дочк|дочерн|"
    r"структур|подразделени|филиал|представительств|офис|штаб-квартир|бюро|бирж[аеуи]|лаборатори|студи|издательств|"
    r"магазин|гипермаркет|супермаркет|маркетплейс|платформ|мессенджер|стартап|поставщик|страховщик|брокер|кредитор|"
    r"объединени|альянс|блок|консорциум|синдикат|владел|учредител|проект|бренд|марк[аиу]|подрядчик|регулятор|ведомств|"
    r"учреждени|руководств|правлени|аппарат|корреспондент|редакци|информагентств|таблоид|аналитик|эксперт|автор|"
    r"кооператив|хозяйств|артел|трест|верф|рудник|шахт|разрез|отел|гостиниц|ресторан|кафе|кинотеатр|театр|галере|"
    r"стадион|дистрибьютор|импортер|экспортер|покупател|продав|заказчик|инвестор|акционер|партнер|конкурент|"
    r"власт[иеья]|войск|боевик|повстанц|террорист|бригад|батальон|полк|рот[аы]|отряд|крыл[оа]|интернет-магазин|кабмин|"
    r"фондов\w+ бирж|телерадиокомпани|радио|телевидени|программ|лейбл|оркестр|ансамбл|хор[аеу]?$|дуэт|трио|квартет|рок-групп|поп-групп|рэп-групп)\w*"
    r"|пресс-(?:служб|секретар|центр|офис|релиз)\w*|совет\w* директоров|наблюдательн\w+ совет\w*|(?:телеграм|telegram)-канал\w*|"
    r"департамент\w*|отдел\w*|управлени\w*|дирекци\w*|дивизион\w*|секретариат\w*)",
    re.I,
)
# heads that make an official name with what follows («суд Будапешта», «армия Израиля»)
_BODY = re.compile(
    r"(?:министерств|мин(?:фин|юст|здрав|обр|труд|транс|эконом|энерго|сельхоз|пром|природ|строй|культ|оборон|атом|связи|цифр|спорт|просвещ|регион)|"
    r"правительств|парламент|суд[ауеыо]?м?(?!\w)|администраци|арми[яиюе]|посольств|посол[ьс]ств|прокуратур|генпрокуратур|полици|мэри|акимат|сборн|"
    r"консульств|генконсульств|кабинет\w* министров|кабмин|госдеп|сенат|конгресс|дум[аыуе]|госдум|сейм|рад[аыуе](?!\w)|бундестаг|генштаб|штаб|генеральн\w+ штаб|"
    r"федераци|миссия|миссии|постпредств|университет|институт|академи|вооруж[её]нн\w+ сил|военно-|флот|гвардии|гвардия|"
    r"мид(?:а|е|у|ом)?(?!\w)|мвд|мчс|фсб|цик|цб|центробанк|нацбанк|избирком|следственн|верховн|конституционн|арбитраж|казначейств|"
    r"национальн\w+ банк|центральн\w+ банк|резервн\w+ банк|совет|комитет|комисси|палат|собрани|хурал|маджилис|мажилис|меджлис|"
    r"школ|гимнази|лице[йяю]|больниц|поликлиник|таможн|нацгвардии|нацгвардия|разведк|спецслужб|погранслужб|резервн|музе|библиотек|"
    r"лиг[аиуе]|ассоциаци|союз|префектур|горсовет|горадминистраци|гордум|облдум|заксобрани|законодательн|церк[вов]|патриархат|епархи|"
    r"коми(?:тет|ссия)|агентств\w* по|инспекци|военкомат|омон|управ[аыуе]|магистрат|префектур|департамент|управлени|отдел)\w*",
    re.I,
)
_STATE_BODY = re.compile(
    r"(?:министерств\w*(?:\s+[а-яё]+(?:\s+(?:и|по)\s+[а-яё]+)?){1,4}|мин(?:фин|юст|здрав|обр|труд|транс|эконом|энерго|сельхоз|пром|природ|строй|культур|оборон|атом|цифр|спорт|просвещ)\w*|"
    r"правительств\w*|парламент\w*|посольств\w*|генпрокуратур\w*|прокуратур\w*|(?:верховн|конституционн|арбитражн|высш)\w+\s+суд\w*|"
    r"арми\w+|вооруж[её]нн\w+\s+сил\w*|ВВС|ВМС|ВМФ|ВДВ|ВСУ|МИД\w*|МВД|МЧС|МО|ФСБ|ЦИК|ЦБ|ФАС|ФРС|Центробанк\w*|Нацбанк\w*|Госдеп\w*|Госдум\w*|"
    r"(?:национальн|центральн|резервн)\w+\s+банк\w*|сенат\w*|конгресс\w*|кабинет\w*\s+министров|кабмин\w*|сборн\w+|генштаб\w*|генеральн\w+\s+штаб\w*|"
    r"посольств\w*|консульств\w*|генконсульств\w*|следственн\w+\s+комитет\w*|СК|совет\w*\s+безопасности|счетн\w+\s+палат\w*|"
    r"суд[ауеоы]?м?|(?:районн|городск|окружн|земельн|апелляционн|областн|краев|федеральн|уголовн)\w+\s+суд\w*|полици\w+|администраци\w+|мэри\w+|"
    r"штаб\w*\s+территориальной\s+обороны|военно-гражданск\w+\s+администраци\w+|управлени\w+\s+\w+|департамент\w*\s+\w+|"
    r"федеральн\w+\s+(?:служб|агентств|резервн)\w*(?:\s+[а-яё]+){0,4})",
    re.I,
)
_ALONE = re.compile(
    r"(?:мин(?:фин|юст|здрав|обр|труд|транс|эконом|энерго|сельхоз|пром|природ|строй|культ|оборон|атом|цифр|спорт|просвещ|воднорес)\w*|"
    r"госдум\w*|центробанк\w*|нацбанк\w*|бундестаг\w*|кнессет\w*|госдеп\w*|рейхстаг\w*|мид(?:а|е|у|ом)?|мвд|мчс|фсб|"
    r"генпрокуратур\w*|центризбирком\w*|совбез\w*|нацгвардии|роскомнадзор\w*)",
    re.I,
)
_OFFICIAL = re.compile(
    r"(?:министерств|управлени|департамент|комитет|агентств|служб|институт|комисси|следственн|федеральн|национальн|верховн|"
    r"конституционн|центральн\w+ (?:банк|избирательн)|главн\w+ управлени|счетн)\w*\s+\w+",
    re.I,
)
_GENERIC = re.compile(
    r"(?:(?:авиа|нефте|газо|гос|теле|радио|медиа|энерго|инвест|агро|авто)?(?:компани|корпораци|холдинг|концерн|банк|агентств|газет|издани|"
    r"предприяти|организаци|фирм)|министерств|правительств|парламент|ведомств|регулятор|суд|прокуратур|полици|администраци|арми|посольств|"
    r"кабинет|кабмин|мэри|совет|комитет|комисси|палат|ассоциаци|союз|завод|фонд|служб|департамент|управлени|партии|партия|партию|"
    r"университет|институт|академи|школ|больниц|клуб|сборн|команд|блок|альянс|власт|вооруж|войск|военны|армей|пресс-служб|"
    r"следстви|силовик|спецслужб|группировк|движени|оппозици|коалици|биржа|сми|рынок|бюро|таможн|монополи|сайт|портал|"
    r"телеканал|канал|журнал|источник|собеседник|представител|церковь|церкви|ополчени|милиция|милиции|разведк|гвардии|"
    r"организатор|группа|группы|центр|центра|центре|холдинг|перевозчик|оператор|производител|застройщик|разработчик)\w*$",
    re.I,
)
_POST = re.compile(
    r"(?:экс-|вице-|премьер-|бывш\w+|нынешн\w+|президент|премьер|министр|замминистр|глав[аеуыо]|лидер|канцлер|депутат|губернатор|мэр|посол|"
    r"директор|гендиректор|председател|зампред|секретар|генсек|сенатор|спикер|начальник|руководител|представител|король|королев|"
    r"принц|царь|император|шейх|эмир|папа|патриарх|святейш|митрополит|епископ|генерал|полковник|адмирал|маршал|капитан|майор|лейтенант|"
    r"бизнесмен|миллиардер|адвокат|юрист|судья|прокурор|актер|актёр|актрис|певец|певиц|режисс[её]р|писател|поэт|журналист|"
    r"тренер|аналитик|эксперт|профессор|академик|доктор|господин|госпожа|мистер|миссис|сэр|лорд|товарищ|аким|вице-премьер|"
    r"замглав|пресс-секретар|олигарх|предпринимател|чемпион|хоккеист|футболист|теннисист|совладел|владел|основател|сооснователь|"
    r"ветеран|историк|физик|химик|космонавт|астронавт|комиссар|омбудсмен|уполномоченн|член|синоптик|соратник|сестра|брат|отец|мать|сын|дочь|жена|муж)\w*",
    re.I,
)
_PARTICLES = re.compile(
    r"(?:фон|де|да|дос|ди|дель|делла|ван|дер|ден|ле|ля|ла|аль|ад|ас|аш|ар|ан|эль|бен|бин|ибн|оглы|кызы|тер|хан|ага|эд|д|du|de|van|von|al|el|bin|ben|la|le|den|der|di|da|dos|del|ок)(?!\w)",
    re.I,
)
_INHABITANT = re.compile(
    r"(?:росси|украин|американ|белорус|казахстан|британ|англич|немц|француз|грузин|россиян|поляк|японц|китаец|китайц|европей|африкан)\w*",
    re.I,
)
_PREPOSITION = re.compile(
    r"(?:в|во|на|из|с|со|от|до|к|ко|по|о|об|для|у|за|над|под|при|между|через|около|не|и|а|но)\s+", re.I
)
# what a mention that was marked too short ends in
_DANGLING = re.compile(r"\s+(?:им\.?|имени|по|и|в|при)$")
# a sentence begins with a description of a quoted or foreign name
_DESCRIBED = re.compile(r"[А-ЯЁ][а-яё-]+(?:\s+[а-яё-]+)*?\s+(?=[«„\"A-Z])")
_OF_A_PERSON = re.compile(
    r"(?:администраци|правительств|кабинет|команд|холдинг|структур|компани|импери)\w*\s", re.I
)
SEATS = re.compile(
    r"(?<!Московск\w\w )(?<!Московского )(?<!Казанск\w\w )(?<![\w-])"
    r"(?:Кремл(?:ь|я|ю|ём|ем|е)|Пентагон(?:а|у|ом|е)?|Бел(?:ый|ого|ому|ым|ом)\s+[Дд]ом(?:а|у|ом|е)?)(?![\w-])"
)


def state_name(text: str, start: int, end: int) -> list[Place]:
    """Return the place of the state's name in a mention of a country, none if it names no state."""
    start, end = trim(text, start, end)
    preposition = _PREPOSITION.match(text, start, end)
    if preposition:
        start = preposition.end()
    return [(start, end)] if is_state(text[start:end]) else []


def person_name(text: str, start: int, end: int) -> list[Place]:
    """Return the place of the personal name in a mention of a person, none if there is no name."""
    start, end = trim(text, start, end)
    while start < end and not _PARTICLES.match(text, start, end):
        word = re.compile(r"[^\s]+").match(text, start, end)
        if word is None or not _not_a_name(text, start, word.group()):
            break
        start, end = trim(text, word.end(), end)
    name = text[start:end]
    named = any(c.isupper() for c in name) and not _inhabitant(name) and not name.startswith("Нобелевск")
    return [(start, end)] if named else []


def _not_a_name(text: str, start: int, word: str) -> bool:
    if word[0].islower():
        return True
    return bool(_POST.fullmatch(word)) and sentence_start(text, start)


def _inhabitant(name: str) -> bool:
    return " " not in name and bool(_INHABITANT.fullmatch(name)) and not is_state(name)


def organization_name(
    text: str,
    start: int,
    end: int,
    inner: Sequence[Place] = (),
    persons: Sequence[Place] = (),
    places: Sequence[Place] = (),
) -> list[Place]:
    """Return the place of the organization's name in a mention of one, none if there is no name.

    `inner` are the mentions of organizations inside it, `persons` those of people, `places` those of
    cities, regions and countries, anywhere in the text.
    """
    start, end = trim(text, start, end)
    # quotes of wiki markup are no quotes
    while start < end and text[start] == "'":
        start += 1
    while start < end and text[end - 1] == "'":
        end -= 1
    preposition = _PREPOSITION.match(text, start, end)
    if preposition and text[start].islower():
        start = preposition.end()
    # «администрация президента США Джо Байдена»: the person is a party of their own
    for first, last in persons:
        if start < first and last == end and _OF_A_PERSON.match(text, start, first):
            start, end = trim(text, start, first)
    if start >= end:
        return []
    start, end = _with_place(text, start, end, places)
    start, end = _with_quotes(text, start, end)
    start, end = _cut_heads(text, start, end, inner)
    end = start + len(_DANGLING.sub("", text[start:end]))
    start, end = trim(text, start, end)
    if start >= end or not _names(text, start, end):
        return []
    if text[start:end].istitle() or text[start] in _OPENING or text[start].isupper():
        start, end = _with_quotes(text, start, end)
        start = _with_legal_form(text, start)
    return [(start, end)]


def sentence_start(text: str, start: int) -> bool:
    """Return whether a sentence, line or quotation begins at `start`."""
    before = text[:start].rstrip(" \t\u00a0\"«„“'(—–-▪•")
    return not before or before[-1] in ".!?…:\n\r" or text[:start].rstrip(" \t\u00a0")[-1:] == "\n"


def _with_place(text: str, start: int, end: int, places: Sequence[Place]) -> Place:
    # «Минфин» «США», «арбитражный суд» «Москвы» are one official name each
    if not _STATE_BODY.fullmatch(text, start, end) or text[end : end + 1] not in (" ", "\u00a0"):
        return start, end
    for first, last in places:
        if first == end + 1 and _genitive(text[first:last]):
            return start, last
    for first, last in find_states(text[end + 1 : end + 60]):
        if first == 0 and _genitive(text[end + 1 : end + 1 + last]):
            return start, end + 1 + last
        break
    return start, end


def _genitive(name: str) -> bool:
    word = name.split()[-1]
    ends = word.isupper() or word[-1] in "иыая" or word.endswith(("ов", "ых", "ого"))
    return name[0].isupper() and ends


def _with_quotes(text: str, start: int, end: int) -> Place:
    """Return the place with the quotes around it, or with the missing one of a pair."""
    before, after = text[start - 1 : start], text[end : end + 1]
    if before and before in _OPENING and after and after in _CLOSING[before]:
        return start - 1, end + 1
    inside = text[start:end]
    for opening in "«„":
        if (
            inside.count(opening) > sum(inside.count(c) for c in _CLOSING[opening])
            and after
            and after in _CLOSING[opening]
        ):
            return start, end + 1
    if before in ("«", "„") and any(inside.count(c) > inside.count(before) for c in _CLOSING[before]):
        return start - 1, end
    if inside.count('"') % 2 and after == '"':
        return start, end + 1
    if inside.count('"') % 2 and before == '"':
        return start - 1, end
    return start, end


def _with_legal_form(text: str, start: int) -> int:
    form = _LEGAL_BEFORE.search(text[max(0, start - 40) : start])
    return start - len(form.group()) if form else start


def _cut_heads(text: str, start: int, end: int, inner: Sequence[Place]) -> Place:
    described = _DESCRIBED.match(text, start, end)
    if described and sentence_start(text, start) and _describes(described.group()):
        return described.end(), end
    start = _without_adjectives(text, start, end)
    name = _name_start(text, start, end)
    prefix = text[start:name]
    if not prefix or name >= end or _LEGAL_WORDS.match(prefix):
        return start, end
    first = text[name]
    if first in _OPENING or first.isascii():
        return (
            (start, end)
            if re.search(r"\bим(?:ени|\.)\s*$", prefix) or first in "№0123456789"
            else (name, end)
        )
    rest = text[name:end]
    if re.search(r"\bим(?:ени|\.)\s*$", prefix):
        return start, end
    if _CUT.match(prefix) and (not _BODY.match(prefix) or (name, end) in inner or _acronym(rest)):
        return name, end
    if _BODY.match(prefix) or _OFFICIAL.match(prefix) or _BODY.search(prefix):
        return start, end
    return name, end


def _describes(prefix: str) -> bool:
    words = prefix.split()
    return any(_CUT.fullmatch(word) and not word.isupper() for word in words) or all(
        map(country_adjective, words)
    )


def _acronym(rest: str) -> bool:
    if any(first == 0 for first, _ in find_states(rest)):
        return False
    return bool(re.fullmatch(r"[А-ЯЁA-Z][А-ЯЁA-Zа-я]*[А-ЯЁA-Z]\w*(?:\s.*)?|Мин[а-я]+(?:\s.*)?", rest, re.S))


def _without_adjectives(text: str, start: int, end: int) -> int:
    word_at = re.compile(r"([\w-]+)\s+")
    while True:
        word = word_at.match(text, start, end)
        if word is None or not (word[1][0].islower() or sentence_start(text, start)):
            return start
        if not country_adjective(word[1]):
            return start
        following = text[word.end()]
        # «Российский союз промышленников» is a name, «Российский "Газпром"» is not
        if word[1][0].isupper() and not (following in _OPENING or following.isupper() or following.isascii()):
            return start
        start = word.end()


def _name_start(text: str, start: int, end: int) -> int:
    """Return where the first capitalised word, quote, numeral or Latin word stands, past a generic head."""
    for match in re.compile(r"[«„“\"№]|[\w-]+").finditer(text, start, end):
        word = match.group()
        if match.start() == start and word[0].isupper():
            head = sentence_start(text, start) and _CUT.fullmatch(word) and not _BODY.fullmatch(word)
            if head and not word.isupper() and _proper(text, match.end(), end):
                continue
            return start
        if not word[0].islower() or word[0].isascii():
            return match.start()
    return end


def _proper(text: str, start: int, end: int) -> bool:
    rest = text[start:end].lstrip()
    return bool(rest) and (rest[0] in _OPENING or rest[0].isupper())


def _names(text: str, start: int, end: int) -> bool:
    """Return whether the mention has a name: a capital, a quote, a numeral, or an official name in lower case."""
    mention = text[start:end]
    if _ALONE.fullmatch(mention):
        return True
    if _GENERIC.fullmatch(mention) and not mention.isupper() and not mention.startswith("Гос"):
        return False
    if any(c.isupper() or c in '«„"№' for c in mention[1:]) or any("a" <= c.lower() <= "z" for c in mention):
        return True
    if mention[0].isupper() and not sentence_start(text, start):
        return True
    if mention[0].isupper():
        return not re.fullmatch(r"[\w-]+", mention) or not _GENERIC.fullmatch(mention)
    return bool(_OFFICIAL.match(mention)) and len(mention.split()) > 1
