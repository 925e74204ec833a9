"""A checkpoint as an ONNX graph, traced by torch, and the batches on which the two are compared."""

import warnings
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ie.checkpoint import most_tokens
from ie.runtimes import INPUTS

OPSET = 17
SHAPES = ((1, 1), (1, 17), (2, 64), (8, 33), (3, 256), (1, 511), (1, 512))

Batch = tuple[NDArray[np.int64], NDArray[np.int64]]


def load_traceable(folder: Path) -> Any:
    """Return the model as one of two inputs and one output; what it wraps is its `model`."""
    import torch
    from transformers import AutoModelForTokenClassification

    class Logits(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = AutoModelForTokenClassification.from_pretrained(
                # onnxruntime knows the plain form of attention and fuses it
                folder,
                local_files_only=True,
                use_safetensors=True,
                dtype=torch.float32,
                attn_implementation="eager",
            )

        def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> Any:
            return self.model(input_ids=ids, attention_mask=mask).logits

    # without eval on the wrapper itself the exporter turns dropout on
    return Logits().eval()


def trace(model: Any, path: Path, *, folded: bool) -> None:
    """Write a traceable model to `path`; `folded` says whether constants are, which renames weights."""
    import torch

    with warnings.catch_warnings(), torch.no_grad():
        # the older exporter takes seconds where the newer takes a minute, and gives the same logits
        warnings.simplefilter("ignore")
        torch.onnx.export(
            model,
            tuple(torch.from_numpy(array) for array in batches(model.model.config)[2]),
            str(path),
            input_names=list(INPUTS),
            output_names=["logits"],
            dynamic_axes={name: {0: "batch", 1: "length"} for name in (*INPUTS, "logits")},
            opset_version=OPSET,
            do_constant_folding=folded,
            dynamo=False,
        )


def longest(config: Any) -> int:
    """Return how many tokens a model of this configuration takes, at most those of the longest batch."""
    # asked one by one: some configurations know these by names of their own
    names = ("model_type", "pad_token_id", "max_position_embeddings")
    limit = most_tokens({name: getattr(config, name, None) for name in names})
    most = max(length for _, length in SHAPES)
    return most if limit is None else min(limit, most)


def batches(config: Any) -> list[Batch]:
    """Return ids and masks of many shapes, no longer than the model takes."""
    random = np.random.default_rng(0)
    special = {value for name, value in config.to_dict().items() if name.endswith("_token_id")}
    pieces = np.array([i for i in range(config.vocab_size) if i not in special])
    found = []
    for rows, length in SHAPES:
        shape = (rows, min(length, longest(config)))
        mask = np.ones(shape, dtype=np.int64)
        if rows > 1:
            mask[-1, shape[1] // 2 :] = 0
        ids = np.where(mask > 0, random.choice(pieces, shape), config.pad_token_id or 0)
        found.append((ids.astype(np.int64), mask))
    return found
