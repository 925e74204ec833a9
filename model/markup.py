"""The text of an HTML page as a reader sees it: no tags, no scripts, blocks on lines of their own.

Nothing is chosen or left out beyond that: menus and footers stay in the text. The page is read in one
pass of time linear in its length; `html.parser` of Python 3.11 takes quadratic time on broken pages.
"""

import html
import re
from collections.abc import Iterator

# Elements whose content no browser shows as text of the page.
UNSEEN = frozenset(
    [
        "iframe",
        "math",
        "noscript",
        "object",
        "script",
        "select",
        "style",
        "svg",
        "template",
        "textarea",
        "title",
    ]
)
# Those of them that a slash closes at once, as in `<svg/>`; in XHTML it closes all (`<script src="a.js"/>`).
FOREIGN = frozenset({"math", "svg"})
# Elements that a browser sets on lines of their own (HTML Living Standard, section 15.3).
BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "br",
        "center",
        "dd",
        "details",
        "dialog",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "html",
        "legend",
        "li",
        "main",
        "nav",
        "ol",
        "option",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "tr",
        "ul",
    ]
)
CELLS = frozenset({"td", "th"})
# White space of HTML; a no-break space is none and stays as it is.
_SPACES = re.compile(r"[ \t\n\f\r]+")
# A comment, another declaration, a tag (its name and whether a slash ends it), or text. A quote opens a
# value only where an equals sign asks for one; elsewhere it is a letter. What is not closed ends with the
# page (section 13.2.5), so that no branch ever goes back.
_TOKEN = re.compile(
    r"""
      <!--(?:-?>|.*?(?:--!?>|\Z))
    | <(?:[!?]|/(?=[^a-z]))[^>]*(?:>|\Z)
    | <(?P<tag>/?[a-z][^\s/>]*)
      (?:[\s/]+|[^\s/>][^\s/>=]*(?:\s*=\s*(?:"[^"]*(?:"|\Z)|'[^']*(?:'|\Z)|[^\s>]*))?)*
      (?:>|\Z)
    | (?P<text>[^<]+|<)
    """,
    re.IGNORECASE | re.DOTALL | re.VERBOSE,
)
_CHARSET = re.compile(
    rb"""<(?:meta|\?xml)\b[^<>]*?(?:charset|encoding)\s*=\s*["']?\s*([\w.:-]+)""", re.IGNORECASE
)
_PAGE = re.compile(
    r"[\ufeff \t\n\f\r]*(?:(?:<\?xml\b[^>]*>|<!--(?:(?!-->).)*+-->)[ \t\n\f\r]*)*+<(?:!doctype html|html)",
    re.IGNORECASE | re.DOTALL,
)
_CHARSET_WITHIN = 4096
# Python reads no number of more than 4,300 digits; no character has one of so many.
_HUGE_REFERENCE = re.compile(r"&#\d{1000,};?")


def html_text(markup: str) -> str:
    """Return the text that an HTML page shows, with neither blank lines nor white space at line ends.

    A tab stands between the cells of a row, one space for all other white space.
    """
    lines = "".join(_pieces(markup)).split("\n")
    return "\n".join(filter(None, (_SPACES.sub(_narrowed, line).strip(" \t") for line in lines)))


def _narrowed(space: re.Match[str]) -> str:
    return "\t" if "\t" in space[0] else " "


def is_html(text: str) -> bool:
    """Return whether a text begins as an HTML page does, behind an XML declaration or comments perhaps."""
    return _PAGE.match(text) is not None


def declared_charset(page: bytes) -> str | None:
    """Return the charset that a page declares in its head, or None."""
    match = _CHARSET.search(page[:_CHARSET_WITHIN])
    return match and match[1].decode("ascii")


def _pieces(markup: str) -> Iterator[str]:
    position, preformatted = 0, False
    closed = UNSEEN if _is_xml(markup) else FOREIGN
    while position < len(markup):
        match = _TOKEN.match(markup, position)
        assert match is not None  # any character begins a token
        position = match.end()
        if match["text"]:
            text = html.unescape(_HUGE_REFERENCE.sub("\ufffd", match["text"]))
            yield text if preformatted else _SPACES.sub(" ", text)
        elif match["tag"]:
            tag = match["tag"].lower()
            if tag in UNSEEN and not (tag in closed and match[0].endswith("/>")):
                position = _end_of(tag, markup, position)
            elif tag in ("pre", "/pre"):
                preformatted = tag == "pre"
            yield _separator(tag.removeprefix("/"))


def _is_xml(markup: str) -> bool:
    return markup.lstrip("\ufeff \t\n\f\r")[:5].lower() == "<?xml"


def _end_of(tag: str, markup: str, position: int) -> int:
    """Return where the end tag of an element that is not seen begins, or the end of the page."""
    match = re.compile(rf"</{tag}(?![\w-])", re.IGNORECASE).search(markup, position)
    return len(markup) if match is None else match.start()


def _separator(tag: str) -> str:
    if tag in BLOCKS:
        return "\n"
    return "\t" if tag in CELLS else ""
