"""Whether a party is an organization or a person, by its name and the words around it."""

import re
from collections.abc import Callable
from functools import cache
from typing import Literal

from ie.values.inflection import is_listed, parses, readings
from ie.values.parties.legal_forms import split_legal_form
from ie.values.result import Context
from ie.values.tables import fold, read_table

from .personal_names import is_given_name, is_surname

Kind = Literal["organization", "person"]

_CYRILLIC = "а-яёқғңүұһөіәўҳїєґ"
_WORD = re.compile(r"[^\W_]+(?:[-'’.][^\W_]+)*")
_NAME = r"[А-ЯЁA-Z][а-яёa-z'’][\w'’-]+"
_INITIALS = re.compile(
    rf"(?:[А-ЯЁA-Z]\.\s*-?){{1,3}}\s*{_NAME}|Дж\.\s*{_NAME}|{_NAME}\s+(?:[А-ЯЁA-Z]\.\s*){{1,3}}|{_NAME}\s+[А-ЯЁA-Z]\.\s*{_NAME}"
)
_PARTICLE = re.compile(
    r"(?:фон|де|ду|ва|бинт|младш\w+|старш\w+|да|дос|ди|дель|делла|ван|дер|ден|ле|ля|ла|аль|ад|ас|аш|ар|ан|ат|эль|бен|бин|ибн|оглы|кызы|уулу|тер|"
    r"von|van|de|der|den|del|della|di|da|dos|la|le|el|al|bin|ben|ibn)"
)
_PERSONAL_SHAPE = re.compile(
    rf"(?:[А-ЯЁ]['’])?[А-ЯЁӘҒҚҢӨҰҮҺІЎҲ][{_CYRILLIC}]+(?:['’-][{_CYRILLIC}]+)*", re.IGNORECASE
)
_ABBREVIATION = re.compile(
    r"[А-ЯЁA-Z\d]{2,}[а-я]{0,3}|[\w-]*[а-яё][А-ЯЁ][\w-]*|[А-ЯЁ]{2,}[-–]\w+|\w{3,}-[А-ЯЁ]{1,4}"
)
_COMPOUND = re.compile(r"(?:Мин|Гос|Рос|Глав|Нац|Центр|Обл|Прав|Сов|Сбер|Внеш|Укр|Каз)[а-яё]{4,}")
_ENDING = re.compile(
    r".{2,}(?:банк|нефт|нефтегаз|газ|пром|энерго|строй|маш|авиа|телеком|транс|хим|экспорт|импорт|инвест|финанс|холдинг|"
    r"груп|снаб|торг|сбыт|фарм|трейд|стат|надзор|реестр|космос|атом|тех|медиа|лизинг|кредит|страх|металл|сталь|цемент|"
    r"комбинат|завод|фонд|сервис|продукт|бумаг|союз|клуб|моторс|софт|сеть|телек|пресс|"
    r"пресс|ньюс|логистик|девелопмент|недвижимост|фильм|радио|мебел|молок|мясо|хлеб|сахар|агро|нострой|потребсоюз|"
    r"статистик|алюмини|никел|уголь|угол|золот|алмаз|карго|турбин|связь|связ|бирж|ойл|авто|развити|авиаци|ком(?=$|а$|у$)|экономик)"
    r"(?:а|у|ом|ем|е|и|ь|ью|ы|я|ю|й|ей|ой)?",
    re.IGNORECASE,
)
# Russian words in lower case, or with the capital of a sentence.
_PLAIN = re.compile(r"[А-ЯЁа-яё][а-яё-]*(?: [а-яё-]+)*")
_LATIN = re.compile(r"[A-Za-zÀ-ɏ]")
# A Russian name whose spelling in Latin letters follows: «Андрис Пиебалгс (Andris Piebalgs)».
_IN_BRACKETS = re.compile(r"([А-ЯЁ][а-яё-]+)(?: [А-ЯЁ][\w.-]*)+ \((?:[а-я.]+ )?$")
_NUMERAL = re.compile(r"\s[IVX]+$")
# «Мухаммед бен Халифа бен Хамад Аль Тани»
_MOST_WORDS = 7
_PREPOSITIONS = frozenset({"по", "в", "на", "за", "для", "при", "и", "с", "о"})
# The words between the name and the last stop or capital: «министр сельского хозяйства».
_DESCRIPTION = re.compile(r"(?:[А-ЯЁ]?[а-яё-]+[\s\u00a0]+(?:по[\s\u00a0]+)?){1,5}$")
_LAST_WORD = re.compile(r"([\w-]+)[^\w]*$")
_WORDS_AFTER = re.compile(r"[^\w]{0,3}(?:[\w-]+[\s\u00a0]*){0,2}")
_QUOTE = re.compile(r"[«»„“”\"]")


def party_kind(text: str, context: Context) -> Kind:
    """Return the kind of a party that is no state: the first of the rules that applies to it."""
    for _, rule in RULES:
        kind = rule(text, context)
        if kind is not None:
            return kind
    return "organization"


