"""ie beside natasha, the transformers pipeline and plain torch, in interleaved rounds on the same texts.

    python benchmarks/speed.py [TEXTS.jsonl …]      (pip install ".[train,benchmarks]" for the peers)

| system | what it does |
|---|---|
| ie | entities with values, by the runtime that `auto` chooses; rows for each runtime and natasha's way |
| transformers pipeline | entities of the same weights in fp32, `batch_size=16`, no values |
| torch bf16 | tags of the same weights in bfloat16, 16 windows padded to the longest, no values |
| natasha | names by NewsNERTagger, sums by MoneyExtractor, dates by DatesExtractor; a process for each core |

Each system lives in processes of its own, loaded and warm before the clock starts, and while one works the
others wait. In a round all systems read the same documents, and every round has other documents, as far as
there are: what a system remembers of a text does not count. A ratio is that of one round; of the rounds the
median and the extremes are shown. Processor time (user and system, all threads and processes) is shown too:
it hardly depends on what else the machine does.

`--model` may be given several times: the peers use the first, each further one is one more row of ie.
"""

import argparse
import importlib.util
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from itertools import cycle, islice
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import IO, Any

from ie.checkpoint import BUNDLED
from ie.document import Document
from ie.inputs import read_documents
from ie.loading import RUNTIMES
from ie.machine import this_machine
from ie.markdown import table
from ie.processor import cores

TEXTS = Path(__file__).parent.parent / "data" / "news" / "train.jsonl"
PEERS = Path(__file__).with_name("peers.py")


@dataclass(frozen=True, slots=True)
class System:
    """A way to read documents: `kind` names its loader in peers.py; it runs in so many processes."""

    name: str
    kind: str
    model: str
    runtime: str = "auto"
    processes: int = 1
    threads: int = 1
    """Threads of each process."""
    needs: tuple[str, ...] = ()
    """Packages without which it is left out."""


@dataclass(frozen=True, slots=True)
class Run:
    """One system in one round: seconds of the clock and of the processor."""

    seconds: float
    cpu_seconds: float


def systems(models: Sequence[Path], threads: int) -> list[System]:
    """Return all systems to compare, the first of which the others are compared to."""
    first, *others = (str(model) for model in models)
    torch = ("torch", "transformers")
    ours = [System("ie", "ie", first, threads=threads)]
    for name in RUNTIMES:
        if name != "auto":
            needs = {"onnx": ("onnxruntime",), "torch": torch}.get(name, (name,))
            ours.append(System(f"ie, {name}", "ie", first, runtime=name, threads=threads, needs=needs))
    if threads > 1:
        ours.append(System("ie, a process a core", "ie", first, processes=threads))
    return [
        *ours,
        *(System(f"ie, {other}", "ie", other, threads=threads) for other in others),
        System("transformers pipeline", "pipeline", first, threads=threads, needs=torch),
        System("torch bf16", "torch", first, threads=threads, needs=torch),
        System("natasha", "natasha", first, processes=threads, needs=("natasha",)),
    ]


class Worker:
    """A process with one system in it; it answers a list of texts with the processor seconds that it took."""

    def __init__(self, system: System) -> None:
        # every library of threads obeys one of these, and must find it when it is loaded
        names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "RAYON_NUM_THREADS")
        limits = dict.fromkeys(names, str(system.threads))
        asked = (system.kind, system.model, system.runtime, str(system.threads))
        self._process = subprocess.Popen(
            [sys.executable, "-P", str(PEERS), *asked],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=os.environ | limits | {"HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "true"},
            text=True,
        )

    def ready(self) -> str | None:
        """Wait until the system is loaded and warm; return why it is not, or None."""
        error: str | None = self._answer()
        return error

    def drain(self, parts: "SimpleQueue[list[str]]") -> float:
        """Read parts of a round until there is none left; return processor seconds."""
        spent = 0.0
        while True:
            try:
                texts = parts.get_nowait()
            except Empty:
                return spent
            self._stdin.write(json.dumps(texts) + "\n")
            self._stdin.flush()
            spent += self._answer()

    def close(self) -> None:
        """End the process."""
        self._stdin.close()
        self._process.wait()

    @property
    def _stdin(self) -> IO[str]:
        assert self._process.stdin is not None
        return self._process.stdin

    def _answer(self) -> Any:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"A process ended with exit code {self._process.wait()}: see above.")
        return json.loads(line)


class Team:
    """The processes of one system; documents are handed out one by one where there are several."""

    def __init__(self, system: System) -> None:
        self.system = system
        self._workers = [Worker(system) for _ in range(system.processes)]

    def ready(self) -> str | None:
        """Wait until all are loaded; return the first error."""
        return next((error for error in [worker.ready() for worker in self._workers] if error), None)

    def run(self, texts: Sequence[str]) -> Run:
        """Read a round."""
        parts: SimpleQueue[list[str]] = SimpleQueue()
        for part in [[text] for text in texts] if len(self._workers) > 1 else [list(texts)]:
            parts.put(part)
        started = time.perf_counter()
        with ThreadPoolExecutor(len(self._workers)) as threads:
            spent = sum(threads.map(lambda worker: worker.drain(parts), self._workers))
        return Run(time.perf_counter() - started, spent)

    def close(self) -> None:
        """End all processes."""
        for worker in self._workers:
            worker.close()


