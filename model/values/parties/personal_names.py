"""Personal names in the nominative: given name, patronymic and surname by agreement of gender and case.

pymorphy3 knows common names. For the others each ending of Russian declension says which nominative, gender
and case it may stand for; together with the other words and the context the likeliest is chosen.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from math import prod
from typing import TYPE_CHECKING

from ie.values.inflection import NO_CASE, Weights, like, parses
from ie.values.morphology import plain_case
from ie.values.tables import read_table

from .grammatical_case import CASES

if TYPE_CHECKING:
    from pymorphy3.analyzer import Parse

# Words of a name that are never declined.
_FIXED = re.compile(
    r"(?:фон|де|да|дос|ди|дель|делла|ван|дер|ден|ле|ля|ла|аль|ад|ас|аш|ар|ан|ат|эль|бен|бин|ибн|оглы|кызы|уулу|ага|"
    r"д|дю|зу|ок|эд|тер|мак|сент|ун|заде)|[а-яёa-z]|.*[^\u0400-\u04ff’'-].*",
    re.IGNORECASE,
)
_INITIAL = re.compile(r"(?:[А-ЯЁ]\.|[А-ЯЁ])(?:-?[А-ЯЁ]\.?)*")
# Initials that are written together with the name: «Э.Крестьянинову».
_INITIAL_JOINED = re.compile(r"(?:[А-ЯЁ]\.)+(?=[А-ЯЁ][а-яё])")
# Of two readings that are equally likely otherwise, news means the man more often; the less so beside a
# given name: of «Александра Рябова» her nominative is nearly as frequent as his other cases.
_GENDERS = {"m": 1.0, "f": 0.48}
_GENDERS_FULL = {"m": 1.0, "f": 0.8}
# How much a reading keeps that hardly anybody is called by: «Марин» of «Марина», «Павла» as a woman's name.
_RARE_NAMESAKE = 0.06
_SHARED_CASES = frozenset({"nomn", "gent", "datv", "accs", "loct"})
# So many readings of the last word are told apart in one gender and case.
_MOST_SURNAMES = 6
# How much a verb in the past tense tells about the gender of its subject.
_SUBJECT = 4.0
_CONSONANT = r"[бвгджзклмнпрстфхцчшщ]"
_VOWEL = re.compile("[аеёиоуыэюя]")
# A surname of the kind that has a form of its own for women.
_OWN = r"(?:[оеё]в|[иы]н)"
# form: what stands for its ending in the nominative, gender (m, f, or both), cases, weight
_ENDINGS: tuple[tuple[str, str, str, tuple[str, ...], float], ...] = (
    (rf"(?<={_OWN})а", "а", "f", ("nomn",), 0.5),
    (rf"(?<={_OWN})ой", "а", "f", ("gent", "datv", "ablt", "loct"), 0.7),
    (rf"(?<={_OWN})у", "а", "f", ("accs",), 0.6),
    (rf"(?<={_OWN})ым", "", "m", ("ablt",), 0.7),
    (rf"(?<={_OWN})е", "", "m", ("loct",), 0.6),
    (rf"(?<={_OWN})ы", "а", "mf", ("gent",), 0.05),
    (rf"(?<={_OWN})ых", "ы", "m", ("gent", "accs", "loct"), 0.5),
    (rf"(?<={_OWN})ыми", "ы", "m", ("ablt",), 0.5),
    (rf"(?<={_OWN})ы", "ы", "m", ("nomn",), 0.3),
    (r"(?<=[сц]к)ий", "ий", "m", ("nomn",), 0.8),
    (r"(?<=[сц]к)ого", "ий", "m", ("gent", "accs"), 0.8),
    (r"(?<=[сц]к)ому", "ий", "m", ("datv",), 0.8),
    (r"(?<=[сц]к)им", "ий", "m", ("ablt",), 0.8),
    (r"(?<=[сц]к)ом", "ий", "m", ("loct",), 0.6),
    (r"(?<=[сц]к)ая", "ая", "f", ("nomn",), 0.8),
    (r"(?<=[сц]к)ой", "ая", "f", ("gent", "datv", "ablt", "loct"), 0.8),
    (r"(?<=[сц]к)ую", "ая", "f", ("accs",), 0.8),
    (r"(?<=[внтлрд])ого", "ый", "m", ("gent", "accs"), 0.3),
    (r"(?<=[внтлрд])ому", "ый", "m", ("datv",), 0.45),
    (r"(?<=[внтлрд])ая", "ая", "f", ("nomn",), 0.3),
    (r"(?<=[внтлрд])ую", "ая", "f", ("accs",), 0.3),
    (r"(?<=(?<![оеё]в)(?<![иы]н)[иы])х", "х", "mf", CASES, 0.6),
    (rf"(?<={_OWN})ых", "ых", "mf", CASES, 0.3),
    (r"(?<=[оеё]в)а", "", "m", ("gent", "accs"), 0.5),
    (r"(?<=[иы]н)а", "", "m", ("gent", "accs"), 0.4),
    (rf"(?<={_CONSONANT})а", "", "m", ("gent", "accs"), 0.5),
    (rf"(?<={_CONSONANT})у", "", "m", ("datv",), 0.4),
    (rf"(?<={_CONSONANT})ом|(?<=[жчшщц])ем", "", "m", ("ablt",), 0.5),
    (rf"(?<={_CONSONANT})е", "", "m", ("loct",), 0.3),
    (rf"(?<={_CONSONANT})(?:а|я)", "=", "mf", ("nomn",), 0.3),
    (r"(?<=[бвдзлмнпрстфц])ы", "а", "mf", ("gent",), 0.3),
    (r"(?<=[гжкхчшщ])и", "а", "mf", ("gent",), 0.3),
    (rf"(?<={_CONSONANT})е", "а", "mf", ("datv", "loct"), 0.2),
    (rf"(?<={_CONSONANT})у", "а", "mf", ("accs",), 0.2),
    (rf"(?<={_CONSONANT})(?:ой|ей)", "а", "mf", ("ablt",), 0.3),
    (r"(?<=[аеиоуыэюя])я", "й", "m", ("gent", "accs"), 0.35),
    (r"(?<=[аеиоуыэюя])ю", "й", "m", ("datv",), 0.35),
    (r"(?<=[аеоуыэюя])ем", "й", "m", ("ablt",), 0.4),
    (r"(?<=и)ем", "й", "m", ("ablt",), 0.4),
    (r"(?<=[аеоуыэюя])е", "й", "m", ("loct",), 0.2),
    (r"(?<=и)и", "я", "f", ("gent", "datv", "loct"), 0.3),
    (r"(?<=[аеиоуыэюя])ей", "я", "mf", ("ablt",), 0.3),
    (r"(?<=[аеиоуыэюя])я", "я", "mf", ("nomn",), 0.3),
    (r"(?<=[аеиоуыэюя])ю", "я", "mf", ("accs",), 0.2),
    (r"(?<=[аеоуыэюя])и", "я", "mf", ("gent",), 0.15),
    (rf"(?<={_CONSONANT})я", "ь", "m", ("gent", "accs"), 0.25),
    (rf"(?<={_CONSONANT})ю", "ь", "m", ("datv",), 0.25),
    (r"(?<=[бвдзлмнпрстф])ем", "ь", "m", ("ablt",), 0.4),
    (rf"(?<={_CONSONANT})и", "я", "mf", ("gent", "datv"), 0.1),
    (rf"(?<={_CONSONANT})ю", "я", "mf", ("accs",), 0.1),
)
_RULES = tuple(
    (re.compile(rf"(?:{ending})$"), first, genders, cases, weight)
    for ending, first, genders, cases, weight in _ENDINGS
)
# Names that are the same in all cases, and how likely an ending is that of one.
_INDECLINABLE = tuple(
    (re.compile(rf"(?:{endings})$"), weight)
    for endings, weight in (
        ("(?<![ое]г)о|[эё]|(?<![оеё]в)(?<![иы]н)[иы]х|дзе|иа|уа|оа", 0.4),
        ("[ое]го", 0.05),
        (r"е|(?<!ов)(?<!ев)(?<!ин)у|(?<=[аеиоуыэюяь])ю", 0.15),
        (rf"(?<={_CONSONANT})ю", 0.08),
        ("[кы]и|ы", 0.06),
        ("(?<!к)и", 0.15),
        ("швили|ли|ани", 0.3),
        ("огл[уы]|заде", 1.0),
    )
)


# Of such a word pymorphy3 guesses a form of «Окабаяся» or a woman's «Захаряна»: few surnames are so.
_SELDOM = re.compile(r"(?<=[дзлнрст])и$|яна$")


@dataclass(frozen=True, slots=True)
class Variant:
    """What a word of a name may be: its nominative, the genders and cases it stands for, how likely."""

    nominative: str
    genders: str
    cases: tuple[str, ...]
    weight: float


def person_readings(
    name: str,
    cases: Weights = NO_CASE,
    known: Mapping[str, float] | None = None,
    subject: str | None = None,
) -> dict[str, float]:
    """Return the nominatives that a personal name may be a form of, each with its weight; one at least.

    `cases` says how likely each case is by the context. `known` are words of names that the context has:
    a name of one word is preferred to be one («Иванова» beside «Анна Иванова»). `subject` is the gender that
    a verb gives it.
    """
    if joined := _INITIAL_JOINED.match(name):
        rest = person_readings(name[joined.end() :], cases, known, subject)
        return {joined[0] + nominative: weight for nominative, weight in rest.items()}
    if " " in name:
        known = None  # its own words tell more: «Ольга Иванова» beside «Сергей Иванов»
    told = any(not _INITIAL.fullmatch(word) for word in name.split(" ")[:-1])
    genders = _GENDERS_FULL if told else _GENDERS
    found: dict[str, float] = {}
    for gender, case, weight, nominative in _agreements(name):
        weight *= cases.get(case, 0.1) * genders[gender]
        if known:
            weight *= known.get(nominative.lower(), 1.0)
        if subject is not None and case == "nomn":
            weight *= _SUBJECT if gender == subject else 1 / _SUBJECT
        found[nominative] = max(found.get(nominative, 0.0), weight)
    return found or {name: 1.0}


def is_given_name(word: str) -> bool:
    """Return whether a word, in some case, is a given name or an East Asian family name."""
    return bool(_listed(word.lower())) or any("Name" in parse.tag for parse in _known(word))


def is_surname(word: str) -> bool:
    """Return whether the dictionary has a word as a surname, in some case."""
    return any("Surn" in parse.tag for parse in _known(word))


def _is_name(parse: "Parse") -> bool:
    tag = parse.tag
    return any(mark in tag for mark in ("Name", "Surn", "Patr"))


@lru_cache(maxsize=4096)
def _known(word: str) -> tuple["Parse", ...]:
    return tuple(parse for parse in parses(word) if parse.is_known)


@lru_cache(maxsize=4096)
def _agreements(name: str) -> tuple[tuple[str, str, float, str], ...]:
    """Return gender, case, weight and nominative of each way in which the words of a name agree.

    Those of one gender and case differ in the last word, the surname mostly; of the others the likeliest
    variant is taken.
    """
    words = name.split(" ")
    options = [_options(word, place, words) for place, word in enumerate(words)]
    found = []
    for gender, case in product("mf", CASES):
        fitting = [
            sorted((v for v in of_word if gender in v.genders and case in v.cases), key=lambda v: -v.weight)
            for of_word in options
        ]
        if all(fitting):
            firsts = [variants[0] for variants in fitting[:-1]]
            shared = prod(variant.weight for variant in firsts)
            for last in fitting[-1][:_MOST_SURNAMES]:
                nominative = " ".join([*(variant.nominative for variant in firsts), last.nominative])
                found.append((gender, case, shared * last.weight, nominative))
    return tuple(found)


def _options(word: str, place: int, words: Sequence[str]) -> tuple[Variant, ...]:
    fixed = Variant(word, "mf", CASES, 1.0)
    if _FIXED.fullmatch(word) or _INITIAL.fullmatch(word):
        return (fixed,)
    variants = _variants(word)
    if place < len(words) - 1 and not _INITIAL.fullmatch(words[-1]):
        # «Ким Чен Ыном», «Жан Клодом»: only the last word need be declined
        asian = read_table("given_names").get(words[0].lower()) == "e"
        variants = (*variants, Variant(word, "m" if asian else "mf", CASES, 0.5 if asian else 0.003))
    return variants


@lru_cache(maxsize=8192)
def _variants(word: str) -> tuple[Variant, ...]:
    """Return what a word may be; of a double name all parts are declined, or the last one only."""
    parts = word.split("-")
    if len(parts) == 1:
        return tuple(_merged(word, [*_by_dictionary(word), *_by_ending(word)]))
    last = _variants(parts[-1])
    first = "-".join(parts[:-1])
    if _FIXED.fullmatch(first) or not first[:1].isupper():
        return tuple(Variant(f"{first}-{v.nominative}", v.genders, v.cases, v.weight) for v in last)
    firsts = (*_variants(first), Variant(first, "mf", CASES, 0.03))
    joined = []
    lasts = (*last, Variant(parts[-1], "mf", CASES, 0.02))
    for one, two in product(firsts, lasts):
        genders = "".join(g for g in one.genders if g in two.genders)
        cases = tuple(case for case in one.cases if case in two.cases)
        if genders and cases:
            joined.append(
                Variant(f"{one.nominative}-{two.nominative}", genders, cases, one.weight * two.weight)
            )
    return tuple(joined)


def _merged(word: str, variants: Sequence[Variant]) -> Iterator[Variant]:
    """Yield the variants with the capitals of the word, seldom names with less weight."""
    for variant in variants:
        weight = variant.weight * (_RARE_NAMESAKE if _rare(variant) else 1.0)
        yield Variant(like(variant.nominative, word), variant.genders, variant.cases, weight)


def _rare(variant: Variant) -> bool:
    """Return whether a variant is one that hardly anybody is called by, in a case form of others' name."""
    if variant.genders not in ("m", "f") or not _SHARED_CASES.intersection(variant.cases):
        return False
    name = variant.nominative.lower().replace("ё", "е")
    if variant.genders == "f":
        return bool(read_table("namesakes").get(name) == "m")
    if variant.cases == ("nomn",) or name[-1] in "аеоу":
        return False  # «Марин Кольцов» is nobody else's form
    hers = f"{name[:-1]}я" if name[-1] in "йь" else f"{name}а"
    return bool(read_table("namesakes").get(hers) == "f")


