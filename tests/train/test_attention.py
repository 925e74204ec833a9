import pytest
import torch
from torch.nn.functional import scaled_dot_product_attention

import tiny
from ie.train import attention
from ie.train.attention import NAME, attend, use_products
from ie.train.config import BaseConfig
from ie.train.model import load_base, save_weights

SHAPE = (2, 3, 17, 8)


@pytest.fixture
def inputs():
    torch.manual_seed(0)
    return [torch.randn(SHAPE) for _ in range(3)]


def mask():
    """Return which tokens are seen: the second row ends with five of padding."""
    seen = torch.ones(2, 1, 17, 17, dtype=torch.bool)
    seen[1, ..., 12:] = False
    return seen


@pytest.mark.parametrize("seen", [None, mask()], ids=["all", "padded"])
def test_it_is_attention(inputs, seen):
    module = torch.nn.Module()
    expected = scaled_dot_product_attention(*inputs, attn_mask=seen).transpose(1, 2)
    rounded = [value.bfloat16().requires_grad_() for value in inputs]
    found, _ = attend(module, *rounded, seen)
    assert found.shape == (2, 17, 3, 8)
    assert found.dtype == torch.bfloat16
    assert torch.allclose(found.float(), expected, atol=0.03)
    exact = [value.clone().requires_grad_() for value in inputs]
    weights = torch.randn(found.shape)
    (scaled_dot_product_attention(*exact, attn_mask=seen).transpose(1, 2) * weights).sum().backward()
    (found.float() * weights).sum().backward()
    for one, other in zip(rounded, exact, strict=True):
        assert torch.allclose(one.grad.float(), other.grad, atol=0.06)


def test_a_token_that_sees_nothing_reads_a_number(inputs):
    seen = mask()
    seen[1, :, 12:] = False
    rounded = [value.bfloat16().requires_grad_() for value in inputs]
    found, _ = attend(torch.nn.Module(), *rounded, seen)
    found[:, :12].sum().backward()
    assert found.isfinite().all()
    assert all(value.grad.isfinite().all() for value in rounded)


def test_a_scale_is_kept(inputs):
    rounded = [value.bfloat16() for value in inputs]
    found, _ = attend(torch.nn.Module(), *rounded, None, scaling=2.0)
    assert torch.allclose(
        found.float(), scaled_dot_product_attention(*inputs, scale=2.0).transpose(1, 2), atol=0.15
    )


def test_dropout_changes_weights_and_not_their_mean(inputs):
    torch.manual_seed(0)
    expected = scaled_dot_product_attention(*inputs, attn_mask=mask()).transpose(1, 2)
    found = torch.stack([attend(torch.nn.Module(), *inputs, mask(), dropout=0.2)[0] for _ in range(2000)])
    assert found.std(0).min() > 0.01
    deviations = (found.mean(0) - expected).abs() / (found.std(0) / 2000**0.5)
    assert deviations.max() < 6


def test_what_torch_does_faster_is_left_to_it(inputs, monkeypatch):
    asked = []

    def fused(_module, query, *_args, **kwargs):
        asked.append((query.dtype, kwargs["dropout"]))
        return query, None

    monkeypatch.setattr(attention, "sdpa_attention_forward", fused)
    rounded = [value.bfloat16() for value in inputs]
    attend(torch.nn.Module(), *inputs, None)
    attend(torch.nn.Module(), *inputs, None, dropout=0.1)
    attend(torch.nn.Module(), *rounded, None)
    attend(torch.nn.Module(), *rounded, None, position_bias=torch.zeros(1))
    assert asked == [(torch.float32, 0.0), (torch.bfloat16, 0.0)]


@pytest.mark.parametrize("family", tiny.FAMILIES)
def test_a_model_gives_nearly_the_same_and_is_stored_the_same(tmp_path, family, monkeypatch):
    base = load_base(BaseConfig(name=str(tiny.make(tmp_path / "base", family))), ("PARTY",))
    model = base.model.eval()
    ids = torch.randint(5, 60, (2, 12))
    seen = torch.ones_like(ids)
    seen[1, 8:] = 0

    def logits():
        with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
            return model(input_ids=ids, attention_mask=seen).logits.float()[seen.bool()]

    expected = logits()
    use_products(model)
    assert model.config._attn_implementation == NAME
    called = []
    original = torch.softmax
    monkeypatch.setattr(torch, "softmax", lambda *args: called.append(1) or original(*args))
    assert torch.allclose(logits(), expected, atol=0.05)
    assert len(called) == model.config.num_hidden_layers
    save_weights(model, tmp_path / "stored", "fp32")
    assert NAME not in (tmp_path / "stored" / "config.json").read_text(encoding="utf-8")
