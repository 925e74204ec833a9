"""Mappings to dataclasses: every unknown key and impossible value is an error that names its dotted path."""

import dataclasses
import math
import types
import typing
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from ie.errors import ConfigError

T = TypeVar("T")

_NOUNS = {int: "a whole number", float: "a number", bool: "true or false", str: "a string"}


def bounded(
    default: Any = dataclasses.MISSING,
    *,
    low: float | None = None,
    high: float | None = None,
    above: float | None = None,
) -> Any:
    """Return a field whose numbers are checked: `low <= x <= high`, and `x > above`."""
    return dataclasses.field(default=default, metadata={"low": low, "high": high, "above": above})


def build(cls: type[T], values: Any, path: str = "") -> T:
    """Return the dataclass `cls` made of a parsed YAML or JSON mapping.

    Field types may be int, float, bool, str, a Literal, another dataclass, `X | None`, `tuple[X, ...]`
    and `Mapping[str, X]`. Raises `ConfigError` that names the dotted path of what is wrong.
    """
    if not isinstance(values, Mapping):
        name = f"'{path}'" if path else "The configuration"
        raise ConfigError(f"{name} must be a mapping, not {_shown(values)}.")
    hints = typing.get_type_hints(cls)
    known = {field.name: field for field in dataclasses.fields(cast(Any, cls))}
    for key in values:
        if key not in known:
            raise ConfigError(
                f"Unknown key '{_join(path, key)}': expected one of {', '.join(sorted(known))}."
            )
    given = {
        name: _value(hints[name], values[name], _join(path, name), field.metadata)
        for name, field in known.items()
        if name in values
    }
    for name, field in known.items():
        if name not in given and field.default is field.default_factory is dataclasses.MISSING:
            raise ConfigError(f"'{_join(path, name)}' is missing.")
    return cls(**given)


def to_mapping(value: Any) -> Any:
    """Return the plain form of a configuration; the inverse of `build`."""
    if dataclasses.is_dataclass(value):
        return {field.name: to_mapping(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {key: to_mapping(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return [to_mapping(item) for item in value]
    return value


def differences(first: Any, second: Any, path: str = "") -> list[str]:
    """Return the dotted paths at which two plain configurations differ."""
    if isinstance(first, dict) and isinstance(second, dict):
        keys = [*first, *(key for key in second if key not in first)]
        pairs = [(first.get(key), second.get(key), _join(path, key)) for key in keys]
        return [found for a, b, name in pairs for found in differences(a, b, name)]
    return [] if first == second else [path]


def _value(hint: Any, value: Any, path: str, limits: Mapping[str, Any]) -> Any:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (types.UnionType, typing.Union):
        if value is None:
            return None
        inner = next(item for item in arguments if item is not type(None))
        return _value(inner, value, path, limits)
    if origin is typing.Literal:
        if value not in arguments or isinstance(value, bool):
            raise ConfigError(f"'{path}' must be one of {', '.join(arguments)}, not {_shown(value)}.")
        return value
    if origin is tuple:
        if not isinstance(value, list | tuple):
            raise ConfigError(f"'{path}' must be a list, not {_shown(value)}.")
        return tuple(_value(arguments[0], item, _join(path, i), limits) for i, item in enumerate(value))
    if origin is not None:
        if not isinstance(value, Mapping):
            raise ConfigError(f"'{path}' must be a mapping, not {_shown(value)}.")
        return {str(key): _value(arguments[1], item, _join(path, key), limits) for key, item in value.items()}
    if dataclasses.is_dataclass(hint):
        return build(cast("type[Any]", hint), value, path)
    return _within(_scalar(hint, value, path), path, limits)


def _scalar(kind: type, value: Any, path: str) -> Any:
    # YAML 1.1 reads 2e-4, which has no point, as a string
    if kind is float and isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            raise ConfigError(f"'{path}' must be a number, not {_shown(value)}.") from None
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    # bool is an int to Python, never to a reader of a configuration
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise ConfigError(f"'{path}' must be {_NOUNS[kind]}, not {_shown(value)}.")
    return value


def _within(value: Any, path: str, limits: Mapping[str, Any]) -> Any:
    low, high, above = (limits.get(name) for name in ("low", "high", "above"))
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    if not math.isfinite(value):
        raise ConfigError(f"'{path}' must be a finite number, not {value}.")
    if low is not None and not value >= low:
        raise ConfigError(f"'{path}' must be at least {low}, not {value}.")
    if above is not None and not value > above:
        raise ConfigError(f"'{path}' must be greater than {above}, not {value}.")
    if high is not None and not value <= high:
        raise ConfigError(f"'{path}' must be at most {high}, not {value}.")
    return value


def _join(path: str, key: Any) -> str:
    return f"{path}.{key}" if path else str(key)


def _shown(value: Any) -> str:
    return f"{value!r:.80}"
