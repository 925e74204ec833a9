"""Which runtime runs a checkpoint: the one asked for, or the fastest that processor and files allow."""

import importlib.util
import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .checkpoint import Checkpoint, RuntimeName, load_checkpoint
from .errors import CheckpointError, HubError, UsageError
from .processor import features

if TYPE_CHECKING:
    from .runtimes import Runtime

logger = logging.getLogger(__name__)

RUNTIMES = ("auto", "onnx", "openvino", "torch")


def load(
    ref: str | Path | None,
    runtime: str = "auto",
    device: str = "cpu",
    threads: int | None = None,
    **where: Any,
) -> "tuple[Checkpoint, Runtime]":
    """Return the checkpoint that `ref` names and a runtime with its weights.

    `where` is `revision`, `token` and `cache_dir`. Raises what `find` and the runtime raise.
    """
    checkpoint, name = find(ref, runtime, device, **where)
    return checkpoint, _make(checkpoint, name, device, threads)


def find(
    ref: str | Path | None,
    runtime: str = "auto",
    device: str = "cpu",
    *,
    revision: str | None = None,
    token: str | None = None,
    cache_dir: Path | None = None,
) -> tuple[Checkpoint, RuntimeName]:
    """Return the checkpoint that `ref` names (see `load_checkpoint`) and the runtime that it is found for.

    "auto" is torch on a GPU. On the processor it is the first of `candidates` whose weights the checkpoint
    has. Raises `UsageError` on a runtime or device that there is not, and what finding the checkpoint raises.
    """
    if runtime not in RUNTIMES:
        raise UsageError(f"Unknown runtime {runtime!r}: expected one of {', '.join(RUNTIMES)}.")
    if runtime in ("onnx", "openvino") and device != "cpu":
        raise UsageError(f"The {runtime} runtime runs on the cpu, not on {device!r}; use the torch runtime.")
    failures: dict[RuntimeName, CheckpointError] = {}
    for name in candidates(device) if runtime == "auto" else (_named(runtime),):
        try:
            return (
                load_checkpoint(ref, revision=revision, token=token, cache_dir=cache_dir, runtime=name),
                name,
            )
        except HubError:
            raise
        except CheckpointError as error:
            failures[name] = error
    # where several were tried, onnx is what `ie model export` would bring
    raise failures.get("onnx") or next(iter(failures.values()))


def candidates(device: str = "cpu") -> tuple[RuntimeName, ...]:
    """Return the runtimes to try on `device`, the fastest first.

    OpenVINO computes bf16 on AMX, about twice as fast there as onnxruntime's int8; without AMX it is slower
    (benchmarks/SPEED.md).
    """
    if device != "cpu":
        return ("torch",)
    found: list[RuntimeName] = ["onnx"]
    if "amx_bf16" in features():
        if importlib.util.find_spec("openvino") is None:
            logger.info("This processor has AMX, which OpenVINO uses: pip install 'ie[openvino]'.")
        else:
            found.insert(0, "openvino")
    if importlib.util.find_spec("torch") is not None:
        found.append("torch")
    return tuple(found)


def _named(runtime: str) -> RuntimeName:
    match runtime:
        case "openvino":
            return "openvino"
        case "torch":
            return "torch"
        case _:
            return "onnx"


def _make(checkpoint: Checkpoint, runtime: RuntimeName, device: str, threads: int | None) -> "Runtime":
    assert checkpoint.weights is not None
    match runtime:
        case "torch":
            from .runtimes.torch import TorchRuntime

            return TorchRuntime(checkpoint.folder, device, threads)
        case "openvino":
            from .runtimes.openvino import OpenVinoRuntime

            return OpenVinoRuntime(checkpoint.weights, threads)
        case "onnx":
            from .runtimes.onnx import OnnxRuntime

            return OnnxRuntime(checkpoint.weights, threads)
