import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ie.decode import decode, span_probabilities, viterbi, word_log_probs
from ie.document import Span
from ie.labels import tag_names
from ie.tags import legal_transitions, spans_from_tags

TAGS = tag_names(("DATE", "PARTY"))


def paths(length, apart=()):
    """Yield every legal tag path, found by what strict IOB2 accepts."""
    for path in itertools.product(range(len(TAGS)), repeat=length):
        try:
            spans = spans_from_tags([TAGS[i] for i in path])
        except ValueError:
            continue
        touching = {a.label for a, b in itertools.pairwise(spans) if a.end == b.start and a.label == b.label}
        if not touching & set(apart):
            yield path, spans


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 5), st.integers(0, 10_000), st.sampled_from([(), ("DATE",), ("DATE", "PARTY")]))
def test_the_best_path_and_the_span_probabilities_are_those_of_enumeration(length, seed, apart):
    legal = legal_transitions(TAGS, apart)
    log_probs = np.log(np.random.default_rng(seed).dirichlet(np.full(len(TAGS), 0.4), size=length) + 1e-6)
    weights = {
        path: np.exp(sum(log_probs[i, t] for i, t in enumerate(path))) for path, _ in paths(length, apart)
    }
    best = max(weights, key=weights.get)
    assert tuple(viterbi(log_probs, TAGS, legal)) == best
    mass: dict[Span, float] = {}
    for path, spans in paths(length, apart):
        for span in spans:
            mass[span] = mass.get(span, 0) + weights[path]
    total = sum(weights.values())
    got = span_probabilities(log_probs, TAGS, list(mass), legal)
    np.testing.assert_allclose(got, [m / total for m in mass.values()], atol=1e-9)


def test_a_span_below_its_threshold_is_left_out():
    probs = np.full((3, len(TAGS)), 0.02)
    probs[0, TAGS.index("B-DATE")] = 0.5
    probs[1, 0] = probs[2, TAGS.index("B-PARTY")] = 0.9
    log_probs = np.log(probs / probs.sum(axis=1, keepdims=True))
    assert [span for span, _ in decode(log_probs, TAGS)] == [Span(0, 1, "DATE"), Span(2, 3, "PARTY")]
    assert [span for span, _ in decode(log_probs, TAGS, {"DATE": 0.95})] == [Span(2, 3, "PARTY")]


def test_no_words_have_no_spans():
    assert decode(np.empty((0, len(TAGS))), TAGS) == []


def test_scores_far_into_a_long_text_stay_numbers():
    rng = np.random.default_rng(0)
    log_probs = np.log(rng.dirichlet(np.ones(len(TAGS)), size=20_000))
    found = decode(log_probs, TAGS)
    assert len(found) > 1000
    assert all(0 < score <= 1 for _, score in found)


def test_a_word_that_shares_a_token_goes_on_with_it():
    tokens = np.zeros((2, len(TAGS)), dtype=np.float32)
    tokens[0, TAGS.index("B-PARTY")] = 1
    tokens[1, 0] = 1
    log_probs = word_log_probs(tokens, np.array([0, 0, 1]), TAGS)
    assert [span for span, _ in decode(log_probs, TAGS)] == [Span(0, 2, "PARTY")]


@pytest.mark.parametrize(("before", "expected"), [("B-PARTY", Span(0, 2, "PARTY")), ("O", None)])
def test_a_word_without_a_token_begins_nothing(before, expected):
    tokens = np.zeros((1, len(TAGS)), dtype=np.float32)
    tokens[0, TAGS.index(before)] = 1
    spans = [span for span, _ in decode(word_log_probs(tokens, np.array([0, -1]), TAGS), TAGS)]
    assert all(span.start == 0 for span in spans)
    assert len(spans) == (expected is not None)


def test_spans_of_a_label_that_stays_apart_are_not_cut_in_two():
    probs = np.full((2, len(TAGS)), 0.02)
    probs[0, TAGS.index("B-DATE")] = 0.9
    probs[1, TAGS.index("B-DATE")], probs[1, TAGS.index("I-DATE")] = 0.5, 0.4
    log_probs = np.log(probs / probs.sum(axis=1, keepdims=True))
    assert [span for span, _ in decode(log_probs, TAGS)] == [Span(0, 1, "DATE"), Span(1, 2, "DATE")]
    assert [span for span, _ in decode(log_probs, TAGS, apart=("DATE",))] == [Span(0, 2, "DATE")]
