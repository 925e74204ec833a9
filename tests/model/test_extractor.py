import datetime
import itertools
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scripted import Scripted, make_scripted

import ie
import tiny
from ie.checkpoint import open_folder
from ie.document import Document
from ie.errors import CheckpointError, UsageError
from ie.extractor import CHUNK_CHARS, FIRST_CHUNK_CHARS, LEAST_CHARS, Extractor
from ie.sections import MAX_SECTION

DIRT = "12 млрд.,«»\r\n\u00ad\u0301🎉"


@dataclass
class NumberRuntime:
    """Says B-AMOUNT for every token that holds a digit, I-AMOUNT for the piece «млрд»; counts its work."""

    tags: tuple[str, ...]
    digits: set[int]
    magnitudes: set[int]
    before: Callable[[int], None]
    batch_tokens: int = 1
    parallel: int = 2
    shapes: list[tuple[int, int]] = field(default_factory=list)
    name = "number"

    def logits(self, ids, mask):
        self.shapes.append(ids.shape)
        self.before(len(self.shapes))
        assert ids.dtype == mask.dtype == np.int64
        logits = np.zeros((*ids.shape, len(self.tags)), dtype=np.float32)
        logits[..., 0] = 4
        for found, tag in ((self.digits, "B-AMOUNT"), (self.magnitudes, "I-AMOUNT")):
            logits[..., self.tags.index(tag)] = 8 * np.isin(ids, list(found))
        return logits


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tiny.make(tmp_path_factory.mktemp("extractor"), family="wordpiece")


@pytest.fixture
def make(folder):
    def build(*, before=lambda _: None, at_once=1, parallel=2, **options):
        checkpoint = open_folder(folder, "torch")
        vocabulary = checkpoint.read_tokenizer().get_vocab()
        digits = {i for piece, i in vocabulary.items() if any(c.isdigit() for c in piece)}
        magnitudes = {i for piece, i in vocabulary.items() if piece == "млрд"}
        assert digits
        assert magnitudes
        runtime = NumberRuntime(checkpoint.tags, digits, magnitudes, before, at_once, parallel)
        return Extractor(checkpoint, runtime, **options)

    return build


def test_an_entity_is_its_slice_with_a_probability(make):
    text = "Сумма 🎉 составила\u00a01,2 млрд."
    document = make().extract(text, date=datetime.date(2016, 11, 7), id="x")
    (entity,) = document.entities
    assert (entity.label, entity.text) == ("AMOUNT", "1,2 млрд")
    assert text[entity.start : entity.end] == entity.text
    assert 0.5 < entity.score < 1
    assert (document.text, document.id, document.date) == (text, "x", datetime.date(2016, 11, 7))
    assert document.labels == ie.LABELS
    assert document.truncated is False
    assert document.model


@pytest.mark.parametrize("text", ["", " \n\u00a0", "\u200b", "\ufeff"])
def test_a_text_without_words_has_no_entities(make, text):
    assert make().extract(text) == make().extract(text)
    assert make().extract(text).entities == ()


def test_a_long_text_is_read_to_its_end(make):
    text = "Рынок растёт, компания «Ветер» сообщила. " * 3000 + "Сумма: 5 млрд"
    extractor = make()
    assert [entity.text for entity in extractor.extract(text).entities] == ["5 млрд"]
    size = extractor.checkpoint.settings.max_tokens
    assert max(width for _, width in extractor.runtime.shapes) <= size


def test_an_entity_across_a_cut_is_found_once(make):
    filler = "слово " * 5
    for shift in range(12):
        text = "рост " * (240 + shift) + "12 млрд " + filler * 60
        assert [entity.text for entity in make().extract(text).entities] == ["12 млрд"]


def test_batches_keep_the_budget_and_the_order(make):
    texts = [f"{'рост ' * (7 * i % 90)}{i} млрд" for i in range(40)]
    extractor = make(batch_tokens=300)
    documents = list(extractor.extract_batch(texts))
    assert [document.text for document in documents] == texts
    assert [document.entities[-1].text for document in documents] == [f"{i} млрд" for i in range(40)]
    assert all(rows == 1 or rows * width <= 300 for rows, width in extractor.runtime.shapes)
    assert len(extractor.runtime.shapes) < 40


def test_what_a_runtime_computes_at_once_is_its_own_choice(make):
    texts = [f"рост {i} млрд" for i in range(10)]
    alone, together = make(at_once=1), make(at_once=10_000)
    assert list(alone.extract_batch(texts)) == list(together.extract_batch(texts))
    assert [rows for rows, _ in alone.runtime.shapes] == [1] * 10
    assert [rows for rows, _ in together.runtime.shapes] == [10]


