import pytest
import torch
from torch import nn
from transformers import TrainerControl, TrainerState

from ie.train.averaging import WeightAverage


@pytest.fixture
def model():
    model = nn.Linear(1, 1)
    model.bias.requires_grad_(False)
    return model


def steps(model, average, values):
    for step, value in enumerate(values, start=1):
        with torch.no_grad():
            model.weight.fill_(value)
        average.on_step_end(None, TrainerState(global_step=step), TrainerControl())


def test_the_average_follows_the_weights(model):
    with torch.no_grad():
        model.weight.fill_(1.0)
    average = WeightAverage(model, 0.25)
    steps(model, average, [2.0, 4.0, 8.0])
    expected = 1.0
    for step, value in enumerate((2.0, 4.0, 8.0), start=1):
        decay = min(0.25, (1 + step) / (10 + step))
        expected = decay * expected + (1 - decay) * value
    with average.in_place():
        assert float(model.weight) == pytest.approx(expected)
    assert float(model.weight) == 8.0


def test_weights_come_back_after_an_error(model):
    average = WeightAverage(model, 0.9)
    steps(model, average, [5.0])
    with pytest.raises(KeyError), average.in_place():
        raise KeyError
    assert float(model.weight) == 5.0


def test_it_can_be_saved(model, tmp_path):
    average = WeightAverage(model, 0.9)
    steps(model, average, [2.0, 3.0])
    average.save(tmp_path)
    other = WeightAverage(model, 0.9)
    other.load(tmp_path)
    with average.in_place():
        expected = float(model.weight)
    with other.in_place():
        assert float(model.weight) == expected != 3.0
