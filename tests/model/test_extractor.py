import datetime
import itertools
from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import ie
import tiny
from ie.checkpoint import open_folder
from ie.document import Document
from ie.errors import CheckpointError, UsageError
from ie.extractor import Extractor

DIRT = "12 млрд.,«»\r\n\u00ad\u0301🎉"


@dataclass
class NumberRuntime:
    """Says B-AMOUNT for every token that holds a digit, I-AMOUNT for the piece «млрд»; counts its work."""

    tags: tuple[str, ...]
    digits: set[int]
    magnitudes: set[int]
    shapes: list[tuple[int, int]] = field(default_factory=list)
    name = "number"

    def logits(self, ids, mask):
        self.shapes.append(ids.shape)
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
    def build(**options):
        checkpoint = open_folder(folder, "torch")
        vocabulary = checkpoint.read_tokenizer().get_vocab()
        digits = {i for piece, i in vocabulary.items() if any(c.isdigit() for c in piece)}
        magnitudes = {i for piece, i in vocabulary.items() if piece == "млрд"}
        assert digits
        assert magnitudes
        return Extractor(checkpoint, NumberRuntime(checkpoint.tags, digits, magnitudes), **options)

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
    assert max(width for _, width in extractor._runtime.shapes) <= size


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
    assert all(rows == 1 or rows * width <= 300 for rows, width in extractor._runtime.shapes)
    assert len(extractor._runtime.shapes) < 40


def test_an_endless_stream_is_read_as_it_comes(make):
    endless = (Document("рост на 7 млрд " * 400, id=str(i)) for i in itertools.count())
    first = list(itertools.islice(make().extract_batch(endless), 60))
    assert [document.id for document in first] == [str(i) for i in range(60)]


@settings(max_examples=60, deadline=None)
@given(text=st.text(alphabet=st.characters() | st.sampled_from(DIRT), max_size=120))
def test_offsets_slice_back_to_any_text(folder, text):
    checkpoint = open_folder(folder, "torch")
    vocabulary = checkpoint.read_tokenizer().get_vocab()
    runtime = NumberRuntime(checkpoint.tags, set(vocabulary.values()), set())
    document = Extractor(checkpoint, runtime).extract(text)
    ends = [0]
    for entity in document.entities:
        assert text[entity.start : entity.end] == entity.text
        assert ends[-1] <= entity.start < entity.end
        ends.append(entity.end)


def test_what_cannot_be_is_refused(make, folder):
    with pytest.raises(UsageError, match="window_overlap"):
        make(window_overlap=5000)
    with pytest.raises(UsageError, match="batch_tokens"):
        make(batch_tokens=0)
    with pytest.raises(UsageError, match="jax"):
        Extractor.from_pretrained(folder, runtime="jax")
    with pytest.raises(CheckpointError, match="onnx"):
        Extractor.from_pretrained(folder, runtime="onnx")


def test_without_an_onnx_file_torch_is_taken(folder):
    assert Extractor.from_pretrained(folder).extract("Рост на 7 %").truncated is False
    with pytest.raises(UsageError, match="cpu"):
        Extractor.from_pretrained(folder, runtime="onnx", device="cuda")


def test_padding_and_batching_do_not_change_what_is_found(folder):
    texts = [*tiny.TEXTS, " ".join(tiny.TEXTS)] * 3
    alone = [Extractor.from_pretrained(folder).extract(text) for text in texts]
    together = list(Extractor.from_pretrained(folder, batch_tokens=4096).extract_batch(texts))
    assert [[e.span for e in d.entities] for d in alone] == [[e.span for e in d.entities] for d in together]
