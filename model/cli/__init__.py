"""The command line `ie`: global options, commands imported only when asked for, errors as one sentence.

A command module is `ie.cli.<name>`. It has either `app`, a `typer.Typer` with sub-commands, or
`command`, a function; its heavy imports stay inside functions so that `ie --help` is instant.
"""

import importlib
import logging
import os
import signal
import sys
from collections import UserDict
from contextlib import redirect_stdout
from typing import Annotated, Any, NoReturn, TextIO, cast

import typer
from typer.core import TyperGroup

from ie.errors import CorpusFaultsError, IEError, MissingDependencyError
from ie.version import __version__

from .streams import Stdout, discard, open_closed

COMMANDS = {
    "predict": "Find sums, sectors, parties and dates in texts.",
    "serve": "Answer HTTP requests with what predict finds.",
    "normalize": "Print the normalised value of a phrase.",
    "train": "Train a model by a recipe.",
    "evaluate": "Score a model on an annotated corpus.",
    "bench": "Measure speed, latency and memory on this machine.",
    "data": "Check, count, split and convert corpora.",
    "model": "Fetch, verify, trim, export and publish models.",
}
# Import names of what the train extra installs; a light install meets them as ModuleNotFoundError.
TRAIN_MODULES = frozenset(
    {
        *("accelerate", "datasets", "onnx", "onnxscript", "safetensors"),
        *("seqeval", "tensorboard", "torch", "transformers", "yaml"),
    }
)
# As a shell reports a process that a closed pipe (SIGPIPE, 13) ended: 128 + 13.
BROKEN_PIPE = 141


class Commands(UserDict[str, Any]):
    """Commands by name, each imported when it is first looked up."""

    def __getitem__(self, name: str) -> Any:
        if self.data[name] is None:
            self.data[name] = load_command(name)
        return self.data[name]


class LazyGroup(TyperGroup):
    """The group of all commands; a run imports the module of the chosen one only."""

    # Typer brings its own click from 0.26 on and needs click before: its types have no public name.
    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.commands = Commands(dict.fromkeys(COMMANDS))

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002
        """List the commands without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def invoke(self, ctx: Any) -> Any:
        """Run the chosen command; a reader that closed our pipe ends it quietly."""
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
        except BrokenPipeError:
            discard(sys.stdout)
            raise typer.Exit(BROKEN_PIPE) from None
        return result


app = typer.Typer(
    cls=LazyGroup,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def load_command(name: str) -> Any:
    """Return the click command that the module `ie.cli.<name>` defines by `app` or `command`."""
    module = importlib.import_module(f".{name}", __name__)
    if hasattr(module, "app"):
        command: Any = typer.main.get_group(module.app)
    else:
        single = typer.Typer(add_completion=False, rich_markup_mode=None)
        single.command(name)(module.command)
        command = typer.main.get_command(single)
    command.name = name
    return command


def main() -> None:
    """Run the command line and exit: 0 done, 1 some inputs failed, 2 wrong usage or configuration.

    130 follows Ctrl-C, 143 SIGTERM and 141 a closed pipe, as shells report them. A traceback shows with
    `--debug` only.
    """
    if signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
        signal.signal(signal.SIGTERM, _terminate)
    open_closed()
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8")  # type: ignore[union-attr]  # both are text files at start
    try:
        with redirect_stdout(cast(TextIO, Stdout(sys.stdout))):
            _run()
    except BrokenPipeError:
        sys.exit(BROKEN_PIPE)
    except Exception as error:
        if "--debug" in sys.argv:  # asked here, for an import can fail before the options are read
            raise
        sys.exit(report(error))


def _run() -> None:
    try:
        app()
    finally:
        try:
            sys.stdout.flush()
        except (IEError, BrokenPipeError):
            discard(sys.stdout)
            raise


def _terminate(number: int, _frame: object) -> NoReturn:
    """Exit as other errors do, so that files that were begun are taken away."""
    sys.exit(128 + number)


def report(error: Exception) -> int:
    """Print `error` as one line a fault on stderr and return the exit code for it."""
    if isinstance(error, ModuleNotFoundError) and (error.name or "").partition(".")[0] in TRAIN_MODULES:
        error = MissingDependencyError(f"This needs {error.name}: pip install 'ie[train]'.")
    if isinstance(error, CorpusFaultsError):
        sentences: tuple[str, ...] = error.faults
    elif isinstance(error, IEError):
        sentences = (str(error),)
    elif isinstance(error, OSError) and error.filename is not None:
        sentences = (f"{os.fsdecode(error.filename)}: {error.strerror}.",)
    else:
        sentences = (f"unexpected {type(error).__name__}: {error} (run `ie --debug …` to see where).",)
    for sentence in sentences:
        print_error(sentence)
    return error.exit_code if isinstance(error, IEError) else 1


def print_error(sentence: str) -> None:
    """Print `error: sentence` as one line on stderr, control characters escaped: terminals obey them."""
    line = " ".join(sentence.split())
    typer.echo("error: " + "".join(c if c.isprintable() else ascii(c)[1:-1] for c in line), err=True)


def _show_version(asked: bool) -> None:
    if asked:
        typer.echo(f"ie {__version__}")
        raise typer.Exit


@app.callback()
def options(
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Say what is being done.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but errors.")] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Say everything; show tracebacks.")] = False,
    _version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Find sums, sectors, parties and dates in Russian business news; train and publish models that do."""
    _log_to_stderr(verbosity(verbose, quiet, debug))


def verbosity(verbose: bool, quiet: bool, debug: bool) -> int:
    """Return the logging level that the options ask for; the more talkative one wins."""
    if debug:
        return logging.DEBUG
    if verbose:
        return logging.INFO
    return logging.ERROR if quiet else logging.WARNING


def _log_to_stderr(level: int) -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(levelname)s: %(message)s"))
    logger = logging.getLogger("ie")
    logger.handlers[:] = [handler]
    logger.setLevel(level)
