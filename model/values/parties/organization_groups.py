"""Which names of organizations in a document are of one: compared without their states first, then with them.

Names that rules find to be one, whatever state they are of, are a class: «Минэнерго» and «Министерство
энергетики». In a class the states and legal forms tell the parties apart («Минэнерго РФ», «Минэнерго ЮАР»).
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from ie.values.tables import fold

from .acronyms import SMALL_WORDS, is_acronym, is_blend
from .name_words import same_words
from .organization_names import OrganizationName, words_by_use
from .partition import Partition

Name = OrganizationName
Keys = Callable[[Name], Iterable[str]]
# Where more names share a key than this, none of them is told by it; keeps the work linear.
_MOST_RIVALS = 40
_SHORTEST_PART = 4


@dataclass(frozen=True, slots=True)
class Rule:
    """A short name joins the class of long ones that share a key with it and fit, if that is one class."""

    name: str
    short: Keys
    long: Keys
    fits: Callable[[Name, Name], bool] = lambda _short, _long: True


def group_organizations(names: Sequence[Name], aliases: Iterable[tuple[int, int]]) -> Partition:
    """Return the parties of a document's names; `aliases` are pairs of them that the text itself equates."""
    classes = Partition(len(names))
    for key in (lambda name: name.key, lambda name: name.known):
        _join_equal(classes, names, key)
    _join_case_forms(classes, names)
    for one, other in aliases:
        classes.join(one, other)
    for rule in RULES:
        _apply(rule, classes, names)
    return _told_apart(classes, names)


# --- rules ---


def _own_key(name: Name) -> Iterable[str]:
    return (name.key,)


def _acronym(name: Name) -> Iterable[str]:
    return (name.key,) if name.acronym else ()


def _initials(name: Name) -> Iterable[str]:
    return name.initials()


def _blend_start(name: Name) -> Iterable[str]:
    return (name.folded[0][:2],) if name.words[0].isalpha() else ()


def _parts_start(name: Name) -> Iterable[str]:
    return (name.blend_parts[0][:2],) if len(name.blend_parts) > 1 else ()


def _fits_blend(short: Name, long: Name) -> bool:
    """Return whether a blend is made of a name; «Минэнерго» is no ministry of a region."""
    regional = any(word.istitle() for word in long.words[1:]) and long.words[0].lower() == "министерство"
    return (len(short.words) > 1 or not regional) and is_blend(short.folded, long.blend_parts)


def _fits_bare(short: Name, long: Name) -> bool:
    """«банк ВТБ» is ВТБ, but «НПФ «Газпром»» is no Газпром."""
    return short.key not in words_by_use("alone") or _plain_head(short, long)


def _plain_head(short: Name, long: Name) -> bool:
    rest = [word for word in long.folded if word not in short.folded]
    return " ".join(rest) in ("банк", "группа", "компания", "корпорация", "концерн", "холдинг", "group", "гк")


def _body(name: Name) -> Iterable[str]:
    nouns = words_by_use("body")
    return (name.folded[0],) if len(name.words) > 1 and any(word in nouns for word in name.folded) else ()


def _fits_body(short: Name, long: Name) -> bool:
    """All words of «Первомайский суд» come in «Первомайский районный суд Бишкека» in their order."""
    rest = iter(long.folded)
    return (
        short.country is None and len(short.words) < len(long.words) and all(w in rest for w in short.folded)
    )


def _part(name: Name) -> Iterable[str]:
    """Yield the key of a name that may be part of a longer one: no kind, no owner, no abbreviation."""
    telling = [word for word in name.folded if word not in _untelling()]
    if name.known or name.acronym or name.key in words_by_use("alone") or not telling:
        return ()
    return (name.folded[0][:_SHORTEST_PART],) if max(map(len, telling)) >= _SHORTEST_PART else ()


def _untelling() -> frozenset[str]:
    return words_by_use("head") | words_by_use("body") | SMALL_WORDS


def _word_starts(name: Name) -> Iterable[str]:
    return {word[:_SHORTEST_PART] for word in name.folded} if len(name.words) > 1 else ()


