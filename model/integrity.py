"""Whether a checkpoint folder is whole: its files load, agree with each other and with their checksums."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from .checkpoint import GRAPH_FILE, ONNX_FILES, TORCH_FILES, Checkpoint, find_weights, open_folder
from .errors import CheckpointError, IEError
from .files import sha256
from .safetensors import read_header
from .settings import Settings

# transformers calls the last layer of every token-classification model so
HEAD = "classifier.weight"


def record_checksums(folder: Path) -> Settings:
    """Write the SHA-256 of each weights file of `folder` into its `ie.json`; return the new settings.

    Whoever writes weights calls it last: the checksums name the revision of a checkpoint not on the Hub.
    """
    files = {*ONNX_FILES, GRAPH_FILE, *(path.name for path in folder.glob("*.safetensors"))}
    sums = {name: sha256(folder / name) for name in sorted(files) if (folder / name).is_file()}
    settings = replace(Settings.read(folder), checksums=sums)
    settings.write(folder)
    return settings


def drop_exports(folder: Path) -> None:
    """Remove from `folder` what was exported from weights that are being replaced, and all checksums.

    Runtimes prefer an export to the safetensors beside it, so one of other weights must not stay.
    """
    for name in (*ONNX_FILES, GRAPH_FILE):
        (folder / name).unlink(missing_ok=True)
    settings = Settings.read(folder)
    if settings.checksums:
        replace(settings, checksums={}).write(folder)


def check_folder(folder: Path) -> list[str]:
    """Return one sentence for each thing that is wrong with the checkpoint in `folder`; none if it is whole.

    Every file that a runtime may open is opened, and the models in ONNX are run on a few tokens.
    """
    try:
        checkpoint = open_folder(folder, None)
    except CheckpointError as error:
        return [str(error)]
    checks = (_check_tokenizer, _check_safetensors, _check_onnx, _check_checksums, _check_presence)
    return [problem for check in checks for problem in check(checkpoint)]


def _check_tokenizer(checkpoint: Checkpoint) -> Iterator[str]:
    try:
        size = checkpoint.read_tokenizer().get_vocab_size()
    except CheckpointError as error:
        yield str(error)
        return
    rows = checkpoint.config.get("vocab_size")
    if isinstance(rows, int) and size > rows:
        yield f"{checkpoint.folder}: the tokenizer has {size} tokens, 'vocab_size' in config.json is {rows}."


def _check_safetensors(checkpoint: Checkpoint) -> Iterator[str]:
    folder = checkpoint.folder
    if not any((folder / name).is_file() for name in TORCH_FILES):
        return
    try:
        find_weights(folder, "torch")
        tensors = {
            name: item for path in folder.glob("*.safetensors") for name, item in read_header(path).items()
        }
    except CheckpointError as error:
        yield str(error)
        return
    head = tensors.get(HEAD)
    if head is None:
        yield f"{folder}: the safetensors have no '{HEAD}': not a token-classification model."
    elif head["shape"][0] != len(checkpoint.tags):
        count = head["shape"][0]
        yield f"{folder}: '{HEAD}' scores {count} tags, but config.json names {len(checkpoint.tags)}."


def _check_onnx(checkpoint: Checkpoint) -> Iterator[str]:
    from .runtimes.onnx import OnnxRuntime

    tokens = np.zeros((1, 4), dtype=np.int64)
    for name in (*ONNX_FILES, GRAPH_FILE):
        path = checkpoint.folder / name
        if not path.is_file():
            continue
        try:
            count = OnnxRuntime(path, 1).logits(tokens, np.ones_like(tokens)).shape[-1]
        except IEError as error:
            yield str(error)
            continue
        except Exception as error:  # noqa: BLE001 (onnxruntime raises many classes without a common base)
            yield f"{path} cannot be run: {' '.join(str(error).split())[:200]}."
            continue
        if count != len(checkpoint.tags):
            yield f"{path} scores {count} tags, but config.json names {len(checkpoint.tags)}."


def _check_checksums(checkpoint: Checkpoint) -> Iterator[str]:
    for name, expected in checkpoint.settings.checksums.items():
        path = checkpoint.folder / name
        # a runtime needs one of the files: the others may have been left out
        if path.is_file() and sha256(path) != expected:
            yield f"{path} is not the file that was exported: its SHA-256 differs from the one in ie.json."


def _check_presence(checkpoint: Checkpoint) -> Iterator[str]:
    if not any((checkpoint.folder / name).is_file() for name in (*ONNX_FILES, *TORCH_FILES)):
        yield f"{checkpoint.folder} has no weights ({', '.join((*ONNX_FILES, *TORCH_FILES))})."
