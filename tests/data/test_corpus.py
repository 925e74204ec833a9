import gzip
import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ie.data.corpus import corpus_files, format_line, iter_corpus, read_corpus, write_corpus
from ie.document import Document, Entity, Span, make_entity
from ie.errors import CorpusError

TEXT = "Фонд «Рассвет» вложит 40 млн тенге 🙂 в сады."
GOOD = {
    "id": "a",
    "text": TEXT,
    "date": "2020-02-03",
    "entities": [{"label": "AMOUNT", "start": 22, "end": 34, "text": "40 млн тенге"}],
}
DOCUMENT = Document(TEXT, (Entity("AMOUNT", 22, 34, "40 млн тенге"),), id="a", date=date(2020, 2, 3))


def put(path: Path, *lines: str | dict) -> Path:
    joined = "\n".join(
        line if isinstance(line, str) else json.dumps(line, ensure_ascii=False) for line in lines
    )
    path.write_text(joined + "\n", encoding="utf-8")
    return path


@pytest.fixture
def path(tmp_path):
    return tmp_path / "corpus.jsonl"


class TestRead:
    def test_one_document_a_line(self, path):
        assert read_corpus(put(path, GOOD, {**GOOD, "id": "b"})) == [
            DOCUMENT,
            Document(TEXT, DOCUMENT.entities, id="b", date=date(2020, 2, 3)),
        ]

    def test_byte_order_mark_crlf_and_blank_lines_are_forgiven(self, path):
        line = json.dumps(GOOD).encode()
        path.write_bytes(b"\xef\xbb\xbf" + line + b"\r\n\r\n  \r\n" + line)
        assert read_corpus(path) == [DOCUMENT, DOCUMENT]

    def test_line_and_paragraph_separators_stay_inside_a_record(self, path):
        text = "один\u2028два\u0085три\x0b"
        write_corpus(path, [Document(text)])
        assert read_corpus(path) == [Document(text)]

    def test_an_empty_file_holds_no_documents(self, path):
        assert read_corpus(put(path)) == []

    def test_compressed_file(self, tmp_path):
        path = tmp_path / "corpus.jsonl.gz"
        path.write_bytes(gzip.compress(json.dumps(GOOD).encode()))
        assert read_corpus(path) == [DOCUMENT]

    def test_entities_come_sorted(self, path):
        spans = [Span(22, 34, "AMOUNT"), Span(0, 14, "PARTY")]
        record = Document(TEXT, tuple(make_entity(TEXT, s) for s in spans)).to_record()
        assert [e.start for e in read_corpus(put(path, record))[0].entities] == [0, 22]

    def test_texts_that_nobody_annotated_need_no_entities(self, path):
        assert read_corpus(put(path, {"text": TEXT, "labels": []})) == [Document(TEXT, labels=())]
        assert read_corpus(put(path, {"text": TEXT}), annotated=False) == [Document(TEXT)]

    def test_documents_before_a_bad_line_are_yielded(self, path):
        documents = iter_corpus(put(path, GOOD, "{"))
        assert next(documents) == DOCUMENT
        with pytest.raises(CorpusError):
            next(documents)


def entity(**changes) -> dict:
    return {**GOOD, "entities": [{**GOOD["entities"][0], **changes}]}


