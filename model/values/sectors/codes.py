"""The code of a sector: what the lexicon says of a phrase, or of what the phrase is made of."""

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache

from ie.values.tables import fold

from .lemmas import CONJUNCTIONS, keys, lemmas
from .lexicon import Good, lexicon
from .noun_phrase import NounPhrase, find_head, reductions

# How deep complements are looked into: «услуги в области аренды складов».
MOST_DEPTH = 3
# How many words after its head belong to the name of an activity: «сдача в аренду».
LONGEST_TAIL = 2
# The shortest adjective that a longer one may end in: «живорыбный».
SHORTEST_ADJECTIVE = 6

Rule = Callable[[NounPhrase, int], str | None]


def find_code(words: Sequence[str], depth: int = 0) -> str | None:
    """Return the code of the words of a phrase; None where no rule applies."""
    if any(key in lexicon().uncoded for key in keys(words)):
        return None
    exact = term(words)
    phrase = None if exact or depth > MOST_DEPTH else find_head(words)
    if phrase is None:
        return exact
    return next((code for _, rule in RULES if (code := rule(phrase, depth))), None)


def term(words: Sequence[str]) -> str | None:
    """Return the code of a phrase that the lexicon has as it is."""
    return next((found.code for key in keys(words) if (found := lexicon().terms.get(key))), None)


def good(words: Sequence[str]) -> Good | None:
    """Return the good that words name, the longest name that is known: «плиты» for «керамические плиты»."""
    phrase = find_head(words)
    choices = reductions(phrase) if phrase else iter([tuple(words)])
    found = (lexicon().goods.get(key) for choice in choices for key in keys(choice))
    return next((each for each in found if each), None)


def _activity(phrase: NounPhrase, depth: int) -> str | None:
    """«производство цемента», «оптовая торговля зерном»: what is done, to what."""
    for size in range(LONGEST_TAIL, -1, -1):
        name = NounPhrase(phrase.words[: phrase.head + 1 + size], phrase.head)
        thing = _object(phrase.after[size:])
        if len(name.after) < size or not thing:
            continue
        for key in (key for choice in reductions(name) for key in keys(choice) if len(choice) > size):
            rows = lexicon().activities.get(key, ())
            if code := next((code for row in rows if (code := _done(*row, thing, depth))), None):
                return code
    second = _second(phrase.after)
    return _activity(second, depth) if second and second.after else None


def _done(want: str, objects: Sequence[str], thing: Sequence[str], depth: int) -> str | None:
    """Return the code of one row of the activities where its object is the thing, or any."""
    if objects and not any(key in objects for choice in _reduced(thing) for key in keys(choice)):
        return None
    if want == "OWN":
        return find_code(thing, depth + 1)
    if want not in ("MADE", "DUG", "GROWN", "PROCESSED", "SOLD"):
        return want
    return _of_good(want, thing)


def _of_good(want: str, thing: Sequence[str]) -> str | None:
    found = good(thing)
    if found is None:
        return _made_by_attribute(thing) if want == "MADE" else None
    if want == "PROCESSED":
        return lexicon().processed(found.made)
    if want == "SOLD":
        return found.dug or found.made
    return {"MADE": found.made, "DUG": found.dug, "GROWN": found.grown}[want]


def _made_by_attribute(thing: Sequence[str]) -> str | None:
    """«резиновые изделия»: what industry the attribute of something made names."""
    phrase = find_head(thing)
    codes = (_attribute_code(word) for word in reversed(phrase.attributes)) if phrase else iter(())
    return next((code for code in codes if code and code.startswith("C")), None)


def _object(after: tuple[str, ...]) -> tuple[str, ...]:
    """Return what an activity is done to; of two activities («ремонт и монтаж машин») that of the second."""
    second = _second(after)
    if second:
        return second.after
    return _without_preposition(after)


def _second(after: tuple[str, ...]) -> NounPhrase | None:
    """Return what is joined to a head: «монтаж машин» of «ремонт и монтаж машин»."""
    return find_head(after[1:]) if after and after[0] in CONJUNCTIONS else None


def _without_preposition(words: tuple[str, ...]) -> tuple[str, ...]:
    """Return what a preposition governs: «услуги по ремонту», «деятельность в области ремонта»."""
    for opening in lexicon().openings:
        if [fold(word) for word in words[: len(opening)]] == list(opening):
            return words[len(opening) :]
    return words


def _headed(phrase: NounPhrase, _: int) -> str | None:
    """«нефтяная отрасль», «горно-металлургический комплекс»: the nearest attribute that names one."""
    if not lexicon().is_head(lemmas(phrase.noun)):
        return None
    codes = (_attribute_code(word) for word in _nearest_first(phrase))
    return next((code for code in codes if code), None)


def _nearest_first(phrase: NounPhrase) -> list[str]:
    """Return the attributes from the head outwards; those that are joined from the first on."""
    return list(phrase.attributes) if phrase.shared else list(reversed(phrase.attributes))


