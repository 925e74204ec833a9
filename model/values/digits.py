"""Numbers written in digits, in the Russian and the English way of grouping them."""

import re
from decimal import Decimal

# The blanks that group digits: an ordinary one, no-break, figure, thin and narrow no-break.
BLANKS = " \u00a0\u2007\u2009\u202f"
_APOSTROPHES = "'’ʼ`"
_GROUPED = rf"[0-9]{{1,3}}(?:[{BLANKS}]{{1,2}}[0-9]{{3}})+(?![0-9])"
# One alternative a way of writing; what is no number at all (a date in digits) is matched so that no part
# of it is.
PATTERN = rf"""
    (?P<other> (?<![0-9.,]) [0-9]{{1,2}}\.[0-9]{{1,2}}\.(?:[0-9]{{4}}|[0-9]{{2}}) (?![0-9]) | [0-9]{{31,}} )
  | (?P<digits>
      # 1 599 059,38 and, before money, 1 599 059, 38
      {_GROUPED} (?: ,[{BLANKS}][0-9]{{2}}(?=[{BLANKS}]*(?:р|евро|долл|[$€₽(]|$)) | [.,][0-9]+ )?
      # 1.250.000 and 1,250,000.50
    | [0-9]{{1,3}} (?P<mark>[.,{_APOSTROPHES}]) [0-9]{{3}} (?:(?P=mark)[0-9]{{3}})+ (?![0-9]) (?:[.,][0-9]+)?
      # 1,250.50
    | [0-9]{{1,3}} (?P<once>[.,{_APOSTROPHES}]) [0-9]{{3}} (?!(?P=once)|[0-9]) [.,] [0-9]{{1,2}} (?![0-9])
      # 1'250
    | [0-9]{{1,3}} [{_APOSTROPHES}] [0-9]{{3}} (?![0-9])
      # 3,5
    | [0-9]+ [.,] [0-9]+
    | (?<![\w.,]) [.] [0-9]+
    | [0-9]+
    )
"""
_NOISE = str.maketrans("", "", BLANKS + _APOSTROPHES)
_THOUSANDS = re.compile(r"[1-9][0-9]{0,2}[.,][0-9]{3}")


def read_digits(text: str, *, scaled: bool = False, english: bool = False) -> Decimal:
    """Return the value of a number that `PATTERN` has matched.

    Where one point or comma stands before three digits the word after decides: with a magnitude
    (`scaled`) it parts the decimals («2,125 млрд»), without one a comma groups thousands («20,000 руб»)
    and a point does before two zeros («3.500»). `english`: the magnitude is an English word, so that a
    comma groups («$1,250 million»).
    """
    plain = text.translate(_NOISE)
    marks = [sign for sign in plain if sign in ".,"]
    if len(marks) == 1 and plain == text and _THOUSANDS.fullmatch(plain) and _groups(plain, scaled, english):
        return Decimal(plain.replace(marks[0], ""))
    if len(set(marks)) == 2 or (len(marks) == 1):
        whole, _, part = plain.rpartition(marks[-1])
        return Decimal(whole.replace(marks[0], "") + "." + part)
    return Decimal("".join(sign for sign in plain if sign not in ".,"))


def _groups(plain: str, scaled: bool, english: bool) -> bool:
    if "," in plain:
        return english or not scaled
    return plain.endswith("00") and not scaled
