import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ie.document import Span
from ie.labels import LABELS, labels_of, tag_names
from ie.tags import legal_starts, legal_transitions, spans_from_tags, tags_from_spans


@st.composite
def flat_spans(draw):
    """Draw a length and non-overlapping spans within it."""
    n = draw(st.integers(0, 30))
    cuts = sorted(draw(st.sets(st.integers(0, n), max_size=12)))
    spans = [Span(a, b, draw(st.sampled_from(LABELS))) for a, b in itertools.pairwise(cuts)]
    return n, [span for span in spans if draw(st.booleans())]


@given(flat_spans())
def test_spans_to_tags_and_back_are_the_same_spans(case):
    length, spans = case
    assert spans_from_tags(tags_from_spans(spans, length)) == spans


@given(flat_spans())
def test_tags_of_spans_are_legal(case):
    length, spans = case
    tags = tag_names()
    path = [tags.index(tag) for tag in tags_from_spans(spans, length)]
    assert all(legal_starts(tags)[i] for i in path[:1])
    assert all(legal_transitions(tags)[a, b] for a, b in itertools.pairwise(path))


def test_neighbours_of_one_label_stay_two():
    assert tags_from_spans([Span(0, 2, "DATE"), Span(2, 3, "DATE")], 4) == ["B-DATE", "I-DATE", "B-DATE", "O"]


@pytest.mark.parametrize(
    "spans",
    [
        [Span(0, 0, "DATE")],
        [Span(-1, 2, "DATE")],
        [Span(3, 5, "DATE")],
        [Span(0, 2, "DATE"), Span(1, 3, "PARTY")],
    ],
)
def test_spans_that_flat_tags_cannot_hold_are_refused(spans):
    with pytest.raises(ValueError, match="Span"):
        tags_from_spans(spans, 4)


@pytest.mark.parametrize("tags", [["I-DATE"], ["O", "I-DATE"], ["B-PARTY", "I-DATE"]])
def test_an_inside_tag_without_its_beginning_is_refused(tags):
    with pytest.raises(ValueError, match="I-DATE"):
        spans_from_tags(tags)


def test_inside_follows_only_its_own_label():
    tags = tag_names(("DATE", "PARTY"))
    allowed = {(tags[i], tags[j]) for i, j in zip(*legal_transitions(tags).nonzero(), strict=True)}
    assert {before for before, after in allowed if after == "I-DATE"} == {"B-DATE", "I-DATE"}
    assert {before for before, after in allowed if after == "B-DATE"} == set(tags)


def test_labels_and_tag_names_are_inverse():
    assert labels_of(tag_names(LABELS)) == LABELS
    with pytest.raises(ValueError, match="E-DATE"):
        labels_of(["O", "E-DATE"])
