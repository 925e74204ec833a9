import datetime
import html
import io
import json
import re
from contextlib import contextmanager, suppress
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ie.document import Document, Entity, Span, make_entity
from ie.errors import IEError, UsageError
from ie.highlight import PALETTE, colour, segments
from ie.labels import LABELS
from ie.outputs import OutputFormat, default_format, open_output, write
from ie.selection import check_labels, select

TEXT = "Банк «Заря» вложит 300 млн рублей."
BANK = make_entity(TEXT, Span(0, 11, "PARTY"), 0.97)
SUM = replace(
    make_entity(TEXT, Span(19, 33, "AMOUNT"), 0.5),
    value={"value": "300000000", "currency": "RUB", "comparator": "="},
)
DAY = datetime.date(2016, 11, 7)
DOCUMENT = Document(TEXT, (BANK, SUM), id="a.txt", date=DAY, labels=LABELS, model="m@1")
STEERING = "до\x1b[31m\x9b2J\x07\x00\r\u202eпосле [bold red]:smile:"


@st.composite
def documents(draw):
    """Return a document with entities anywhere in any text that a file can hold."""
    text = draw(st.text(st.characters(blacklist_categories=["Cs"]), min_size=1))
    cuts = sorted(draw(st.sets(st.integers(0, len(text)), max_size=6)))
    label = st.sampled_from((*LABELS, "OTHER"))
    spans = [Span(a, b, draw(label)) for a, b in zip(cuts[::2], cuts[1::2], strict=False)]
    score = draw(st.none() | st.integers(0, 10_000).map(lambda n: n / 10_000))
    entities = tuple(make_entity(text, span, score) for span in spans)
    return Document(text, entities, id=draw(st.none() | st.just("<&>\x1b")), labels=LABELS, model="m")


def written(found, output_format):
    stream = io.StringIO()
    write(iter(found), stream, output_format, LABELS)
    return stream.getvalue()


@given(st.lists(documents(), max_size=3))
def test_json_lines_read_back_are_the_documents(found):
    lines = written(found, OutputFormat.JSONL).split("\n")
    assert lines.pop() == ""
    assert [Document.from_record(json.loads(line)) for line in lines] == found


@given(st.lists(documents(), max_size=3))
def test_a_json_list_read_back_is_the_documents(found):
    assert [Document.from_record(item) for item in json.loads(written(found, OutputFormat.JSON))] == found


def test_russian_letters_are_written_as_they_are_and_offsets_slice():
    record = json.loads(line := written([DOCUMENT], OutputFormat.JSONL))
    assert "вложит" in line
    slices = [record["text"][entity["start"] : entity["end"]] for entity in record["entities"]]
    assert slices == ["Банк «Заря»", "300 млн рублей"]
    assert (record["truncated"], record["model"], record["date"]) == (False, "m@1", "2016-11-07")


def test_of_a_moment_the_day_is_kept():
    document = Document(TEXT, date=datetime.datetime(2016, 11, 7, 10, tzinfo=datetime.UTC))
    assert document == Document.from_record(document.to_record()) == Document(TEXT, date=DAY)


class Page(HTMLParser):
    """The pieces of the first text on a page, and which of them are marked."""

    def __init__(self, page):
        super().__init__(convert_charrefs=False)
        self.marks, self.titles = [], []
        self.feed(re.search('<div class="text">(.*?)</div>', page, re.S)[1])
        self.close()

    def handle_starttag(self, tag, attrs):
        assert tag == "mark"
        self.titles.append(dict(attrs)["title"])


@given(documents())
def test_a_page_holds_the_text_exactly(document):
    page = written([document], OutputFormat.HTML)
    shown = re.search('<div class="text">(.*?)</div>', page, re.S)[1]
    assert html.unescape(re.sub("<[^>]*>", "", shown)) == document.text
    assert len(Page(page).titles) == len(document.entities)


def test_a_page_is_one_file_with_legend_colours_and_scores():
    page = written([DOCUMENT, replace(DOCUMENT, id="b.txt")], OutputFormat.HTML)
    legend = re.search("<header>(.*?)</header>", page)[1]
    assert [label in legend for label in LABELS] == [True] * 4
    party = colour("PARTY", LABELS)
    assert f'<mark style="background:{party}" title="PARTY 0.97">Банк «Заря»</mark>' in page
    assert Page(page).titles[1] == "AMOUNT 0.50 300\u202f000\u202f000 RUB"
    assert re.findall("<h2>(.*?)</h2>", page) == ["a.txt · 2016-11-07", "b.txt · 2016-11-07"]
    assert not re.search(r"<script|<link|\bsrc=|https?:", page)


def test_markup_in_a_text_stays_text():
    page = written([Document("<script>alert('1')</script>\r\n&amp;", id="<i>")], OutputFormat.HTML)
    assert "&lt;script&gt;alert(&#x27;1&#x27;)&lt;/script&gt;&#13;\n&amp;amp;" in page
    assert "<h2>&lt;i&gt;</h2>" in page


def test_a_table_names_every_entity_with_place_and_score():
    table = written([DOCUMENT], OutputFormat.TABLE)
    assert "a.txt · 2016-11-07" in table
    assert "[Банк «Заря» PARTY] вложит [300 млн рублей AMOUNT]." in table
    assert re.search(r"^PARTY +Банк «Заря» +0 +11 +0\.97", table, re.M)
    assert re.search(r"^AMOUNT +300 млн рублей +19 +33 +0\.50 +300\u202f000\u202f000 RUB", table, re.M)


