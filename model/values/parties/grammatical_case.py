"""In which case a name probably stands, by the words around it."""

import re
from functools import lru_cache

from ie.values.inflection import NO_CASE, Weights, parses, readings
from ie.values.result import Context
from ie.values.tables import read_table

CASES = ("nomn", "gent", "datv", "accs", "ablt", "loct")
_PREPOSITIONS = {
    ("loct", "accs"): "в во на",
    ("ablt", "gent"): "с со",
    ("datv",): "к ко согласно благодаря вопреки навстречу",
    ("gent",): """от из до у для без около против после среди вокруг ради кроме помимо вместо относительно
        касательно внутри вне возле напротив насчет мимо вслед из-за из-под ввиду вследствие
        накануне имени""",
    ("datv", "loct"): "по",
    ("loct",): "о об обо при",
    ("accs", "ablt"): "за",
    ("ablt",): "под над перед между",
    ("accs",): "через про сквозь включая исключая",
}
_BY_WORD = {word: cases for cases, words in _PREPOSITIONS.items() for word in words.split()}
# Case forms of nouns that say when, and govern nothing.
_ADVERBS = frozenset({"утром", "днем", "днём", "вечером", "ночью", "весной", "летом", "осенью", "зимой"})
# Whose one is, the name behind it says in the genitive: «представитель Мордашова», «друг Путина».
_OF_SOMEBODY = frozenset(
    re.findall(
        r"\S+",
        """адвокат защитник жена муж супруг супруга мать отец сын дочь брат сестра вдова внук внучка племянник
    зять тесть родственник наследник друг подруга знакомый приятель сосед соратник сторонник противник
    коллега партнер бизнес-партнер компаньон помощник советник заместитель представитель пресс-секретарь
    преемник предшественник подчиненный водитель охранник однофамилец биограф поклонник""",
    )
)
_WHOSE_FULL = 0.2  # … a full name more often whom the word before describes: «адвокат Анна Сомова»
# What is named by whose it is: «семья [Рябовых]».
_FAMILY = re.compile(
    r"\b(?:семь(?:я|и|е|ю|ей|ёй)|семейств(?:о|а|у|ом|е)|чет(?:а|ы|у|е|ой))[ \u00a0]$", re.IGNORECASE
)
# A preposition that the locative needs, in the sentence so far.
_LOCATIVE = re.compile(r"(?:^|[\s«(\"])(?:об?|обо|во?|на|при|по)[\s«][^.!?…;:\n]*$", re.IGNORECASE)
_PREPOSITION = re.compile(r"(?<![\w-])([\w-]+)[ \u00a0]$")
_LAST_WORD = re.compile(r"([\w-]+)([\s\u00a0«„“\"'(]*)$")
_SENTENCE_END = re.compile(r"(?:^|[.!?…\n:;])[\s\"«„(—–-]*$")
# What stands before a name back to the last stop: words in lower case, quoted names, states, abbreviations.
_DESCRIPTION = re.compile(
    r"(?:(?:[А-ЯЁ]?[а-яё-]+|[«\"][^«»\"\n]{1,40}[»\"]|[А-ЯЁA-Z]{2,}[\w-]*|[A-Z][\w.-]+)[ \u00a0]+){1,7}$"
)
_NEXT_WORD = re.compile(
    r"[\s»\"”)]*(?:(?:не|уже|тоже|также|пока|еще|ещё|вчера|сегодня|тогда|ранее)\s+)*([а-яё-]+)", re.I
)
# Of two subjects the name is the second: «Рябин и его соавтор [Дина Лодкина] называют».
_COORDINATED = re.compile(r"(?:^|[ \u00a0])и[ \u00a0](?:[а-яё-]+[ \u00a0]){0,4}$")
_AND = re.compile(r"[»\"”)]*[ \u00a0]и[ \u00a0]")
_UNLIKELY = 0.04
# How much likelier the other cases are where a finite verb stands beside the name.
_VERB_BEFORE: Weights = {"nomn": 1.0, "accs": 0.5, "gent": 0.2, "datv": 0.5, "ablt": 0.4, "loct": 0.05}
_VERB_AFTER: Weights = {"nomn": 1.0, "accs": 0.15, "gent": 0.25, "datv": 0.2, "ablt": 0.2, "loct": 0.2}
_AFTER_NOUN: Weights = {"nomn": 0.3, "accs": 0.1, "gent": 1.0, "datv": 0.2, "ablt": 0.3, "loct": 0.05}
_SENTENCE: Weights = {"nomn": 1.0, "accs": 0.1, "gent": 0.1, "datv": 0.15, "ablt": 0.1, "loct": 0.02}


