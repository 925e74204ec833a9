"""AdamW with learning rates by layer, and its schedule."""

import math
from collections import defaultdict
from typing import Any

import torch
from torch.optim import AdamW
from torch.optim.lr_scheduler import LambdaLR
from transformers import PreTrainedModel, get_scheduler

from .config import OptimizerConfig
from .layers import depth

_SCHEDULES = {"linear": "linear", "cosine": "cosine", "constant": "constant_with_warmup"}


def make_optimizer(model: PreTrainedModel, config: OptimizerConfig) -> AdamW:
    """Return the optimizer of all weights that need gradients.

    The fused implementation reads and writes each weight once a step. Of the token embeddings, only those
    that a run uses are among the weights (`ie.train.embeddings`).
    """
    return AdamW(
        parameter_groups(model, config),
        lr=config.learning_rate,
        betas=(config.beta1, config.beta2),
        eps=config.epsilon,
        fused=True,
    )


def make_scheduler(optimizer: torch.optim.Optimizer, config: OptimizerConfig, steps: int) -> LambdaLR:
    """Return the schedule over `steps` optimizer steps, warm-up included."""
    warmup = math.ceil(config.warmup * steps)
    scheduler = get_scheduler(_SCHEDULES[config.schedule], optimizer, warmup, steps)
    assert isinstance(scheduler, LambdaLR)
    return scheduler


def parameter_groups(model: PreTrainedModel, config: OptimizerConfig) -> list[dict[str, Any]]:
    """Return AdamW's groups: weights of one depth, with or without weight decay.

    Embeddings have depth 0, layer i (from 0) has depth i + 1. The learning rate of depth d, of n layers, is
    `learning_rate * layer_decay ** (n - d)` (ULMFiT's discriminative fine-tuning, Howard and Ruder,
    2018); what lies outside the encoder is the head. Norms and biases, the weights of one dimension, do
    not decay.
    """
    top = int(model.config.num_hidden_layers)
    groups: dict[tuple[float, float], list[torch.nn.Parameter]] = defaultdict(list)
    for name, parameter in model.named_parameters():
        if not parameter.requires_grad:
            continue
        decay = config.weight_decay if parameter.dim() > 1 else 0.0
        groups[_learning_rate(name, model.base_model_prefix, top, config), decay].append(parameter)
    return [{"params": found, "lr": rate, "weight_decay": decay} for (rate, decay), found in groups.items()]


def _learning_rate(name: str, prefix: str, top: int, config: OptimizerConfig) -> float:
    if not name.startswith(f"{prefix}."):
        return config.head_learning_rate or config.learning_rate
    return config.learning_rate * config.layer_decay ** (top - depth(name, top))
