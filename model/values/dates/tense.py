"""Whether a sentence looks back or ahead: what decides the year of «6 ноября» and the week of «в пятницу».

The words of the sentence are weighed: a verb in the past draws the date behind, a future or a plan draws it
ahead, most of all in the clause of the date. The weights are the coefficients, rounded, of a logistic
regression on the 1,800 days, months, seasons, quarters and weekdays without a year in the annotated corpus.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import islice
from math import copysign, log
from typing import Literal

from ie.values.result import Context
from ie.values.tables import read_table

Tense = Literal["past", "future"]

# The leaning of a sentence that is sure to look back, and of one that is sure to look ahead.
PAST, FUTURE = -3.0, 3.0
# What a word of `seeds/lexicon/tense.tsv` weighs in the clause of the date, in the next one, further off.
WORD_WEIGHTS = {
    "past": (-1.9, -0.5, -0.7),
    "future": (1.8, 0.2, 0.1),
    "shall": (1.5, 0.2, 0.1),
    "plan": (1.2, 0.2, 0.1),
    "infinitive": (0.7, 0.1, 0.0),
}
# What the preposition before the date weighs: limits and appointments lie ahead, what is counted up behind.
PREPOSITION_WEIGHTS = {
    "до": 2.4,
    "к": 1.8,
    "ко": 1.8,
    "на": 1.6,
    "за": -1.0,
    "итогам": -1.0,
    "итоги": -1.0,
    "результатам": -1.0,
    "результаты": -1.0,
    "раньше": 1.2,
    "позднее": 1.2,
    "позже": 1.2,
}
# «По состоянию на 1 января» appoints nothing.
_AS_OF = ["состоянию", "на"]
# Symbols of the table `bounds`: who «перенёс заседание на 1 марта» did it in the past, the day lies ahead.
_APPOINTS = frozenset({"APPOINT", "MOVE"})
# «Прибыль в первом квартале — 3 млрд рублей»: what has a number is known.
_REPORTED, REPORTED_WEIGHT = re.compile(r"[»”\")]?\s*(?:[—–:]|\s-)\s?[$€₽+−-]?\d"), -1.5
# «Закрыт с 1 марта»: what has no sign of looking ahead began by then.
SINCE, SINCE_WEIGHT = frozenset({"с", "со"}), -0.5
# What a sign among the nearest words weighs more.
ADJACENT_WORDS, ADJACENT_WEIGHT = 3, 1.5
# News tells what has happened: without any sign a date lies behind more often.
NO_SIGN = -1.0
# Each further verb on the same side of the date counts so much less.
FADING = 0.85
# Beyond these a sentence looks ahead, or back; between them it does not say.
AHEAD, BEHIND = 0.3, -1.4
# Verbs looked at on each side of the date.
MOST_SIGNS = 8

# The end of a sentence: a line, or a mark after which a capital, a quote or a dash begins the next one. A dot
# after one letter is that of an initial or of «г.», after a sum that of an abbreviation before a lower case.
_SENTENCE_END = re.compile(
    r"""
      \n
    | (?: [.;] (?<!\b\w\.) | [!?…] ) [»"”)]* (?: \s+ (?=[«"“—–A-ZА-ЯЁ]) | (?<=[а-яё»")][.!?]) (?=[А-ЯЁ«]) )
    | [.!?…] \s* $
    """,
    re.VERBOSE,
)
_TOKEN = re.compile(r"[^\W\d_]+|[,;:()«»\"“”—–]")

# For `nearest`, fitted on the same mentions: the weight of the log of how much further off one date is than
# the other, days within which that says nothing, and the weight of a date in the year of the reference, which
# needs no year, while one in another year more often has it.
_RATIO_WEIGHT = 1.3
_NEAR_DAYS = {"weekday": 1, "day": 3}
_NEAR_DAYS_OF_LONGER = 20
_SAME_YEAR_WEIGHT = 0.5


def leaning_of(context: Context, text: str) -> float | None:
    """Return the log-odds that the sentence of a date puts it ahead and not behind; None without a sentence.

    `text` is the mention itself, with its preposition or not, `context` the text around it.
    """
    if not context.before and not context.after:
        return None
    before, after = _sentence(context)
    words = [match[0].lower() for match in _TOKEN.finditer(before)]
    if words[-2:] == _AS_OF:
        return PAST
    own, _, rest = text.lower().partition(" ")
    preposition = own if rest and own in PREPOSITION_WEIGHTS else words[-1] if words else ""
    leaning = NO_SIGN + PREPOSITION_WEIGHTS.get(preposition, 0.0)
    leaning += sum(_weights(reversed(words), appointed=preposition == "на"))
    leaning += sum(_weights(match[0].lower() for match in _TOKEN.finditer(after)))
    leaning += REPORTED_WEIGHT if _REPORTED.match(after) else 0.0
    return leaning + SINCE_WEIGHT if preposition in SINCE and leaning < AHEAD else leaning


def tense_of(leaning: float | None) -> Tense | None:
    """Return the tense that a leaning amounts to; None where it is none, or too weak."""
    if leaning is None or BEHIND <= leaning <= AHEAD:
        return None
    return "future" if leaning > AHEAD else "past"


def nearest(behind: date, ahead: date, reference: date, grain: str, leaning: float) -> date:
    """Return the one of two dates that a mention without a year means: the last one, or the next one.

    `behind` and `ahead` are first days of the last such period that has begun by the reference date (it may
    still run, or be that day itself) and of the first that begins after it. `grain` is the grain of a period
    (`ie.timex.GRAINS`) or `weekday`. The sentence decides, unless its date is much further off than the
    other: «6 января» in an article of December is ahead though the verb be past.
    """
    near = _NEAR_DAYS.get(grain, _NEAR_DAYS_OF_LONGER)
    ratio = ((reference - behind).days + near) / ((ahead - reference).days + near)
    weight = leaning + _RATIO_WEIGHT * log(ratio)
    weight += _SAME_YEAR_WEIGHT * ((ahead.year == reference.year) - (behind.year == reference.year))
    return ahead if weight > 0 else behind


def _sentence(context: Context) -> tuple[str, str]:
    """Return what the sentence of a mention has before it and after it."""
    start = max((match.end() for match in _SENTENCE_END.finditer(context.before)), default=0)
    end = _SENTENCE_END.search(context.after)
    return context.before[start:], context.after[: end.start() if end else None]


def _weights(tokens: Iterable[str], *, appointed: bool = False) -> Iterator[float]:
    """Return the weights of the signs of tense on one side of a date, the nearest first.

    `appointed`: the date may be one that something is set for or put off to.
    """
    signs = enumerate(_signs(tokens, appointed), start=1)
    return islice((weight * FADING**n for n, weight in signs), MOST_SIGNS)


def _signs(tokens: Iterable[str], appointed: bool) -> Iterator[float]:
    table, bounds = read_table("tense"), read_table("bounds")
    clause = 0
    for place, token in enumerate(tokens):
        if not token[0].isalpha():
            clause = min(clause + 1, 2)
        elif symbol := table.get(token.replace("ё", "е")):
            set_for = appointed and clause == 0 and bounds.get(token.replace("ё", "е")) in _APPOINTS
            weight = WORD_WEIGHTS["plan" if set_for else symbol][clause]
            adjacent = clause == 0 and place < ADJACENT_WORDS
            yield weight + (copysign(ADJACENT_WEIGHT, weight) if adjacent else 0.0)
