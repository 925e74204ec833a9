"""Names of organizations in the nominative: the head noun and what agrees with it; the rest stays."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from itertools import product
from typing import TYPE_CHECKING

from .morphology import analyzer, plain_case, shared_start
from .tables import fold, read_table

if TYPE_CHECKING:
    from pymorphy3.analyzer import Parse

Weights = Mapping[str, float]
# How likely each case of OpenCorpora is where the text tells nothing.
NO_CASE: Weights = {"nomn": 1.0, "gent": 0.5, "accs": 0.25, "ablt": 0.4, "datv": 0.4, "loct": 0.4}
# How much likelier a nominative is that is in the list of organizations.
_LISTED = 10.0
_ATTRIBUTES = frozenset({"ADJF", "PRTF"})
_MOST_ATTRIBUTES = 4
# Last letters of a nominative, and its gender.
_FINAL = {
    **dict.fromkeys("бвгджзклмнпрстфхцчшщ", "masc"),
    **dict.fromkeys("ая", "femn"),
    **dict.fromkeys("оэ", "neut"),
}
# What a word that no dictionary has may end in by declension.
_ENDED = re.compile(r"(?:[оеы]м|[оеё]в|а[мх])$|(?<=[бвдзлмнпрст])а$")
_CYRILLIC = re.compile(r"[\u0400-\u04ff'’-]+")
_RUSSIAN = re.compile(r"[а-яё]+(?:-[а-яё]+)*", re.IGNORECASE)
# An abbreviation with a case ending: «МИДа», «ЛУКОЙЛом», «АвтоВАЗу», «Google'ом», «Facebook'а».
_ABBREVIATION = re.compile(
    r"(?P<stem>[\w-]*[A-ZА-ЯЁ]{2}|[\w-]*[A-Za-z](?=['’]))['’]?(?P<end>а|у|ом|ем|е|ы|ов|ам|ами|ах)"
)
_CASE_OF = {
    "а": ("gent", "accs"),
    "у": ("datv",),
    "ом": ("ablt",),
    "ем": ("ablt",),
    "е": ("loct",),
    "ы": ("nomn", "accs"),
    "ов": ("gent",),
    "ам": ("datv",),
    "ами": ("ablt",),
    "ах": ("loct",),
}
# Endings that a name in a consonant takes in its cases, and those that stand for the last letter of others.
_TAKEN = {"а": "gent accs", "у": "datv", "ом": "ablt", "ем": "ablt", "е": "loct"}
_REPLACING = {
    "й": {"я": "gent accs", "ю": "datv", "ем": "ablt", "е": "loct"},
    "ь": {"я": "gent accs", "ю": "datv", "ем": "ablt", "е": "loct", "и": "gent datv loct", "ью": "ablt"},
    "а": {"ы": "gent", "и": "gent", "е": "datv loct", "у": "accs", "ой": "ablt"},
    "я": {"и": "gent datv loct", "е": "datv loct", "ю": "accs", "ей": "ablt"},
    "е": {"я": "gent", "ю": "datv", "ем": "ablt", "и": "loct"},
}
# A mark after the word that is declined: «Искры-М», «Чтива.ру», «Степи-2».
_MARKED = re.compile(r"(?P<stem>[А-Яа-яЁё]{3,})(?P<mark>-[А-ЯЁA-Z]{1,3}|-\d+|\.(?:ру|рф|РФ|ru|com))")


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading of a word: what it is in its number's nominative, and how likely it is."""

    nominative: str
    pos: str
    case: str
    number: str
    gender: str | None
    weight: float
    known: bool = True
    animate: bool = False

    def agrees(self, noun: "Reading") -> bool:
        """Return whether it can be an attribute of a noun."""
        if (self.case, self.number) != (noun.case, noun.number):
            return False
        return self.number == "plur" or noun.gender in (None, self.gender)


