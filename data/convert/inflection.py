"""Patterns for all case forms of Russian words, by the ending of the lemma, without a dictionary.

A few forms more than the language has are made («отраслию»); in a search for known words they do no harm.
"""

import re

_ADJECTIVE = "ый|ий|ой|ая|яя|ое|ее|ые|ие|ого|его|ому|ему|ым|им|ом|ем|ей|ую|юю|ых|их|ыми|ими"
# ending of the lemma: (how much of it is no stem, endings that take its place); the first that fits
_NOUNS: tuple[tuple[str, int, str], ...] = (
    ("ость", 1, "ь|и|ью|ей|ям|ями|ях"),
    ("вязь", 1, "ь|и|ью|ей|ям|ями|ях"),
    ("сль", 1, "ь|и|ью|ей|ям|ями|ях"),
    ("ия", 1, "я|и|ю|ей|й|ям|ями|ях"),
    ("ие", 1, "е|я|ю|ем|и|й|ям|ями|ях"),
    ("зка", 2, "ка|ки|ке|ку|кой|ок|кам|ками|ках"),
    ("тка", 2, "ка|ки|ке|ку|кой|ок|кам|ками|ках"),
    ("ка", 1, "а|и|е|у|ой|ам|ами|ах"),
    ("ча", 1, "а|и|е|у|ей"),
    ("га", 1, "а|и|е|у|ой"),
    ("ля", 1, "я|и|е|ю|ей"),
    ("ма", 1, "а|ы|е|у|ой|ам|ами|ах"),
    ("ра", 1, "а|ы|е|у|ой"),
    ("а", 1, "а|ы|е|у|ой|ам|ами|ах"),
    ("во", 1, "о|а|у|ом|е"),
    ("ынок", 2, "ок|ка|ку|ком|ке|ки|ков|кам|ками|ках"),
    ("сы", 1, "ы|ов|ам|ами|ах"),
)
_CONSONANTS = "бвгджзклмнпрстфхцчшщ"


def pattern(lemma: str) -> str:
    """Return a regular expression for the case forms of `lemma`, of any case of letters.

    A lemma in capitals stands for itself alone, and so does one after `=`, whatever its case of letters.
    """
    if lemma.startswith("="):
        return f"(?i:{re.escape(lemma[1:])})"
    if lemma.isupper():
        return re.escape(lemma)
    if lemma.endswith(("ый", "ий", "ой")):
        return f"(?i:{re.escape(lemma[:-2])}(?:{_ADJECTIVE}))"
    for ending, cut, endings in _NOUNS:
        if lemma.endswith(ending):
            return f"(?i:{re.escape(lemma[:-cut])}(?:{endings}))"
    if lemma[-1] in _CONSONANTS:
        return f"(?i:{re.escape(lemma)}(?:а|у|ом|е|ы|и|ов|ам|ами|ах)?)"
    return f"(?i:{re.escape(lemma)})"


def phrase(lemmas: str) -> str:
    """Return a regular expression for a phrase: words between spaces, alternatives between `|`."""
    words = ("(?:" + "|".join(map(pattern, word.split("|"))) + ")" for word in lemmas.split())
    return r"\s+".join(words)


def stems(table: str, *, prefix: str = "") -> re.Pattern[str]:
    """Return a regular expression for any word of a table of stems, after `prefix`, in any case of letters.

    A stem matches with every ending; `_` in it stands for white space, `$` at its end says that the word
    ends there, the rest is regular expression.
    """
    parts = (stem.replace("_", r"\s+") for stem in table.split())
    endings = (part[:-1] + r"(?!\w)" if part.endswith("$") else part + r"\w*" for part in parts)
    return re.compile(rf"{prefix}(?:{'|'.join(endings)})", re.IGNORECASE)
