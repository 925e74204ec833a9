import numpy as np
import pytest
from scripted import Scripted, gold, make_scripted

from ie.checkpoint import open_folder
from ie.train.temperature import Trials, golden_section

SURE = {"вчера": ("DATE", 0.8)}


@pytest.fixture
def checkpoint(tmp_path):
    return open_folder(make_scripted(tmp_path / "model"), None)


def trials(checkpoint, right, wrong, factor=1.0, chances=SURE):
    """Return trials on documents in which «вчера» is a date, then ones in which it is not."""
    documents = [*[gold("вчера")] * right, *[gold()] * wrong]
    return Trials(checkpoint, Scripted(checkpoint, chances, factor), documents, checkpoint.labels)


@pytest.mark.parametrize("place", [-1.5, 0.0, 0.3, 1.9])
def test_golden_section(place):
    assert golden_section(lambda x: (x - place) ** 2, -2, 2) == pytest.approx(place, abs=1e-3)


@pytest.mark.parametrize("factor", [0.5, 1.0, 3.0])
def test_temperature_undoes_a_scale(checkpoint, factor):
    """Spans that a model of the right scale is 80 % sure of are right four times of five."""
    found = trials(checkpoint, 160, 40, factor)
    assert found.best() == pytest.approx(factor, rel=0.05)
    scores = [span.score for document in found.judged(found.best()) for span in document.spans]
    assert scores == pytest.approx([0.8] * 200, abs=0.02)


def test_the_model_runs_once_and_thresholds_are_off(tmp_path):
    folder = make_scripted(tmp_path / "model")
    settings = b'{"max_tokens": 32, "window_overlap": 8, "thresholds": {"DATE": 0.99}}'
    (folder / "ie.json").write_bytes(settings)
    checkpoint = open_folder(folder, None)
    runtime = Scripted(checkpoint, SURE)
    found = Trials(checkpoint, runtime, [gold("вчера"), gold()], checkpoint.labels)
    calls = runtime.calls
    assert found.best() != found.best([0])
    assert runtime.calls == calls
    assert [len(document.spans) for document in found.judged(1.0)] == [1, 1]


def test_only_the_chosen_documents_count(checkpoint):
    found = trials(checkpoint, 40, 10)
    assert found.best(range(40)) < found.best() < found.best(range(30, 50))


def test_nothing_found_leaves_logits_as_they_are(checkpoint):
    assert trials(checkpoint, 1, 0, chances={}).best() == pytest.approx(1, abs=0.02)


def test_one_impossible_miss_does_not_outweigh_the_rest(checkpoint):
    costs = trials(checkpoint, 1, 1, chances={"вчера": ("DATE", 1 - 1e-6)}).costs(0.125)
    assert np.isfinite(costs).all()
    assert costs[0] < 0.001
    assert 5 < costs[1] < 10
