"""Export of a checkpoint to ONNX, fp32, int8 and a bare graph, with proof that all say what torch says."""

import tempfile
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ie.checkpoint import GRAPH_FILE, open_folder
from ie.document import Document
from ie.errors import IEError
from ie.extractor import Extractor
from ie.integrity import record_checksums
from ie.runtimes import INPUTS
from ie.runtimes.onnx import OnnxRuntime

from .graph import weightless
from .metrics import score
from .quantize import quantize

FP32, INT8 = "onnx/model.onnx", "onnx/model_quantized.onnx"
OPSET = 17
SHAPES = ((1, 1), (1, 17), (2, 64), (8, 33), (3, 256), (1, 511), (1, 512))


class ExportError(IEError):
    """An export does not say what the model says; nothing was put in place."""


@dataclass(frozen=True, slots=True)
class ExportReport:
    """Sizes in bytes, the largest differences of logits from torch, strict micro-F1 on dev (None without)."""

    fp32_bytes: int
    int8_bytes: int
    fp32_difference: float
    int8_difference: float
    graph_difference: float
    fp32_f1: float | None = None
    int8_f1: float | None = None

    @property
    def loss(self) -> float | None:
        """The F1 that int8 loses against fp32; negative where it gains."""
        return None if self.fp32_f1 is None or self.int8_f1 is None else self.fp32_f1 - self.int8_f1


def export(
    folder: Path,
    *,
    dev: Sequence[Document] | None = None,
    max_loss: float = 0.005,
    max_difference: float = 1e-3,
    threads: int | None = None,
) -> ExportReport:
    """Write `onnx/model.onnx`, `onnx/model_quantized.onnx`, `graph.onnx` and checksums into a checkpoint.

    The graph has no weights of its own (`ie.train.graph`); OpenVINO runs it. Raises `ExportError`, leaving
    the folder as it was, where an fp32 logit is further than `max_difference` from that of torch, or int8
    loses more than `max_loss` strict micro-F1 on `dev` against fp32. Raises `CheckpointError` where the
    folder holds no checkpoint.
    """
    open_folder(folder, "torch")
    # beside the target, so that moving a file there is one step
    with tempfile.TemporaryDirectory(prefix=".export-", dir=folder) as name:
        part = Path(name)
        fp32, int8 = part / Path(FP32).name, part / Path(INT8).name
        # the weights that the graph names have to lie in its folder
        graph = folder / f".{GRAPH_FILE}"
        try:
            samples = _write_fp32(folder, fp32, graph)
            quantize(fp32, int8)
            report = _measure(folder, (fp32, int8, graph), samples, dev, threads)
            _judge(folder, report, max_loss, max_difference)
        except BaseException:
            graph.unlink(missing_ok=True)
            raise
        graph.replace(folder / GRAPH_FILE)
        (folder / FP32).parent.mkdir(exist_ok=True)
        fp32.replace(folder / FP32)
        int8.replace(folder / INT8)
    record_checksums(folder)
    return report


@dataclass(frozen=True, slots=True)
class _Sample:
    """A batch with the logits that torch gives for it; the mask ends the last row early."""

    ids: NDArray[np.int64]
    mask: NDArray[np.int64]
    logits: NDArray[np.float32]

    def difference(self, runtime: OnnxRuntime) -> float:
        found = runtime.logits(self.ids, self.mask)
        return float(np.abs(found - self.logits)[self.mask > 0].max())


def _write_fp32(folder: Path, path: Path, graph: Path) -> list[_Sample]:
    """Write the fp32 model to `path` and its bare graph to `graph`; return batches with torch's logits."""
    import onnx
    import torch

    model = _traceable(folder)
    batches = _batches(model.model.config)
    # folding constants renames the weights: the graph has to find them by name, int8 needs them folded
    _trace(model, batches[2], graph, folded=False)
    _trace(model, batches[2], path, folded=True)
    graph.write_bytes(weightless(onnx.load(str(graph)), folder).SerializeToString())
    with torch.no_grad():
        outputs = [model(torch.from_numpy(ids), torch.from_numpy(mask)).numpy() for ids, mask in batches]
    return [_Sample(*batch, logits) for batch, logits in zip(batches, outputs, strict=True)]


def _traceable(folder: Path) -> Any:
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


def _trace(model: Any, batch: tuple[NDArray[np.int64], NDArray[np.int64]], path: Path, folded: bool) -> None:
    import torch

    with warnings.catch_warnings(), torch.no_grad():
        # the older exporter takes seconds where the newer takes a minute, and gives the same logits
        warnings.simplefilter("ignore")
        torch.onnx.export(
            model,
            tuple(torch.from_numpy(array) for array in batch),
            str(path),
            input_names=list(INPUTS),
            output_names=["logits"],
            dynamic_axes={name: {0: "batch", 1: "length"} for name in (*INPUTS, "logits")},
            opset_version=OPSET,
            do_constant_folding=folded,
            dynamo=False,
        )


def _batches(config: Any) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Return ids and masks of many shapes, no longer than the model takes."""
    random = np.random.default_rng(0)
    special = {value for name, value in config.to_dict().items() if name.endswith("_token_id")}
    pieces = np.array([i for i in range(config.vocab_size) if i not in special])
    # RoBERTa counts positions from the id of the padding piece, the others from 0
    used = (config.pad_token_id or 0) + 1 if "roberta" in config.model_type else 0
    longest = config.max_position_embeddings - used
    batches = []
    for rows, length in SHAPES:
        shape = (rows, min(length, longest))
        mask = np.ones(shape, dtype=np.int64)
        if rows > 1:
            mask[-1, shape[1] // 2 :] = 0
        ids = np.where(mask > 0, random.choice(pieces, shape), config.pad_token_id or 0)
        batches.append((ids.astype(np.int64), mask))
    return batches


def _measure(
    folder: Path,
    files: tuple[Path, Path, Path],
    samples: Sequence[_Sample],
    dev: Sequence[Document] | None,
    threads: int | None,
) -> ExportReport:
    """Return the report on the fp32 file, the int8 file and the graph."""
    runtimes = [OnnxRuntime(path, threads) for path in files]
    differences = [max(sample.difference(runtime) for sample in samples) for runtime in runtimes]
    scores = [_f1(folder, runtime, dev) if dev else None for runtime in runtimes[:2]]
    sizes = [path.stat().st_size for path in files[:2]]
    return ExportReport(*sizes, *differences, *scores)


def _f1(folder: Path, runtime: OnnxRuntime, dev: Sequence[Document]) -> float:
    extractor = Extractor(open_folder(folder, None), runtime)
    return score(dev, list(extractor.extract_batch(dev)), extractor.labels).strict.micro.f1


def _judge(folder: Path, report: ExportReport, max_loss: float, max_difference: float) -> None:
    difference = max(report.fp32_difference, report.graph_difference)
    if not difference <= max_difference:
        raise ExportError(
            f"{folder}: a logit of the exported model is {difference:.4g} from that of torch, "
            f"more than {max_difference:g} is not accepted."
        )
    if report.loss is not None and report.loss > max_loss:
        raise ExportError(
            f"{folder}: int8 scores {report.int8_f1:.4f} on dev where fp32 scores {report.fp32_f1:.4f}; "
            f"a loss above {max_loss:g} is not accepted (largest difference of a logit: "
            f"{report.int8_difference:.4g})."
        )
