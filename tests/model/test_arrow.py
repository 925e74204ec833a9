import datetime
import json

import lookup
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ie.arrow import Request, batch_of, document_of, extract_batches, items_of, row_of, schema
from ie.document import Document, Entity
from ie.errors import InputError, UsageError
from ie.extractor import Extractor

pa = pytest.importorskip("pyarrow", reason="pyarrow is not installed")

NAMES = ["id", "text", "date", "source", "labels", "entities", "truncated", "model", "error"]


@pytest.fixture(scope="module")
def extractor(tmp_path_factory):
    return Extractor.from_pretrained(lookup.make(tmp_path_factory.mktemp("arrow")), threads=1)


def batch(**columns):
    return pa.RecordBatch.from_pydict(columns)


def rows(extractor, *batches, request=None):
    return [row for found in extract_batches(extractor, batches, request) for row in found.to_pylist()]


def refusal(extractor, **columns):
    with pytest.raises(InputError) as caught:
        rows(extractor, batch(**columns))
    return str(caught.value)


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
values = st.dictionaries(texts, st.none() | st.booleans() | st.integers(-9, 9) | texts | st.lists(texts))
entities = st.builds(
    Entity,
    label=texts,
    start=st.integers(0, 2**31 - 1),
    end=st.integers(0, 2**31 - 1),
    text=texts,
    score=st.none() | st.floats(0, 1),
    value=st.none() | values,
    reason=st.none() | texts,
    group=st.none() | st.integers(0, 2**31 - 1),
)
documents = st.builds(
    Document,
    text=texts,
    entities=st.lists(entities, max_size=3).map(tuple),
    id=st.none() | texts,
    date=st.none() | st.dates(),
    source=st.none() | texts,
    labels=st.none() | st.lists(texts, max_size=3).map(tuple),
    truncated=st.booleans(),
    model=st.none() | texts,
)


@given(documents)
def test_a_document_of_a_row_of_a_document_has_its_record(document):
    assert document_of(row_of(document)).to_record() == document.to_record()


@given(st.lists(documents, max_size=4))
def test_rows_survive_an_arrow_table(given_documents):
    found = batch_of(given_documents)
    assert found.schema == schema()
    expected = [document.to_record() for document in given_documents]
    # to the byte: the order of the fields is part of what is written
    assert json.dumps([document_of(row).to_record() for row in found.to_pylist()]) == json.dumps(expected)


def test_rows_give_the_records_of_the_extractor(extractor):
    given_documents = lookup.documents(0, 40)
    table = pa.Table.from_pylist([lookup.record(i) for i in range(40)])
    found = rows(extractor, *table.to_batches(max_chunksize=7))
    expected = [document.to_record() for document in extractor.extract_batch(given_documents)]
    assert any(record["entities"] for record in expected)
    assert [document_of(row).to_record() for row in found] == expected
    assert {row["error"] for row in found} == {None}


def test_values_are_json_text(extractor):
    (row,) = rows(extractor, batch(text=["Завод закрыт вчера."], date=["2016-11-07"]))
    (entity,) = row["entities"]
    assert (entity["label"], entity["start"], entity["end"], entity["text"]) == ("DATE", 13, 18, "вчера")
    assert json.loads(entity["value"])["start"] == "2016-11-06"
    assert row["date"] == datetime.date(2016, 11, 7)


def test_batches_are_answered_as_they_come(extractor):
    asked = []

    def batches():
        for i in range(3):
            asked.append(i)
            yield batch(text=[f"банк {i}", "завод"])

    for i, found in enumerate(extract_batches(extractor, batches())):
        assert asked == list(range(i + 1))
        assert (found.num_rows, found.schema) == (2, schema())


def test_an_empty_batch_gives_an_empty_one(extractor):
    (found,) = extract_batches(extractor, [batch(text=pa.array([], pa.string()))])
    assert (found.num_rows, found.schema) == (0, schema())


def test_further_columns_are_passed_through(extractor):
    given_batch = batch(
        url=["a", None], text=["банк", None], views=[1, 2], model=["old", "older"], tags=[["x"], None]
    )
    (found,) = extract_batches(extractor, [given_batch])
    assert found.schema.names == [*NAMES, "url", "views", "tags"]
    for name in ("url", "views", "tags"):
        assert found.column(name).equals(given_batch.column(name))
    assert found.to_pylist()[0]["model"] == extractor.model


