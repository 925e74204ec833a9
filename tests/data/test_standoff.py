import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ie.data.standoff import iter_texts, merge, strip_text, text_hash, write_standoff
from ie.document import Document, Span, make_entity
from ie.errors import CorpusError

TEXTS = ("Рост на 5 млрд тенге в энергетике.", "Завод продан.", "Туризм растёт.")


def annotated(i, *spans):
    return Document(
        TEXTS[i], tuple(make_entity(TEXTS[i], Span(*s)) for s in spans), id=f"d{i}", labels=("SECTOR",)
    )


DOCUMENTS = (annotated(0, (23, 33, "SECTOR")), annotated(1), annotated(2, (0, 6, "SECTOR")))


def test_merged_documents_are_the_annotated_ones(tmp_path):
    write_standoff(tmp_path / "s.jsonl", DOCUMENTS)
    sources = [Document(text, id=f"d{i}") for i, text in enumerate(TEXTS)]
    result = merge(tmp_path / "s.jsonl", reversed(sources))
    assert result.documents == DOCUMENTS
    assert result.missing == result.changed == ()
    assert not any(text in (tmp_path / "s.jsonl").read_text() for text in TEXTS)


@given(st.text(min_size=1, max_size=30).filter(str.isprintable), st.data())
def test_a_record_holds_no_word_of_its_text(text, data):
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    record = strip_text(Document(text, (make_entity(text, Span(start, end, "DATE")),), id="x"))
    assert record["sha256"] == text_hash(text)
    assert record["entities"] == [{"label": "DATE", "start": start, "end": end}]
    assert "text" not in record


def test_what_is_missing_or_changed_is_named_and_the_rest_is_joined(tmp_path):
    write_standoff(tmp_path / "s.jsonl", DOCUMENTS)
    result = merge(tmp_path / "s.jsonl", [Document(TEXTS[0], id="d0"), Document("Другое.", id="d1")])
    assert result.documents == DOCUMENTS[:1]
    assert (result.missing, result.changed) == (("d2",), ("d1",))


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "JSON"),
        ('{"id": "d0"}', "sha256"),
        ("[]", "id"),
        (json.dumps({"id": "d0", "sha256": text_hash(TEXTS[0]), "entities": [{"label": "DATE"}]}), "start"),
    ],
)
def test_a_bad_line_is_named(tmp_path, line, reason):
    (tmp_path / "s.jsonl").write_text("\n" + line + "\n", encoding="utf-8")
    with pytest.raises(CorpusError, match=rf"s\.jsonl:2: .*{reason}"):
        merge(tmp_path / "s.jsonl", [Document(TEXTS[0], id="d0")])


def test_texts_are_read_whatever_else_a_line_holds(tmp_path):
    path = tmp_path / "texts.jsonl"
    path.write_text(
        '{"id": "a", "text": "Раз", "date": "вчера"}\n{"id": 1, "text": "Два"}\n[]\n', encoding="utf-8"
    )
    assert list(iter_texts(path)) == [Document("Раз", id="a"), Document("Два", id="1")]
    path.write_text("{\n", encoding="utf-8")
    with pytest.raises(CorpusError, match=r"texts\.jsonl:1: "):
        list(iter_texts(path))