def open_teams(wanted: Iterable[System]) -> Iterator[Team]:
    """Yield a team for each system that loads; name the others on stderr."""
    for system in wanted:
        missing = [name for name in system.needs if importlib.util.find_spec(name) is None]
        if missing:
            print(f"{system.name} is left out: {missing[0]} is not installed.", file=sys.stderr)
            continue
        team = Team(system)
        error = team.ready()
        if error is None:
            yield team
        else:
            team.close()
            print(f"{system.name} is left out: {error}", file=sys.stderr)


def compete(teams: Sequence[Team], rounds: Sequence[Sequence[str]]) -> dict[str, list[Run]]:
    """Return the runs of each system, a round after the other; each round begins with another system."""
    runs: dict[str, list[Run]] = {team.system.name: [] for team in teams}
    for number, texts in enumerate(rounds):
        turn = number % len(teams)
        for team in [*teams[turn:], *teams[:turn]]:
            run = team.run(texts)
            runs[team.system.name].append(run)
            rate = len(texts) / run.seconds
            print(f"round {number + 1}: {team.system.name} {rate:.1f} documents a second", file=sys.stderr)
    return runs


def render(runs: dict[str, list[Run]], rounds: Sequence[Sequence[str]]) -> str:
    """Return the table; ratios say how many times the time of the first system each takes."""
    reference = next(iter(runs.values()))
    rows = []
    for name, ours in runs.items():
        chars = [sum(map(len, texts)) / run.seconds for run, texts in zip(ours, rounds, strict=True)]
        documents = [len(texts) / run.seconds for run, texts in zip(ours, rounds, strict=True)]
        cpu = [1000 * run.cpu_seconds / len(texts) for run, texts in zip(ours, rounds, strict=True)]
        rows.append(
            (
                name,
                f"{statistics.median(documents):.1f}",
                f"{statistics.median(chars):.0f}",
                f"{statistics.median(cpu):.1f}",
                _ratio([run.seconds for run in ours], [run.seconds for run in reference]),
                _ratio([run.cpu_seconds for run in ours], [run.cpu_seconds for run in reference]),
            )
        )
    first = next(iter(runs))
    header = ("system", "documents/s", "characters/s", "processor ms a document")
    return table((*header, f"{first} is faster by", "by processor time"), rows)


def _ratio(times: Sequence[float], reference: Sequence[float]) -> str:
    ratios = [time / ours for time, ours in zip(times, reference, strict=True)]
    return f"{statistics.median(ratios):.2f} ({min(ratios):.2f}–{max(ratios):.2f})"


def read_rounds(paths: Sequence[Path], documents: int, rounds: int) -> list[list[str]]:
    """Return the texts of each round, evenly spread over the files, other ones in each as far as there are.

    Raises `SystemExit` where the files hold no document.
    """
    items = read_documents([str(path) for path in paths])
    texts = [item.text for item in items if isinstance(item, Document)]
    if not texts:
        raise SystemExit(f"There is no document in {', '.join(map(str, paths))}.")
    # neighbours in a corpus are of one topic and one length
    spread = cycle(text for start in range(documents) for text in texts[start::documents])
    return [list(islice(spread, documents)) for _ in range(rounds)]


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("texts", nargs="*", type=Path, default=[TEXTS], metavar="TEXTS.jsonl")
    parser.add_argument("--model", action="append", type=Path, help="checkpoint folder; may be repeated")
    parser.add_argument("--documents", type=int, default=64, help="documents in a round")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--cores", type=int, default=cores(), help="threads, or processes of natasha")
    parser.add_argument("--only", action="append", help="these systems only, by name, and always ie")
    parser.add_argument("--output", type=Path, help="file for all runs, JSON")
    given = parser.parse_args(arguments)
    rounds = read_rounds(given.texts, given.documents, given.rounds)
    wanted = systems(given.model or [BUNDLED], given.cores)
    teams = list(open_teams(s for s in wanted if not given.only or s.name in ("ie", *given.only)))
    try:
        runs = compete(teams, rounds)
    finally:
        for team in teams:
            team.close()
    mean = statistics.mean(len(text) for texts in rounds for text in texts)
    size = f"{given.rounds} rounds of {given.documents} documents of {mean:.0f} characters"
    print(f"{size}, {given.cores} threads\n{this_machine()}\n")
    print(render(runs, rounds))
    if given.output:
        record = {name: [asdict(run) for run in found] for name, found in runs.items()}
        given.output.write_text(json.dumps(record, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