class Counted:
    """An iterator that counts what was taken from it; `wrong` is raised after so many."""

    def __init__(self, items, wrong=None):
        self.items, self.count, self.wrong = iter(items), 0, wrong

    def __iter__(self):
        return self

    def __next__(self):
        if self.count == self.wrong:
            raise OSError("The disk is gone.")
        item = next(self.items)
        self.count += 1
        return item


@pytest.mark.parametrize(
    ("text", "count"), [("", 2000), ("7", 2000), ("рост на 7 млрд " * 10, 300), ("рост на 7 млрд " * 400, 40)]
)
def test_an_endless_stream_is_read_as_it_comes(make, text, count):
    cost = max(len(text), LEAST_CHARS)
    endless = (Document(text, id=str(i)) for i in itertools.count())
    texts = Counted(endless, wrong=count + 3 * CHUNK_CHARS // cost)
    stream = itertools.islice(make().extract_batch(texts, values=False), count)
    ahead = [texts.count - given for given, document in enumerate(stream) if document.id == str(given)]
    # the first document waits for two small chunks, no document for more than two whole ones
    assert ahead[0] <= 3 * FIRST_CHUNK_CHARS // cost + 2
    assert max(ahead) <= 2 * CHUNK_CHARS // cost + 2
    assert len(ahead) == count


def test_output_is_in_input_order_whatever_the_threads_do(make):
    overtaken = threading.Event()

    def wait_for_the_second(call):
        if call == 1:
            assert overtaken.wait(60)
        overtaken.set() if call > 5 else None

    texts = [f"{'рост ' * (i % 7)}на {i} млрд" for i in range(50)]
    documents = list(make(before=wait_for_the_second).extract_batch(texts))
    assert [d.text for d in documents] == texts
    assert [d.entities[-1].text for d in documents] == [f"{i} млрд" for i in range(50)]


def model_threads():
    return [thread for thread in threading.enumerate() if thread.name.startswith("ie-model")]


@pytest.mark.parametrize("values", [True, False])
def test_a_reader_that_stops_half_way_stops_the_threads(make, values):
    extractor = make()
    texts = Counted("рост на 7 млрд" for _ in itertools.count())
    stream = extractor.extract_batch(texts, values=values)
    next(stream)
    assert model_threads()
    del stream
    assert model_threads() == []
    computed, read = len(extractor.runtime.shapes), texts.count
    assert computed < 10 * FIRST_CHUNK_CHARS
    assert (len(extractor.runtime.shapes), texts.count) == (computed, read)


def test_no_thread_outlives_a_stream(make):
    assert len(list(make(parallel=3).extract_batch(["рост на 7 млрд"] * 5))) == 5
    assert model_threads() == []


def test_an_error_of_the_model_reaches_the_caller(make):
    def fail(call):
        if call == 30:
            raise MemoryError("No more memory.")

    stream = make(before=fail).extract_batch(["рост на 7 млрд"] * 10_000)
    with pytest.raises(MemoryError, match=r"No more memory\."):
        list(stream)
    del stream
    assert model_threads() == []


def test_an_error_of_the_input_reaches_the_caller(make):
    with pytest.raises(OSError, match="disk is gone"):
        list(make().extract_batch(Counted(["рост на 7 млрд"] * 10_000, wrong=500)))
    assert model_threads() == []


def test_one_thread_computes_one_batch_at_a_time(make):
    busy, most = threading.Semaphore(1), []

    def alone(_):
        most.append(busy.acquire(blocking=False))
        time.sleep(0.001)
        busy.release()

    list(make(parallel=1, before=alone).extract_batch(["рост на 7 млрд"] * 100))
    assert all(most)


def test_a_document_in_sections_has_the_entities_of_its_parts_at_their_places(make):
    line = "Рынок растёт, сумма сделки 🎉 составила {} млрд рублей.\n"
    parts = [line.format(i) * (MAX_SECTION // (len(line) * 3)) + "\n" for i in range(10)]
    extractor = make()
    parted = list(extractor.extract_batch(parts, values=False))
    whole = extractor.extract("".join(parts), values=False)
    places = list(itertools.accumulate(map(len, parts), initial=0))
    expected = [
        (place + e.start, place + e.end, e.text)
        for place, d in zip(places, parted, strict=False)
        for e in d.entities
    ]
    assert [(e.start, e.end, e.text) for e in whole.entities] == expected
    assert all(whole.text[e.start : e.end] == e.text for e in whole.entities)
    assert len({e.text for e in whole.entities}) == 10


def test_long_documents_among_short_ones_keep_their_entities(make):
    long = "Рост составил 5 млрд. " * (4 * MAX_SECTION // 22)
    texts = ["", "Рост на 1 млрд.", long, "", "Рост на 2 млрд.", long + "И 7 млрд", ""]
    documents = list(make().extract_batch(texts))
    assert [d.text for d in documents] == texts
    counts = [len(d.entities) for d in documents]
    assert counts == [0, 1, long.count("5 млрд"), 0, 1, long.count("5 млрд") + 1, 0]


def test_values_are_left_out_on_demand(make):
    (with_value,) = make().extract("Сумма 5 млрд руб.").entities
    (without,) = make().extract("Сумма 5 млрд руб.", values=False).entities
    assert with_value.value
    assert (without.value, without.reason) == (None, None)


@settings(max_examples=60, deadline=None)
@given(text=st.text(alphabet=st.characters() | st.sampled_from(DIRT), max_size=120))
def test_offsets_slice_back_to_any_text(folder, text):
    checkpoint = open_folder(folder, "torch")
    vocabulary = checkpoint.read_tokenizer().get_vocab()
    runtime = NumberRuntime(checkpoint.tags, set(vocabulary.values()), set(), lambda _: None)
    document = Extractor(checkpoint, runtime).extract(text)
    ends = [0]
    for entity in document.entities:
        assert text[entity.start : entity.end] == entity.text
        assert ends[-1] <= entity.start < entity.end
        ends.append(entity.end)


@pytest.mark.parametrize("text", ["5 млрд \ud800 рублей", "\udfff"])
def test_half_a_surrogate_pair_ends_no_stream(make, text):
    read = [document.text for document in make().extract_batch(["5 млрд", text, "6 млрд"])]
    assert read == ["5 млрд", text, "6 млрд"]


def test_what_cannot_be_is_refused(make, folder):
    with pytest.raises(UsageError, match="window_overlap"):
        make(window_overlap=5000)
    with pytest.raises(UsageError, match="batch_tokens"):
        make(batch_tokens=0)
    with pytest.raises(UsageError, match="jax"):
        Extractor.from_pretrained(folder, runtime="jax")
    with pytest.raises(CheckpointError, match="onnx"):
        Extractor.from_pretrained(folder, runtime="onnx")


@pytest.mark.parametrize("texts", ["Сумма 5 млрд", "Сумма 5 млрд".encode(), Document("Сумма 5 млрд")])
def test_one_text_is_no_batch(make, texts):
    with pytest.raises(TypeError, match=r"takes several texts, not one (str|bytes|Document): give a list"):
        make().extract_batch(texts)


@pytest.mark.parametrize("text", [None, b"5", 5])
def test_what_is_no_text_is_refused(make, text):
    expected = f"The text of a document must be a str, not {type(text).__name__}."
    for extract in (make().extract, lambda text: list(make().extract_batch([text]))):
        with pytest.raises(TypeError) as caught:
            extract(text)
        assert str(caught.value) == expected


@pytest.mark.parametrize("date", ["2016-11-07", 20161107, datetime.time(12)])
def test_what_is_no_date_is_refused(make, date):
    with pytest.raises(TypeError, match=r"must be a datetime\.date, not "):
        make().extract("5 млрд", date=date)


def test_names_that_are_loaded_late_are_listed():
    assert {*ie.__all__, "errors"} <= set(dir(ie))
    assert dir(ie) == sorted(set(dir(ie)))


def test_without_an_onnx_file_torch_is_taken(folder):
    assert Extractor.from_pretrained(folder).extract("Рост на 7 %").truncated is False
    with pytest.raises(UsageError, match="cpu"):
        Extractor.from_pretrained(folder, runtime="onnx", device="cuda")


def test_padding_and_batching_do_not_change_what_is_found(folder):
    texts = [*tiny.TEXTS, " ".join(tiny.TEXTS)] * 3
    alone = [Extractor.from_pretrained(folder).extract(text) for text in texts]
    together = list(Extractor.from_pretrained(folder, batch_tokens=4096).extract_batch(texts))
    assert [[e.span for e in d.entities] for d in alone] == [[e.span for e in d.entities] for d in together]


@pytest.mark.parametrize(
    ("label", "text", "guidelines", "found"),
    [
        # a word that alone is no sector by the guide
        ("SECTOR", "промышленность купил завод", "1.2", []),
        ("SECTOR", "промышленность купил завод", None, ["промышленность"]),
        ("DATE", "завод купил 5 %", "1.2", ["5"]),
        ("DATE", "завод купил 5 %", None, ["5", "%"]),
    ],
)
def test_conventions_and_tidy_edges_are_for_models_of_the_label_guide(
    tmp_path, label, text, guidelines, found
):
    checkpoint = open_folder(make_scripted(tmp_path / "model"), None)
    checkpoint = replace(checkpoint, settings=replace(checkpoint.settings, guidelines=guidelines))
    extractor = Extractor(checkpoint, Scripted(checkpoint, {"[UNK]": (label, 0.9)}))
    document = extractor.extract(text, values=False)
    assert [entity.text for entity in document.entities] == found
