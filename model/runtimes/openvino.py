"""OpenVINO on the processor: products in bf16 where that is faster, weights as the checkpoint stores them."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, SimpleQueue
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ie.checkpoint import TORCH_FILES
from ie.errors import CheckpointError, MissingDependencyError
from ie.processor import cores, features, gains_by_bf16

from . import INPUTS, check_threads, first_line


class OpenVinoRuntime:
    """Runs the ONNX graph `path` on at most `threads` cores (None: all that the process may use).

    Products are computed in bf16 or not, as `bf16` says; None takes the faster (`native_bf16`). An inference
    request serves one call at a time; idle ones are kept. Raises `CheckpointError`, naming the file, where it
    is missing, damaged or takes other inputs than token ids and mask, `UsageError` where `threads` is below
    1, and `MissingDependencyError` without openvino.
    """

    name = "openvino"
    batch_tokens = 1

    def __init__(self, path: Path, threads: int | None = None, *, bf16: bool | None = None) -> None:
        check_threads(threads)
        openvino = _import_openvino()
        if not path.is_file():
            raise CheckpointError(f"There is no ONNX graph {path}.")
        self.parallel = threads or cores()
        if bf16 is None:
            bf16 = native_bf16()
        settings = {
            "INFERENCE_PRECISION_HINT": "bf16" if bf16 else "f32",
            "INFERENCE_NUM_THREADS": self.parallel,
            "NUM_STREAMS": self.parallel,
        }
        try:
            with _in_one_folder(path) as graph:
                self._model = openvino.Core().compile_model(str(graph), "CPU", settings)
        except Exception as error:  # OpenVINO raises RuntimeError and classes of its own
            raise CheckpointError(f"Cannot load {path}: {first_line(error)}.") from error
        names = [item.get_any_name() for item in self._model.inputs]
        if sorted(names) != sorted(INPUTS):
            raise CheckpointError(f"{path} takes {', '.join(names)} instead of {', '.join(INPUTS)}.")
        self._idle: SimpleQueue[Any] = SimpleQueue()
        # The binding's first call imports parts of numpy, which two threads at once can wait for for ever.
        token = np.ones((1, 1), dtype=np.int64)
        self.logits(token, token)

    def logits(self, ids: NDArray[np.int64], mask: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return the tag scores of each token, [batch, length, tags]."""
        try:
            request = self._idle.get_nowait()
        except Empty:
            request = self._model.create_infer_request()
        result = request.infer({"input_ids": ids, "attention_mask": mask})
        # the request will write its next result to the same memory
        logits = np.array(result[0], dtype=np.float32)
        self._idle.put(request)
        return logits


def native_bf16() -> bool:
    """Return whether OpenVINO's products in bf16, which it can imitate too, are faster than in fp32 here."""
    return gains_by_bf16(amx="amx_bf16" in features(), avx512="avx512_bf16" in features())


@contextmanager
def _in_one_folder(path: Path) -> Iterator[Path]:
    """Yield where the graph lies in one folder with its weights.

    In a cache of the Hub both are links to files elsewhere, which OpenVINO refuses to follow out of the
    graph's folder. Links of another kind to them, or copies, serve while the model is loaded.
    """
    weights = path.with_name(TORCH_FILES[0])
    if not weights.is_symlink():
        yield path
        return
    with TemporaryDirectory(prefix="ie-openvino-") as name:
        for file in (path, weights):
            _link(file.resolve(), Path(name) / file.name)
        yield Path(name) / path.name


def _link(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:
        # on another disk, or by another user's leave
        shutil.copyfile(source, target)


def _import_openvino() -> Any:
    try:
        import openvino
    except ImportError as error:
        raise MissingDependencyError(
            "The openvino runtime is not installed: pip install 'ie[openvino]'."
        ) from error
    return openvino
