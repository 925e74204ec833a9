"""The mean of the weights of several runs, as one checkpoint.

Runs of one recipe from one base, with other seeds, end in one basin of the loss: the mean of their weights
is about as good as the mean of their answers and costs no more than one model (Wortsman et al., 2022, who
call it a model soup).
"""

import json
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ie.checkpoint import CONFIG_FILE, TOKENIZER_FILE, TORCH_FILES, open_folder
from ie.errors import CheckpointError, UsageError
from ie.files import atomic_write
from ie.integrity import record_checksums
from ie.safetensors import read_header
from ie.settings import Settings, read_object

from .card import RECORD_FILE

WEIGHTS = TORCH_FILES[0]


def average(folders: Sequence[Path], out: Path) -> None:
    """Write to `out` the checkpoint whose weights are the mean of those in `folders`, mostly each of one run.

    Tokenizer, labels and settings are those of the first folder, the type of the weights too; the mean is
    taken in fp32. Runs that kept a record get one that names all of them; one of the folders may be such a
    mean itself, as of the runs that the others went on from. What was fitted to one run, as
    temperature and thresholds, is not taken over, nor are exports. Raises `UsageError` for less than two
    folders or where `out` exists, and `CheckpointError` where a folder differs from the first in its
    tokenizer, its labels or the names and shapes of its weights.
    """
    if len(folders) < 2:
        raise UsageError("Name two checkpoints or more to take the mean of.")
    if out.exists():
        raise UsageError(f"{out} exists; name a new folder.")
    for folder in folders:
        _check(folders[0], folder)
    out.mkdir(parents=True)
    for name in (CONFIG_FILE, *(path.name for path in folders[0].glob("tokenizer*"))):
        shutil.copyfile(folders[0] / name, out / name)
    unfitted = replace(Settings.read(folders[0]), temperature=1.0, thresholds={}, checksums={})
    unfitted.write(out)
    _mean(folders, out)
    record_checksums(out)
    _record(folders, out)


def _check(first: Path, folder: Path) -> None:
    """Raise `CheckpointError` where the weights of `folder` cannot be added to those of `first`."""
    if not (folder / WEIGHTS).is_file():
        raise CheckpointError(f"{folder} has no {WEIGHTS}.")
    ours, theirs = (open_folder(path, None) for path in (first, folder))
    if ours.tags != theirs.tags:
        raise CheckpointError(f"{folder} has other labels than {first}.")
    if (first / TOKENIZER_FILE).read_bytes() != (folder / TOKENIZER_FILE).read_bytes():
        raise CheckpointError(f"{folder} has another tokenizer than {first}.")
    shapes = [{name: t["shape"] for name, t in read_header(p / WEIGHTS).items()} for p in (first, folder)]
    if shapes[0] != shapes[1]:
        raise CheckpointError(f"The weights of {folder} have other names or shapes than those of {first}.")


def _mean(folders: Sequence[Path], out: Path) -> None:
    from safetensors.torch import load_file, save

    first = load_file(folders[0] / WEIGHTS)
    total = {name: tensor.float() for name, tensor in first.items()}
    for folder in folders[1:]:
        for name, tensor in load_file(folder / WEIGHTS).items():
            total[name] += tensor.float()
    means = {name: (total[name] / len(folders)).to(tensor.dtype) for name, tensor in first.items()}
    with atomic_write(out / WEIGHTS, binary=True) as file:
        file.write(save(means, metadata={"format": "pt"}))


def _record(folders: Sequence[Path], out: Path) -> None:
    """Write the record of the first run with the time of all, and under "averaged" seed and score of each."""
    if not all((folder / RECORD_FILE).is_file() for folder in folders):
        return
    records = [read_object(folder / RECORD_FILE) for folder in folders]
    averaged = [
        {"averaged": r["averaged"]} if "averaged" in r else {"seed": r["config"]["seed"], "dev": r["dev"]}
        for r in records
    ]
    run = {**records[0]["run"], **{key: sum(r["run"][key] for r in records) for key in ("tokens", "seconds")}}
    with atomic_write(out / RECORD_FILE) as file:
        record = {**records[0], "run": run, "dev": None, "averaged": averaged}
        json.dump(record, file, ensure_ascii=False, indent=2)
        file.write("\n")
