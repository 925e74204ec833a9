"""The light runtime: ONNX files, int8 or fp32, through onnxruntime on the processor, without torch."""

from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from ie.errors import CheckpointError

from . import check_threads

INPUTS = ("input_ids", "attention_mask")


class OnnxRuntime:
    """Runs the file `path` with at most `threads` threads (None: one for each processor).

    Raises `CheckpointError`, naming the file, where it is missing, damaged or takes other inputs than token
    ids and mask, and `UsageError` where `threads` is below 1.
    """

    def __init__(self, path: Path, threads: int | None = None) -> None:
        check_threads(threads)
        if not path.is_file():
            raise CheckpointError(f"There is no ONNX file {path}.")
        try:
            self._session = onnxruntime.InferenceSession(
                str(path), _options(threads), providers=["CPUExecutionProvider"]
            )
        # onnxruntime raises a dozen classes of its own that share no base but Exception
        except Exception as error:
            raise CheckpointError(f"Cannot load {path}: {_first_line(error)}.") from error
        names = [item.name for item in self._session.get_inputs()]
        if sorted(names) != sorted(INPUTS):
            raise CheckpointError(f"{path} takes {', '.join(names)} instead of {', '.join(INPUTS)}.")
        self._output = self._session.get_outputs()[0].name
        self.name = "onnx"

    def logits(self, ids: NDArray[np.int64], mask: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return the tag scores of each token, [batch, length, tags]."""
        (result,) = self._session.run([self._output], {"input_ids": ids, "attention_mask": mask})
        return np.asarray(result, dtype=np.float32)


def _options(threads: int | None) -> onnxruntime.SessionOptions:
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
    # the default prints warnings about the machine on stderr, where users look for errors
    options.log_severity_level = 3
    options.inter_op_num_threads = 1
    if threads is not None:
        options.intra_op_num_threads = threads
        # who limits threads shares the machine, and a spinning thread is a busy one
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return options


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
