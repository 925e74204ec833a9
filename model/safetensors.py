"""The header of a safetensors file, which says what tensors it holds, read without torch.

Format: 8 bytes of header length (little-endian), the header as JSON, then the data that it describes
(https://huggingface.co/docs/safetensors).
"""

import json
import math
from pathlib import Path
from typing import Any

from .errors import CheckpointError

# the format's own limit; a larger number means that the file is something else
MAX_HEADER_BYTES = 100_000_000


def read_header(path: Path) -> dict[str, dict[str, Any]]:
    """Return `{tensor name: {"dtype", "shape", "data_offsets"}}`.

    Raises `CheckpointError` where the file is no safetensors file or its size is not what its header says.
    """
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            length = int.from_bytes(file.read(8), "little")
            if size < 8 or length > MAX_HEADER_BYTES:
                raise CheckpointError(f"{path} is not a safetensors file.")
            header = file.read(length)
    except OSError as error:
        raise CheckpointError(f"Cannot read {path}: {error.strerror}.") from error
    if len(header) < length:
        raise CheckpointError(
            f"{path} is truncated: {8 + length} bytes of header are expected, the file has {size}."
        )
    tensors = _tensors(path, header)
    expected = 8 + length + max((tensor["data_offsets"][1] for tensor in tensors.values()), default=0)
    if size != expected:
        state = "truncated" if size < expected else "damaged"
        raise CheckpointError(f"{path} is {state}: {expected} bytes are expected, the file has {size}.")
    return tensors


def count_parameters(path: Path) -> int:
    """Return the number of values in all tensors of a safetensors file."""
    return sum(math.prod(tensor["shape"]) for tensor in read_header(path).values())


def _tensors(path: Path, header: bytes) -> dict[str, dict[str, Any]]:
    try:
        tensors = json.loads(header)
    except ValueError as error:
        raise CheckpointError(f"{path} is not a safetensors file: its header is not valid JSON.") from error
    if isinstance(tensors, dict):
        tensors.pop("__metadata__", None)
        if all(_is_tensor(tensor) for tensor in tensors.values()):
            return tensors
    raise CheckpointError(f"{path} is not a safetensors file: its header does not describe tensors.")


def _is_tensor(value: Any) -> bool:
    if not isinstance(value, dict):
        return False
    shape, offsets = value.get("shape"), value.get("data_offsets")
    if not isinstance(shape, list) or not isinstance(offsets, list) or len(offsets) != 2:
        return False
    return all(isinstance(number, int) and number >= 0 for number in (*shape, *offsets))
