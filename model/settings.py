"""The settings that `ie` keeps with a checkpoint, in `ie.json`: windows, confidence, checksums."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from .errors import CheckpointError
from .files import atomic_write

SETTINGS_FILE = "ie.json"


@dataclass(frozen=True, slots=True)
class Settings:
    """What inference has to know beyond the weights; `ie.json` may be absent, every field has a default."""

    max_tokens: int = 256
    """Tokens in a window, the special ones around it included."""
    window_overlap: int = 64
    """Tokens that neighbouring windows share."""
    temperature: float = 1.0
    """Logits are divided by it, so that a score is a calibrated probability."""
    thresholds: Mapping[str, float] = field(default_factory=dict, hash=False)
    """For a label, the score below which a span is dropped; 0 for labels that are not named."""
    apart: tuple[str, ...] = ()
    """Labels of which two spans never touch, so that what touches is one span."""
    guidelines: str | None = None
    """Version of the label guide that the training data follow; with that of `ie.conventions`, those hold."""
    checksums: Mapping[str, str] = field(default_factory=dict, hash=False)
    """SHA-256 of each weights file, by its path in the folder; recorded at export, compared by verify."""

    @classmethod
    def read(cls, folder: Path) -> "Settings":
        """Return the settings in `folder/ie.json`, the defaults where there is no such file.

        Raises `CheckpointError`, with the file and the dotted path of the key, on a key that is unknown
        or a value that is impossible.
        """
        path = folder / SETTINGS_FILE
        return cls.from_record(read_object(path), path) if path.exists() else cls()

    def write(self, folder: Path) -> None:
        """Write `folder/ie.json`; inverse of `read`."""
        with atomic_write(folder / SETTINGS_FILE) as file:
            json.dump(self.to_record(), file, ensure_ascii=False, indent=2)
            file.write("\n")

    @classmethod
    def from_record(cls, record: Mapping[str, Any], path: Path) -> "Settings":
        """Return the settings that a parsed JSON object describes; `path` is only named in errors."""
        known = {item.name for item in fields(cls)}
        for key in record:
            if key not in known:
                raise CheckpointError(
                    f"{path}: unknown key '{key}', expected one of {', '.join(sorted(known))}."
                )
        values = {key: _checked(path, key, value) for key, value in record.items()}
        settings = cls(**values)
        if settings.window_overlap >= settings.max_tokens:
            raise CheckpointError(
                f"{path}: 'window_overlap' is {settings.window_overlap}, "
                f"which must be less than 'max_tokens' ({settings.max_tokens})."
            )
        return settings

    def to_record(self) -> dict[str, Any]:
        """Return the JSON form; inverse of `from_record`."""
        record = {item.name: getattr(self, item.name) for item in fields(self)}
        record["apart"] = list(self.apart)
        return {key: dict(value) if isinstance(value, Mapping) else value for key, value in record.items()}

    def fitted(self, positions: int) -> "Settings":
        """Return the settings with windows no longer than the `positions` that a model can tell apart."""
        size = min(self.max_tokens, positions)
        return replace(self, max_tokens=size, window_overlap=min(self.window_overlap, size // 4))


def read_object(path: Path) -> dict[str, Any]:
    """Return the JSON object in a file; raises `CheckpointError` with file and line where it is none."""
    try:
        value = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise CheckpointError(f"Cannot read {path}: {error.strerror}.") from error
    except json.JSONDecodeError as error:
        raise CheckpointError(f"{path}:{error.lineno}: not valid JSON: {error.msg}.") from error
    except (UnicodeDecodeError, RecursionError) as error:
        raise CheckpointError(f"{path}: not a JSON file in UTF-8.") from error
    if not isinstance(value, dict):
        raise CheckpointError(f"{path}: must hold a JSON object, not {type(value).__name__}.")
    return value


def _checked(path: Path, key: str, value: Any) -> Any:
    """Return `value` if it may stand under `key`; mappings are checked item by item."""
    allowed, expected = _CHECKS[key]
    items = {key: value}
    if key in ("thresholds", "checksums"):
        if not isinstance(value, dict):
            raise CheckpointError(f"{path}: '{key}' must be an object, not {value!r:.80}.")
        items = {f"{key}.{name}": item for name, item in value.items()}
    elif key == "apart":
        if not isinstance(value, list):
            raise CheckpointError(f"{path}: '{key}' must be a list, not {value!r:.80}.")
        items = {f"{key}.{i}": item for i, item in enumerate(value)}
    for name, item in items.items():
        if not allowed(item):
            raise CheckpointError(f"{path}: '{name}' must be {expected}, not {item!r:.80}.")
    return tuple(value) if key == "apart" else value


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_checksum(value: Any) -> bool:
    return isinstance(value, str) and len(value) == 64 and not set(value) - set("0123456789abcdef")


_CHECKS: Mapping[str, tuple[Callable[[Any], bool], str]] = {
    "max_tokens": (lambda value: _is_whole(value) and value > 0, "a whole number above 0"),
    "window_overlap": (lambda value: _is_whole(value) and value >= 0, "a whole number, 0 or more"),
    "temperature": (lambda value: _is_number(value) and 0 < value < float("inf"), "a number above 0"),
    "thresholds": (lambda value: _is_number(value) and 0 <= value <= 1, "a number from 0 to 1"),
    "apart": (lambda value: isinstance(value, str), "a string"),
    "guidelines": (lambda value: value is None or isinstance(value, str), "a string or null"),
    "checksums": (_is_checksum, "a SHA-256 in hexadecimal"),
}
