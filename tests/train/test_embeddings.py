import pytest
import torch
from torch import nn

import tiny
from ie.train.config import BaseConfig, OptimizerConfig
from ie.train.embeddings import UsedRows, learn_used_rows
from ie.train.model import load_base
from ie.train.optimizer import make_optimizer

USED = torch.tensor([1, 3, 4, 8])


@pytest.fixture
def embedding():
    torch.manual_seed(0)
    return nn.Embedding(10, 4, padding_idx=1)


def test_all_rows_are_looked_up(embedding):
    ids = torch.tensor([[0, 1, 3], [9, 8, 3]])
    assert torch.equal(UsedRows(embedding, USED)(ids), embedding(ids))


def test_used_rows_learn_as_in_the_whole_table_and_others_stay(embedding):
    rows = UsedRows(embedding, USED)
    before = embedding.weight.detach().clone()
    whole = nn.Embedding.from_pretrained(before.clone(), freeze=False, padding_idx=1)
    for module in (rows, whole):
        optimizer = torch.optim.AdamW(module.parameters(), lr=0.1, weight_decay=0.1)
        for ids in ([3, 3, 4], [8, 1, 3], [4, 4, 4]):
            optimizer.zero_grad()
            (module(torch.tensor(ids)) ** 2).sum().backward()
            optimizer.step()
    found = rows.state_dict()["weight"]
    learned = [3, 4, 8]
    assert torch.equal(found[learned], whole.weight[learned])
    assert not torch.isclose(found[learned], before[learned]).any()
    others = [0, 1, 2, 5, 6, 7, 9]
    assert torch.equal(found[others], before[others])
    assert torch.equal(rows(torch.arange(10)), found)


def test_its_state_is_that_of_an_embedding(embedding):
    rows = UsedRows(embedding, USED)
    state = rows.state_dict()
    assert list(state) == ["weight"]
    assert torch.equal(state["weight"], embedding.weight)
    other = UsedRows(nn.Embedding(10, 4, padding_idx=1), USED)
    other.load_state_dict(state)
    assert torch.equal(other(torch.arange(10)), embedding.weight)
    assert other.weight.shape == (3, 4)


def test_gradients_and_the_state_of_the_optimizer_are_of_used_rows_alone(tmp_path):
    base = load_base(BaseConfig(name=str(tiny.make(tmp_path / "base"))), ("PARTY",))
    count = base.parameters
    learn_used_rows(base.model, torch.tensor([7, 9, 11]))
    assert base.parameters == count
    optimizer = make_optimizer(base.model, OptimizerConfig())
    base.model(input_ids=torch.tensor([[7, 9, 11, 9]])).logits.sum().backward()
    optimizer.step()
    weight = base.model.get_input_embeddings().weight
    assert weight.grad.shape == weight.shape == optimizer.state[weight]["exp_avg"].shape
    assert len(weight) == 3
