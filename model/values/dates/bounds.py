"""What the words before a date make of it: «до [1 июня]» is a bound in time, «с [2016 годом]» a match."""

import re

from ie.values.result import Context
from ie.values.tables import read_table

# What is looked at: so many characters and tokens before the date, the first word after it.
_NEAR_CHARS, _MOST_TOKENS, _TEXT_CHARS = 120, 12, 200
_TOKEN = re.compile(r"[^\W\d_]+|\d+|[^\w\s]|\n")
# Symbols of the table `tense`: «вырастет на 5 % к 2030 году» is a bound, «вырос на 5 % к 2016 году» is none.
_AHEAD = frozenset({"future", "shall", "plan", "infinitive"})

# Name, pattern, what it says; the first that fits counts. The pattern is matched with the gloss of a date:
# each word before it as its symbol in `seeds/lexicon/bounds.tsv`, `ahead` for a verb of the future, else as
# it stands; then the symbols of the mention in brackets.
_RULES = tuple(
    (name, re.compile(pattern), said)
    for name, pattern, said in (
        ("с 10 по [20 ноября]", r"SINCE (\S+ ){1,4}BY \[", "until"),
        ("с [10 по 20 ноября]", r"\[(SINCE|UNTIL|TO)\b", None),
        ("по сравнению с", r"THAN (SINCE|TO) \[", None),
        ("плюс 5 % к, на 3 п. п. к", r"^(?!.*ahead).*CHANGE( [.,)])? TO \[", None),
        ("к аналогичному периоду", r"(SINCE|TO) \[.*PERIOD", None),
        ("с прошлым годом", r"SINCE \[.*WITH", None),
        ("перенос на июнь с [апреля]", r"MOVE.* SINCE \[", None),
        ("не раньше, не раньше чем в", r"NOT EARLIER( ,)?( чем)?( в| во)? \[", "since"),
        ("не позднее, не позднее чем к", r"NOT LATER( ,)?( чем)?( в| во| TO)? \[", "until"),
        ("не наступит раньше", r"NOT (\w+ ){1,2}EARLIER \[", "since"),
        ("годом ранее", r"WITH (EARLIER|LATER) \[", None),
        ("Ранее 6 ноября сообщалось", r"(^|[^\w\s,] |, )(EARLIER|LATER) \[", None),
        ("раньше", r"EARLIER \[", "before"),
        ("позднее", r"LATER \[", "after"),
        ("до, к", r"(UNTIL|TO) \[", "until"),
        ("с", r"SINCE \[", "since"),
        ("после", r"AFTER \[", "after"),
        ("перед", r"BEFORE \[", "before"),
    )
)


def modifiers(context: Context, text: str) -> tuple[str, ...]:
    """Return what the words before a date say of its bounds: `before`, `after`, `since`, `until`, or nothing.

    `text` is the mention itself; what it says by its own words («с 10 по 20 ноября») is not told here.
    Conventions: `data/GUIDELINES.md`, «Modifiers».
    """
    gloss = _gloss(context, text)
    said = next((said for _, pattern, said in _RULES if pattern.search(gloss)), None)
    return (said,) if said else ()


def _gloss(context: Context, text: str) -> str:
    before = [_symbol(token) for token in _TOKEN.findall(context.before[-_NEAR_CHARS:])]
    before = [symbol for symbol in before[-_MOST_TOKENS:] if symbol != "MAY"]
    inside = " ".join(_symbol(token) for token in _TOKEN.findall(text[:_TEXT_CHARS]))
    after = _TOKEN.match(context.after.lstrip(" ")[:_NEAR_CHARS])
    return f"{' '.join(before)} [{inside}] {_symbol(after[0]) if after else ''}".strip(" ")


def _symbol(token: str) -> str:
    word = token.lower().replace("ё", "е")
    symbol = read_table("bounds").get(word)
    if symbol:
        return str(symbol)
    return "ahead" if read_table("tense").get(word) in _AHEAD else word
