import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ie.decode import NARROWEST, best_paths, cuts, decode, free, span_probabilities, viterbi, word_log_probs
from ie.document import Span
from ie.labels import tag_names
from ie.tags import legal_starts, legal_transitions, spans_from_tags
from ie.words import words

TAGS = tag_names(("DATE", "PARTY"))
APART = st.sampled_from([(), ("DATE",), ("DATE", "PARTY")])


def random_document(length, seed, sharpness=0.4):
    """Return log-probabilities of words; the smaller `sharpness`, the surer each word is of its tag."""
    probs = np.random.default_rng(seed).dirichlet(np.full(len(TAGS), sharpness), size=length) + 1e-6
    return np.log(probs / probs.sum(axis=1, keepdims=True)).reshape(length, len(TAGS))


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


def enumerated(log_probs, apart):
    """Return the most probable legal path and the probability of every span, by trying all paths."""
    weights, mass = {}, {}
    for path, spans in paths(len(log_probs), apart):
        weights[path] = np.exp(sum(log_probs[i, t] for i, t in enumerate(path)))
        for span in spans:
            mass[span] = mass.get(span, 0) + weights[path]
    total = sum(weights.values())
    return max(weights, key=weights.get), {span: m / total for span, m in mass.items()}


documents = st.lists(
    st.builds(random_document, st.integers(0, 5), st.integers(0, 10_000), st.sampled_from([0.05, 0.4, 5])),
    max_size=4,
)


@settings(max_examples=40)
@given(documents, APART)
def test_the_best_paths_and_the_span_probabilities_are_those_of_enumeration(documents, apart):
    legal = legal_transitions(TAGS, apart)
    truth = [enumerated(document, apart) for document in documents]
    assert [tuple(path) for path in best_paths(documents, TAGS, legal)] == [best for best, _ in truth]
    spans = [list(mass) for _, mass in truth]
    expected = [p for _, mass in truth for p in mass.values()]
    np.testing.assert_allclose(span_probabilities(documents, TAGS, spans, legal), expected, atol=1e-9)
    found = [
        [(span, mass[span]) for span in spans_from_tags([TAGS[i] for i in best])] for best, mass in truth
    ]
    decoded = decode(documents, TAGS, apart=apart)
    assert [[span for span, _ in one] for one in decoded] == [[span for span, _ in one] for one in found]
    np.testing.assert_allclose(
        [p for one in decoded for _, p in one], [p for one in found for _, p in one], atol=1e-9
    )


@given(st.lists(st.integers(1, 30), min_size=1, max_size=8), st.integers(0, 10_000), APART)
def test_viterbi_is_right_even_where_the_best_tags_are_legal_as_they_are(lengths, seed, apart):
    """The way round viterbi, which `best_paths` takes where it can, leads to the same place."""
    documents = [random_document(length, seed + i, 0.1) for i, length in enumerate(lengths)]
    legal = legal_transitions(TAGS, apart)
    found = viterbi(documents, free(legal_starts(TAGS)), free(legal))
    assert [path.tolist() for path in found] == best_paths(documents, TAGS, legal)


@settings(max_examples=50)
@given(st.lists(st.tuples(st.integers(0, 60), st.sampled_from([0.05, 0.4, 5])), max_size=8), st.data())
def test_documents_together_are_what_each_is_alone(shapes, data):
    apart, seed = data.draw(APART), data.draw(st.integers(0, 10_000))
    least = data.draw(st.sampled_from([{}, {"DATE": 0.3}, {"DATE": 0.8, "PARTY": 0.5}]))
    documents = [random_document(length, seed + i, sharp) for i, (length, sharp) in enumerate(shapes)]
    together = decode(documents, TAGS, least, apart)
    alone = [decode([document], TAGS, least, apart)[0] for document in documents]
    assert [[span for span, _ in one] for one in together] == [[span for span, _ in one] for one in alone]
    scores = [[p for one in found for _, p in one] for found in (together, alone)]
    np.testing.assert_allclose(*scores, rtol=0, atol=1e-12)


def test_a_span_below_its_threshold_is_left_out():
    probs = np.full((3, len(TAGS)), 0.02)
    probs[0, TAGS.index("B-DATE")] = 0.5
    probs[1, 0] = probs[2, TAGS.index("B-PARTY")] = 0.9
    log_probs = np.log(probs / probs.sum(axis=1, keepdims=True))
    assert spans([log_probs]) == [[Span(0, 1, "DATE"), Span(2, 3, "PARTY")]]
    assert spans([log_probs, log_probs], {"DATE": 0.95}) == [[Span(2, 3, "PARTY")]] * 2


def spans(documents, *args, **options):
    return [[span for span, _ in found] for found in decode(documents, TAGS, *args, **options)]


def told(*tags):
    """Return log-probabilities of words that are nearly sure of these tags."""
    probs = np.full((len(tags), len(TAGS)), 0.01)
    probs[np.arange(len(tags)), [TAGS.index(tag) for tag in tags]] = 1
    return np.log(probs / probs.sum(axis=1, keepdims=True))


FULL = "д" * NARROWEST


