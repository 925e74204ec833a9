"""Attention for training on processors in bf16 or with dropout.

There torch's fused attention takes in bf16, forward and backward, twice the time of the two products and the
softmax that it stands for; with dropout it falls back on these, with slow random numbers. The matrix of
attention weights, which the fused one avoids, is small for windows of the usual length.
"""

from typing import Any

import torch
from torch import Tensor
from transformers import AttentionInterface, AttentionMaskInterface, PreTrainedModel
from transformers.integrations.sdpa_attention import sdpa_attention_forward
from transformers.masking_utils import sdpa_mask

from .dropout import drop

NAME = "ie_products"


def use_products(model: PreTrainedModel) -> None:
    """Let a model that stays on the processor attend by `attend`, not by torch's fused attention."""
    if model.config._attn_implementation == "sdpa":
        model.set_attn_implementation(NAME)


def attend(
    module: torch.nn.Module,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: Tensor | None,
    dropout: float = 0.0,
    scaling: float | None = None,
    **kwargs: Any,
) -> tuple[Tensor, None]:
    """Return what the heads read, [batch, length, heads, width], from three of [batch, heads, length, width].

    `attention_mask`, bool, [batch, 1, length, length], is true where a token is seen; None shows all. Torch's
    fused attention gets what is fp32 without dropout, where it is the faster one, or has biases by position.
    """
    alike = query.dtype == key.dtype == value.dtype and query.shape == key.shape
    fused = query.dtype == torch.float32 and not dropout
    if fused or not alike or kwargs.get("position_bias") is not None:
        found, _ = sdpa_attention_forward(
            module, query, key, value, attention_mask, dropout=dropout, scaling=scaling, **kwargs
        )
        return found, None
    with torch.autocast(query.device.type, enabled=False):
        scores = (query * (scaling or query.shape[-1] ** -0.5)) @ key.transpose(-1, -2)
        if attention_mask is not None:
            # not infinite: padding may see nothing at all, as in local attention
            unseen = torch.finfo(scores.dtype).min
            scores = scores + (~attention_mask).to(scores.dtype).mul_(unseen)
        found = drop(torch.softmax(scores, -1), dropout) @ value
    return found.transpose(1, 2).contiguous(), None


AttentionInterface.register(NAME, attend)
AttentionMaskInterface.register(NAME, sdpa_mask)
