"""The same string with a label in one place and without it, or with another one, elsewhere."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence

from ie.data.convert.places import closed_places, is_free
from ie.document import Document

from .finding import Finding, finding_at, finding_of

# sums are found by their form; the same number may count money here and people there
_LABELS = ("SECTOR", "PARTY", "DATE")
_CORPUS_WIDE = ("SECTOR", "PARTY")
_MIN_LABELLED, _MAX_BARE = 3, 0.2
_WORD = re.compile(r"\w+")
_LETTERS = re.compile(r"(?:[^\W\d_][^\w\s]*){3}")
# a sector inside a post or a name: «министр энергетики»
_OFFICE = re.compile(
    r"(?:министр|министерств|комитет|департамент|управлени|ведомств|институт|университет|факультет|ассоциаци|союз|кафедр|академи"
    r"|служб|агентств|директор|вице-премьер|комисси)\w*\s+(?:[\w-]+\s+){0,3}(?:(?:по|и|в\s+сфере)\s+)?$",
    re.IGNORECASE,
)
# «долларах США», and a product that begins with its maker: «Kia Rio»
_DOLLAR = re.compile(r"доллар\w*\s+$", re.IGNORECASE)
_MODEL = re.compile(r"[A-Za-z]\s+[A-Z0-9]")
Name = tuple[str, str]  # label and surface


def find_repeats(documents: Sequence[Document]) -> list[list[Finding]]:
    """Return for each document the strings in it that are labelled sometimes.

    Within a document one labelled mention is enough. Across documents a string must be labelled
    `_MIN_LABELLED` times at least and bare in `_MAX_BARE` of its places at most.
    """
    local = [_names(document) for document in documents]
    labelled = Counter(name for names in local for name in names.elements() if name[0] in _CORPUS_WIDE)
    index = _index({name for name, count in labelled.items() if count >= _MIN_LABELLED})
    bare = [list(_bare(document, index)) for document in documents]
    counts = Counter(name for places in bare for name, _, _ in places)
    steady = {name for name, count in counts.items() if count <= _MAX_BARE * (count + labelled[name])}
    return [
        [
            *_other_labels(document),
            *_in_document(document, names),
            *_in_corpus(document, names, places, steady),
        ]
        for document, names, places in zip(documents, local, bare, strict=True)
    ]


def _names(document: Document) -> Counter[Name]:
    """Return how often a document labels each string that is long and special enough to compare."""
    return Counter(
        (entity.label, entity.text)
        for entity in document.entities
        if entity.label in _LABELS
        and _LETTERS.search(entity.text)
        and not (entity.label == "PARTY" and entity.text.islower())
    )


def _in_document(document: Document, names: Counter[Name]) -> Iterator[Finding]:
    for (label, _), start, end in _bare(document, _index(names)):
        yield finding_at(document, "sometimes", start, end, f"Elsewhere in the document it is a {label}.")


def _in_corpus(
    document: Document, names: Counter[Name], places: list[tuple[Name, int, int]], steady: set[Name]
) -> Iterator[Finding]:
    for name, start, end in places:
        if name in steady and name not in names:
            yield finding_at(document, "sometimes", start, end, f"In other documents it is a {name[0]}.")


def _other_labels(document: Document) -> Iterator[Finding]:
    """Yield the entities whose text has another label more often, or earlier."""
    labels: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for entity in document.entities:
        if _LETTERS.search(entity.text):
            labels[entity.text][entity.label] += 1
    for entity in document.entities:
        usual = labels[entity.text].most_common(1)
        if usual and usual[0][0] != entity.label:
            yield finding_of(
                document, "sometimes", entity, f"It is a {entity.label}, elsewhere a {usual[0][0]}."
            )


def _index(names: Counter[Name] | set[Name]) -> dict[str, list[Name]]:
    """Return names by their first word, the longest first."""
    index: dict[str, list[Name]] = {}
    for name in sorted(names, key=lambda name: -len(name[1])):
        word = _WORD.search(name[1])
        if word:
            index.setdefault(word[0], []).append(name)
    return index


def _bare(document: Document, index: Mapping[str, list[Name]]) -> Iterator[tuple[Name, int, int]]:
    """Yield the places of indexed names that no entity touches, the longest at each place."""
    text = document.text
    taken = [(entity.start, entity.end) for entity in document.entities] + closed_places(text, ())
    for word in _WORD.finditer(text):
        for name in index.get(word[0], ()):
            first = _WORD.search(name[1])
            assert first is not None
            start = word.start() - first.start()
            end = start + len(name[1])
            if not _stands(text, name, start, end) or not is_free(start, end, taken):
                continue
            if document.labels is None or name[0] in document.labels:
                yield name, start, end
                taken.append((start, end))
            break


def _stands(text: str, name: Name, start: int, end: int) -> bool:
    """Return whether a name stands at `[start, end)` as whole words and is not part of a post."""
    if start < 0 or not text.startswith(name[1], start):
        return False
    if re.search(r"[\w-]$", text[max(0, start - 1) : start]) or re.match(r"[\w-]", text[end : end + 1]):
        return False
    if name[0] == "SECTOR":
        return not _OFFICE.search(text[max(0, start - 60) : start])
    return not (_DOLLAR.search(text[max(0, start - 20) : start]) or _MODEL.match(text, end - 1))
