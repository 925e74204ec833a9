"""Ray: extraction by a pool of actors, on this machine or on a cluster.

What travels through Ray are pieces (names of files and places in them) and counts, never texts. An actor
reads its piece, extracts and writes its part, so all machines must see the same files. What dies with a
machine is done again by another: a part takes its place whole or not at all, under a name that is the
piece's own, so every record is in the output once.
"""

import contextlib
import json
import logging
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ie.arrow import Request, import_pyarrow
from ie.encodings import check_encoding
from ie.errors import IEError, InputError, MissingDependencyError, UsageError, first_line
from ie.files import atomic_write
from ie.inputs import Reading
from ie.sources import ignore

from .parts import NAMED_ERRORS, Job, PartFormat, Result, extract_piece
from .pieces import Piece, file_size, find_inputs, plan

logger = logging.getLogger(__name__)

SUCCESS = "_SUCCESS"
# A part is some seconds of work on a core and some megabytes on disk, and each actor gets several.
PIECE_BYTES = (1 << 18, 1 << 24)
PIECES_PER_ACTOR = 16
# Rounds in a row in which no piece was done, before a run is given up.
IDLE_ROUNDS = 3
# Only pieces and counts lie in Ray's object store; by default it takes a third of the memory.
OBJECT_STORE_BYTES = 100 << 20
LOOPBACK = "127.0.0.1"


class EngineError(IEError):
    """The engine could not finish; what was finished stays."""


@dataclass(frozen=True, slots=True)
class Loading:
    """What an actor gives to `Extractor.from_pretrained`, and the folder that relative paths start from."""

    options: Mapping[str, Any]
    base: str


@dataclass(frozen=True, slots=True)
class Actors:
    """The pool: from `least` to `most` actors, each with its processors and GPUs."""

    least: int
    most: int
    cpus: float
    gpus: float


@dataclass(frozen=True, slots=True)
class Summary:
    """What a run has done: parts written, records in them, inputs that failed."""

    parts: int
    records: int
    failed: int


class Worker:
    """An actor: loads the model with its first piece, and turns each piece into a part."""

    def __init__(self, loading: Loading, job: Job) -> None:
        self._loading = loading
        self._job = job
        self._extractor: Any = None

    def __call__(self, row: dict[str, Any]) -> dict[str, Any]:
        """Return the `Result` of the `Piece` in `row`, or why there is none, in `answer`.

        `fatal` is what would meet every piece, `broken` what is wrong with this one. Nothing is raised: Ray
        would wrap it in the tracebacks of two machines.
        """
        piece = Piece(**json.loads(row["piece"]))
        try:
            self._load()
            result = extract_piece(piece, self._extractor, self._job)
        except IEError as error:
            return _answer(piece, fatal=f"{_node()}: {error}")
        except Exception as error:  # noqa: BLE001 - whatever it is, the other pieces are to be done
            return _answer(piece, broken=f"unexpected {type(error).__name__}: {error}")
        return _answer(piece, result=asdict(result))

    def _load(self) -> None:
        if self._extractor is not None:
            return
        from ie.extractor import Extractor

        # where the folder is not there, all paths may still be absolute
        with contextlib.suppress(OSError):
            os.chdir(self._loading.base)
        if not Path(self._job.folder).is_dir():
            raise UsageError(f"There is no folder {self._job.folder}: all machines must see the same files.")
        self._extractor = Extractor.from_pretrained(**self._loading.options)


def _answer(piece: Piece, **outcome: Any) -> dict[str, str]:
    return {"answer": json.dumps({"number": piece.number, **outcome}, ensure_ascii=False)}


def _node() -> str:
    ray = import_ray()
    return f"node {ray.util.get_node_ip_address()}"


