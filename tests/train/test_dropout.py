import pytest
import torch
from torch import nn

from ie.train.dropout import QuickDropout, drop, replace_dropout


@pytest.mark.parametrize("p", [0.1, 0.5, 0.9])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_the_right_share_is_dropped_and_the_mean_stays(p, dtype):
    torch.manual_seed(1)
    values = drop(torch.ones(4, 100_000, dtype=dtype), p)
    kept = values != 0
    # six standard deviations of the share in a row
    assert kept.float().mean(1) == pytest.approx([1 - p] * 4, abs=6 * (p * (1 - p) / 100_000) ** 0.5)
    assert values[kept].unique().tolist() == [torch.tensor(1 / (1 - p), dtype=dtype).item()]


def test_neighbours_are_dropped_independently():
    """Four decisions come out of 64 bits; none says anything about the next."""
    torch.manual_seed(1)
    dropped = (drop(torch.ones(400_000), 0.1) == 0).view(-1, 4)
    for i in range(4):
        for j in range(i):
            both = (dropped[:, i] & dropped[:, j]).float().mean().item()
            assert both == pytest.approx(0.01, abs=6 * (0.01 * 0.99 / 100_000) ** 0.5)


def test_gradients_flow_through_what_is_kept():
    values = torch.ones(3, 5, 7, requires_grad=True)
    out = drop(values, 0.5)
    out.sum().backward()
    assert torch.equal(values.grad, out.detach())


def test_torch_seeds_it():
    def draw():
        return drop(torch.ones(1001), 0.3)

    torch.manual_seed(5)
    state = torch.get_rng_state()
    first, second = draw(), draw()
    assert not torch.equal(first, second)
    torch.set_rng_state(state)
    assert torch.equal(draw(), first)
    assert torch.equal(draw(), second)


def test_modules_are_replaced_and_do_nothing_in_inference():
    model = nn.Sequential(
        nn.Dropout(0.25), nn.Sequential(nn.Linear(2, 2), nn.Dropout(0.0)), nn.Dropout1d(0.5)
    )
    replace_dropout(model)
    assert [type(module) for module in (model[0], model[1][1], model[2])] == [
        QuickDropout,
        QuickDropout,
        nn.Dropout1d,
    ]
    assert (model[0].p, model[1][1].p) == (0.25, 0.0)
    values = torch.randn(8, 8)
    assert torch.equal(model[1][1](values), values)
    assert not torch.equal(model[0](values), values)
    assert torch.equal(model[0].eval()(values), values)
