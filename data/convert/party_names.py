"""Where the name of a party begins and ends inside what a corpus marks, by the guidelines.

A mention is cut to its name: generic heads («компания X»), posts, adjectives of countries and inhabitants
go, quotes and legal forms come in, and descriptions without a name vanish.
"""

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from ie.boundaries import trim
from ie.values.morphology import parses

from .party_words import (
    ALONE,
    BODY,
    CHANNEL,
    CUT,
    GENERIC,
    INHABITANT,
    LEGAL_FORMS,
    LEGAL_WORDS,
    NO_PARTY,
    OF_A_PERSON,
    OF_A_PLACE,
    OFFICIAL,
    OPENING_DESCRIPTION,
    PARTICLE,
    POST,
    PREPOSITION,
    WHERE,
)
from .states import country_adjective, find_states, is_state

if TYPE_CHECKING:
    from pymorphy3.analyzer import Parse

Place = tuple[int, int]

_OPENING, _CLOSING = '«„“"', {"«": "»", "„": "“”", "“": "”", '"': '"'}
_FORM_BEFORE = re.compile(rf"(?<!\w)(?:(?:{'|'.join(LEGAL_FORMS)})[ \u00a0]+)+$")
# what a mention that was marked too short ends in
_DANGLING = re.compile(r"\s+(?:им\.?|имени|по|и|в|при)$")
_NAMED_AFTER = re.compile(r"(?<!по )\bим(?:ени|\.)\s*$")
# a sentence begins with a description of a quoted or foreign name
_DESCRIBED = re.compile(r"[А-ЯЁ][а-яё-]+(?:\s+[а-яё-]+)*?\s+(?=[«„\"A-Z])")
_SHORT_NAME = re.compile(r"(.*\S)\s+\(([^()]+)\)", re.DOTALL)
_BY_SLASH = re.compile(r"[^\s/«»\"]{2,}(?:/[A-ZА-ЯЁ][^\s/«»\"]+)+")
_REGION = re.compile(r"\w+(?:ск|цк)\w+\s+(?:област|кра[йяюе]|район)\w*", re.IGNORECASE)
_WORD = re.compile(r"[\w-]+")
_ADJECTIVE = re.compile(r"[\w-]+(?:ск|цк)(?:ий|ая|ое|ие|ого|ой|ому|им|ими|ом|ую|их)")
_NOUN = re.compile(r"\s+([а-яё]{3,})(?!\w)")


def state_name(text: str, start: int, end: int) -> list[Place]:
    """Return the place of the state's name in a mention of a country, none if it names no state."""
    start, end = trim(text, start, end)
    preposition = PREPOSITION.match(text, start, end)
    if preposition:
        start = preposition.end()
    return [(start, end)] if is_state(text[start:end]) and not _currency(text, start) else []


def person_name(text: str, start: int, end: int) -> list[Place]:
    """Return the places of the personal names in a mention of a person, none if there is no name."""
    start, end = trim(text, start, end)
    if _NAMED_AFTER.search(text[max(0, start - 10) : start]):
        return []
    if text[start : start + 1] == "@":
        start += 1
    places = _split(text, start, end)
    if len(places) > 1:
        return [place for part in places for place in person_name(text, *part)]
    while start < end and not PARTICLE.match(text, start, end):
        word = re.compile(r"\S+").match(text, start, end)
        if word is None or not _not_a_name(text, start, word.group()):
            break
        start, end = trim(text, word.end(), end)
    name = text[start:end]
    named = any(c.isupper() for c in name) and not _inhabitant(name) and not name.startswith("Нобелевск")
    return [(start, end)] if named and not _attribute(text, start, end) else []