class TestErrors:
    @pytest.mark.parametrize(
        ("line", "reason"),
        [
            ("{", "The line is not JSON"),
            ("[1]", "must be a JSON object, not list"),
            ('{"text": NaN}', "NaN is no number"),
            ('{"text": "\\ud83d"}', "half a surrogate pair"),
            ('{"text": ' + "9" * 5000 + "}", "The line is not JSON"),
            ("[" * 100_000, "nested too deeply"),
            ({**GOOD, "text": 5}, "Field 'text' has the wrong type: 5."),
            ({**GOOD, "date": "03.02.2020"}, "Field 'date' must be YYYY-MM-DD: '03.02.2020'."),
            ({k: v for k, v in GOOD.items() if k != "entities"}, "Field 'entities' is missing."),
            ({**GOOD, "entities": None, "labels": ["AMOUNT"]}, "Field 'entities' is missing."),
            (
                {**GOOD, "labels": ["PARTY", "DATE"]},
                "AMOUNT [22, 34) '40 млн тенге' is outside the record's 'labels' (PARTY, DATE).",
            ),
            ({**GOOD, "labels": []}, "is outside the record's 'labels' (none)."),
            (entity(start="22"), "Field 'entities[0].start' has the wrong type: '22'."),
            (entity(end=22), "AMOUNT [22, 22) is empty."),
            (entity(start=-1), "AMOUNT [-1, 34) is out of range: the text has 44 characters."),
            (entity(end=45), "AMOUNT [22, 45) is out of range: the text has 44 characters."),
            (entity(start=23), "AMOUNT [23, 34) says '40 млн тенге', but the text there is '0 млн тенге'."),
        ],
    )
    def test_file_line_and_reason(self, path, line, reason):
        put(path, GOOD, "", line)
        with pytest.raises(CorpusError) as caught:
            read_corpus(path)
        assert str(caught.value).startswith(f"{path}:3: ")
        assert reason in str(caught.value)

    def test_overlap_names_both_spans(self, path):
        entities = [
            {"label": "PARTY", "start": 0, "end": 14, "text": TEXT[:14]},
            {"label": "PARTY", "start": 5, "end": 14, "text": TEXT[5:14]},
        ]
        with pytest.raises(
            CorpusError, match=r"PARTY \[0, 14\) 'Фонд «Рассвет»' overlaps PARTY \[5, 14\) '«Рас"
        ):
            read_corpus(put(path, {**GOOD, "entities": entities}))

    def test_long_texts_are_quoted_short(self, path):
        with pytest.raises(CorpusError) as caught:
            read_corpus(put(path, entity(text="я" * 10_000)))
        assert len(str(caught.value)) < 300

    def test_bytes_that_are_not_utf8(self, path):
        path.write_bytes(b'{"text": "\xff"}')
        with pytest.raises(CorpusError, match=r":1: The line is not UTF-8: byte 10 is 0xff\."):
            read_corpus(path)

    @pytest.mark.parametrize("name", ["missing.jsonl", "missing.jsonl.gz", "."])
    def test_files_that_cannot_be_read(self, tmp_path, name):
        with pytest.raises(CorpusError, match="The file cannot be read"):
            read_corpus(tmp_path / name)

    # with no time in it, since the bytes are the test's name, which parallel runs compare
    @pytest.mark.parametrize(
        "content", [b"no gzip", gzip.compress(b"x" * 1000, mtime=0)[:-9], b"\x1f\x8b\x08" + b"\0" * 30]
    )
    def test_damaged_compressed_files(self, tmp_path, content):
        path = tmp_path / "corpus.jsonl.gz"
        path.write_bytes(content)
        with pytest.raises(CorpusError, match="The file cannot be read"):
            read_corpus(path)


class TestWrite:
    def test_a_date_on_every_line(self, path):
        assert write_corpus(path, [DOCUMENT, Document("текст")]) == 2
        assert [json.loads(line)["date"] for line in path.read_text().splitlines()] == ["2020-02-03", None]

    def test_a_failure_leaves_the_old_file(self, path):
        put(path, GOOD)

        def documents():
            yield Document("новый")
            raise ValueError

        with pytest.raises(ValueError):  # noqa: PT011 - our own
            write_corpus(path, documents())
        assert read_corpus(path) == [DOCUMENT]
        assert [p.name for p in path.parent.iterdir()] == [path.name]

    def test_compressed_files_of_equal_documents_are_equal(self, tmp_path):
        one, two = tmp_path / "one.jsonl.gz", tmp_path / "two.jsonl.gz"
        write_corpus(one, [DOCUMENT])
        write_corpus(two, [DOCUMENT])
        assert one.read_bytes() == two.read_bytes()
        assert read_corpus(one) == [DOCUMENT]

    @pytest.mark.parametrize(
        "document",
        [Document("\ud83d", id="x"), Document("а", (Entity("DATE", 0, 1, "а", score=float("nan")),), id="x")],
    )
    def test_what_json_in_utf8_cannot_hold(self, document):
        with pytest.raises(CorpusError, match="Document 'x' cannot be written"):
            format_line(document)


@st.composite
def documents(draw) -> Document:
    text = draw(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40))
    cuts = sorted(draw(st.sets(st.integers(0, len(text)), max_size=6)))
    spans = [
        Span(a, b, draw(st.sampled_from(["DATE", "PARTY"])))
        for a, b in zip(cuts[::2], cuts[1::2], strict=False)
    ]
    return Document(
        text,
        tuple(make_entity(text, span, score=draw(st.sampled_from([None, 0.25]))) for span in spans),
        id=draw(st.none() | st.text(st.characters(exclude_categories=["Cs"]), max_size=5)),
        date=draw(st.none() | st.dates()),
        source=draw(st.none() | st.just("вестник.рф")),
        labels=draw(st.none() | st.just(("DATE", "PARTY"))),
    )


@given(st.lists(documents(), max_size=4), st.sampled_from(["c.jsonl", "c.jsonl.gz"]))
def test_read_inverts_write(tmp_path_factory, written, name):
    path = tmp_path_factory.mktemp("corpus") / name
    write_corpus(path, written)
    assert read_corpus(path) == written


class TestFiles:
    def test_a_folder_stands_for_its_corpus_files(self, tmp_path):
        for name in ("b.jsonl", "a.jsonl.gz", "c.txt"):
            (tmp_path / name).touch()
        other = tmp_path / "c.txt"
        assert corpus_files([other, tmp_path]) == [other, tmp_path / "a.jsonl.gz", tmp_path / "b.jsonl"]

    def test_a_folder_without_any_is_an_error(self, tmp_path):
        with pytest.raises(CorpusError, match=r"no \.jsonl"):
            corpus_files([tmp_path])