def _fits_part(short: Name, long: Name) -> bool:
    """Return whether a name begins or ends a longer one that comes first, or is in the title.

    «Кристалл» is not «Хатасс-Кристалл», the part after a dash.
    """
    size = len(short.words)
    if size >= len(long.words) or not (long.start < short.start or short.in_title):
        return False
    if short.country not in (None, long.country) or short.form not in (None, long.form):
        return False
    if same_words(short.folded, long.folded[:size]):
        return True
    before = long.words[-size - 1]
    dashed = any(f"{fold(before)}{dash}{short.folded[0]}" in fold(long.text) for dash in "-–—")
    of_a_body = not words_by_use("body").isdisjoint(long.folded)  # «Высшая школа физики Росатома»
    return short.folded == long.folded[-size:] and not (dashed or of_a_body or is_acronym(before))


RULES = (
    Rule("initials: ФАС, Федеральная антимонопольная служба", _acronym, _initials),
    Rule("blend: Минэнерго, Базэл, Росрыболовство, Мосбиржа", _blend_start, _parts_start, _fits_blend),
    Rule("kind left out: ВТБ, банк ВТБ", _own_key, lambda name: name.bare(), _fits_bare),
    Rule("place left out: Арбитражный суд, Арбитражный суд Москвы", _body, _body, _fits_body),
    Rule("telling part: Лава, Кузнецкая лава", _part, _word_starts, _fits_part),
)


# --- classes ---


def _join_equal(classes: Partition, names: Sequence[Name], key: Callable[[Name], str | None]) -> None:
    first: dict[str, int] = {}
    for place, name in enumerate(names):
        if (found := key(name)) is not None:
            classes.join(first.setdefault(found, place), place)


def _join_case_forms(classes: Partition, names: Sequence[Name]) -> None:
    """Join names that are the same but for case endings, which the canonical form has kept by mistake."""
    buckets: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for place, name in enumerate(names):
        bucket = buckets[tuple(word[:3] for word in name.folded)]
        for other in bucket[:_MOST_RIVALS]:
            if same_words(name.folded, names[other].folded):
                classes.join(other, place)
        bucket.append(place)


def _apply(rule: Rule, classes: Partition, names: Sequence[Name]) -> None:
    index: dict[str, list[int]] = defaultdict(list)
    for place, name in enumerate(names):
        for key in set(rule.long(name)):
            index[key].append(place)
    for place, name in enumerate(names):
        rivals = {other for key in rule.short(name) for other in index.get(key, ())[: _MOST_RIVALS + 1]}
        if len(rivals) > _MOST_RIVALS:
            continue
        found = {classes.find(other) for other in rivals if other != place and rule.fits(name, names[other])}
        if len(found - {classes.find(place)}) == 1 and len(found) == 1:
            classes.join(place, found.pop())


# --- parties of a class ---


@dataclass(slots=True)
class _Group:
    """The names of one party so far, and what they tell of it."""

    country: str | None
    form: str | None
    keys: set[str] = field(default_factory=set)
    members: list[int] = field(default_factory=list)

    def allows(self, name: Name) -> bool:
        return all(
            None in pair or pair[0] == pair[1]
            for pair in ((self.country, name.country), (self.form, name.form))
        )

    def add(self, place: int, name: Name) -> None:
        self.country, self.form = self.country or name.country, self.form or name.form
        self.keys.add(name.key)
        self.members.append(place)


def _told_apart(classes: Partition, names: Sequence[Name]) -> Partition:
    members: dict[int, list[int]] = defaultdict(list)
    for place in range(len(names)):
        members[classes.find(place)].append(place)
    parties = Partition(len(names))
    for places in members.values():
        for group in _groups(places, names):
            parties.join_all(group.members)
    return parties


def _groups(places: Sequence[int], names: Sequence[Name]) -> list[_Group]:
    """Return the parties of a class: the names that tell most first, the others where one place is left."""
    groups: list[_Group] = []
    for place in sorted(places, key=lambda p: (names[p].country is None) + (names[p].form is None)):
        name = names[place]
        group = _place_of(name, groups)
        if group is None:
            group = _Group(name.country, name.form)
            groups.append(group)
        group.add(place, name)
    return groups


def _place_of(name: Name, groups: Sequence[_Group]) -> _Group | None:
    fitting = [group for group in groups if group.allows(name)]
    for close in (
        [g for g in fitting if (g.country, g.form) == (name.country, name.form)],
        [g for g in fitting if name.key in g.keys],
        fitting,
    ):
        if len(close) == 1:
            return close[0]
    return None