def likely_cases(context: Context, *, beside: bool = False, full: bool = False) -> dict[str, float]:
    """Return the weight of each case for the name in a context.

    `beside` says that a post before it shares its case: «президента Иванова»; `full`, that the name is of
    several words.
    """
    if not context.before.strip() and not context.after.strip():
        return {**NO_CASE, "loct": NO_CASE["loct"] * (0.4 if beside else 1.0)}
    weights = dict(_before(context.before, beside))
    if beside and not _LOCATIVE.search(context.before[-90:]):
        weights["loct"] = weights.get("loct", _UNLIKELY) * 0.1
    if beside and (relation := _relation(context.before)):
        weights["gent"] = max(weights.get("gent", 0.0), _WHOSE_FULL if full else 1.0)
        if not full:
            return weights | dict.fromkeys(_noun_cases(relation), 1.0)
    if beside and _plural_verb_before(context.before) and not _AND.match(context.after):
        weights["nomn"] *= 0.3  # it is no subject: «ждут [Александра Рябова], Ивана Зимина»
    verb = _verb_after(context.after)
    if verb and weights.get("nomn", 0) >= 0.3:
        weights = {case: weights.get(case, _UNLIKELY) * _VERB_AFTER[case] for case in CASES}
        if beside and _plural(verb) and not _COORDINATED.search(context.before[-80:]):
            weights["nomn"] *= _UNLIKELY  # one person is not the subject of «допросили»
            weights["accs"] = max(weights["accs"], 0.5)
            weights["datv"] = max(weights["datv"], 0.2)  # but of «Громову предъявили обвинение»
    return weights


def subject_gender(context: Context) -> str | None:
    """Return the gender, `m` or `f`, that the past tense of a verb beside the name gives its subject."""
    last = _LAST_WORD.search(context.before[-60:])
    words = [_verb_after(context.after), last[1].lower() if last else None]
    relation = _relation(context.before)
    for word in words:
        if word is not None and _finite(word):
            gender = parses(word)[0].tag.gender
            if relation and gender == parses(relation)[0].tag.gender:
                return None  # «жена Сомова сказала»
            if gender in ("masc", "femn"):
                return "m" if gender == "masc" else "f"
    return None


def _relation(before: str) -> str | None:
    """Return the word before a name that may say whose somebody is."""
    last = _LAST_WORD.search(before[-80:])
    word = last[1].lower() if last and not last[2].strip() else ""
    normal = parses(word)[0].normal_form.replace("ё", "е") if parses(word) else ""
    return word if normal in _OF_SOMEBODY else None


def _verb_after(after: str) -> str | None:
    match = _NEXT_WORD.match(after)
    return match[1].lower() if match and _finite(match[1].lower()) else None


def _plural_verb_before(before: str) -> bool:
    last = _LAST_WORD.search(before[-60:])
    return last is not None and not last[2].strip() and _finite(last[1].lower()) and _plural(last[1].lower())


def _plural(verb: str) -> bool:
    return bool(parses(verb)[0].tag.number == "plur")


def _before(before: str, beside: bool) -> Weights:
    if beside and _FAMILY.search(before[-30:]):
        return _only(("gent",), others=0.1)
    preposition = _PREPOSITION.search(before[-20:]) if beside else None
    if preposition and preposition[1].lower() in _BY_WORD:
        return _only(_BY_WORD[preposition[1].lower()])  # «экономист Кася Тугина в эфире у [Романа Чижа]»
    posts = _posts(before) if beside else []
    if posts:
        first, *others = (_noun_cases(post) for post in reversed(posts))
        # «заместитель председателя Ирина …»: the nearest, or one that it depends on
        return {**_only(first), **dict.fromkeys({case for cases in others for case in cases} - {*first}, 0.4)}
    if beside and _spoken(before):
        return _only(("nomn",), others=0.15)
    if beside and (several := _several(before)):
        return _only(several, others=0.1)
    if _SENTENCE_END.search(before[-40:]):
        return _SENTENCE
    last = _LAST_WORD.search(before[-80:])
    if last is None:
        return NO_CASE
    word = last[1].lower()
    if word in _BY_WORD:
        return _only(_BY_WORD[word])
    return _after_word(word, quoted=last[2].strip() != "", person=beside)