@lru_cache(maxsize=4096)
def parses(word: str) -> tuple["Parse", ...]:
    """Return the parses of a Cyrillic word; none for other letters, some of which pymorphy3 can't take."""
    return tuple(analyzer().parse(word)) if _CYRILLIC.fullmatch(word) else ()


@lru_cache(maxsize=4096)
def readings(word: str) -> tuple[Reading, ...]:
    """Return the readings of a word as a noun or an attribute; none for what is not declined."""
    if not _RUSSIAN.fullmatch(word):
        return ()
    known = analyzer().word_is_known(word)
    if not known and (listed := _listed_forms().get(fold(word))):
        name, cases = listed
        return tuple(
            Reading(like(name, word), "NOUN", case, "sing", _FINAL.get(name[-1]), 1.0) for case in cases
        )
    found = [] if known else list(_as_it_stands(word))
    for parse in parses(word):
        if parse.tag.case is None or parse.tag.POS not in (*_ATTRIBUTES, "NOUN"):
            continue
        first = _first_form(parse)
        if first is not None:
            case = plain_case(parse.tag.case)
            found.append(
                Reading(
                    like(first, word),
                    parse.tag.POS,
                    case,
                    parse.tag.number,
                    parse.tag.gender,
                    parse.score * _plausible(parse, word),
                    parse.is_known and "Orgn" not in parse.tag,
                    parse.tag.animacy == "anim",
                )
            )
    return tuple(found if known else [*found, *_regular(word)])


def _regular(word: str) -> Iterator[Reading]:
    """Yield what a word that no dictionary has may be a form of: «Финама» of «Финам», «Осты» of «Оста»."""
    for ending, cases in _TAKEN.items():
        stem = word.removesuffix(ending)
        if len(stem) < len(word) and len(stem) > 2 and _FINAL.get(stem[-1].lower()) == "masc":
            for case in cases.split():
                yield Reading(stem, "NOUN", case, "sing", "masc", 0.2, known=False)
    if word[-1] in "ыи" and _FINAL.get(word[-2:-1]) == "masc":
        yield Reading(f"{word[:-1]}а", "NOUN", "gent", "sing", "femn", 0.02, known=False)


def _as_it_stands(word: str) -> Iterator[Reading]:
    """Yield the reading of a word that no dictionary has as a nominative already: «Халык», «Алроса»."""
    if word[-1].lower() in _FINAL:
        weight = 0.1 if _ENDED.search(word.lower()) else 0.3
        yield Reading(word, "NOUN", "nomn", "sing", _FINAL[word[-1].lower()], weight, known=False)


def _first_form(parse: "Parse") -> str | None:
    """Return the nominative of a reading; of «высшей» it is «высшая», not «высочайшая»."""
    tag = parse.tag
    wanted = {"nomn", tag.number} | ({tag.gender} if tag.POS != "NOUN" and tag.gender else set())
    wanted = {grammeme for grammeme in wanted if grammeme}
    if tag.POS == "NOUN":
        first = parse.inflect(wanted)
        return first.word if first else None
    forms = [form.word for form in parse.lexeme if wanted <= form.tag.grammemes and tag.POS in form.tag]
    return max(forms, key=lambda form: shared_start(form, parse.word), default=None)


def _plausible(parse: "Parse", word: str) -> float:
    """Return how much of the weight a reading keeps in a name: few are plural."""
    if parse.tag.number != "plur" or parse.tag.POS != "NOUN" or "Pltm" in parse.tag:
        return 1.0
    if not parse.is_known:
        return 0.05
    return 0.25 if read_table("party_words").get(fold(word)) == "head" else 0.6


