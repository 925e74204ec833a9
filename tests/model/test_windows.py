import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ie.windows import Window, merge_windows, plan_windows


@st.composite
def plans(draw):
    n = draw(st.integers(0, 2000))
    size = draw(st.integers(2, 300))
    overlap = draw(st.integers(0, size - 1))
    starts = None
    if draw(st.booleans()):
        starts = np.random.default_rng(draw(st.integers(0, 99))).random(n) < draw(st.floats(0, 1))
    return n, size, overlap, starts


@given(plans())
def test_windows_cover_the_text_and_no_window_is_too_long(plan):
    n, size, overlap, starts = plan
    windows = plan_windows(n, size, overlap, starts)
    assert sorted({i for w in windows for i in range(w.start, w.end)}) == list(range(n))
    assert all(0 < len(window) <= size for window in windows)
    assert all(a.start < b.start and a.end < b.end for a, b in itertools.pairwise(windows))


def test_without_overlap_windows_join_to_the_text():
    windows = plan_windows(1000, 300, 0, np.arange(1000) % 7 == 0)
    assert [w.start for w in windows[1:]] == [w.end for w in windows[:-1]]
    assert all(w.start % 7 == 0 for w in windows)


def test_neighbours_share_the_overlap():
    windows = plan_windows(1000, 254, 64)
    assert [a.end - b.start for a, b in itertools.pairwise(windows)] == [64] * (len(windows) - 1)


def test_windows_are_even():
    lengths = [len(w) for w in plan_windows(260, 254, 0)]
    assert max(lengths) - min(lengths) <= 1


@pytest.mark.parametrize(("size", "overlap"), [(10, 10), (10, -1)])
def test_an_impossible_overlap_is_refused(size, overlap):
    with pytest.raises(ValueError, match="overlap"):
        plan_windows(100, size, overlap)


@given(plans(), st.integers(0, 99))
def test_merged_windows_that_agree_are_what_they_agree_on(plan, seed):
    n, size, overlap, starts = plan
    rng = np.random.default_rng(seed)
    truth = rng.dirichlet(np.ones(5), size=n).astype(np.float32)
    windows = plan_windows(n, size, overlap, starts)
    if windows:
        merged = merge_windows(windows, [truth[w.start : w.end] for w in windows], n)
        np.testing.assert_allclose(merged, truth, atol=1e-5)


def test_a_single_window_is_taken_as_it_is():
    scores = np.random.default_rng(0).dirichlet(np.ones(5), size=40).astype(np.float32)
    assert np.array_equal(merge_windows([Window(0, 40)], [scores], 40), scores)


def test_the_window_with_more_context_and_confidence_decides():
    windows = [Window(0, 60), Window(40, 100)]
    sure, unsure = np.array([0.9, 0.1]), np.array([0.45, 0.55])
    early, late = np.tile(sure, (60, 1)), np.tile(unsure, (60, 1))
    merged = merge_windows(windows, [early.astype(np.float32), late.astype(np.float32)], 100)
    assert merged[41, 0] > merged[50, 0] > merged[59, 0]
    np.testing.assert_allclose(merged[30], sure, atol=1e-6)
    np.testing.assert_allclose(merged[70], unsure, atol=1e-6)
    # at equal context the surer window weighs more
    assert merged[49:51, 0].mean() > (0.9 + 0.45) / 2