def test_a_table_of_nothing_says_so():
    assert "No entities." in written([Document("Тишина.")], OutputFormat.TABLE)


@pytest.mark.parametrize("entities", [(), (Entity("PARTY", 0, len(STEERING), STEERING),)])
def test_no_text_steers_the_terminal(entities):
    table = written([Document(STEERING, entities, id=STEERING)], OutputFormat.TABLE)
    assert not set("\x1b\x9b\x07\x00\r\u202e") & set(table)
    assert "[bold red]:smile:" in table


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self):
        return True


def test_a_terminal_gets_colours_and_the_text_without_brackets(monkeypatch):
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.delenv("NO_COLOR", raising=False)
    stream = Terminal()
    write([DOCUMENT], stream, OutputFormat.TABLE, LABELS)
    assert "\x1b[30;43mБанк «Заря»\x1b[0m вложит \x1b[30;42m300 млн рублей\x1b[0m." in stream.getvalue()


def test_a_word_of_a_hundred_thousand_letters_is_shown_whole():
    table = written([Document("ы" * 100_000)], OutputFormat.TABLE)
    assert table.count("ы") == 100_000


@given(documents())
def test_segments_are_the_text(document):
    pieces = list(segments(document))
    assert "".join(piece for piece, _ in pieces) == document.text
    assert [entity for _, entity in pieces if entity] == list(document.entities)


def test_of_overlapping_entities_the_first_is_shown():
    inner = make_entity(TEXT, Span(5, 11, "SECTOR"))
    empty = make_entity(TEXT, Span(12, 12, "DATE"))
    shown = [entity for _, entity in segments(Document(TEXT, (inner, BANK, empty))) if entity]
    assert shown == [BANK]


def test_every_label_has_a_colour_and_unknown_ones_the_last():
    assert len({colour(label, LABELS) for label in (*LABELS, "OTHER")}) == 5
    assert colour("OTHER", LABELS) == PALETTE[-1]
    many = [str(n) for n in range(20)]
    assert all(colour(label, many) in PALETTE for label in many)


@pytest.mark.parametrize(
    ("expected", "name", "terminal"),
    [
        (OutputFormat.TABLE, None, True),
        (OutputFormat.JSONL, None, False),
        (OutputFormat.JSONL, "a.jsonl", True),
        (OutputFormat.JSONL, "a", True),
        (OutputFormat.JSON, "a.json", True),
        (OutputFormat.HTML, "a.HTML", False),
    ],
)
def test_the_format_that_nobody_asked_for(tmp_path, expected, name, terminal):
    assert default_format(name and tmp_path / name, terminal) is expected


def test_a_file_is_written_whole_or_not_at_all(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text("старое")
    with suppress(ZeroDivisionError), open_output(path) as stream:
        stream.write(f"новое {1 / 0}")
    assert (path.read_text(), list(tmp_path.iterdir())) == ("старое", [path])
    with open_output(path) as stream:
        stream.write("новое\n")
    assert path.read_bytes() == "новое\n".encode()


def test_a_device_is_written_to_and_not_replaced(tmp_path):
    link = tmp_path / "null"
    link.symlink_to("/dev/null")
    with open_output(link) as stream:
        stream.write("в никуда")
    assert link.is_symlink()


@contextmanager
def small_files():
    """Have the disk refuse what is beyond the first 100 bytes of a file."""
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("size", [200, 100_000])
def test_a_full_disk_is_an_error_that_names_the_file(tmp_path, size):
    path = tmp_path / "a.jsonl"
    path.write_text("старое")
    with pytest.raises(IEError) as caught, small_files(), open_output(path) as stream:
        stream.write("x" * size)
    assert str(caught.value) == f"Cannot write {path}: File too large."
    assert (path.read_text(), list(tmp_path.iterdir())) == ("старое", [path])


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_device_is_an_error_that_names_it():
    with (
        pytest.raises(IEError, match=r"^Cannot write /dev/full: No space left on device\.$"),
        open_output(Path("/dev/full")) as stream,
    ):
        stream.write("x")


def test_an_error_of_the_inputs_is_not_one_of_the_output(tmp_path):
    with pytest.raises(PermissionError), open_output(tmp_path / "a.jsonl"):
        raise PermissionError(13, "Permission denied", "model.onnx")


@pytest.mark.parametrize("name", [".", "file.txt/out.jsonl"])
def test_what_cannot_be_written_is_wrong_usage(tmp_path, name):
    (tmp_path / "file.txt").write_text("")
    with pytest.raises(UsageError, match="Cannot write"), open_output(tmp_path / name):
        pass


def test_labels_are_chosen_in_the_order_of_the_model():
    assert check_labels(["DATE", "AMOUNT"], LABELS) == ("AMOUNT", "DATE")
    assert check_labels([], LABELS) == LABELS
    with pytest.raises(UsageError, match=r"Unknown label 'date': this model finds AMOUNT, SEC"):
        check_labels(["date"], LABELS)


def test_entities_are_chosen_by_label_and_score():
    unscored = Entity("PARTY", 0, 4, "Банк")
    document = replace(DOCUMENT, entities=(BANK, SUM, unscored))
    assert select(document, LABELS) == document
    assert select(document, LABELS, 0.5).entities == (BANK, SUM, unscored)
    assert select(document, LABELS, 0.51).entities == (BANK, unscored)
    assert select(document, ("AMOUNT",)) == replace(document, entities=(SUM,), labels=("AMOUNT",))
