"""The light runtime: ONNX files, int8 or fp32, through onnxruntime on the processor, without torch."""

from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from ie.errors import CheckpointError
from ie.processor import cores

from . import INPUTS, check_threads, first_line

# onnxruntime's own kernel for the sum and its normalisation is ten times slower than the two apart.
SLOW_FUSIONS = ("SkipLayerNormFusion",)


class OnnxRuntime:
    """Runs the file `path` on at most `threads` cores (None: all that the process may use).

    Each batch is computed by one thread, and as many batches at once as there are threads: nothing waits for
    the slowest part of a product. Windows go one by one: what one needs stays in the cache of its core,
    there is no padding, and int8 scales, which are taken from all that a batch holds, do not hang on what
    else is read. Raises `CheckpointError`, naming the file, where it is missing, damaged or takes other
    inputs than token ids and mask, and `UsageError` where `threads` is below 1.
    """

    name = "onnx"
    batch_tokens = 1

    def __init__(self, path: Path, threads: int | None = None) -> None:
        check_threads(threads)
        if not path.is_file():
            raise CheckpointError(f"There is no ONNX file {path}.")
        try:
            self._session = onnxruntime.InferenceSession(
                str(path), _options(), providers=["CPUExecutionProvider"], disabled_optimizers=SLOW_FUSIONS
            )
        # onnxruntime raises a dozen classes of its own that share no base but Exception
        except Exception as error:
            raise CheckpointError(f"Cannot load {path}: {first_line(error)}.") from error
        names = [item.name for item in self._session.get_inputs()]
        if sorted(names) != sorted(INPUTS):
            raise CheckpointError(f"{path} takes {', '.join(names)} instead of {', '.join(INPUTS)}.")
        self._output = self._session.get_outputs()[0].name
        self.parallel = threads or cores()

    def logits(self, ids: NDArray[np.int64], mask: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return the tag scores of each token, [batch, length, tags]."""
        (result,) = self._session.run([self._output], {"input_ids": ids, "attention_mask": mask})
        return np.asarray(result, dtype=np.float32)


def _options() -> onnxruntime.SessionOptions:
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
    # the default prints warnings about the machine on stderr, where users look for errors
    options.log_severity_level = 3
    options.inter_op_num_threads = 1
    options.intra_op_num_threads = 1
    return options
