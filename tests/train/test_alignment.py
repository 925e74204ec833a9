import pytest
from annotated import LABELS, WORDS, flat, marked, spans_within
from hypothesis import given
from hypothesis import strategies as st

import tiny
from ie.document import Document, Span, make_entity
from ie.encoder import TextEncoder, first_tokens
from ie.labels import tag_names
from ie.tags import spans_from_tags
from ie.train.alignment import IGNORED, align_documents, labels_apart, open_tags
from ie.words import char_spans, words

TAGS = tag_names(LABELS)


@pytest.fixture(scope="module", params=tiny.FAMILIES)
def encoder(request):
    return TextEncoder(tiny.TOKENIZERS[request.param](list(tiny.TEXTS)).backend_tokenizer)


def align_one(document, encoder, size=64, overlap=0):
    return next(align_documents([document], encoder, TAGS, size, overlap))


def test_labels_stand_on_first_tokens_of_words(encoder):
    document = marked("Банк [PARTY «Орион»] получил [AMOUNT $35 млн] [DATE вчера].")
    aligned = align_one(document, encoder)
    (ids, labels), offsets = aligned.windows[0], encoder.encode(document.text).offsets
    body = labels[len(encoder.prefix) : len(labels) - len(encoder.suffix)]
    first = first_tokens(words(document.text), offsets)
    expected = ["O", "B-PARTY", "I-PARTY", "I-PARTY", "O", "B-AMOUNT", "I-AMOUNT", "B-DATE", "O"]
    assert [TAGS[body[i]] for i in dict.fromkeys(first.tolist())] == expected[: len(set(first.tolist()))]
    assert len(ids) == len(labels)
    assert ids[: len(encoder.prefix)] == list(encoder.prefix)
    assert not aligned.misaligned


def test_windows_are_those_of_inference_without_overlap(encoder):
    document = marked(" ".join(["Прибыль холдинга [PARTY Орион] выросла."] * 40))
    aligned = align_one(document, encoder, 32)
    ids = encoder.encode(document.text).ids.tolist()
    inner = [w[len(encoder.prefix) : len(w) - len(encoder.suffix)] for w, _ in aligned.windows]
    assert [i for window in inner for i in window] == ids
    assert max(len(window) for window, _ in aligned.windows) <= 32
    assert sum(labels.count(TAGS.index("B-PARTY")) for _, labels in aligned.windows) == 40


def test_windows_that_overlap_teach_each_word_once_and_with_context(encoder):
    document = marked(" ".join(["Прибыль холдинга [PARTY Орион] выросла."] * 40))
    apart, shared = align_one(document, encoder, 32), align_one(document, encoder, 32, 12)
    taught = [
        [label for _, labels in a.windows for label in labels if label != IGNORED] for a in (apart, shared)
    ]
    assert taught[0] == taught[1]
    assert len(shared.windows) > len(apart.windows)
    for _, labels in shared.windows[1:-1]:
        inner = labels[len(encoder.prefix) : len(labels) - len(encoder.suffix)]
        # half of the overlap or a little less, as cuts move back to the start of a word
        assert all(label == IGNORED for label in [*inner[:3], *inner[-3:]])


def test_misaligned_spans_are_reported_and_masked(encoder):
    text = "Прибыль холдинга выросла вчера."
    document = Document(
        text, (make_entity(text, Span(0, 3, "PARTY")), make_entity(text, Span(25, 30, "DATE"))), id="a/1"
    )
    aligned = align_one(document, encoder)
    (found,) = aligned.misaligned
    assert (found.document, found.label, found.text) == ("a/1", "PARTY", "При")
    labels = aligned.windows[0][1]
    kept = [TAGS[i] for i in labels if i != IGNORED]
    # «Прибыль» is in no count: neither PARTY nor O
    assert kept == ["O", "O", "B-DATE", "O"]