def organization_name(
    text: str,
    start: int,
    end: int,
    inner: Sequence[Place] = (),
    persons: Sequence[Place] = (),
    places: Sequence[Place] = (),
) -> list[Place]:
    """Return the places of the organizations' names in a mention of one, none if there is no name.

    `inner` are the mentions of organizations inside it, `persons` those of people, `places` those of
    cities, regions and countries, anywhere in the text.
    """
    start, end = _trim_organization(text, start, end)
    parts = _split(text, start, end)
    if len(parts) > 1:
        return [place for part in parts for place in organization_name(text, *part, inner, persons, places)]
    # «администрация президента США Джо Байдена»: the person is a party of their own
    for first, last in sorted(persons, reverse=True):
        if start < first and last == end and OF_A_PERSON.match(text, start, first):
            start, end = trim(text, start, _undangled(text, start, first))
    if start >= end or _channel(text, start, end):
        return []
    if is_state(text[start:end]) and text[start - 1 : start] not in tuple(_OPENING):
        return state_name(text, start, end)
    start, end = _with_place(text, start, end, places)
    start, end = _with_quotes(text, start, end)
    start, end = _cut_heads(text, start, end, inner)
    end = _undangled(text, start, end)
    start, end = trim(text, start, end)
    if start >= end or not _names(text, start, end):
        return []
    start, end = _with_quotes(text, start, end)
    return [(_with_legal_form(text, start, end), end)]


def sentence_start(text: str, start: int) -> bool:
    """Return whether a sentence, line or quotation begins at `start`."""
    before = text[:start].rstrip(" \t\u00a0\"«„“'(—–-▪•")
    return not before or before[-1] in ".!?…:\n\r" or text[:start].rstrip(" \t\u00a0")[-1:] == "\n"


def _undangled(text: str, start: int, end: int) -> int:
    return start + len(_DANGLING.sub("", text[start:end].rstrip()))


def _trim_organization(text: str, start: int, end: int) -> Place:
    start, end = trim(text, start, end)
    # quotes of wiki markup are no quotes
    while start < end and text[start] == "'":
        start += 1
    while start < end and text[end - 1] == "'":
        end -= 1
    preposition = PREPOSITION.match(text, start, end)
    if preposition and text[start].islower():
        start = preposition.end()
    return start, end


def _split(text: str, start: int, end: int) -> list[Place]:
    """Return the parts of «Name (ABBR)» and «Name/Name», each a party."""
    short = _SHORT_NAME.fullmatch(text, start, end)
    if short:
        return [short.span(1), short.span(2)]
    if not _BY_SLASH.fullmatch(text, start, end):
        return [(start, end)]
    return [match.span() for match in re.compile("[^/]+").finditer(text, start, end)]


def _currency(text: str, start: int) -> bool:
    return re.search(r"доллар\w*[ \u00a0]$", text[max(0, start - 15) : start]) is not None


def _not_a_name(text: str, start: int, word: str) -> bool:
    if word[0].islower():
        return True
    return bool(POST.fullmatch(word)) and sentence_start(text, start)


def _attribute(text: str, start: int, end: int) -> bool:
    """Return whether the name is an adjective of the noun after it: «Ленинская премия», «Исаакиевский собор».

    A surname in «-ский» has no noun after it that agrees in case, number and gender.
    """
    noun = _NOUN.match(text, end)
    if noun is None or not _ADJECTIVE.fullmatch(text, start, end):
        return False
    things = parses(noun[1])
    return bool(things) and things[0].tag.POS == "NOUN" and _agree(parses(text[start:end]), things)


def _agree(adjectives: Iterable["Parse"], nouns: Iterable["Parse"]) -> bool:
    """Return whether one reading of each agrees with one of the other in case, number and gender."""
    attributes = {_form(parse) for parse in adjectives if parse.tag.POS == "ADJF"}
    return any(_form(parse) in attributes for parse in nouns if parse.tag.POS == "NOUN")


def _form(parse: "Parse") -> tuple[str, str, str | None]:
    tag = parse.tag
    return tag.case, tag.number, None if tag.number == "plur" else tag.gender


def _inhabitant(name: str) -> bool:
    return " " not in name and bool(INHABITANT.fullmatch(name)) and not is_state(name)


def _channel(text: str, start: int, end: int) -> bool:
    # «написал в Telegram»
    before = re.search(r"(?<!\w)(?:в|на|через|к|из|по|для)\s+$", text[max(0, start - 10) : start])
    return before is not None and CHANNEL.fullmatch(text, start, end) is not None


def _with_place(text: str, start: int, end: int, places: Sequence[Place]) -> Place:
    """Return the place with the country, region or city right after it, where that completes the name."""
    if not OF_A_PLACE.fullmatch(text, start, end) or text[end : end + 1] not in (" ", "\u00a0"):
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
    before, after = text[start - 1 : start] if start else "", text[end : end + 1]
    closing = _CLOSING.get(before, "")
    if after and after in closing:
        return start - 1, end + 1
    inside = text[start:end]
    for quote, ends in _CLOSING.items():
        opened, closed = inside.count(quote), sum(inside.count(c) for c in ends)
        unpaired = opened % 2 if quote == '"' else opened - closed
        if unpaired > 0 and after and after in ends:
            return start, end + 1
        if before == quote and (unpaired if quote == '"' else unpaired < 0):
            return start - 1, end
    return start, end


