import pytest
import torch
import toy

import tiny
from ie.train.adversary import moved_embeddings
from ie.train.config import BaseConfig
from ie.train.embeddings import learn_used_rows
from ie.train.model import load_base


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tiny.make(tmp_path_factory.mktemp("base"), texts=[d.text for d in toy.documents(10)], hidden=16)


@pytest.fixture
def model(folder):
    model = load_base(BaseConfig(name=str(folder)), ("AMOUNT",)).model
    learn_used_rows(model, torch.arange(5, 60))
    return model.eval()


def test_embeddings_move_where_the_loss_rises(model):
    ids = torch.arange(10, 40)[None]

    def loss():
        return model(input_ids=ids).logits.logsumexp(-1).sum()

    before = loss()
    before.backward()
    weight = model.get_input_embeddings().weight
    held = weight.detach().clone()
    with moved_embeddings(model, 0.5):
        assert float((weight.detach() - held).norm()) == pytest.approx(0.5, rel=1e-4)
        assert loss() > before
    assert torch.equal(weight, held)


def test_gradients_of_batches_before_do_not_turn_the_move(model):
    weight = model.get_input_embeddings().weight
    held, before = weight.detach().clone(), torch.randn(weight.shape)
    weight.grad = before.clone()
    weight.grad[3] += 2.0
    with moved_embeddings(model, 0.5, before):
        moved = weight.detach() - held
    assert moved[3].norm() == pytest.approx(0.5, rel=1e-4)
    assert moved.norm() == pytest.approx(0.5, rel=1e-4)


@pytest.mark.parametrize("gradient", [None, 0.0, float("nan")])
def test_nothing_moves_without_a_gradient(model, gradient):
    weight = model.get_input_embeddings().weight
    weight.grad = None if gradient is None else torch.full_like(weight, gradient)
    held = weight.detach().clone()
    with moved_embeddings(model, 0.5):
        assert torch.equal(weight, held)
