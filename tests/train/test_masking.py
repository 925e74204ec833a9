import numpy as np
import pytest
import toy
from tokenizers import Tokenizer, models

import tiny
from ie.encoder import TextEncoder
from ie.errors import CheckpointError
from ie.train.alignment import IGNORED
from ie.train.masking import MaskedCollator, MaskedWindows, make_masking
from ie.train.passages import cut_passages
from ie.words import words

TEXTS = [toy.text_of(i) for i in range(40)]
LONG = " ".join(TEXTS)


@pytest.fixture(scope="module", params=tiny.FAMILIES)
def tokenizer(request):
    return tiny.TOKENIZERS[request.param](TEXTS[:10]).backend_tokenizer


@pytest.fixture(scope="module")
def encoder(tokenizer):
    return TextEncoder(tokenizer)


def test_whole_words_are_masked(tokenizer, encoder):
    masking = make_masking(tokenizer, 0.3)
    text = TEXTS[3]
    encoding = encoder.encode(text)
    ids, starts = cut_passages([text], encoder, 500).window(0)
    tokens = tokens_of_words(text, encoding.offsets)
    split = 0
    for seed in range(50):
        _, labels = masking.apply(ids, starts, np.random.default_rng(seed))
        chosen = labels[len(encoder.prefix) :] != IGNORED
        assert (labels[labels != IGNORED] == ids[labels != IGNORED]).all()
        assert all(len(set(chosen[own].tolist())) <= 1 for own in tokens)
        split += sum(len(own) > 1 and bool(chosen[own[0]]) for own in tokens)
    assert split > 0


def tokens_of_words(text, offsets):
    """Return the tokens of each word, without one that it shares with the word before."""
    found, shared = [], set()
    for start, end in words(text):
        own = np.flatnonzero((offsets[:, 0] < end) & (offsets[:, 1] > start)).tolist()
        found.append([i for i in own if i not in shared])
        shared = set(own)
    return found


def test_shares(tokenizer, encoder):
    masking = make_masking(tokenizer, 0.15)
    ids, starts = cut_passages([LONG], encoder, 100_000).window(0)
    chosen = masked = kept = counted = 0
    for seed in range(20):
        inputs, labels = masking.apply(ids, starts, np.random.default_rng(seed))
        predicted = labels != IGNORED
        heads = int((predicted & starts).sum())
        chosen += heads / (int(starts.sum()) - 2)
        counted += int(predicted.sum())
        masked += int((inputs == masking.mask_id).sum())
        kept += int((inputs == ids)[predicted].sum())
        assert (inputs[~predicted] == ids[~predicted]).all()
    assert chosen / 20 == pytest.approx(0.15, abs=0.001 + 0.15 * unknown_share(ids, starts, masking))
    assert masked / counted == pytest.approx(0.8, abs=0.02)
    assert kept / counted == pytest.approx(0.1, abs=0.02)


def unknown_share(ids, starts, masking):
    unit = np.cumsum(starts) - 1
    return len(set(unit[np.isin(ids, masking.special)])) / int(starts.sum())


def test_special_and_unknown_tokens_are_neither_predicted_nor_put_in(tokenizer, encoder):
    masking = make_masking(tokenizer, 0.9)
    ids, starts = cut_passages(["Казахстан ★☃ вырос ☃ «Ясень»"], encoder, 100).window(0)
    for seed in range(50):
        inputs, labels = masking.apply(ids, starts, np.random.default_rng(seed))
        assert not np.isin(labels, masking.special).any()
        replaced = inputs[(labels != IGNORED) & (inputs != masking.mask_id)]
        assert not np.isin(replaced, masking.special).any()


def test_a_window_of_one_word_has_it_masked(tokenizer, encoder):
    ids, starts = cut_passages(["Казахстан"], encoder, 100).window(0)
    _, labels = make_masking(tokenizer, 0.15).apply(ids, starts, np.random.default_rng(0))
    assert (labels[1:-1] == ids[1:-1]).all()
    assert labels[0] == labels[-1] == IGNORED


def test_a_window_without_words_to_learn_has_none_masked(tokenizer):
    masking = make_masking(tokenizer, 0.15)
    special = masking.special[:2].astype(np.int32)
    inputs, labels = masking.apply(special, np.ones(2, dtype=bool), np.random.default_rng(0))
    assert (inputs == special).all()
    assert (labels == IGNORED).all()


def test_a_visit_finds_the_same_masks_and_another_finds_others(tokenizer, encoder):
    passages = cut_passages([LONG], encoder, 100)
    windows = [MaskedWindows(passages, make_masking(tokenizer, 0.15), seed) for seed in (1, 1, 2)]
    first, again, other_seed = (w[0, (1, 1, 1)]["labels"].tolist() for w in windows)
    assert first == again != other_seed
    assert first != windows[0][0, (2, 1, 1)]["labels"].tolist()
    assert len(windows[0]) == len(passages)


def test_the_collator_pads(tokenizer, encoder):
    passages = cut_passages(["Казахстан", TEXTS[5]], encoder, 100)
    windows = MaskedWindows(passages, make_masking(tokenizer, 0.15), 0)
    rows = [windows[i, (1, 1, i + 1)] for i in range(2)]
    batch = MaskedCollator(encoder.pad_id)(rows)
    short, long = passages.lengths[:2]
    assert {name: value.shape for name, value in batch.items()} == dict.fromkeys(
        ("input_ids", "attention_mask", "labels"), (2, long)
    )
    assert batch["attention_mask"].sum(1).tolist() == [short, long]
    assert batch["input_ids"][0, short:].unique().tolist() == [encoder.pad_id]
    assert batch["labels"][0, short:].unique().tolist() == [IGNORED]
    assert batch["labels"][1].tolist() == rows[1]["labels"].tolist()


def test_a_tokenizer_without_a_mask_token_is_an_error():
    tokenizer = Tokenizer(models.WordPiece({"[UNK]": 0, "a": 1}, unk_token="[UNK]"))
    with pytest.raises(CheckpointError, match="no mask token"):
        make_masking(tokenizer, 0.15)