def _with_legal_form(text: str, start: int, end: int) -> int:
    if text[start] not in _OPENING and not text[start].isupper():
        return start
    form = _FORM_BEFORE.search(text[max(0, start - 40) : start])
    return start - len(form.group()) if form and start < end else start


def _cut_heads(text: str, start: int, end: int, inner: Sequence[Place]) -> Place:
    described = _DESCRIBED.match(text, start, end)
    if described and sentence_start(text, start) and _describes(described.group()):
        return described.end(), end
    start = _without_adjectives(text, start, end)
    name = _name_start(text, start, end)
    prefix = text[start:name]
    if not prefix or name >= end or LEGAL_WORDS.match(prefix) or _NAMED_AFTER.search(prefix):
        return start, end
    if text[name] in _OPENING or text[name].isascii():
        numbered = text[name].isdigit() and not re.compile(r"\d+\.?[a-zа-я]", re.IGNORECASE).match(text, name)
        return (start, end) if numbered else (name, end)
    if text[name] == "№":
        return start, end
    short = (name, end) in inner or _acronym(text[name:end])
    if CUT.match(prefix) and (short or not BODY.match(prefix)):
        return name, end
    return (start, end) if OFFICIAL.match(prefix) or BODY.search(prefix) else (name, end)


def _describes(prefix: str) -> bool:
    words = prefix.split()
    if any(CUT.fullmatch(word) and not word.isupper() for word in words):
        return True
    return all(country_adjective(word) for word in words)


def _acronym(rest: str) -> bool:
    if any(first == 0 for first, _ in find_states(rest)):
        return False
    return bool(re.fullmatch(r"(?:[А-ЯЁA-Z]\w*[А-ЯЁA-Z]\w*|Мин[а-я]+)(?:\s.*)?", rest, re.DOTALL))


def _without_adjectives(text: str, start: int, end: int) -> int:
    """Return where a mention begins without «российский» and the like, and «региональное» before a body."""
    while True:
        word = re.compile(r"([\w-]+)\s+").match(text, start, end)
        if word is None:
            return start
        rest = text[word.end() : end]
        where = (
            word[1].islower() and WHERE.fullmatch(word[1]) and re.match(r"управлени|департамент|отдел", rest)
        )
        if not where and not (
            country_adjective(word[1]) and _no_part(word[1], rest, sentence_start(text, start))
        ):
            return start
        start = word.end()


def _no_part(adjective: str, rest: str, opens: bool) -> bool:
    # «Российский союз мельников» is a name, «Российский "Газпром"» and «Российское правительство» are not
    if adjective[0].islower():
        return True
    named = rest[0] in _OPENING or rest[0].isascii()
    if named or adjective.startswith("Европейск"):
        return named
    return ALONE.fullmatch(rest) is not None or (opens and rest.islower() and bool(GENERIC.fullmatch(rest)))


def _name_start(text: str, start: int, end: int) -> int:
    """Return where the first capitalised word, quote, numeral or Latin word stands, past a generic head."""
    for match in re.compile(r"[«„“\"№]|[\w-]+").finditer(text, start, end):
        word = match.group()
        if match.start() == start and word[0].isupper():
            head = sentence_start(text, start) and CUT.fullmatch(word) and not BODY.fullmatch(word)
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
    """Return whether the mention has a capital, a quote, a numeral, or is an official name in lower case."""
    mention = text[start:end]
    if ALONE.fullmatch(mention):
        return True
    if NO_PARTY.fullmatch(mention) or _REGION.fullmatch(mention):
        return False
    if GENERIC.fullmatch(mention) and not mention.isupper():
        return False
    if any(c.isupper() or c in '«„"№' for c in mention[1:]) or any("a" <= c.lower() <= "z" for c in mention):
        return True
    if mention[0].isupper():
        return not (sentence_start(text, start) and OPENING_DESCRIPTION.match(mention))
    return bool(OFFICIAL.match(mention)) and len(_WORD.findall(mention)) > 1
