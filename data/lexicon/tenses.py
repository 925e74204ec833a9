"""The list `seeds/lexicon/tense.tsv`, compiled: each form of a verb to the time that it speaks of."""

from pathlib import Path

from ie.values.morphology import analyzer

from .words import compile_words

# The symbol of the words whose forms differ in tense.
VERB = "verb"
# What the forms of a verb say, by their marks in OpenCorpora. Present forms and participles are left out:
# on the corpus they say too little of the time, and there are many.
TENSES = (
    ("future", frozenset({"VERB", "futr"})),
    ("past", frozenset({"VERB", "past"})),
    ("past", frozenset({"GRND", "past"})),
    ("infinitive", frozenset({"INFN"})),
)
# Marks of forms that news does not use: «сделавши», «сделаешь».
RARE = frozenset({"V-sh", "2per"})
# A form counts as a tense only where it is so in most texts: «стали» and «дела» are nouns more often.
LEAST_SCORE = 0.5


def compile_tenses(path: Path) -> dict[str, str]:
    """Return what each form of the list says: `past`, `future`, `infinitive`, or its own symbol.

    Raises `CorpusFaultsError` where a word is unknown or has two symbols.
    """
    words = compile_words(path)
    said = {form: tense(form) if symbol == VERB else symbol for form, symbol in words.items()}
    return {form: symbol for form, symbol in said.items() if symbol}


def tense(form: str) -> str | None:
    """Return the tense of a form that is more often this than anything else; None where it has none."""
    scores: dict[str, float] = {}
    for parse in analyzer().parse(form):
        name = next(
            (name for name, marks in TENSES if marks in parse.tag and not RARE & parse.tag.grammemes), None
        )
        if name:
            scores[name] = scores.get(name, 0) + parse.score
    best = max(scores, key=lambda name: scores[name], default=None)
    return best if best and scores[best] >= LEAST_SCORE else None
