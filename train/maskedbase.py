"""A base with the head of a masked language model, and its predictions at masked positions alone."""

from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from transformers import AutoConfig, AutoModelForMaskedLM, PreTrainedModel

from ie.errors import CheckpointError

from .config import BaseConfig
from .model import (
    Base,
    check_length,
    check_weights,
    first_sentence,
    locate,
    read_tokenizer,
    set_dropout,
    silence,
)

_AUTO: Any = AutoModelForMaskedLM  # its methods are untyped
_PROBE_TOKENS = 6


def load_masked_base(config: BaseConfig, max_tokens: int) -> Base:
    """Return the base that `config` names, with its own head or, where it has none, one of random weights.

    Raises `CheckpointError` where the base is missing, damaged or has no fast tokenizer, `HubError` where the
    Hub cannot give it, and `ConfigError` where it does not take `max_tokens`.
    """
    assert config.name is not None
    folder, revision = locate(config.name, config.revision)
    if not folder.is_dir():
        raise CheckpointError(f"The base folder {folder} does not exist.")
    check_length(folder, max_tokens)
    check_weights(folder)
    tokenizer, files = read_tokenizer(folder)
    model = _load(folder, config)
    if tokenizer.get_vocab_size() > model.config.vocab_size:
        raise CheckpointError(
            f"{folder}: the tokenizer has {tokenizer.get_vocab_size()} tokens, the model knows "
            f"{model.config.vocab_size}."
        )
    return Base(model, tokenizer, files, config.name, revision)


def _load(folder: Path, base: BaseConfig) -> PreTrainedModel:
    try:
        config = AutoConfig.from_pretrained(folder, trust_remote_code=False)
        set_dropout(config, base)
        with silence():
            loaded: tuple[PreTrainedModel, dict[str, Any]] = _AUTO.from_pretrained(
                folder, config=config, dtype=torch.float32, output_loading_info=True, trust_remote_code=False
            )
    except Exception as error:
        raise CheckpointError(f"The base {folder} cannot be loaded: {first_sentence(error)}.") from error
    model, report = loaded
    for name in report["missing_keys"]:
        if name.startswith(f"{model.base_model_prefix}."):
            raise CheckpointError(f"The base {folder} has no weights that fit {name!r}.")
    return model


class Predictions:
    """The logits of a masked-LM model at chosen positions.

    The head is most of the work where it stands at every token: its product with the whole vocabulary. So the
    encoder's states are gathered, on their way to the head, at the chosen positions only. Where a trial shows
    that the head of an architecture does not take it, all logits are computed.
    """

    def __init__(self, model: PreTrainedModel) -> None:
        self._chosen: Tensor | None = None
        self._hook: Any = None
        if model.base_model is not model:
            self._hook = model.base_model.register_forward_hook(self._gather)
            if not self._agrees(model):
                self._hook.remove()
                self._hook = None

    @property
    def gathers(self) -> bool:
        """Whether the head sees the chosen positions only."""
        return self._hook is not None

    def logits(self, model: Any, ids: Tensor, mask: Tensor, chosen: Tensor) -> Tensor:
        """Return logits [chosen, vocabulary] of ids, attention mask and bool `chosen`, [batch, length].

        `model` is the one given before, or what wraps it for several processes.
        """
        self._chosen = chosen if self.gathers else None
        try:
            found: Tensor = model(input_ids=ids, attention_mask=mask).logits
        finally:
            self._chosen = None
        return found[0] if self.gathers else found[chosen]

    def _gather(self, _module: Any, _inputs: Any, output: Any) -> Any:
        if self._chosen is not None:
            output["last_hidden_state"] = output[0][self._chosen][None]
        return output

    @torch.no_grad()
    def _agrees(self, model: PreTrainedModel) -> bool:
        """Return whether gathered states give the logits that all states give."""
        was_training = model.training
        model.train(False)
        ids = torch.arange(_PROBE_TOKENS)[None].repeat(2, 1) % int(model.config.vocab_size)
        chosen = ids % 2 == 1
        try:
            found = self.logits(model, ids, torch.ones_like(ids), chosen)
            expected = model(input_ids=ids, attention_mask=torch.ones_like(ids)).logits[chosen]
        except (AttributeError, IndexError, KeyError, RuntimeError, TypeError, ValueError):
            return False
        finally:
            model.train(was_training)
        return found.shape == expected.shape and torch.allclose(found, expected, rtol=1e-3, atol=1e-4)