def test_a_span_that_begins_inside_a_token_is_reported():
    from tokenizers import Tokenizer, models, pre_tokenizers

    tokenizer = Tokenizer(models.WordLevel({"[UNK]": 0, "a": 1, '".': 2, "b": 3}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    text = 'a ". b'
    document = Document(text, (make_entity(text, Span(3, 6, "PARTY")),))
    aligned = align_one(document, TextEncoder(tokenizer))
    (found,) = aligned.misaligned
    assert (found.text, "shares a token" in found.reason) == (". b", True)
    assert aligned.windows[0][1] == [0, 0, IGNORED]


def test_open_tags_are_those_of_labels_that_were_not_annotated():
    assert open_tags(Document("x"), TAGS) == [0]
    assert open_tags(Document("x", labels=LABELS), TAGS) == [0]
    assert [TAGS[i] for i in open_tags(Document("x", labels=("PARTY",)), TAGS)] == [
        "O", "B-AMOUNT", "I-AMOUNT", "B-DATE", "I-DATE",
    ]  # fmt: skip


def test_a_document_without_words_teaches_nothing(encoder):
    for text in ("", " \n"):
        assert all(set(labels) == {IGNORED} for _, labels in align_one(Document(text), encoder).windows)


WORD_ENCODER = TextEncoder(tiny.TOKENIZERS["wordpiece"](list(tiny.TEXTS)).backend_tokenizer)


@given(st.data())
def test_every_span_of_words_is_learned_or_reported(data):
    text = data.draw(st.lists(st.sampled_from(WORDS), max_size=30).map(" ".join))
    offsets = words(text)
    spans = char_spans(offsets, data.draw(spans_within(len(offsets))))
    document = Document(text, tuple(make_entity(text, span) for span in flat(spans)))
    aligned = align_one(document, WORD_ENCODER, 16)
    labels = [i for _, window in aligned.windows for i in window if i != IGNORED]
    learned = spans_from_tags([TAGS[i] for i in labels])
    assert len(learned) + len(aligned.misaligned) == len(document.entities)
    reported = {Span(item.start, item.end, item.label) for item in aligned.misaligned}
    assert [s.label for s in learned] == [e.label for e in document.entities if e.span not in reported]


def test_labels_whose_spans_hardly_ever_touch_are_told():
    text = "Акционер Япония Иван Петров вчера завтра " + "в понедельник " * 420
    touching = [Span(9, 15, "PARTY"), Span(16, 27, "PARTY"), Span(28, 33, "DATE"), Span(34, 40, "DATE")]
    days = [Span(43 + 14 * i, 54 + 14 * i, "DATE") for i in range(420)]
    document = Document(text, tuple(make_entity(text, span) for span in [*touching, *days]))
    assert {entity.text for entity in document.entities[4:]} == {"понедельник"}
    assert labels_apart([document], ("AMOUNT", "PARTY", "DATE")) == ("DATE",)
    assert labels_apart([document] * 2, ("DATE",)) == ("DATE",)
    few = Document(text, tuple(make_entity(text, span) for span in [*touching, *days[:50]]))
    assert labels_apart([few], ("PARTY", "DATE")) == ()


def test_spans_on_two_lines_do_not_touch():
    text = "1 мая\n2 мая " + "в понедельник " * 40
    days = [Span(14 + 14 * i, 25 + 14 * i, "DATE") for i in range(40)]
    document = Document(text, tuple(make_entity(text, s) for s in [Span(0, 5, "DATE"), *days]))
    lines = Document(
        text, (*document.entities[:1], make_entity(text, Span(6, 11, "DATE")), *document.entities[1:])
    )
    assert labels_apart([lines] * 20, ("DATE",)) == ("DATE",)
    one = Document(text.replace("\n", " "), lines.entities)
    assert labels_apart([one] * 20, ("DATE",)) == ()


def test_a_few_spans_that_do_not_touch_prove_nothing():
    text = "в понедельник " * 400
    days = [make_entity(text, Span(2 + 14 * i, 13 + 14 * i, "DATE")) for i in range(400)]
    assert labels_apart([Document(text, tuple(days[:250]))], ("DATE",)) == ()
    assert labels_apart([Document(text, tuple(days))], ("DATE",)) == ("DATE",)