def _posts(before: str) -> list[str]:
    """Return the posts that the words right before a name say: «министра сельского хозяйства»."""
    description = _DESCRIPTION.search(before[-160:])
    words = description[0].lower().split() if description else []
    # behind a verb another part of the sentence begins: «директором была назначена Иванова»
    verbs = [place for place, word in enumerate(words) if _predicate(word)]
    words = words[verbs[-1] + 1 :] if verbs else words
    return [word for word in words if _mark(word) == "post" and _noun_cases(word)]


def _several(before: str) -> tuple[str, ...]:
    """Return the cases of a plural that says what people are: «предпринимателям [Альгису Тугину] и …»."""
    last = _LAST_WORD.search(before[-60:])
    word = last[1].lower() if last and not last[2].strip() else ""
    return _of_somebody({reading.case for reading in readings(word)}) if _mark(word) == "post" else ()


def _spoken(before: str) -> bool:
    """Return whether a verb of speech stands before, with its addressee perhaps: «заявила журналистам»."""
    description = _DESCRIPTION.search(before[-80:])
    words = description[0].lower().split()[-3:] if description else []
    return any(_mark(word) == "verb" and not _infinitive(word) for word in words)


def _mark(word: str) -> str | None:
    mark: str | None = read_table("party_words").get(word.replace("ё", "е"))
    return mark


def _noun_cases(word: str) -> tuple[str, ...]:
    """Return the cases of a word in the singular, as a noun if it is one: «управляющая» is none."""
    single = [reading for reading in readings(word) if reading.number == "sing"]
    nouns = [reading for reading in single if reading.pos == "NOUN"]
    return _of_somebody({reading.case for reading in nouns or single})


def _of_somebody(cases: set[str]) -> tuple[str, ...]:
    """Return the cases that a word of somebody may be in: what looks like a nominative is no accusative."""
    return tuple(cases - {"accs"} if "nomn" in cases and len(cases) < len(CASES) else cases)


def _after_word(word: str, *, quoted: bool, person: bool) -> Weights:
    if _finite(word) or word in _ADVERBS:
        return _VERB_BEFORE
    if word.startswith("котор"):
        return NO_CASE  # it stands for a word before: «дело, по поводу которого [Рябова] судится»
    known = readings(word)
    nouns = [reading for reading in known if reading.pos == "NOUN"]
    if not person and _mark(word) == "head":
        return _only(("nomn",)) if quoted else _only(("nomn",), others=0.3)
    attributes = sum(reading.weight for reading in known if reading.pos != "NOUN")
    if known and attributes > 0.5 and known[0].pos != "PRTF":
        found = {reading.case for reading in known}
        return _only(_of_somebody(found) if person else tuple(found))
    if person and (people := tuple({r.case for r in nouns if r.animate and r.number == "sing"})):
        return _only(people, others=0.2)
    return _AFTER_NOUN if nouns else NO_CASE


def _only(cases: tuple[str, ...], others: float = _UNLIKELY) -> Weights:
    return {case: 1.0 if case in cases else others for case in CASES}


def _infinitive(word: str) -> bool:
    """Return whether a word is an infinitive, which has no subject: «комментировать слова Громова»."""
    return any(parse.tag.POS == "INFN" for parse in parses(word)[:1])


def _predicate(word: str) -> bool:
    """Return whether a word is a finite verb or a short participle: «назначил», «назначена»."""
    return _finite(word) or any(parse.tag.POS == "PRTS" for parse in parses(word)[:1])


@lru_cache(maxsize=4096)
def _finite(word: str) -> bool:
    """Return whether a word is a finite verb."""
    return any(parse.tag.POS == "VERB" and parse.score >= 0.4 for parse in parses(word)[:1])
