"""Errors that a user can act on: each message is one sentence that says what is wrong and where."""

from collections.abc import Sequence


class IEError(Exception):
    """Base of all errors of this package; `exit_code` is what the command line returns for it."""

    exit_code = 1


class InputError(IEError):
    """An input (a file, a line, a record) cannot be used; the other inputs are not affected."""


class RecordError(InputError):
    """A record does not follow the format; the message names the field and the offending value."""


class CorpusError(InputError):
    """A corpus file holds something wrong; the message starts with `file:line:`."""


class CorpusFaultsError(CorpusError):
    """All that is wrong with the source of a corpus: `faults` are sentences, the message one a line."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = tuple(faults)


class UsageError(IEError):
    """The command, its options or its configuration are wrong."""

    exit_code = 2


class ConfigError(UsageError):
    """A configuration is wrong; the message names the dotted path of the key."""


class CheckpointError(UsageError):
    """A checkpoint is missing, incomplete or damaged; the message names the folder or file."""


class HubError(CheckpointError):
    """The Hugging Face Hub could not give or take what was asked for."""


class MissingDependencyError(UsageError):
    """An optional dependency is not installed; the message names the extra that brings it."""


def first_line(error: BaseException) -> str:
    """Return the first line of what a library's error says, the name of its class where it says nothing."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