def test_a_row_that_cannot_be_used_says_why_and_costs_no_other(extractor):
    texts = ["банк", None, "завод", "банк"]
    dates = ["2016-11-07", "2016-11-07", "7 ноября", None]
    first, empty, wrong, last = rows(extractor, batch(id=[1, 2, 3, 4], text=texts, date=dates))
    assert [len(row["entities"] or ()) for row in (first, empty, wrong, last)] == [1, 0, 0, 1]
    assert (first["id"], first["error"], last["error"]) == ("1", None, None)
    assert empty["error"] == "Field 'text' is missing."
    assert wrong["error"] == "Field 'date' must be YYYY-MM-DD: '7 ноября'."
    assert (wrong["id"], wrong["text"], wrong["date"], wrong["entities"]) == ("3", "завод", None, None)


def test_bytes_that_are_no_text_are_an_error_of_their_row(extractor):
    broken = pa.array([b"\xe1\xe0\xed\xea", "банк".encode()]).view(pa.string())
    first, second = rows(extractor, batch(text=broken, source=["a", "b"]))
    assert first["error"].startswith("Field 'text' has the wrong type: b'\\xe1")
    assert (first["text"], first["source"]) == (None, "a")
    assert [entity["text"] for entity in second["entities"]] == ["банк"]


@pytest.mark.parametrize(
    "kind", [pa.string(), pa.large_string(), pa.string_view(), pa.dictionary(pa.int8(), pa.string())]
)
def test_strings_of_any_kind_are_texts(extractor, kind):
    (row,) = rows(extractor, batch(text=pa.array(["банк"]).cast(kind)))
    assert [entity["text"] for entity in row["entities"]] == ["банк"]


@pytest.mark.parametrize("kind", [pa.date32(), pa.date64(), pa.string(), pa.null()])
def test_dates_of_any_kind(kind):
    day = datetime.date(2016, 11, 7)
    given_date = {pa.string(): "2016-11-07", pa.null(): None}.get(kind, day)
    (item,) = items_of(batch(text=["банк"], date=pa.array([given_date], kind)))
    assert item.date == (None if kind == pa.null() else day)


def test_columns_that_do_not_fit_are_named(extractor):
    assert refusal(extractor, body=["банк"], id=["1"]) == "There is no column 'text' among body, id."
    assert refusal(extractor, text=[1]) == "Column 'text' must hold strings, not int64."
    moment = pa.array([0], pa.timestamp("s"))
    assert refusal(extractor, text=["банк"], date=moment).startswith(
        "Column 'date' must hold days or strings"
    )
    assert refusal(extractor, text=["банк"], id=[1.5]).startswith("Column 'id' must hold strings or integers")
    twice = pa.RecordBatch.from_arrays([pa.array(["банк"])] * 2, ["text", "text"])
    with pytest.raises(InputError, match="Column 'text' is there 2 times"):
        rows(extractor, twice)


def test_what_is_asked_for_is_what_predict_gives(extractor):
    text = batch(text=["банк вчера", "завод"])
    asked = Request(values=False, date=datetime.date(2016, 11, 7), labels=("DATE",))
    first, second = rows(extractor, text, request=asked)
    assert [(e["text"], e["value"]) for e in first["entities"]] == [("вчера", None)]
    assert (first["labels"], first["date"]) == (["DATE"], datetime.date(2016, 11, 7))
    assert second["entities"] == []
    assert rows(extractor, text, request=Request(min_score=0.99))[0]["entities"] == []
    with pytest.raises(UsageError, match="Unknown label 'SUM'"):
        rows(extractor, text, request=Request(labels=("SUM",)))


def test_a_dateline_dates_its_text(extractor):
    text = "МОСКВА, 7 ноября 2016 года. Завод закрыт вчера."
    (row,) = rows(extractor, batch(text=[text]), request=Request(dateline=True))
    assert row["date"] == datetime.date(2016, 11, 7)
