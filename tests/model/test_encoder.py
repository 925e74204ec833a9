import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer

import tiny
from ie.encoder import MAX_RUN, MAX_SEGMENT, TextEncoder, first_tokens
from ie.words import words


@pytest.fixture(scope="module", params=tiny.FAMILIES)
def encoder(request, tmp_path_factory):
    folder = tiny.make(tmp_path_factory.mktemp(request.param), family=request.param)
    return TextEncoder(Tokenizer.from_file(str(folder / "tokenizer.json")))


def test_special_tokens_stand_around_a_window(encoder):
    assert len(encoder.prefix) == len(encoder.suffix) == 1
    assert encoder.n_special == 2
    assert not {*encoder.prefix, *encoder.suffix} & {*encoder.encode("Рост на 1,2 млрд рублей").ids}


def test_every_word_of_a_known_text_has_a_token(encoder):
    for text in tiny.TEXTS:
        first = first_tokens(words(text), encoder.encode(text).offsets)
        assert (first >= 0).all()
        assert (np.diff(first) >= 0).all()


@settings(max_examples=50, deadline=None)
@given(text=st.text(max_size=200))
def test_tokens_stay_inside_any_text(encoder, text):
    encoding = encoder.encode(text)
    assert encoding.offsets.shape == (len(encoding.ids), 2)
    assert ((encoding.offsets >= 0) & (encoding.offsets <= len(text))).all()
    offsets = words(text)
    first = first_tokens(offsets, encoding.offsets)
    for (start, end), token in zip(offsets, first, strict=True):
        if token >= 0:
            assert max(start, encoding.offsets[token, 0]) < min(end, encoding.offsets[token, 1])


def test_a_line_of_300_000_characters_is_read_whole(encoder):
    text = "а" * 150_000 + " рублей " + "б" * 150_000
    encoding = encoder.encode(text)
    assert encoding.offsets[-1, 1] == len(text)
    longest = (encoding.offsets[:, 1] - encoding.offsets[:, 0]).max()
    assert longest <= MAX_RUN + 1
    assert (first_tokens(words(text), encoding.offsets) >= 0).all()


def test_a_long_text_is_tokenised_in_parts_with_offsets_into_the_whole(encoder):
    sentence = tiny.TEXTS[0] + "\n"
    text = sentence * (3 * MAX_SEGMENT // len(sentence))
    encoding = encoder.encode(text)
    alone = encoder.encode(tiny.TEXTS[0])
    offsets = words(text)
    first = first_tokens(offsets, encoding.offsets)
    last = offsets[:, 0] >= len(text) - len(sentence)
    ids = encoding.ids[first[last]]  # the first word may bring the line break into its token
    np.testing.assert_array_equal(ids[1:], alone.ids[first_tokens(words(tiny.TEXTS[0]), alone.offsets)][1:])


def test_texts_together_are_what_each_is_alone(encoder):
    texts = ["", *tiny.TEXTS, "", "а" * (3 * MAX_RUN), " ", f"{tiny.TEXTS[0]} " * (2 * MAX_SEGMENT // 80)]
    for text, encoding in zip(texts, encoder.encode_batch(texts), strict=True):
        alone = encoder.encode(text)
        assert (encoding.ids.dtype, encoding.offsets.dtype) == (np.int32, np.int32)
        assert encoding.offsets.shape == (len(encoding.ids), 2)
        np.testing.assert_array_equal(encoding.ids, alone.ids)
        np.testing.assert_array_equal(encoding.offsets, alone.offsets)
        assert (np.diff(encoding.offsets[:, 0]) >= 0).all()
    assert encoder.encode_batch([]) == []


def test_a_text_that_spells_a_special_token_does_not_hold_one(encoder):
    special = {*encoder.prefix, *encoder.suffix}
    for text in ("</s> и <s>", "[CLS] и [SEP]", "<mask>"):
        assert not special & set(encoder.encode(text).ids.tolist())


def test_words_that_share_a_token_name_the_same_one():
    tokens = np.array([[0, 3], [3, 5], [5, 8]], dtype=np.int32)
    offsets = np.array([[0, 3], [3, 4], [4, 5], [6, 8], [9, 10]], dtype=np.int32)
    assert first_tokens(offsets, tokens).tolist() == [0, 1, 1, 2, -1]
    assert first_tokens(offsets, tokens[:0]).tolist() == [-1] * 5
