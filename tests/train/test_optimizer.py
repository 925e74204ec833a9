import pytest
import torch

import tiny
from ie.train.config import BaseConfig, OptimizerConfig
from ie.train.layers import depth
from ie.train.model import load_base
from ie.train.optimizer import make_optimizer, make_scheduler, parameter_groups


def groups_by_name(model, config):
    names = {id(parameter): name for name, parameter in model.named_parameters()}
    return {names[id(p)]: group for group in parameter_groups(model, config) for p in group["params"]}


@pytest.fixture(scope="module", params=tiny.FAMILIES)
def model(request, tmp_path_factory):
    folder = tiny.make(tmp_path_factory.mktemp("base"), request.param, layers=3)
    return load_base(BaseConfig(name=str(folder)), ("PARTY",)).model


def test_every_weight_is_in_one_group(model):
    groups = parameter_groups(model, OptimizerConfig(layer_decay=0.5))
    ids = [id(parameter) for group in groups for parameter in group["params"]]
    assert sorted(ids) == sorted(id(parameter) for parameter in model.parameters())


def test_learning_rates_fall_from_the_top(model):
    config = OptimizerConfig(learning_rate=8.0, layer_decay=0.5, head_learning_rate=20.0)
    rates = {name: group["lr"] for name, group in groups_by_name(model, config).items()}
    embeddings = next(name for name in rates if "embed" in name and name.endswith("s.weight"))
    assert rates[embeddings] == 1.0
    for layer, expected in enumerate((2.0, 4.0, 8.0)):
        found = {
            rate for name, rate in rates.items() if f"layer.{layer}." in name or f"layers.{layer}." in name
        }
        assert found == {expected}
    assert rates["classifier.weight"] == 20.0
    assert set(rates.values()) <= {1.0, 2.0, 4.0, 8.0, 20.0}


def test_norms_and_biases_do_not_decay(model):
    groups = groups_by_name(model, OptimizerConfig(weight_decay=0.1))
    for name, group in groups.items():
        small = name.endswith("bias") or "norm" in name.lower()
        assert group["weight_decay"] == (0.0 if small else 0.1), name
        assert group["lr"] == 5e-5


def test_frozen_weights_are_left_out(model):
    embeddings = model.get_input_embeddings()
    embeddings.requires_grad_(False)
    try:
        ids = {id(p) for group in parameter_groups(model, OptimizerConfig()) for p in group["params"]}
    finally:
        embeddings.requires_grad_(True)
    assert id(embeddings.weight) not in ids
    assert len(ids) == len(list(model.parameters())) - 1


@pytest.mark.parametrize(
    ("expected", "name"),
    [
        (0, "bert.embeddings.LayerNorm.weight"),
        (0, "deberta.encoder.rel_embeddings.weight"),
        (1, "bert.encoder.layer.0.attention.self.query.weight"),
        (12, "model.layers.11.mlp.Wi.weight"),
        (12, "model.final_norm.weight"),
    ],
)
def test_depth(expected, name):
    assert depth(name, 12) == expected


@pytest.mark.parametrize(
    ("schedule", "middle", "end"), [("linear", 0.5, 0.0), ("cosine", 0.5, 0.0), ("constant", 1.0, 1.0)]
)
def test_schedules(schedule, middle, end):
    weight = torch.nn.Parameter(torch.zeros(2, 2))
    optimizer = torch.optim.AdamW([weight], lr=1.0)
    config = OptimizerConfig(warmup=0.2, schedule=schedule)
    scheduler = make_scheduler(optimizer, config, 100)
    rates = []
    for _ in range(101):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    assert rates[0] == 0
    assert rates[10] == pytest.approx(0.5)
    assert rates[20] == pytest.approx(1)
    assert rates[60] == pytest.approx(middle)
    assert rates[100] == pytest.approx(end)


def test_optimizer_settings(model):
    config = OptimizerConfig(beta1=0.8, beta2=0.95, epsilon=1e-6)
    defaults = make_optimizer(model, config).defaults
    assert (defaults["betas"], defaults["eps"], defaults["fused"]) == ((0.8, 0.95), 1e-6, True)