def is_description(text: str, *, small: bool = False) -> bool:
    """Return whether a mention says what somebody is and names nobody: «компания», «глава компании».

    In a text all in `small` letters only a single word is told from a name: «риа новости» may be one.
    """
    if not _PLAIN.fullmatch(text) or is_listed(text):
        return False
    words = text.split()
    marks: list[str | None] = [read_table("party_words").get(fold(word)) for word in words]
    if len(words) == 1 and marks[0] in ("head", "post"):
        return True
    parts = [word.rpartition("-")[2] for word in words]
    known = not small and text.islower() and all(len(part) > 2 and _known_noun(part) for part in parts)
    return known and (marks[0] == "post" or not {"head", "body"} & set(marks))


def is_bare_form(text: str) -> bool:
    """Return whether a mention is a legal form without a name."""
    return bool(split_legal_form(f"{text} «Имя»") == ("Имя", text))


def _initials(text: str, _: Context) -> Kind | None:
    return "person" if _INITIALS.fullmatch(text.strip()) and not _QUOTE.search(text) else None


def _marks(text: str, _: Context) -> Kind | None:
    return "organization" if _QUOTE.search(text) or re.search(r"[\d&+№/@%!:,()]", text) else None


def _legal_form(text: str, _: Context) -> Kind | None:
    return "organization" if split_legal_form(text)[1] else None


def _listed(text: str, _: Context) -> Kind | None:
    """Recognise a name in the list of organizations, in any case form."""
    words = text.split()
    firsts = {word.nominative for word in readings(words[-1])} if words else set()
    forms = {text, *(" ".join([*words[:-1], first]) for first in firsts)}
    return "organization" if any(map(is_listed, forms)) else None


def _latin(text: str, context: Context) -> Kind | None:
    """Take Latin letters for a person only where a given name or a king's numeral says so."""
    if not _LATIN.search(text):
        return None
    words = _NUMERAL.sub("", text).split()
    if words and not _LATIN.search(" ".join(words)):
        return "person"
    shaped = all(re.fullmatch(r"[A-ZÀ-Þ][a-zß-ɏ'’-]+|[A-Z]\.|(?:[a-z]{2,3})", word) for word in words)
    if not shaped or not 2 <= len(words) <= 4:
        return "organization"
    beside = _IN_BRACKETS.search(context.before[-60:])
    named = words[0].lower() in _latin_names() or (beside and is_given_name(beside[1]))
    return "person" if named else "organization"


def _abbreviation(text: str, _: Context) -> Kind | None:
    words = text.split()
    if (
        len(words) > 1
        and text.isupper()
        and all(len(w) > 4 or is_given_name(w) or is_surname(w) for w in words)
    ):
        return None  # a headline in capitals
    return "organization" if any(_ABBREVIATION.fullmatch(word) for word in words) else None


def _lower_case(text: str, _: Context) -> Kind | None:
    """Take a word in lower case that is no particle of a name for a description."""
    words = text.split()
    plain = [word for word in words if word[0].islower() and not _PARTICLE.fullmatch(word.split("-")[0])]
    described = any(word in _PREPOSITIONS for word in words[1:])
    return "organization" if plain and (described or len(plain) < len(words)) else None


def _head(text: str, _: Context) -> Kind | None:
    table = read_table("party_words")
    for word in map(fold, _WORD.findall(text)):
        if any(table.get(part) in ("head", "body", "part") for part in (word, *word.split("-"))):
            return "organization"
        if any(
            table.get(word[cut:]) in ("head", "body") for cut in range(2, len(word) - 4)
        ) and not is_surname(word):
            return "organization"
    return None


def _personal(text: str, _: Context) -> Kind | None:
    """Recognise capitalised words, one of them a given name or a patronymic."""
    words = text.split()
    if len(words) < 2 or not _personal_words(words):
        return None
    named = any(is_given_name(part) for word in words for part in (word, *word.split("-")))
    return "person" if named or any(_patronymic(word) for word in words) else None


def _compound(text: str, _: Context) -> Kind | None:
    if " " in text and is_given_name(text.split()[0]):
        return None
    words = [word for word in re.split(r"[\s-]+", text) if not (is_surname(word) or is_given_name(word))]
    if any(_ENDING.fullmatch(word) for word in words):
        return "organization"
    made = any(_COMPOUND.fullmatch(word) and not _SURNAME.search(word) for word in words)
    return "organization" if made and not _SURNAME.search(text) else None


def _by_post(text: str, context: Context) -> Kind | None:
    """Look for a post in the words before, or for what an organization is in the word before."""
    before = _DESCRIPTION.search(context.before[-90:])
    if before is None:
        return None
    table = read_table("party_words")
    marks = [table.get(fold(word)) for word in before[0].split()]
    personal = _personal_words(text.split())
    named = len(text.split()) > 1 or is_surname(text)
    if marks[-1] == "head" and not (personal and named):
        return "organization"
    return "person" if "post" in marks and personal else None


def _by_verb(text: str, context: Context) -> Kind | None:
    """Look for a verb of speech beside a word that may be a name."""
    table = read_table("party_words")
    last = _LAST_WORD.search(context.before[-60:])
    first = _WORDS_AFTER.match(context.after)
    words = [*(first[0].split()[:2] if first else []), *([last[1]] if last else [])]
    if not _personal_words(text.split()):
        return None
    return (
        "person" if any(table.get(fold(word)) == "verb" for word in words) and _could_be_named(text) else None
    )