def _by_dictionary(word: str) -> Iterator[Variant]:
    for parse in parses(word):
        tag = parse.tag
        named = any(mark in tag for mark in ("Name", "Surn", "Patr"))
        if tag.POS not in ("NOUN", "ADJF") or tag.number != "sing" or not (named or parse.is_known):
            continue
        if tag.gender == "neut" and not named:
            continue  # «Иванова» of «Иваново»
        if (tag.animacy, tag.gender, tag.case) == ("inan", "masc", "accs") and not named:
            continue  # who is called «Форд» is «Форда» there
        genders = {"masc": "m", "femn": "f"}.get(str(tag.gender), "mf")
        if tag.case == "voct":
            continue  # news tell of people, they do not call them: «Рим» is no «Рима»
        first = parse.inflect({"nomn", "sing"} | ({tag.gender} if tag.gender else set()))
        if first is None:
            continue
        weight = (1.0 if parse.is_known else 0.4) if named else 0.12
        if "Fixd" in tag and (not parse.is_known or word.endswith("е")):
            weight = 0.1
        if not parse.is_known and _SELDOM.search(word):
            weight *= 0.25
        if "Geox" in tag or (tag.animacy == "inan" and not named):
            weight *= 0.5
        yield Variant(first.word, genders, (plain_case(tag.case),), weight)