@lru_cache(maxsize=4096)
def _attribute_code(word: str) -> str | None:
    """Return the industry of an attribute: itself, its last part, its first, what it is derived from."""
    known = lexicon()
    first, dash, last = fold(word).rpartition("-")
    for choice in (word, last, f"{first}ый", f"{first[:-1]}ый", f"{first[:-1]}ий") if dash else (word,):
        code = next((known.adjectives[lemma] for lemma in lemmas(choice) if lemma in known.adjectives), None)
        if code:
            return code
    said = [lemma for lemma in lemmas(word) if lemma not in known.plain]
    derived = (code for lemma in said for code in (*_derived(lemma), *_ending(lemma)))
    return next(derived, None)


def _ending(adjective: str) -> Iterator[str]:
    """Yield codes of the adjectives that an adjective ends in: «живорыбный» in «рыбный»."""
    places = range(2, len(adjective) - SHORTEST_ADJECTIVE + 1)
    known = lexicon().adjectives
    yield from (known[adjective[place:]] for place in places if adjective[place:] in known)


def _derived(adjective: str) -> Iterator[str]:
    """Yield codes of the nouns that an adjective may be made of: «судостроительный» of «судостроение»."""
    known = lexicon()
    for ending, replacements in known.derivations:
        if adjective.endswith(ending):
            stem = adjective.removesuffix(ending)
            for noun in (stem + replacement for replacement in replacements):
                if found := known.terms.get(noun):
                    yield found.code
                if thing := known.goods.get(noun):
                    yield thing.dug or thing.made


def _head_of(phrase: NounPhrase, depth: int) -> str | None:
    """«отрасль машиностроения», «рынок нефти»: the complement says it all."""
    if not lexicon().is_head(lemmas(phrase.noun)):
        return None
    thing = _object(phrase.after)
    if not thing:
        return None
    return find_code(thing, depth + 1) or _of_good("SOLD", thing)


def _shorter(phrase: NounPhrase, _: int) -> str | None:
    """«крупнотоннажная химия»: the longest part with the head in it, that says more than the head first."""
    bare = term((phrase.noun,))
    size, codes = 0, list[str]()
    for choice in reductions(phrase):
        if codes and len(choice) < size:
            break
        if code := term(choice):
            size = len(choice)
            codes.append(code)
    return next((code for code in codes if code != bare), codes[0] if codes else None)


def _bare(phrase: NounPhrase, _: int) -> str | None:
    """«пультовая охрана», «краткосрочная аренда»: an activity that has one code whatever is done."""
    found = (
        lexicon().done(key) for choice in _reduced((*phrase.attributes, phrase.noun)) for key in keys(choice)
    )
    return next((code for code in found if code), None)


def _attribute(phrase: NounPhrase, _: int) -> str | None:
    """«юридические консультации»: the attribute names the industry, the head is none that is known."""
    codes = (_attribute_code(word) for word in _nearest_first(phrase))
    return next((code for code in codes if code), None)


def _complement(phrase: NounPhrase, _: int) -> str | None:
    """«поддержка животноводства»: what follows is a sector, the head is none that is known."""
    thing = _without_preposition(phrase.after)
    return next((code for choice in _reduced(thing) if (code := term(choice))), None) if thing else None


def _compound(phrase: NounPhrase, depth: int) -> str | None:
    """«такси-отрасль», «агросектор», «льноводство»: the parts of the head itself."""
    return next((code for lemma in lemmas(phrase.noun) for code in _parts(lemma, depth)), None)


def _parts(lemma: str, depth: int) -> Iterator[str]:
    known = lexicon()
    first, _, last = lemma.rpartition("-")
    if first and last:
        choices = ((first,), (last,)) if known.is_head((last,)) else ((last,), (first,))
        yield from (code for choice in choices if (code := find_code(choice, depth + 1)))
    for size in range(len(lemma) - 3, 1, -1):
        stem, rest = lemma[:size], lemma[size:].removeprefix("-")
        if stem in known.stems and known.is_head((rest,)):
            yield known.stems[stem]
    for size in range(len(lemma) - 3):
        if code := known.endings.get(lemma[size:]) or _whole_noun(lemma[size:]):
            yield code


def _whole_noun(lemma: str) -> str | None:
    found = lexicon().terms.get(lemma)
    return found.code if found and len(lemma) > 5 else None


def _member(phrase: NounPhrase, depth: int) -> str | None:
    """«телевидение и реклама»: the first member."""
    place = next((i for i, word in enumerate(phrase.words) if word in CONJUNCTIONS and i > phrase.head), None)
    return find_code(phrase.words[:place], depth + 1) if place else None


def _reduced(words: Sequence[str]) -> Iterator[tuple[str, ...]]:
    phrase = find_head(words)
    return reductions(phrase) if phrase else iter([tuple(words)])


# The first that gives a code decides; a phrase that is in the lexicon as a whole needs none of them.
RULES: tuple[tuple[str, Rule], ...] = (
    ("an activity and its object", _activity),
    ("an attribute and a head", _headed),
    ("a head and its complement", _head_of),
    ("a part that is known", _shorter),
    ("an activity alone", _bare),
    ("a compound", _compound),
    ("the first of several", _member),
    ("an attribute", _attribute),
    ("a complement", _complement),
)
