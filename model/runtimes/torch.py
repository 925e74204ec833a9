"""The torch runtime: safetensors checkpoints on a GPU, or on the processor where a user has torch anyway."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ie.errors import CheckpointError, MissingDependencyError, UsageError

from . import check_threads


class TorchRuntime:
    """Runs the checkpoint in `folder` on `device`: "cpu", "cuda" or "cuda:N".

    On a GPU, and on the processor where `bf16` asks for it, products are computed in bfloat16. `threads`
    limits the threads of the whole process, as torch has only one setting. Raises `UsageError` where the
    device is unknown or not there, `MissingDependencyError` without torch and `CheckpointError` where the
    folder does not load.
    """

    def __init__(
        self, folder: Path, device: str = "cpu", threads: int | None = None, *, bf16: bool | None = None
    ) -> None:
        check_threads(threads)
        torch = _import_torch()
        self._torch = torch
        self._device = _device(torch, device)
        self._bf16 = self._device.type == "cuda" if bf16 is None else bf16
        if threads is not None:
            torch.set_num_threads(threads)
        self._model = _load(folder).to(self._device).eval()
        self.name = f"torch:{self._device}"

    def logits(self, ids: NDArray[np.int64], mask: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return the tag scores of each token, [batch, length, tags]."""
        torch = self._torch
        inputs = {"input_ids": ids, "attention_mask": mask}
        tensors = {name: torch.from_numpy(array).to(self._device) for name, array in inputs.items()}
        with (
            torch.inference_mode(),
            torch.autocast(self._device.type, dtype=torch.bfloat16, enabled=self._bf16),
        ):
            logits = self._model(**tensors).logits
        return np.asarray(logits.float().cpu().numpy(), dtype=np.float32)


def _import_torch() -> Any:
    try:
        import torch
        import transformers  # noqa: F401  (imported here so that its absence is reported the same way)
    except ImportError as error:
        raise MissingDependencyError(
            f"The torch runtime needs {error.name}, which is not installed: pip install 'ie[train]'."
        ) from error
    return torch


def _device(torch: Any, name: str) -> Any:
    """Return the torch device `name` after making sure that it is there."""
    try:
        device = torch.device(name)
    except RuntimeError as error:
        raise UsageError(f"Unknown device {name!r}: expected cpu, cuda or cuda:N.") from error
    if device.type not in ("cpu", "cuda"):
        raise UsageError(f"Unknown device {name!r}: expected cpu, cuda or cuda:N.")
    count = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if device.type == "cuda" and (device.index or 0) >= count:
        raise UsageError(f"There is no device {name!r}: torch sees {count} CUDA devices.")
    return device


def _load(folder: Path) -> Any:
    """Return the token-classification model in `folder` with weights in float32."""
    import torch
    from transformers import AutoModelForTokenClassification

    if not (folder / "config.json").is_file():
        raise CheckpointError(f"{folder} is not a checkpoint: there is no config.json in it.")
    try:
        with _quiet():
            model, report = AutoModelForTokenClassification.from_pretrained(
                folder,
                local_files_only=True,
                use_safetensors=True,
                dtype=torch.float32,
                output_loading_info=True,
            )
    # damaged weights, unknown architectures and wrong shapes each raise something else
    except Exception as error:
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
        raise CheckpointError(f"Cannot load {folder}: {reason}.") from error
    for name in report["missing_keys"]:
        raise CheckpointError(f"Cannot load {folder}: there are no weights {name!r} in it.")
    return model


@contextmanager
def _quiet() -> Iterator[None]:
    """Silence the bars and reports of transformers: what is wrong with a checkpoint is raised."""
    from transformers.utils import logging

    verbosity, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        yield
    finally:
        logging.set_verbosity(verbosity)
        if bars:
            logging.enable_progress_bar()  # type: ignore[no-untyped-call]