def _by_ending(word: str) -> Iterator[Variant]:
    lower = word.lower()
    yield from _listed(lower)
    # what the dictionary or the list has is seldom something else
    trust = 0.25 if any(_is_name(parse) for parse in _known(word)) else 1.0
    if is_given_name(word):
        trust = 0.05
    yield from _undeclined(lower, trust)
    for ending, first, genders, cases, weight in _RULES:
        match = ending.search(lower)
        if match and _VOWEL.search(lower[: match.start()] + first):  # «Ма» is no form of «М»
            made = lower if first == "=" else lower[: match.start()] + first
            yield Variant(made, genders, cases, weight * 0.8 * trust)


def _undeclined(lower: str, trust: float) -> Iterator[Variant]:
    """Yield a word as it stands: a man's name in a consonant, a woman's or a foreign one, not declined."""
    surname = any("Surn" in parse.tag and parse.tag.case == "nomn" for parse in _known(lower))
    oblique = 0.15 if re.search(r"(?:[оыи]м|[ео]й|ем)$", lower) and not surname else 1.0
    if re.search(rf"{_OWN}ой$", lower):
        oblique = 0.02  # «Рябовой» is hardly anybody's nominative
    if re.search(rf"(?:{_CONSONANT}|[йь])$", lower):
        yield Variant(lower, "m", ("nomn",), 0.6 * trust * oblique)
        own = 0.1 if re.search(rf"{_OWN}$", lower) else 1.0
        yield Variant(lower, "f", CASES, 0.2 * trust * oblique * own)
    for ending, weight in _INDECLINABLE:
        if ending.search(lower):
            yield Variant(lower, "mf", CASES, weight * trust)