def nominative(phrase: str, cases: Weights = NO_CASE) -> str:
    """Return a name in the nominative; `cases` says how likely its case is by the words around it.

    Attributes in front and the first noun are declined; what stands after it, in quotes or in other letters
    is kept.
    """
    words = phrase.split(" ")
    if is_listed(phrase):
        return phrase
    if listed := _listed_forms().get(_key(phrase)):
        return " ".join([*words[:-1], like(listed[0].rpartition("_")[2], words[-1])])
    if len(words) == 3 and words[1] in ("и", "&"):
        return _pair(words, cases)
    if _compound(words):
        return " ".join([*words[:-1], *_group(words[-1:], cases)])
    count = _declined(words)
    changed = _group(words[:count], cases)
    tail = words[count:]
    if (len(tail) == 1 and count and changed == words[:count]) or (len(words) == 2 and not count):
        tail = [*tail[:-1], _second_noun(tail[-1], cases, after=words[0])]
    return " ".join([*changed, *tail])


def is_listed(name: str) -> bool:
    """Return whether a name is in the list of organizations, in the nominative."""
    return _key(name) in read_table("organizations")


def _key(name: str) -> str:
    return fold(name).replace(" ", "_")


@cache
def _listed_forms() -> dict[str, tuple[str, tuple[str, ...]]]:
    """Return the regular case forms of the names in the list, each with its name and cases.

    Of a name of several words the last one is declined. What is a name itself, or a form of two, is left out.
    """
    names = read_table("organizations")
    forms: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
    for name in names:
        consonant = name[-1] not in _REPLACING and _FINAL.get(name[-1]) == "masc"
        for ending, cases in (_TAKEN if consonant else _REPLACING.get(name[-1], {})).items():
            form = (name if consonant else name[:-1]) + ending
            forms.setdefault(form, []).append((name, tuple(cases.split())))
    return {form: of[0] for form, of in forms.items() if len(of) == 1 and form not in names}


def _group(words: list[str], cases: Weights) -> list[str]:
    """Return attributes and noun in the nominative, as they are where they do not agree."""
    group = _best([_choices(word) for word in words], cases) if words else None
    return [reading.nominative for reading in group] if group else words


def _pair(words: list[str], cases: Weights) -> str:
    """Return «Лапа и Хвост» of «Лапы и Хвоста»: both in one case."""
    both = [
        (one, two)
        for one, two in product(_choices(words[0]), _choices(words[2]))
        if one.case == two.case and one.pos == two.pos == "NOUN"
    ]
    if not both:
        return " ".join(words)
    first, second = max(both, key=lambda pair: _likelihood(pair, cases))
    return f"{first.nominative} {words[1]} {second.nominative}"


def _compound(words: Sequence[str]) -> bool:
    """Return whether only the last word of a name is declined: «АТФ Банка», «Газпром нефти», «Ак Барса»."""
    if len(words) < 2 or not all(word[:1].isupper() for word in words[:-1]):
        return False
    if not any(reading.known for reading in _choices(words[-1])) or _place(words[-1]):
        return False
    return all(not any(r.known or r.pos != "NOUN" for r in _choices(word)) for word in words[:-1])


def like(form: str, model: str) -> str:
    """Return a form with the capitals and `ё` of the word that it is a form of."""
    if model.isupper() and len(model) > 1:
        return form.upper()
    made = []
    for part, shape in zip(form.split("-"), [*model.split("-"), *[""] * form.count("-")], strict=False):
        shared = shared_start(fold(part), fold(shape))
        kept = shape[:shared] or (part[:1].upper() if shape[:1].isupper() else part[:1])
        made.append(kept + part[len(kept) :])
    return "-".join(made)


@lru_cache(maxsize=4096)
def _place(word: str) -> bool:
    """Return whether a word may be the name of a place, which completes a name: «Минфин Японии»."""
    return any("Geox" in parse.tag for parse in parses(word))


def _declined(words: Sequence[str]) -> int:
    """Return how many of the first words are attributes with their noun; 0 where nothing is declined."""
    for place, word in enumerate(words[: _MOST_ATTRIBUTES + 1]):
        kinds = {reading.pos for reading in _choices(word)}
        if not kinds:
            return place
        if "NOUN" in kinds and not _only_attribute(words, place):
            return place + 1
    return min(len(words), _MOST_ATTRIBUTES + 1)


