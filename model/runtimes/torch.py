"""The torch runtime: safetensors checkpoints on a GPU, or on the processor where a user has torch anyway."""

import logging
import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ie.errors import CheckpointError, MissingDependencyError, UsageError
from ie.processor import gains_by_bf16

from . import check_threads, first_line
from .packing import (
    HALF_ROUNDING,
    LONGEST_TRIAL,
    ROUNDING,
    agree,
    first_position,
    pack,
    trial,
    unpack,
    use_packing,
)

logger = logging.getLogger(__name__)

PRECISIONS = ("auto", "fp32", "bf16", "fp16")

CPU_BATCH_TOKENS = 2048
# A pass launches hundreds of kernels, which takes milliseconds whatever the batch: it must be worth more.
CUDA_BATCH_TOKENS = 32_768
# One batch is computed while another is copied and launched.
CUDA_PARALLEL = 2


class TorchRuntime:
    """Runs the checkpoint in `folder` on `device`: "cpu", "cuda" or "cuda:N".

    `precision` is of weights and products: "fp32", "bf16", "fp16", or "auto", which is bf16 on a device that
    multiplies in it itself and faster, and fp32 elsewhere. On the processor the calls that run at once share
    `threads` threads (None: as many as torch uses). `packed` says whether batches are computed without their
    padding where model and device can do so (None: on a GPU only; of batches of like lengths it is 2 %, which
    a processor hardly feels). `compiled` has torch.compile fuse the model, which delays the first batch by a
    minute or so and allows one call at a time; where it fails, the model runs as it is.

    Raises `UsageError` where the device is unknown or not there, `MissingDependencyError` without torch and
    `CheckpointError` where the folder does not load.
    """

    def __init__(
        self,
        folder: Path,
        device: str = "cpu",
        threads: int | None = None,
        *,
        precision: str = "auto",
        packed: bool | None = None,
        compiled: bool = False,
    ) -> None:
        check_threads(threads)
        torch = _import_torch()
        self._torch = torch
        self._device = _device(torch, device)
        self.dtype = _dtype(torch, self._device, precision)
        self._model = _load(folder, self.dtype).to(self._device).eval()
        self.name = f"torch:{self._device}"
        cuda = self._device.type == "cuda"
        self._lanes = _Gpu(torch, self._device) if cuda else _Processor(torch, threads)
        self.parallel = 1 if compiled else self._lanes.parallel
        self.batch_tokens = CUDA_BATCH_TOKENS if cuda else CPU_BATCH_TOKENS
        self._most: int | None = None  # tokens of a batch, once memory was too little for more
        self._first = first_position(self._model)
        self._compiled: Any = None
        self._packed = False
        if cuda if packed is None else packed:
            self._pack()
        if compiled:
            self._compiled = torch.compile(self._model, dynamic=True)

    def logits(self, ids: NDArray[np.int64], mask: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return the tag scores of each token, [batch, length, tags].

        A batch for which the GPU has too little memory is computed in halves, and so are later ones of its
        size. Raises `UsageError` where there is too little for one row.
        """
        if self._most is not None and ids.size > self._most and len(ids) > 1:
            return self._halves(ids, mask)
        try:
            return self._scores(ids, mask)
        except self._torch.OutOfMemoryError:
            pass  # what follows needs the memory that the frames of the error hold
        self._torch.cuda.empty_cache()
        if len(ids) == 1:
            raise UsageError(
                f"{self._device} has too little free memory for one window of {ids.size} tokens: "
                "free some, or use another device."
            )
        self._most = ids.size // 2
        logger.info("%s has too little memory for a batch of %d tokens: it is halved.", self.name, ids.size)
        return self._halves(ids, mask)

    def _halves(self, ids: NDArray[np.int64], mask: NDArray[np.int64]) -> NDArray[np.float32]:
        middle = (len(ids) + 1) // 2
        parts = (slice(None, middle), slice(middle, None))
        return np.concatenate([self.logits(ids[part], mask[part]) for part in parts])

    def _scores(self, ids: NDArray[np.int64], mask: NDArray[np.int64]) -> NDArray[np.float32]:
        with self._lanes.lane(), self._torch.inference_mode():
            if not self._packed:
                return self._run({"input_ids": ids, "attention_mask": mask})
            rows = pack(ids, mask)
            bounds = self._lanes.send(rows.bounds)
            packed = self._run(
                {"input_ids": rows.ids[None], "position_ids": rows.places[None] + self._first},
                cu_seq_lens_q=bounds,
                cu_seq_lens_k=bounds,
                max_length_q=rows.longest,
                max_length_k=rows.longest,
            )
            return unpack(packed[0], mask)

    def _run(self, arrays: dict[str, NDArray[np.int64]], **options: Any) -> NDArray[np.float32]:
        inputs = {name: self._lanes.send(array) for name, array in arrays.items()}
        return self._lanes.receive(self._forward({**inputs, **options}).float())

    def _forward(self, inputs: dict[str, Any]) -> Any:
        if self._compiled is not None:
            try:
                return self._compiled(**inputs).logits
            except self._torch.OutOfMemoryError:
                raise
            # compilers fail in ways of their own: no C++ compiler, an operation without a rule, …
            except Exception as error:  # noqa: BLE001
                logger.info("%s cannot be compiled and runs as it is: %s.", self.name, first_line(error))
                self._compiled = None
        return self._model(**inputs).logits

    def _pack(self) -> None:
        """Have the model take packed rows from now on if it scores them as it scores padded ones."""
        config = self._model.config
        usual = config._attn_implementation
        positions = (getattr(config, "max_position_embeddings", None) or LONGEST_TRIAL) - self._first
        ids, mask = trial(config.vocab_size, positions)
        kept = mask.astype(bool)
        rounding = ROUNDING if self.dtype == self._torch.float32 else HALF_ROUNDING
        try:
            padded = self._scores(ids, mask)[kept]
            with _quiet():
                use_packing(self._model)
            self._packed = True
            if agree(self._scores(ids, mask)[kept], padded, rounding):
                return
            reason = "the scores of packed rows differ"
        # no kernel for this GPU, an older torch, a model without packed rows: each raises something else
        except Exception as error:  # noqa: BLE001
            reason = first_line(error)
        self._packed = False
        with _quiet():
            self._model.set_attn_implementation(usual)
        logger.info("%s computes padding too: %s.", self.name, reason)


class _Processor:
    """The processor, whose threads are shared by the calls that run at once.

    Calls of one thread each give more tokens a second than one call of all threads (on two cores 14 % in
    bf16, 34 % in fp32), but a call that is alone takes them all. torch keeps the number for the thread that
    sets it and for those that start later, so it is put back.
    """

    def __init__(self, torch: Any, threads: int | None) -> None:
        self._torch = torch
        self._usual = torch.get_num_threads()
        self.parallel: int = threads or self._usual
        self._running = 0
        self._lock = threading.Lock()

    @contextmanager
    def lane(self) -> Iterator[None]:
        """Give what runs inside its share of the threads."""
        with self._lock:
            self._running += 1
            share = max(1, self.parallel // self._running)
        self._torch.set_num_threads(share)
        try:
            yield
        finally:
            with self._lock:
                self._running -= 1
            self._torch.set_num_threads(self._usual)

    def send(self, array: NDArray[Any]) -> Any:
        """Return the tensor of an array."""
        return self._torch.from_numpy(array)

    def receive(self, tensor: Any) -> NDArray[np.float32]:
        """Return the array of a tensor."""
        return np.asarray(tensor.numpy(), dtype=np.float32)


class _Gpu:
    """A GPU with a stream for each of the calls that run at once, so that copies and products overlap.

    Memory that torch pins is torch's to reuse, and only after the copies that were started from it.
    """

    parallel = CUDA_PARALLEL

    def __init__(self, torch: Any, device: Any) -> None:
        self._torch = torch
        self._device = device
        # the last one used is the next one taken, so that one caller stays within the memory of one stream
        self._streams: queue.LifoQueue[Any] = queue.LifoQueue()
        for _ in range(self.parallel):
            self._streams.put(torch.cuda.Stream(device))
        # the weights were copied on a stream that the others do not wait for
        torch.cuda.synchronize(device)

    @contextmanager
    def lane(self) -> Iterator[None]:
        """Run what is inside on a stream of its own; waits for one to be free."""
        stream = self._streams.get()
        try:
            with self._torch.cuda.stream(stream):
                yield
        finally:
            self._streams.put(stream)

    def send(self, array: NDArray[Any]) -> Any:
        """Return a tensor on the GPU that work on the stream of this lane may read at once."""
        return self._torch.from_numpy(array).pin_memory().to(self._device, non_blocking=True)

    def receive(self, tensor: Any) -> NDArray[np.float32]:
        """Return the array of a tensor on the GPU, after all that its stream has to do."""
        host = tensor.to("cpu", non_blocking=True)
        self._torch.cuda.current_stream(self._device).synchronize()
        return np.array(host.numpy(), dtype=np.float32)


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


def _dtype(torch: Any, device: Any, precision: str) -> Any:
    """Return the torch type that `precision` names; raises `UsageError` where it is none of PRECISIONS."""
    if precision not in PRECISIONS:
        raise UsageError(f"Unknown precision {precision!r}: expected one of {', '.join(PRECISIONS)}.")
    if precision == "auto":
        precision = "bf16" if _multiplies_bf16(torch, device) else "fp32"
    return {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}[precision]


def _multiplies_bf16(torch: Any, device: Any) -> bool:
    """Return whether `device` multiplies in bf16 itself, and faster than in fp32."""
    if device.type == "cuda":
        with torch.cuda.device(device):
            return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    return processor_gains_by_bf16(torch)


def processor_gains_by_bf16(torch: Any) -> bool:
    """Return whether products in bf16 are faster than in fp32 here, by the instructions that torch uses."""

    def found(probe: str) -> bool:
        return bool(getattr(torch.cpu, probe, lambda: False)())

    return gains_by_bf16(amx=found("_is_amx_tile_supported"), avx512=found("_is_avx512_bf16_supported"))


def _load(folder: Path, dtype: Any) -> Any:
    """Return the token-classification model in `folder` with weights of `dtype`, read tensor by tensor."""
    from transformers import AutoModelForTokenClassification

    if not (folder / "config.json").is_file():
        raise CheckpointError(f"{folder} is not a checkpoint: there is no config.json in it.")
    try:
        with _quiet():
            model, report = AutoModelForTokenClassification.from_pretrained(
                folder,
                local_files_only=True,
                use_safetensors=True,
                dtype=dtype,
                output_loading_info=True,
            )
    # damaged weights, unknown architectures and wrong shapes each raise something else
    except Exception as error:
        raise CheckpointError(f"Cannot load {folder}: {first_line(error)}.") from error
    for name in report["missing_keys"]:
        raise CheckpointError(f"Cannot load {folder}: there are no weights {name!r} in it.")
    return model


@contextmanager
def _quiet() -> Iterator[None]:
    """Silence the bars and reports of transformers: what is wrong with a checkpoint is raised."""
    from transformers.utils import logging as their_logging

    verbosity, bars = their_logging.get_verbosity(), their_logging.is_progress_bar_enabled()
    their_logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    their_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        yield
    finally:
        their_logging.set_verbosity(verbosity)
        if bars:
            their_logging.enable_progress_bar()  # type: ignore[no-untyped-call]