def run_ray(
    inputs: Sequence[str],
    output: Path,
    *,
    output_format: str = "jsonl",
    reading: Reading | None = None,
    request: Request | None = None,
    model: str | None = None,
    revision: str | None = None,
    extractor_options: Mapping[str, Any] | None = None,
    address: str | None = None,
    actors: int | tuple[int, int] | None = None,
    cpus: float = 1,
    gpus: float = 0,
    piece_bytes: int | None = None,
    report: Callable[[str], None] = logger.error,
    on_unknown: Callable[[Path], object] = ignore,
) -> Summary:
    """Extract from `inputs` (files, folders, patterns) into the new or empty folder `output`.

    Parts are `part-000000.jsonl` or `.parquet`, in the order of the inputs; failures are in
    `errors-000000.jsonl` and, the first 100, given to `report`; `_SUCCESS` says that all parts are there.
    `address` is that of a cluster, by default `RAY_ADDRESS`; without either, Ray is started on this machine
    and stopped at the end. There are as many `actors` as `cpus` and `gpus` (of each actor) allow, or that
    many, or from one number to another. `extractor_options` are those of `Extractor.from_pretrained`; by
    default an actor has `cpus` threads, and runs on "cuda" where it has `gpus`. `on_unknown` gets the files
    in folders that are not read. Raises `UsageError`s and, where Ray cannot go on, `EngineError`.
    """
    ray = import_ray()
    reading = _checked(reading or Reading())
    job = Job(str(_new_folder(output)), _format(output_format), reading, request or Request())
    options = {"device": "cuda" if gpus else "cpu", "threads": max(1, int(cpus)), **(extractor_options or {})}
    loading = Loading({**options, "ref": model, "revision": _pinned(model, revision)}, str(Path.cwd()))
    # what dies makes Ray print to stdout, which is for results
    with contextlib.redirect_stdout(sys.stderr), _connected(ray, address):
        pool = _pool(ray, actors, cpus, gpus)
        files = list(find_inputs(inputs, on_unknown))
        pieces = plan(files, reading, piece_bytes or _piece_bytes(files, pool.most))
        return _Run(ray, job, loading, pool, report).finish(pieces)


def _checked(reading: Reading) -> Reading:
    if reading.encoding is not None:
        check_encoding(reading.encoding)
    return reading


def import_ray() -> Any:
    """Return the module ray; raises `MissingDependencyError` where `ie[ray]` is not installed."""
    import_pyarrow()
    # a user who said nothing did not ask to be counted
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    # its processes write notes to themselves on stderr, where users look for errors
    os.environ.setdefault("RAY_BACKEND_LOG_LEVEL", "fatal")
    try:
        import ray
        import ray.data
    except ImportError as error:
        raise MissingDependencyError(
            f"The ray engine needs {error.name}, which is not installed: pip install 'ie[ray]'."
        ) from error
    return ray


def _format(name: str) -> PartFormat:
    try:
        return PartFormat(name)
    except ValueError:
        raise UsageError(f"The ray engine writes {' or '.join(PartFormat)}, not {name!r}.") from None


