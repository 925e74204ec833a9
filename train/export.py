"""Export of a checkpoint to ONNX, fp32, int8 and a bare graph, with proof that all say what torch says."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ie.checkpoint import GRAPH_FILE, open_folder
from ie.document import Document
from ie.errors import IEError
from ie.extractor import Extractor
from ie.files import sha256
from ie.integrity import record_checksums
from ie.runtimes.onnx import OnnxRuntime
from ie.settings import read_object

from .card import RECORD_FILE
from .graph import weightless
from .metrics import score
from .quantize import quantize
from .tracing import batches, load_traceable, trace

FP32, INT8 = "onnx/model.onnx", "onnx/model_quantized.onnx"


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
            quantize(fp32, int8, [(sample.ids, sample.mask) for sample in samples])
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


def recorded_dev(folder: Path) -> list[Path]:
    """Return the corpora that chose the weights in `folder`, those that are still what they were."""
    path = folder / RECORD_FILE
    items = read_object(path)["data"]["dev"] if path.is_file() else []
    return [
        file for item in items if (file := Path(item["path"])).is_file() and sha256(file) == item["sha256"]
    ]


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

    model = load_traceable(folder)
    # folding constants renames the weights: the graph has to find them by name, int8 needs them folded
    trace(model, graph, folded=False)
    trace(model, path, folded=True)
    graph.write_bytes(weightless(onnx.load(str(graph)), folder).SerializeToString())
    samples = batches(model.model.config)
    with torch.no_grad():
        outputs = [model(torch.from_numpy(ids), torch.from_numpy(mask)).numpy() for ids, mask in samples]
    return [_Sample(*batch, logits) for batch, logits in zip(samples, outputs, strict=True)]


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
