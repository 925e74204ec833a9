import numpy as np
import pytest
import toy

import tiny
from ie.encoder import TextEncoder
from ie.train.passages import cut_passages

TEXTS = [toy.text_of(i) for i in range(40)]


@pytest.fixture(scope="module", params=tiny.FAMILIES)
def encoder(request):
    return TextEncoder(tiny.TOKENIZERS[request.param](TEXTS[:10]).backend_tokenizer)


def body(passages, encoder):
    """Return the ids of all windows without special ones."""
    return passages.ids[~np.isin(passages.ids, [*encoder.prefix, *encoder.suffix])].tolist()


@pytest.mark.parametrize("pack", [False, True])
def test_no_token_is_lost(encoder, pack):
    passages = cut_passages(TEXTS, encoder, 50, pack=pack)
    assert passages.lengths.max() <= 50
    assert passages.lengths.sum() == len(passages.ids) == len(passages.starts)
    assert body(passages, encoder) == [i for text in TEXTS for i in encoder.encode(text).ids.tolist()]


def test_a_text_has_windows_of_its_own(encoder):
    whole = [len(encoder.encode(text).ids) + encoder.n_special for text in TEXTS]
    passages = cut_passages(TEXTS, encoder, max(whole))
    assert passages.lengths.tolist() == whole
    assert all(
        tuple(ids[: len(encoder.prefix)]) == encoder.prefix
        for ids, _ in map(passages.window, range(len(TEXTS)))
    )


def test_packed_texts_share_windows_and_are_kept_apart_by_the_separator(encoder):
    whole = [len(encoder.encode(text).ids) for text in TEXTS]
    passages = cut_passages(TEXTS, encoder, 3 * max(whole), pack=True)
    assert len(passages) < len(TEXTS) / 2
    assert passages.lengths[:-1].min() > 2 * max(whole)
    ends = sum((passages.ids == i).sum() for i in encoder.suffix)
    assert ends == len(TEXTS) * len(encoder.suffix)
    assert passages.starts[np.isin(passages.ids, encoder.suffix)].all()


def test_each_window_begins_with_a_word(encoder):
    passages = cut_passages(["а" * 90, *TEXTS], encoder, 16)
    for i in range(len(passages)):
        assert passages.window(i)[1][: encoder.n_special].all()


def test_nothing_of_nothing(encoder):
    passages = cut_passages([], encoder, 16)
    assert (len(passages), len(passages.ids)) == (0, 0)