# made once: a pattern with the name in it would be compiled for every name
_NAME_BEFORE = re.compile(r"([А-ЯЁ][а-яё-]+|[А-ЯЁ]\.)\s+")
_CASE_ENDING = re.compile(r"[а-яё]{0,4}(?!\w)")
_OPENING_QUOTE = re.compile(r"[«\"„]")
_QUOTED_ENDING = re.compile(r"[а-яё]{0,4}[»\"“]")


def _repeated(text: str, context: Context) -> Kind | None:
    """Look for the word behind a given name elsewhere: «Олег Дерипаска … Дерипаска»."""
    words = text.split()
    if len(words) != 1 or len(text) < 3:
        return None
    stem = text[: max(3, len(text) - 2)]
    for side in (context.before, context.after):
        for match in _NAME_BEFORE.finditer(side):
            form = side.startswith(stem, match.end()) and _CASE_ENDING.match(side, match.end() + len(stem))
            if form and (len(match[1]) == 2 or is_given_name(match[1])):
                return "person"
    around = context.before + context.after
    quoted = any(
        around.startswith(stem, match.end()) and _QUOTED_ENDING.match(around, match.end() + len(stem))
        for match in _OPENING_QUOTE.finditer(around)
    )
    return "organization" if quoted else None


def _dictionary(text: str, _: Context) -> Kind | None:
    words = text.split()
    if not _personal_words(words):
        return "organization"
    if len(words) == 1:
        return "person" if is_surname(text) or is_given_name(text) else None
    return None


def _shape(text: str, _: Context) -> Kind | None:
    """Take what remains for people: two words that no dictionary has, or one that ends like a surname."""
    words = text.split()
    if len(words) == 2 and _attributed(words):
        return "organization"
    if _SURNAME.search(text) or is_surname(words[-1]):
        return "person"
    if len(words) > 1:
        return "organization" if _common(words) else "person"
    return "organization" if _known_noun(text) else "person"


_SURNAME = re.compile(
    r"(?:[оеё]в|[иы]н|[сц]к(?:ий|ая)?|енко|ко|[уюа]к|ич|ян|дзе|швили|ия|ер|ман|берг|сон|ец|ли|лы|заде|[иы]х)"
    r"(?:а|у|ым|ом|ем|е|ой|ого|ому|им)?$"
)
RULES: tuple[tuple[str, Callable[[str, Context], Kind | None]], ...] = (
    ("quotes, digits and signs", _marks),
    ("legal form", _legal_form),
    ("known organization", _listed),
    ("initials", _initials),
    ("Latin letters", _latin),
    ("abbreviation", _abbreviation),
    ("description in lower case", _lower_case),
    ("what organizations are", _head),
    ("compound", _compound),
    ("given name beside another name", _personal),
    ("words before", _by_post),
    ("full name nearby", _repeated),
    ("verb of speech", _by_verb),
    ("dictionary", _dictionary),
    ("shape", _shape),
)


def _personal_words(words: list[str]) -> bool:
    """Return whether all words have the shape of names of people."""
    if not 1 <= len(words) <= _MOST_WORDS:
        return False
    return all(
        _PERSONAL_SHAPE.fullmatch(word) or _PARTICLE.fullmatch(word) or re.fullmatch(r"[А-ЯЁ]\.?", word)
        for word in words
    )


def _patronymic(word: str) -> bool:
    return (
        re.search(r"(?:[оеё]вич|[оеё]вн|ичн|ьич|иничн|[ао]глы|к[ыы]зы)(?:а|у|ем|е|ы|ой)?$", word) is not None
    )


def _could_be_named(text: str) -> bool:
    return (
        is_surname(text.split()[-1]) or not _known_noun(text.split()[-1]) or _SURNAME.search(text) is not None
    )


def _known_noun(word: str) -> bool:
    """Return whether a word is one of the dictionary's common words."""
    return any(p.is_known and "Name" not in p.tag and "Surn" not in p.tag for p in parses(word)[:1])


def _common(words: list[str]) -> bool:
    """Return whether words are an attribute and its noun, or begin with a common noun."""
    first = readings(words[0])
    attribute = sum(r.weight for r in first if r.pos != "NOUN")
    return (attribute > 0.5 and not is_surname(words[0])) or all(_known_noun(word) for word in words)


def _attributed(words: list[str]) -> bool:
    """Return whether two words are an attribute that agrees with a common noun: «Уральской Стали»."""
    first, last = readings(words[0]), readings(words[1])
    attributes = [one for one in first if one.pos != "NOUN" and one.known]
    nouns = [one for one in last if one.pos == "NOUN" and one.known and not one.animate]
    return (
        _known_noun(words[1])
        and not is_surname(words[0])
        and not is_surname(words[1])
        and any(one.agrees(noun) for one in attributes for noun in nouns)
    )


@cache
def _latin_names() -> frozenset[str]:
    return frozenset(read_table("latin_names"))
