from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ie.train.alignment import IGNORED
from ie.train.batching import Collator, make_batches, plan_run, sample


def rng(seed=0):
    return np.random.default_rng(seed)


def plan(lengths, sizes, weights, **changes):
    settings = {"epochs": 2, "budget": 128, "seed": 1} | changes
    return plan_run(np.array(lengths), sizes, weights, **settings)


@given(st.lists(st.tuples(st.integers(0, 20), st.sampled_from([0.25, 0.5, 1.0, 1.3, 2.0, 3.7])), min_size=1))
def test_each_corpus_is_passed_over_as_often_as_its_weight_says(corpora):
    sizes, weights = zip(*corpora, strict=True)
    counts = Counter(sample(sizes, weights, rng()).tolist())
    start = 0
    for size, weight in corpora:
        each = [counts[i] for i in range(start, start + size)]
        assert all(count in (int(weight), int(weight) + 1) for count in each)
        assert abs(sum(each) - weight * size) <= 0.5
        start += size
    assert sum(counts.values()) == sum(counts[i] for i in range(start))


@given(st.lists(st.integers(1, 64), min_size=1, max_size=200), st.integers(64, 300))
def test_batches_hold_every_window_within_the_budget(lengths, budget):
    array = np.array(lengths)
    batches = make_batches(np.arange(len(array)), array, budget, rng())
    assert sorted(i for batch in batches for i in batch) == list(range(len(array)))
    assert all(len(batch) * array[batch].max() <= budget for batch in batches)


def test_batches_have_little_padding():
    lengths = rng(3).integers(4, 64, 2000)
    batches = make_batches(np.arange(2000), lengths, 512, rng())
    padded = sum(len(batch) * lengths[batch].max() for batch in batches)
    assert lengths.sum() / padded > 0.9


def test_a_plan_depends_on_seed_and_epoch_alone():
    lengths = rng().integers(4, 60, 50).tolist()
    first, again = (plan(lengths, [30, 20], [1.5, 0.5]) for _ in range(2))
    other = plan(lengths, [30, 20], [1.5, 0.5], seed=2)
    longer = plan(lengths, [30, 20], [1.5, 0.5], epochs=3)
    assert first.batches == again.batches != other.batches
    assert longer.batches[: len(first.batches)] == first.batches
    half = first.epoch_ends[0]
    assert first.batches[:half] != first.batches[half : 2 * half]


@pytest.mark.parametrize("accumulation", [1, 3])
def test_steps_epochs_and_tokens(accumulation):
    lengths = [10] * 40
    whole = plan(lengths, [40], [1.0], accumulation=accumulation, budget=40)
    assert len(whole.batches) == 20
    assert whole.steps == -(-20 // accumulation)
    assert whole.tokens[-1] == 800
    assert whole.epoch_ends == (-(-10 // accumulation), -(-20 // accumulation))
    assert whole.epochs_at(0) == 0
    assert whole.epochs_at(whole.epoch_ends[0]) == 1
    assert whole.epochs_at(whole.steps) == 2


def test_a_plan_can_be_cut():
    cut = plan([10] * 40, [40], [1.0], accumulation=2, budget=40, max_steps=3)
    assert (cut.steps, len(cut.batches)) == (3, 6)
    assert 0.5 < cut.epochs_at(3) < 1
    assert plan([10] * 4, [4], [1.0], max_steps=1000).steps == 2


@pytest.mark.parametrize("world", [2, 3])
def test_processes_share_the_batches(world):
    lengths = rng().integers(4, 60, 80).tolist()
    alone = plan(lengths, [80], [1.0], epochs=1)
    shares = [plan(lengths, [80], [1.0], epochs=1, rank=rank, world=world) for rank in range(world)]
    assert len({len(share.batches) for share in shares}) == 1
    dealt = [batch for batches in zip(*(s.batches for s in shares), strict=True) for batch in batches]
    assert dealt[: len(alone.batches)] == alone.batches
    assert len(dealt) - len(alone.batches) < world
    assert all((share.tokens == shares[0].tokens).all() for share in shares)


def test_weights_may_draw_nothing():
    assert plan([10], [1], [0.1]).batches == []


def test_collator_pads():
    rows = [
        {"input_ids": [5, 6, 7], "labels": [IGNORED, 1, 0], "open": [0]},
        {"input_ids": [5], "labels": [2], "open": [0, 2]},
    ]
    batch = {name: value.tolist() for name, value in Collator(9, 3)(rows).items()}
    assert batch == {
        "input_ids": [[5, 6, 7], [5, 9, 9]],
        "attention_mask": [[1, 1, 1], [1, 0, 0]],
        "labels": [[IGNORED, 1, 0], [2, IGNORED, IGNORED]],
        "open": [[True, False, False], [True, False, True]],
    }
