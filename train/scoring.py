"""Scores and calibration on dev, with texts decoded by the very code that inference uses."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import PreTrainedModel

from ie.checkpoint import open_folder
from ie.document import Document
from ie.extractor import Extractor

from .batching import Collator, make_batches
from .config import LossConfig
from .dataset import WindowSet
from .loss import PartialLabelLoss
from .metrics import Scores, score
from .temperature import MAX_TEMPERATURE, golden_section

BATCH_TOKENS = 4096


class ModelRuntime:
    """A model in training as the runtime of an extractor."""

    name = "torch"
    batch_tokens = BATCH_TOKENS
    parallel = 1

    def __init__(self, model: PreTrainedModel) -> None:
        self._model = model

    def logits(self, ids: NDArray[np.int64], mask: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return the logits [batch, length, tags] of token ids and attention mask [batch, length]."""
        device = self._model.device
        inputs = {"input_ids": torch.from_numpy(ids), "attention_mask": torch.from_numpy(mask)}
        with torch.no_grad():  # which holds for one thread, and this is not the one that `inference` is in
            output = self._model(**{name: value.to(device) for name, value in inputs.items()})
        return np.asarray(output.logits.float().cpu().numpy())


@contextmanager
def inference(model: PreTrainedModel) -> Iterator[None]:
    """Switch dropout and gradients off inside the block."""
    was_training = model.training
    model.train(False)
    try:
        with torch.no_grad():
            yield
    finally:
        model.train(was_training)


def predict(model: PreTrainedModel, folder: Path, documents: Sequence[Document]) -> list[Document]:
    """Return what `model`, with the tokenizer and settings in `folder`, finds in `documents`."""
    extractor = Extractor(open_folder(folder, None), ModelRuntime(model))
    with inference(model):
        return list(extractor.extract_batch(documents))


def evaluate_model(
    model: PreTrainedModel,
    folder: Path,
    documents: Sequence[Document],
    labels: Sequence[str],
    rank: int = 0,
    world: int = 1,
) -> Scores:
    """Return the scores on `documents`, the same in all `world` processes; each predicts a share."""
    found = predict(model, folder, documents[rank::world])
    if world > 1:
        from accelerate.utils import gather_object

        shares = gather_object([found])
        found = [shares[i % world][i // world] for i in range(len(documents))]
    return score(documents, found, labels)


def flatten_scores(scores: Scores) -> dict[str, float]:
    """Return the numbers that the log shows after an evaluation; `f1` is the strict micro-F1."""
    micro = scores.strict.micro
    numbers = {"f1": micro.f1, "precision": micro.precision, "recall": micro.recall}
    numbers |= {f"{label}_f1": counts.f1 for label, counts in scores.strict.labels.items()}
    return {**numbers, "overlap_f1": scores.overlap.micro.f1}


def fit_temperature(model: PreTrainedModel, windows: WindowSet, pad_id: int, tags: Sequence[str]) -> float:
    """Return the temperature that gives the words of `windows` the least negative log-likelihood.

    Guo et al., "On Calibration of Modern Neural Networks", 2017. Found by golden-section search over its
    logarithm, in which the likelihood has one optimum.
    """
    loss = PartialLabelLoss(LossConfig(), tags)
    scored = _score(model, windows, pad_id, tags)
    batches = [(item["labels"], item["open"], logits) for item, logits in scored]

    def cost(log_temperature: float) -> float:
        temperature = float(np.exp(log_temperature))
        costs = (float(loss(logits / temperature, labels, allowed)) for labels, allowed, logits in batches)
        # a belief in 1, as in ie.train.temperature: it decides where there are no words, and weighs nothing
        # beside some hundred
        return sum(costs) + log_temperature**2 / 10

    bound = float(np.log(MAX_TEMPERATURE))
    return round(float(np.exp(golden_section(cost, -bound, bound))), 4)


def _score(
    model: PreTrainedModel, windows: WindowSet, pad_id: int, tags: Sequence[str]
) -> Iterator[tuple[dict[str, torch.Tensor], torch.Tensor]]:
    """Yield batches of windows, and their logits, on the processor."""
    collate = Collator(pad_id, len(tags))
    order = np.arange(len(windows.lengths))
    budget = max(BATCH_TOKENS, int(windows.lengths.max()))
    with inference(model):
        for batch in make_batches(order, windows.lengths, budget, np.random.default_rng(0)):
            item = collate([windows.dataset[i] for i in batch])
            inputs = {name: item[name].to(model.device) for name in ("input_ids", "attention_mask")}
            yield item, model(**inputs).logits.float().cpu()


def with_temperature(folder: Path, temperature: float) -> None:
    """Store the temperature in the settings of the checkpoint in `folder`."""
    replace(open_folder(folder, None).settings, temperature=temperature).write(folder)