@pytest.mark.parametrize(
    ("text", "tags", "expected"),
    [
        ("а б", "B-DATE I-DATE", []),
        # in a list, on whatever kind of lines
        ("а\nб\nв", "B-PARTY I-PARTY I-PARTY", [1, 2]),
        ("а\r\nб\tв\u2028г", "O I-PARTY I-PARTY I-PARTY", [1, 2, 3]),
        # in the middle of a sentence
        (f"{FULL}\nа", "B-PARTY I-PARTY", []),
        (f"{FULL} «\nа\n»", "O B-PARTY I-PARTY I-PARTY", []),
        (f"{FULL}\nа", "B-PARTY B-PARTY", []),
        (f"{FULL}\nа", "B-PARTY O", []),
        # behind a narrow line after a full one
        (f"{FULL}\nа\nб", "O B-PARTY B-PARTY", [2]),
        (f"{FULL}\nа\nб", "O B-PARTY I-PARTY", []),
        # behind an empty line
        (f"{FULL}\n \nа", "B-PARTY I-PARTY", [1]),
        (f"{FULL}\r\n\r\nа", "B-PARTY I-PARTY", [1]),
        (f"{FULL}\r\nа", "B-PARTY I-PARTY", []),
        # a narrow line between an empty and a full one is no list
        (f"{FULL}\n\nа\nб", "O B-DATE I-DATE", [1]),
        ("а\n\nб\nв", "O B-DATE I-DATE", [1, 2]),
        # before the first word and behind the last one
        ("\n\nа\n\n", "O", [0]),
        ("\n", "", []),
    ],
)
def test_texts_are_cut_at_lines_that_go_on_with_nothing(text, tags, expected):
    offsets = words(text)
    log_probs = told(*tags.split()) if tags else np.empty((0, len(TAGS)))
    assert cuts(text, offsets, log_probs, TAGS).tolist() == expected


def test_no_span_goes_on_over_a_cut_and_apart_ends_there():
    document = told("B-DATE", "I-DATE", "I-DATE", "I-DATE", "I-DATE")
    document[[2, 4], TAGS.index("B-DATE")] = np.log(0.2)
    empty = np.empty(0, dtype=np.intp)
    [[(whole, _)]] = decode([document], TAGS, apart=("DATE",), cut=[empty])
    assert whole == Span(0, 5, "DATE")
    after, before = decode([document, document], TAGS, apart=("DATE",), cut=[np.array([0, 2, 4]), empty])
    assert [span for span, _ in after] == [Span(0, 2, "DATE"), Span(2, 4, "DATE"), Span(4, 5, "DATE")]
    assert [span for span, _ in before] == [whole]
    parts = decode([document[:2], document[2:4], document[4:]], TAGS, apart=("DATE",))
    assert [score for _, score in after] == pytest.approx([score for [(_, score)] in parts])


def test_no_words_have_no_spans():
    empty = np.empty((0, len(TAGS)))
    assert decode([], TAGS) == []
    assert decode([empty], TAGS) == [[]]
    document = random_document(20, 3, 0.05)
    assert decode([empty, document, empty], TAGS) == [[], decode([document], TAGS)[0], []]
    assert decode([document], TAGS)[0]


def test_scores_far_into_a_long_text_stay_numbers():
    rng = np.random.default_rng(0)
    log_probs = np.log(rng.dirichlet(np.ones(len(TAGS)), size=20_000))
    (found,) = decode([log_probs], TAGS)
    assert len(found) > 1000
    assert all(0 < score <= 1 for _, score in found)


def test_words_that_are_sure_of_what_cannot_be_leave_numbers():
    """One word after another is certain of a tag that may not stand there."""
    probs = np.full((400, len(TAGS)), 1e-9)
    probs[::2, TAGS.index("I-DATE")] = probs[1::2, TAGS.index("I-PARTY")] = 1
    (found,) = decode([np.log(probs / probs.sum(axis=1, keepdims=True))], TAGS, apart=("DATE", "PARTY"))
    assert found
    assert all(0 <= score <= 1 for _, score in found)


def test_a_word_that_shares_a_token_goes_on_with_it():
    tokens = np.zeros((2, len(TAGS)), dtype=np.float32)
    tokens[0, TAGS.index("B-PARTY")] = 1
    tokens[1, 0] = 1
    log_probs = word_log_probs(tokens, np.array([0, 0, 1]), TAGS)
    assert spans([log_probs]) == [[Span(0, 2, "PARTY")]]


@pytest.mark.parametrize(("before", "expected"), [("B-PARTY", Span(0, 2, "PARTY")), ("O", None)])
def test_a_word_without_a_token_begins_nothing(before, expected):
    tokens = np.zeros((1, len(TAGS)), dtype=np.float32)
    tokens[0, TAGS.index(before)] = 1
    (found,) = spans([word_log_probs(tokens, np.array([0, -1]), TAGS)])
    assert all(span.start == 0 for span in found)
    assert len(found) == (expected is not None)


def test_spans_of_a_label_that_stays_apart_are_not_cut_in_two():
    probs = np.full((2, len(TAGS)), 0.02)
    probs[0, TAGS.index("B-DATE")] = 0.9
    probs[1, TAGS.index("B-DATE")], probs[1, TAGS.index("I-DATE")] = 0.5, 0.4
    log_probs = np.log(probs / probs.sum(axis=1, keepdims=True))
    assert spans([log_probs]) == [[Span(0, 1, "DATE"), Span(1, 2, "DATE")]]
    assert spans([log_probs], apart=("DATE",)) == [[Span(0, 2, "DATE")]]