def _new_folder(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise UsageError(f"The output folder {folder} is not empty.")
    except OSError as error:
        raise UsageError(f"Cannot write to the folder {folder}: {error.strerror}.") from error
    return folder.resolve()


def _pinned(model: str | None, revision: str | None) -> str | None:
    """Return the commit of a model on the Hub, so that all machines load the same."""
    from ie.checkpoint import is_hub_id

    if not is_hub_id(model):
        return revision
    from ie.hub import fetch_checkpoint

    return fetch_checkpoint(str(model), revision, runtime=None)[1]


@contextlib.contextmanager
def _connected(ray: Any, address: str | None) -> Iterator[None]:
    """Connect to the cluster in use, else at `address`, that of `RAY_ADDRESS`, or one started here."""
    if ray.is_initialized():
        yield
        return
    address = address or os.environ.get("RAY_ADDRESS")
    # a cluster on this machine that somebody else started is used only if it is asked for
    local = {"include_dashboard": False, "object_store_memory": OBJECT_STORE_BYTES}
    options = {"address": address} if address else {"address": "local", "_node_ip_address": LOOPBACK, **local}
    try:
        ray.init(logging_level=logging.ERROR, log_to_driver=False, **options)
    except (ConnectionError, ValueError, RuntimeError, ray.exceptions.RayError) as error:
        raise UsageError(f"Cannot connect to Ray at {address or 'local'}: {first_line(error)}") from error
    try:
        yield
    finally:
        ray.shutdown()


def _pool(ray: Any, actors: int | tuple[int, int] | None, cpus: float, gpus: float) -> Actors:
    resources = ray.cluster_resources()
    wanted = {name: need for name, need in (("CPU", cpus), ("GPU", gpus)) if need}
    room = min((int(resources.get(name, 0) // need) for name, need in wanted.items()), default=1)
    least, most = actors if isinstance(actors, tuple) else (actors or room, actors or room)
    if actors is None and room < 1:
        need = " and ".join(f"{need:g} {name}" for name, need in wanted.items())
        raise UsageError(f"No machine of the Ray cluster has room for an actor with {need}.")
    if not 1 <= least <= most:
        raise UsageError(f"The number of actors must be 1 or more, and no range upside down, not {actors}.")
    return Actors(least, most, cpus, gpus)


def _piece_bytes(files: Sequence[Path | InputError], actors: int) -> int:
    total = sum(file_size(path) for path in files if isinstance(path, Path))
    least, most = PIECE_BYTES
    return min(max(total // (actors * PIECES_PER_ACTOR), least), most)


class _Run:
    """One run: which pieces are left, and what was counted so far."""

    def __init__(
        self, ray: Any, job: Job, loading: Loading, actors: Actors, report: Callable[[str], None]
    ) -> None:
        self._ray, self._job, self._loading, self._actors, self._report = ray, job, loading, actors, report
        self._records = self._failed = self._named = 0
        self._trouble = "no reason given"

    def finish(self, planned: Iterable[Piece | InputError]) -> Summary:
        """Do all pieces and return the summary; the marker of success is written if each gave its part."""
        pieces: dict[int, Piece] = {}
        for item in planned:
            if isinstance(item, InputError):
                self._fail([str(item)], 1)
            else:
                pieces[item.number] = item
        broken = 0
        for count, answer in enumerate(self._answers(dict(pieces)), start=1):
            broken += self._take(pieces[answer["number"]], answer)
            logger.info("Part %d of %d is done.", count, len(pieces))
        if self._failed > self._named:
            self._report(f"{self._failed - self._named} more inputs failed: see errors-*.jsonl.")
        summary = Summary(len(pieces) - broken, self._records, self._failed)
        self._close(summary, broken)
        return summary

    def _take(self, piece: Piece, answer: Mapping[str, Any]) -> bool:
        """Count the answer to a piece; return whether the piece is broken."""
        if "fatal" in answer:
            raise UsageError(answer["fatal"])
        if "broken" in answer:
            self._fail([f"{', '.join(piece.files[:3])} from {piece.start}: {answer['broken']}"], 1)
            return True
        result = Result(**answer["result"])
        self._records += result.records
        self._fail(result.errors, result.failed)
        return False

    def _fail(self, errors: Sequence[str], count: int) -> None:
        self._failed += count
        for error in errors[: NAMED_ERRORS - self._named]:
            self._named += 1
            self._report(error)

    def _answers(self, left: dict[int, Piece]) -> Iterator[dict[str, Any]]:
        """Yield the answer to each piece of `left` once, in rounds: the next one is for what died."""
        idle = 0
        while left:
            before = len(left)
            for answer in self._round(list(left.values())):
                # a piece may have been done by a machine that was thought dead
                if left.pop(answer["number"], None) is not None:
                    yield answer
            idle = idle + 1 if len(left) == before else 0
            if idle == IDLE_ROUNDS:
                raise EngineError(f"Ray gave up {len(left)} pieces {IDLE_ROUNDS} times: {self._trouble}")
            if left:
                logger.warning("%d pieces were lost with their machines and are done again.", len(left))

    def _round(self, pieces: Sequence[Piece]) -> Iterator[dict[str, Any]]:
        """Yield the answers of the actors; lost ones are left out."""
        try:
            for row in self._dataset(pieces).iter_rows():
                yield json.loads(row["answer"])
        except self._ray.exceptions.RayError as error:
            self._trouble = first_line(error)

    def _dataset(self, pieces: Sequence[Piece]) -> Any:
        data, actors = self._ray.data, self._actors
        logging.getLogger("ray.data").setLevel(logging.CRITICAL)
        context = data.DataContext.get_current().copy()
        context.enable_progress_bars = False
        # Ray restarts what dies with a machine; what it gives up all the same is left to the next round.
        context.max_errored_blocks = -1
        most = min(actors.most, len(pieces))
        rows = [{"piece": json.dumps(asdict(piece))} for piece in pieces]
        with data.DataContext.current(context):
            return data.from_items(rows, override_num_blocks=len(rows)).map(
                Worker,
                fn_constructor_args=(self._loading, self._job),
                compute=data.ActorPoolStrategy(
                    min_size=min(actors.least, most), max_size=most, max_tasks_in_flight_per_actor=2
                ),
                num_cpus=actors.cpus,
                num_gpus=actors.gpus,
            )

    def _close(self, summary: Summary, broken: int) -> None:
        """Write the marker of success, and take away what killed machines left half-written."""
        folder = Path(self._job.folder)
        for path in folder.glob(".*.part"):
            path.unlink(missing_ok=True)
        parts = sum(1 for _ in folder.glob(f"part-*.{self._job.format}"))
        if parts < summary.parts:
            raise UsageError(
                f"{summary.parts - parts} of {summary.parts} parts are not in {folder}: "
                "all machines must see the same files."
            )
        if not broken:
            with atomic_write(folder / SUCCESS) as file:
                json.dump(asdict(summary), file)
