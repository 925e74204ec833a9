"""Which runtime runs a checkpoint: the one asked for, or the fastest that processor and files allow."""

import importlib.util
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .checkpoint import ONNX_FILES, Checkpoint, RuntimeName, load_checkpoint
from .errors import CheckpointError, HubError, UsageError
from .processor import features

if TYPE_CHECKING:
    from .runtimes import Runtime

logger = logging.getLogger(__name__)

RUNTIMES = ("auto", "onnx", "openvino", "torch")
# What each runtime computes products in, its own choice first; the weights of int8 files are int8 too.
PRECISIONS: Mapping[RuntimeName, tuple[str, ...]] = {
    "onnx": ("int8", "fp32"),
    "openvino": ("bf16", "fp32"),
    "torch": ("bf16", "fp32", "fp16"),
}


def load(
    ref: str | Path | None,
    runtime: str = "auto",
    device: str = "cpu",
    threads: int | None = None,
    *,
    precision: str = "auto",
    **where: Any,
) -> "tuple[Checkpoint, Runtime]":
    """Return the checkpoint that `ref` names and a runtime with its weights.

    `where` is `revision`, `token` and `cache_dir`. Raises what `find` and the runtime raise.
    """
    checkpoint, name = find(ref, runtime, device, precision=precision, **where)
    return checkpoint, _make(checkpoint, name, device, threads, precision)


def find(
    ref: str | Path | None,
    runtime: str = "auto",
    device: str = "cpu",
    *,
    precision: str = "auto",
    revision: str | None = None,
    token: str | None = None,
    cache_dir: Path | None = None,
) -> tuple[Checkpoint, RuntimeName]:
    """Return the checkpoint that `ref` names (see `load_checkpoint`) and the runtime that it is found for.

    "auto" is torch on a GPU. On the processor it is the first of `candidates` whose weights the checkpoint
    has and which computes in `precision`. Raises `UsageError` on a runtime, device or precision that there is
    not, and what finding the checkpoint raises.
    """
    failures: dict[RuntimeName, CheckpointError] = {}
    for name in _choices(runtime, device, precision):
        # onnxruntime runs the graph that is there for OpenVINO, in fp32
        files: RuntimeName = "openvino" if (name, precision) == ("onnx", "fp32") else name
        try:
            checkpoint = load_checkpoint(
                ref, revision=revision, token=token, cache_dir=cache_dir, runtime=files
            )
            if precision == "int8":
                _check_int8(checkpoint)
            return checkpoint, name
        except HubError:
            raise
        except CheckpointError as error:
            failures[name] = error
    # where several were tried, onnx is what `ie model export` would bring
    raise failures.get("onnx") or next(iter(failures.values()))


def _check_int8(checkpoint: Checkpoint) -> None:
    """Raise `CheckpointError` where onnxruntime would open fp32 weights in place of int8 ones."""
    if checkpoint.weights != checkpoint.folder / ONNX_FILES[0]:
        raise CheckpointError(
            f"{checkpoint.folder} has no int8 weights ({ONNX_FILES[0]}): "
            "run `ie model export` on it or use `--precision fp32`."
        )


def _choices(runtime: str, device: str, precision: str) -> list[RuntimeName]:
    """Return the runtimes to try for what was asked; raises `UsageError` where there is none."""
    if runtime not in RUNTIMES:
        raise UsageError(f"Unknown runtime {runtime!r}: expected one of {', '.join(RUNTIMES)}.")
    if runtime in ("onnx", "openvino") and device != "cpu":
        raise UsageError(f"The {runtime} runtime runs on the cpu, not on {device!r}; use the torch runtime.")
    names = candidates(device) if runtime == "auto" else (_named(runtime),)
    found = [name for name in names if precision in ("auto", *PRECISIONS[name])]
    if not found:
        known = "; ".join(f"{name}: {', '.join(PRECISIONS[name])}" for name in names)
        raise UsageError(f"Nothing here computes in {precision!r} ({known}).")
    return found


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


def _make(
    checkpoint: Checkpoint, runtime: RuntimeName, device: str, threads: int | None, precision: str
) -> "Runtime":
    assert checkpoint.weights is not None
    match runtime:
        case "torch":
            from .runtimes.torch import TorchRuntime

            return TorchRuntime(checkpoint.folder, device, threads, precision=precision)
        case "openvino":
            from .runtimes.openvino import OpenVinoRuntime

            bf16 = None if precision == "auto" else precision == "bf16"
            return OpenVinoRuntime(checkpoint.weights, threads, bf16=bf16)
        case "onnx":
            from .runtimes.onnx import OnnxRuntime

            return OnnxRuntime(checkpoint.weights, threads)
