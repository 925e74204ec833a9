import html
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ie.markup import declared_charset, html_text, is_html


@pytest.mark.parametrize(
    ("expected", "markup"),
    [
        ("Сумма 1,2 млрд", "Сумма <b>1,2</b> млрд"),
        ("слово", "сло<i>во</i>"),
        ("Рост", "<p>\n  Рост\n</p>"),
        ("один\nдва", "<p>один<p>два"),
        ("один\nдва", "один<br/>два"),
        ("один\nдва", "<ul><li>один</li><li>два</li></ul>"),
        ("а\tб\nв\tг", "<table><tr><td>а<td>б<tr><th>в<th>г</table>"),
        ("«А&Б» — 5 €", "&laquo;А&amp;Б&raquo; &mdash; 5 &#8364;"),
        ("&lt;", "&amp;lt;"),
        ("10\xa0млн", "10&nbsp;млн"),
        ("до после", "до <script>if (a < b) x = '</p>';</script>после"),
        ("до после", "до <STYLE>p {}</STYLE >после"),
        ("до", "до <script>все остальное"),
        ("до после", "до <svg><text>нет</text></svg>после"),
        ("до после", "до <svg/>после"),
        ("до", "до <script/>после"),
        ("до после", "до <!-- нет <p> --> после"),
        ("до после", "до <!--> после"),
        ("после", "<!doctype html><title>нет</title><body>после"),
        ("после", "<?xml version='1.0'?><![CDATA[нет]]>после"),
        ("ссылка", "<a href=\"x>y\" title='<b>'>ссылка</a>"),
        ("до после", 'до <img alt="ООО "Север" src="x.jpg">после'),
        ("до после", 'до <img alt="Экран 55"">после'),
        ("до после", 'до <i class=it\'s title = "x>y">после'),
        ("до после", 'до <i a=b"c ">после'),
        ("до после", 'до <i "a>после'),
        ("до после", 'до <i =">после'),
        ("до после", "до <i a=>после"),
        ('до после"', 'до <i a="b"/c=\'d>e\'/>после"'),
        ("до после", "до </>после<b>"),
        ("5 < 6 и 7 > 3", "5 < 6 и 7 > 3"),
        ("раз\nдва", "<pre>раз\nдва</pre>"),
        ("раз два", "<div>раз\nдва</div>"),
        ("", "<html><head></head><body> \n </body></html>"),
        ("до", "до <a href='незакрыто"),
        ("до", "до <!-- незакрыто"),
        ("а\ufffdб", "а&#xD800;б"),
        ("а\ufffdб", "а&#" + "1" * 5000 + ";б"),
        ("до после", "<?xml version='1.0'?><html>до <script src='a.js'/>после</html>"),
    ],
)
def test_a_page_is_read_as_a_browser_shows_it(expected, markup):
    assert html_text(markup) == expected


@given(
    st.lists(
        st.sampled_from(
            [
                "<",
                ">",
                "</",
                "<!",
                "<!--",
                "-->",
                "<?",
                "<![",
                "]]>",
                '"',
                "'",
                "&",
                "&#",
                "=",
                "/",
                "a",
                "script",
                "svg",
                "pre",
                "p",
                "\n",
                "x\xa0ж",
            ]
        )
    )
)
def test_any_markup_gives_some_text(pieces):
    text = html_text("".join(pieces))
    assert text == text.strip(" \n")


@given(st.text(st.characters(blacklist_categories=["Cs", "Cc"])))
def test_escaped_text_comes_back_but_for_spaces(text):
    assert html_text(f"<p>{html.escape(text)}</p>").split() == text.split()


@pytest.mark.parametrize(
    "piece",
    [
        "<",
        "<!--",
        "&",
        "<a ",
        '<a b="',
        "</",
        "<script>",
        "<![x[",
        "<svg>",
        "<div",
        "<a b=",
        ' "',
        "=",
        " =\n",
        " ",
    ],
)
def test_broken_pages_take_linear_time(piece):
    start = time.process_time()
    html_text(piece * 50_000)
    html_text("<a" + piece * 50_000)
    html_text("<a b" + piece * 50_000 + "=")
    assert time.process_time() - start < 5


@pytest.mark.parametrize(
    ("expected", "page"),
    [
        ("windows-1251", b'<meta http-equiv="Content-Type" content="text/html; charset=windows-1251">'),
        ("koi8-r", b"<html><head><meta charset=koi8-r>"),
        ("utf-8", b"<META CHARSET='utf-8'/>"),
        ("windows-1251", b'<?xml version="1.0" encoding="windows-1251"?>'),
        (None, b"<p>charset=koi8-r</p>"),
        (None, b"<meta name=x>" + b" " * 5000 + b"<meta charset=koi8-r>"),
    ],
)
def test_the_declared_charset_is_found(expected, page):
    assert declared_charset(page) == expected


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        (True, "\n<!DOCTYPE html>"),
        (True, "<html lang=ru>"),
        (True, '<?xml version="1.0"?>\n<!DOCTYPE html PUBLIC "x">'),
        (True, "<!-- а --> <!-- б -->\n<html>"),
        (False, "<!-- а --> текст <html>"),
        (False, '<?xml version="1.0"?><rss>'),
        (False, "<p>"),
        (False, "Текст <html>"),
        (False, ""),
    ],
)
def test_a_page_is_known_by_its_beginning(expected, text):
    assert is_html(text) is expected