@lru_cache(maxsize=4096)
def _listed(lower: str) -> tuple[Variant, ...]:
    """Return what a word is as a form of a name in the list of given names."""
    names = read_table("given_names")
    found: list[Variant] = []
    folded = lower.replace("ё", "е")
    if folded in names:
        found.extend(Variant(lower, *rest) for rest in _whole(folded, names[folded]))
    for ending, first, genders, cases, _ in _RULES:
        match = ending.search(lower)
        if match and first != "=":
            made = lower[: match.start()] + first
            known = names.get(made.replace("ё", "е"))
            if known == "s" or (known in ("m", "f") and known in genders):
                found.append(Variant(made, genders if known == "s" else known, cases, 1.3))
    return tuple(found)


def _whole(folded: str, symbol: str) -> Iterator[tuple[str, tuple[str, ...], float]]:
    """Yield the genders, cases and weight of a listed name that stands as it is listed."""
    consonant = re.search(rf"(?:{_CONSONANT}|[йь])$", folded) is not None
    # «Ма» is not declined
    declined = (folded[-1] in "ая" and len(folded) > 2) or (consonant and symbol != "f")
    cases = ("nomn",) if declined else CASES
    if symbol in ("m", "f"):
        yield symbol, cases, 1.5
    elif symbol == "e" or consonant:
        # women's names in a consonant are not declined; East Asian family names are men's more often
        yield "m", cases, 1.5
        yield "f", CASES, 0.15 if symbol == "e" else 0.4
    else:
        yield "mf", cases, 1.5
