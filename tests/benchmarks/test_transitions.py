"""Learned transitions: the sums over paths, what is learned, and the table."""

import itertools
from pathlib import Path

import numpy as np
import pytest
import torch
from annotated import marked
from benched import load
from scripted import loader, make_scripted

from ie.data.corpus import write_corpus
from ie.decode import best_paths
from ie.tags import legal_transitions

TAGS = ("O", "B-PARTY", "I-PARTY")


@pytest.fixture(scope="module")
def transitions():
    return load("transitions")


def random_documents(lengths, seed=0):
    rng = np.random.default_rng(seed)
    return [np.log(rng.dirichlet(np.ones(len(TAGS)), length)) for length in lengths]


def test_without_scores_the_path_is_that_of_the_decoder(transitions):
    documents = random_documents([1, 2, 7, 30])
    given = transitions.plain(TAGS, ())
    documents.insert(2, np.empty((0, 3)))
    assert list(given.paths(documents)) == best_paths(documents, TAGS, legal_transitions(TAGS))
    assert list(given.paths([np.empty((0, 3))])) == [[]]


def test_the_best_path_and_the_sum_are_those_of_all_paths(transitions):
    documents = random_documents([3, 2], seed=1)
    rng = np.random.default_rng(2)
    closed = transitions.plain(TAGS, ())
    scored = transitions.Transitions(
        closed.between + rng.normal(size=(3, 3)), closed.first + rng.normal(size=3), 0.7
    )

    def weight(document, path):
        steps = sum(scored.between[a, b] for a, b in itertools.pairwise(path))
        words = sum(document[i, tag] for i, tag in enumerate(path))
        return scored.first[path[0]] + steps + scored.scale * words

    padded = torch.nn.utils.rnn.pad_sequence([torch.tensor(d) for d in documents], batch_first=True)
    tensors = (torch.tensor(scored.between), torch.tensor(scored.first))
    sums = transitions.partition(scored.scale * padded, torch.tensor([3, 2]), *tensors)
    for document, found in zip(documents, sums, strict=True):
        weights = {p: weight(document, p) for p in itertools.product(range(3), repeat=len(document))}
        assert tuple(*scored.paths([document])) == max(weights, key=weights.get)
        assert float(found) == pytest.approx(np.log(np.exp(list(weights.values())).sum()))


def test_names_that_never_touch_in_the_annotation_no_longer_touch(transitions):
    # the model cuts each name of two words in two, by a hair
    word = {"O": [0.98, 0.01, 0.01], "B": [0.01, 0.98, 0.01], "I": [0.01, 0.5, 0.49]}
    document = np.log([word[letter] for letter in "OBIOOBIO"])
    gold = np.array([[letter == tag[0] for tag in TAGS] for letter in "OBIOOBIO"])
    given = transitions.plain(TAGS, ())
    assert [TAGS[i][0] for i in next(given.paths([document]))] == list("OBBOOBBO")
    learned = transitions.learn([document] * 20, [gold] * 20, given)
    assert [TAGS[i][0] for i in next(learned.paths([document]))] == list("OBIOOBIO")
    assert np.isneginf(learned.between[0, 2])
    assert np.isneginf(learned.first[2])


def test_words_of_labels_that_are_not_annotated_are_left_open(transitions):
    covered = marked("Завод [PARTY Волна] открыт", labels=("PARTY",))
    tags = (*TAGS, "B-DATE", "I-DATE")
    assert transitions.allowed_tags(covered, tags).tolist() == [
        [True, False, False, True, True],
        [False, True, False, False, False],
        [True, False, False, True, True],
    ]


def test_the_table_has_each_label_and_all_together(transitions, tmp_path, capsys, monkeypatch):
    folder = make_scripted(tmp_path / "model")
    monkeypatch.setattr(
        "ie.extractor.load", lambda ref, *_, **__: loader({"завод": ("PARTY", 0.9)})(Path(ref), "onnx")
    )
    documents = [marked(f"купил [PARTY завод] {i} вчера", id=str(i)) for i in range(6)]
    write_corpus(tmp_path / "gold.jsonl", documents)
    transitions.main(["--model", str(folder), str(tmp_path / "gold.jsonl")])
    lines = [line.strip("| ").split(" | ") for line in capsys.readouterr().out.splitlines()]
    table = {row[1]: row[2:] for row in lines[2:]}
    assert table["PARTY"][:2] == ["1.000", "1.000"]
    assert table["micro"] == ["1.000", "1.000", "+0.00 (+0.00 to +0.00)"]
    assert set(table) == {"PARTY", "micro"}
