"""The folder of a run: what lies where, and how it is begun, resumed and replaced."""

import json
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ie.errors import ConfigError, UsageError
from ie.files import atomic_write

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

    def last_state(self) -> Path | None:
        """Return the latest complete state, None where there is none."""
        found = [(int(m[1]), p) for p in self.states.glob("*") if (m := _CHECKPOINT.fullmatch(p.name))]
        return max(found)[1] if found else None

    def begin(self, config: Any, *, resume: bool, overwrite: bool) -> None:
        """Prepare the folder for a run of `config`, the dataclass of a task's configuration.

        Raises `UsageError` where a run has begun that is neither to be resumed nor to be overwritten, or none
        is there to resume, and `ConfigError` where the run to resume had another configuration.
        """
        if resume:
            self._check_resumable(config)
            self._remove_partial_states()
            return
        # one that failed before its first step left nothing that could be lost
        if self.config.exists() and self.log.exists() and not overwrite:
            raise UsageError(
                f"{self.path} holds a run already: resume it (--resume), replace it (--overwrite), or choose "
                "another output.folder."
            )
        try:
            self._clear()
        except OSError as error:
            raise UsageError(f"Cannot write to {self.path}: {error.strerror}.") from error
        with atomic_write(self.config) as file:
            json.dump(to_mapping(config), file, ensure_ascii=False, indent=2)

    def _check_resumable(self, config: Any) -> None:
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

    def _remove_partial_states(self) -> None:
        for path in self.states.glob(".*"):
            shutil.rmtree(path)

    def _clear(self) -> None:
        """Remove what a run leaves behind, and nothing else that may be in the folder."""
        for folder in (self.best, self.states, self.tensorboard):
            shutil.rmtree(folder, ignore_errors=True)
        for file in (self.config, self.log):
            file.unlink(missing_ok=True)
        self.states.mkdir(parents=True, exist_ok=True)
