import pytest
from hypothesis import given
from hypothesis import strategies as st

from ie.data.brat import (
    Annotated,
    RawSpan,
    format_line,
    from_brat,
    parse_line,
    read_brat,
    read_folder,
    to_brat,
    write_brat,
)
from ie.document import Document, Span, make_entity
from ie.errors import CorpusError

TEXT = "Завод «Искра» вложит 5 млн рублей.\nСтройка начнётся в мае."


def put(folder, text, ann, name="a"):
    (folder / f"{name}.txt").write_bytes(text.encode())
    (folder / f"{name}.ann").write_bytes(ann.encode())
    return folder / f"{name}.ann"


@st.composite
def documents(draw):
    text = draw(st.text(st.sampled_from("аб €\n\r\u2028😀é."), min_size=1, max_size=60))
    cuts = sorted(draw(st.sets(st.integers(0, len(text)), max_size=8)))
    spans = [
        Span(a, b, draw(st.sampled_from(["AMOUNT", "DATE"])))
        for a, b in zip(cuts[::2], cuts[1::2], strict=False)
    ]
    return Document(text, tuple(make_entity(text, span) for span in spans), id="д-1")


@given(documents())
def test_records_come_back_from_brat(document):
    assert from_brat(to_brat(document)) == document


@given(documents())
def test_files_come_back(tmp_path_factory, document):
    written = to_brat(document)
    read = read_brat(write_brat(tmp_path_factory.mktemp("brat"), written))
    assert (read.text, read.problems) == (document.text, ())
    assert from_brat(read) == document


@given(
    st.lists(st.integers(0, 500), min_size=2, max_size=6, unique=True),
    st.text(st.characters(blacklist_characters="\r\n", blacklist_categories=["Cs"]), min_size=1),
)
def test_lines_come_back(places, text):
    places = sorted(places)[: len(places) // 2 * 2]
    parts = tuple(zip(places[::2], places[1::2], strict=True))
    span = RawSpan("DATE", parts[0][0], parts[-1][1], text, "T7", parts if len(parts) > 1 else ())
    assert parse_line(format_line(span)) == span


def test_only_text_bound_lines_become_mentions(tmp_path):
    ann = put(
        tmp_path,
        TEXT,
        "T1\tORGANIZATION 6 13\t«Искра»\n"
        "R1\tINVESTS Arg1:T1 Arg2:T2\t\nA1\tNegation T1\nE1\tGive:T1\nN1\tReference T1 Q1\tx\n"
        "#1\tAnnotatorNotes T1\tпроверить\n*\tEquiv T1 T2\n"
        "T2\tMONEY 21 33\t5 млн рублей\n",
    )
    read = read_brat(ann)
    assert read.id == "a"
    assert read.problems == ()
    assert [(s.label, s.marks(TEXT), s.line) for s in read.spans] == [
        ("ORGANIZATION", "«Искра»", 1),
        ("MONEY", "5 млн рублей", 8),
    ]


def test_offsets_count_both_characters_of_crlf(tmp_path):
    text = TEXT.replace("\n", "\r\n")
    start = text.index("мае")
    read = read_brat(put(tmp_path, text, f"T1\tDATE {start} {start + 3}\tмае\r\n"))
    assert read.problems == ()
    assert read.text == text


def test_parts_of_a_mention(tmp_path):
    text = "2 и 3 мая"
    read = read_brat(put(tmp_path, text, "T1\tDATE 0 1;6 9\t2 мая\n"))
    assert read.problems == ()
    assert read.spans[0].fragments == ((0, 1), (6, 9))
    assert (read.spans[0].start, read.spans[0].end) == (0, 9)


def test_a_mention_over_several_lines_is_one(tmp_path):
    text = "кот\n\nТом"
    read = read_brat(put(tmp_path, text, "T1\tPERSON 0 8\tкот\n\nТом\nT2\tPERSON 5 8\tТом\n"))
    assert read.problems == ()
    assert [span.text for span in read.spans] == ["кот\n\nТом", "Том"]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("T1\tDATE 0 5\tмае", "a.ann:1: 0-5 is 'Завод', not 'мае'"),
        ("T1\tDATE 50 90\tмае", f"a.ann:1: 50-90 lies outside a text of {len(TEXT)} characters: 'мае'"),
        ("T1\tDATE 5 5\t", "a.ann:1: not a brat annotation: 'T1\\tDATE 5 5\\t'"),
        ("что-то ещё", "a.ann:1: not a brat annotation: 'что-то ещё'"),
    ],
)
def test_what_is_wrong_is_named_by_file_and_line(tmp_path, line, said):
    assert read_brat(put(tmp_path, TEXT, line)).problems == (said,)


def test_an_identifier_given_twice_keeps_both_mentions(tmp_path):
    read = read_brat(put(tmp_path, TEXT, "T1\tORGANIZATION 6 13\t«Искра»\nT1\tDATE 54 57\tмае\n"))
    assert len(read.spans) == 2
    assert read.problems == ("a.ann:2: identifier T1 is given twice",)


def test_files_that_cannot_be_read(tmp_path):
    (tmp_path / "b.ann").write_text("")
    with pytest.raises(CorpusError, match=r"b\.txt: The file cannot be read"):
        read_brat(tmp_path / "b.ann")
    (tmp_path / "b.txt").write_bytes(b"\xff\xfe\xff")
    with pytest.raises(CorpusError, match="not UTF-8 at byte 0"):
        read_brat(tmp_path / "b.ann")
    with pytest.raises(CorpusError, match="no brat annotation"):
        list(read_folder(tmp_path / "nothing"))


def test_an_id_with_a_slash_makes_one_file(tmp_path):
    ann = write_brat(tmp_path, Annotated("x", (), "corpus/1"))
    assert ann.name == "corpus_1.ann"
    assert [read.text for read in read_folder(tmp_path)] == ["x"]
