import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ie.batches import pad, plan_batches

LENGTHS = st.lists(st.integers(1, 300), max_size=60)


@given(LENGTHS, st.integers(1, 2000))
def test_batches_hold_every_row_once_within_the_budget(lengths, budget):
    batches = list(plan_batches(lengths, budget))
    assert sorted(i for batch in batches for i in batch) == list(range(len(lengths)))
    for batch in batches:
        assert len(batch) == 1 or len(batch) * max(lengths[i] for i in batch) <= budget


@given(LENGTHS, st.integers(1, 2000))
def test_rows_come_longest_first_so_that_padding_is_small(lengths, budget):
    order = [lengths[i] for batch in plan_batches(lengths, budget) for i in batch]
    assert order == sorted(lengths, reverse=True)


@given(LENGTHS, st.integers(1, 2000))
def test_a_batch_ends_only_where_the_next_row_would_not_fit(lengths, budget):
    batches = list(plan_batches(lengths, budget))
    for batch in batches[:-1]:
        assert lengths[batch[0]] * (len(batch) + 1) > budget


def test_rows_of_equal_length_keep_their_order():
    assert list(plan_batches([5, 9, 5, 5], 10)) == [[1], [0, 2], [3]]


def test_a_budget_of_one_token_has_each_row_alone():
    assert list(plan_batches([3, 4, 3], 1)) == [[1], [0], [2]]


@pytest.mark.parametrize("pad_id", [0, 1])
def test_padded_rows_are_rows_and_a_mask(pad_id):
    ids, mask = pad([np.array([5, 6, 7], dtype=np.int32), np.array([8])], pad_id)
    assert ids.tolist() == [[5, 6, 7], [8, pad_id, pad_id]]
    assert mask.tolist() == [[1, 1, 1], [1, 0, 0]]
    assert ids.dtype == mask.dtype == np.int64