def _only_attribute(words: Sequence[str], place: int) -> bool:
    """Return whether a word that could be a noun («больная», «рабочий») is followed by its own noun."""
    choices = _choices(words[place])
    if any(r.pos == "NOUN" and read_table("party_words").get(fold(r.nominative)) == "head" for r in choices):
        return False  # «сборной России»
    after = _choices(words[place + 1]) if place + 1 < len(words) else ()
    attributes = [reading for reading in choices if reading.pos in _ATTRIBUTES]
    share = sum(reading.weight for reading in attributes)
    return share > 0.1 and any(one.agrees(two) for one, two in product(attributes, after))


def _choices(word: str) -> tuple[Reading, ...]:
    """Return the readings of a word, of the declined part of one, or of an abbreviation with an ending."""
    if match := _ABBREVIATION.fullmatch(word):
        return tuple(
            Reading(match["stem"], "NOUN", case, "sing", "masc", 1.0) for case in _CASE_OF[match["end"]]
        )
    if word[-1:].isupper() and len(word) > 1:
        # a headline in capitals has words of the dictionary, all else in capitals is an abbreviation
        known = len(word) > 5 and word.isupper()
        return tuple(reading for reading in readings(word) if known and reading.known)
    if marked := _MARKED.fullmatch(word):
        return tuple(replace(r, nominative=r.nominative + marked["mark"]) for r in readings(marked["stem"]))
    first, dash, last = word.rpartition("-")
    if dash and not first.islower() and last and (parts := readings(last)):
        whole = [] if any(r.known and r.case == "nomn" for r in parts) else list(_as_it_stands(last))
        return tuple(
            replace(r, nominative=f"{first}-{r.nominative}", weight=_in_compound(r)) for r in (*whole, *parts)
        )
    return readings(word)


def _in_compound(reading: Reading) -> float:
    return reading.weight * (0.1 if (reading.number, reading.case) == ("plur", "gent") else 1.0)


def _best(choices: Sequence[Sequence[Reading]], cases: Weights) -> tuple[Reading, ...] | None:
    """Return the readings that agree, one a word, the likeliest; None where no choice agrees."""
    return max(_agreeing(choices), key=lambda group: _likelihood(group, cases), default=None)


def _agreeing(choices: Sequence[Sequence[Reading]]) -> Iterator[tuple[Reading, ...]]:
    for head in choices[-1]:
        before = [[r for r in word if r.pos in _ATTRIBUTES and r.agrees(head)] for word in choices[:-1]]
        for group in product(*([max(fitting, key=lambda r: r.weight)] for fitting in before if fitting)):
            if all(before):
                yield (*group, head)


def _likelihood(group: Sequence[Reading], cases: Weights) -> float:
    likelihood = cases.get(group[-1].case, 0.1) * (1.0 if group[-1].pos == "NOUN" else 0.15)
    for reading in group:
        likelihood *= (reading.weight + 0.01) * (_LISTED if is_listed(reading.nominative) else 1.0)
    return likelihood


def _second_noun(word: str, cases: Weights, after: str) -> str:
    """Return the second of two nouns, declined if no complement: «Евросеть Ритейлом», «ВТБ Капитала»."""
    nouns = [reading for reading in _choices(word) if reading.pos == "NOUN"]
    if not nouns or not word[:1].isupper():
        return word
    kinds = read_table("party_words")
    if any(reading.case in ("nomn", "gent", "accs") for reading in nouns):
        nouns = [r for r in nouns if r.number == "sing" and kinds.get(fold(r.nominative)) in ("head", "part")]
        if not nouns or kinds.get(fold(after)) in ("head", "body"):
            return word  # «Совет Фонда»
    return max(nouns, key=lambda reading: reading.weight * cases.get(reading.case, 0.1)).nominative
