"""The folder of a run: what lies where, and how it is begun, resumed and replaced."""

import json
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ie.checkpoint import TORCH_FILES
from ie.errors import ConfigError, UsageError
from ie.files import atomic_write

from .inputs import Inputs
from .schema import build, differences, to_mapping

_CHECKPOINT = re.compile(r"checkpoint-(\d+)")
# A run may be resumed with another of these; the weights do not depend on them.
_FREE = ("output.", "run.log_every", "run.save_every")


@dataclass(frozen=True, slots=True)
class RunFolder:
    """Paths inside the output folder of a run."""

    path: Path

    @property
    def best(self) -> Path:
        """The checkpoint: the best weights so far, with everything that inference needs."""
        return self.path / "best"

    @property
    def record(self) -> Path:
        """The record of a finished run; it is written last."""
        return self.best / "train.json"

    @property
    def log(self) -> Path:
        """The log, JSON Lines."""
        return self.path / "log.jsonl"

    @property
    def states(self) -> Path:
        """States to resume from."""
        return self.path / "checkpoints"

    @property
    def tensorboard(self) -> Path:
        """TensorBoard's event files."""
        return self.path / "tensorboard"

    @property
    def config(self) -> Path:
        """The resolved configuration; its presence says that there is a run."""
        return self.path / "run.json"

    @property
    def inputs(self) -> Path:
        """The checksums of the files that the run is made of."""
        return self.path / "inputs.json"

    def last_state(self) -> Path | None:
        """Return the latest complete state, None where there is none."""
        found = [(int(m[1]), p) for p in self.states.glob("*") if (m := _CHECKPOINT.fullmatch(p.name))]
        return max(found)[1] if found else None

    def check(self, config: Any, inputs: Inputs, *, resume: bool, overwrite: bool) -> None:
        """Raise where a run of `config`, the dataclass of a task's configuration, cannot begin or go on.

        `UsageError` where there is a run, or a model, that is neither to be resumed nor to be overwritten, or
        none to resume; `ConfigError` where the run to resume had another configuration or other inputs, or
        where one of the models to start from would be overwritten.
        """
        if resume:
            self._check_resumable(config, inputs)
            return
        # one that failed before its first step left nothing that could be lost
        begun = (self.config.exists() and self.log.exists()) or self.last_state() is not None
        if not overwrite and (begun or any((self.best / name).exists() for name in TORCH_FILES)):
            raise UsageError(
                f"{self.path} holds a run already: resume it (--resume), replace it (--overwrite), or choose "
                "another output.folder."
            )
        if model := inputs.model_inside(self.best, self.states):
            raise ConfigError(
                f"The model {model} lies in output.folder and would be replaced: choose another folder."
            )

    def begin(self, config: Any, inputs: Inputs, *, resume: bool = False) -> None:
        """Clear the folder for a run of `config` and write down what it is made of.

        Where the run is resumed, only what an interruption has left half-written is removed. Raises
        `UsageError` where the folder cannot be written to.
        """
        if resume:
            for path in self.states.glob(".*"):
                shutil.rmtree(path)
            return
        try:
            self._clear()
        except OSError as error:
            raise UsageError(f"Cannot write to {self.path}: {error.strerror}.") from error
        _write(self.inputs, inputs.checksums())
        _write(self.config, to_mapping(config))

    def _check_resumable(self, config: Any, inputs: Inputs) -> None:
        if not self.config.exists():
            raise UsageError(f"There is no run to resume in {self.path}.")
        # settings that did not exist yet when the run began have their defaults
        values = json.loads(self.config.read_text(encoding="utf-8"))
        try:
            before = build(type(config), values)
        except ConfigError as error:
            raise ConfigError(f"The run in {self.path} is of another task: {error}") from error
        found = differences(to_mapping(before), to_mapping(config))
        changed = [key for key in found if not key.startswith(_FREE)]
        if changed:
            raise ConfigError(
                f"The run in {self.path} cannot be resumed with another configuration: "
                f"{', '.join(changed)} changed."
            )
        self._check_inputs(inputs)

    def _check_inputs(self, inputs: Inputs) -> None:
        """Raise `ConfigError` where a file is not what it was, or where texts have come or gone."""
        if not self.inputs.exists():
            return
        before = json.loads(self.inputs.read_text(encoding="utf-8"))
        now = inputs.checksums()
        changed = {path for path in before.keys() & now.keys() if now[path] != before[path]}
        # a model that is gone may no longer be needed: its weights are in the states; a finished run needs
        # no texts either
        if not self.record.exists():
            changed |= (before.keys() ^ now.keys()) - set(inputs.model_files())
        if changed:
            raise ConfigError(
                f"The run in {self.path} was made of other files: {', '.join(sorted(changed))} changed. "
                "Replace it (--overwrite), or choose another output.folder."
            )

    def _clear(self) -> None:
        """Remove what a run leaves behind, and nothing else that may be in the folder."""
        for folder in (self.best, self.states, self.tensorboard):
            shutil.rmtree(folder, ignore_errors=True)
        for file in (self.config, self.inputs, self.log):
            file.unlink(missing_ok=True)
        self.states.mkdir(parents=True, exist_ok=True)


def _write(path: Path, values: Mapping[str, Any]) -> None:
    with atomic_write(path) as file:
        json.dump(values, file, ensure_ascii=False, indent=2)
