"""Every step of the recipe against the recipe without it: same data, same budget, several seeds.

    python benchmarks/ablation.py [--plan benchmarks/ablation.yaml] [--only NAME …] [--seeds SEED …] [--table]

A plan names a configuration, settings of all runs (`set`, as for `ie train --set`), seeds, dev files, and
lines: a name and the settings in which it differs (`set`), another configuration (`config`), or finished
checkpoints (`checkpoints`), which are not trained. The first line is what the others are compared with.

What each run found is counted and kept beside the plan (ablation.yaml: ablation.jsonl), for as long as its
settings and the dev files stay the same: such a run is not done again, on whatever machine. One that broke
off goes on. `--table` trains nothing and prints what there is.

Of each dev file, the table has the strict F1 as the mean over seeds, and the difference in micro-F1 from the
first line's runs of the same seeds with its 95 % interval: paired bootstrap over documents, the same for all
seeds. So it says what other documents would have given, and the range over seeds what other seeds would have.
"""

import argparse
import hashlib
import json
import re
import statistics
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import MISSING, asdict, dataclass, field, fields, is_dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from layer_mix import reader_with_mix, training_with_mix
from numpy.typing import NDArray

from ie.checkpoint import TORCH_FILES
from ie.data.corpus import read_corpus
from ie.document import Document
from ie.errors import ConfigError
from ie.extractor import Extractor
from ie.files import sha256
from ie.labels import LABELS
from ie.train.bootstrap import micro_difference, points, quotients
from ie.train.card import RECORD_FILE, read_run
from ie.train.config import Config, load_config
from ie.train.metrics import Counts, tally
from ie.train.runfolder import RunFolder
from ie.train.schema import build, to_mapping
from ie.train.trainer import train

PLAN = Path(__file__).parent / "ablation.yaml"


@dataclass(frozen=True, slots=True)
class Line:
    """A variant of the recipe."""

    name: str
    set: tuple[str, ...] = ()
    """Settings that differ."""
    config: str | None = None
    """A configuration of its own instead of the plan's."""
    checkpoints: tuple[str, ...] = ()
    """Folders to measure instead of training anything."""
    mix_layers: int | None = None
    """How many of the last layers the classifier reads (`layer_mix`); null reads the last one."""

    @property
    def slug(self) -> str:
        """Its name as that of a folder."""
        return re.sub(r"\W+", "-", self.name).strip("-").lower()


@dataclass(frozen=True, slots=True)
class Plan:
    """What is compared."""

    config: str
    folder: str
    """Where the runs lie."""
    seeds: tuple[int, ...]
    dev: tuple[str, ...]
    set: tuple[str, ...] = ()
    """Settings of all runs."""
    lines: tuple[Line, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Run:
    """A run of a line: its seed or its checkpoint as name, and where it lies or will lie."""

    line: str
    name: str
    checkpoint: Path
    settings: str | None = None
    """Checksum of its configuration; None for a checkpoint that is only measured."""
    mix_layers: int | None = None


@dataclass(frozen=True, slots=True)
class DevCounts:
    """TP, FP and FN on a dev file, strict: of each label, and of each document."""

    labels: dict[str, tuple[int, ...]]
    documents: tuple[tuple[int, ...], ...]

    @property
    def array(self) -> NDArray[np.int64]:
        """The counts of documents, [documents, 3]."""
        return np.array(self.documents, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Result:
    """What a run found."""

    line: str
    run: str
    settings: str
    """Checksum of its configuration, or of its weights where these were only measured."""
    minutes: float
    """Of training."""
    dev: dict[str, str]
    """Checksums of the dev files."""
    counts: dict[str, DevCounts]


def run_config(plan: Plan, line: Line, seed: int) -> Config:
    """Return the configuration of one run."""
    folder = Path(plan.folder) / line.slug / str(seed)
    extra = [*plan.set, *line.set, f"seed={seed}", f"output.folder={folder}"]
    return load_config(line.config or plan.config, extra)


def finish(line: Line, config: Config) -> None:
    """Train one run to its end, or what is missing of it."""
    folder = RunFolder(Path(config.output.folder))
    if trained_with(folder.best, line.mix_layers) != digest(config, line.mix_layers):
        with training_with_mix(line.mix_layers) if line.mix_layers else nullcontext():
            train(config, resume=broken_off(folder, line, config), overwrite=True)


def broken_off(folder: RunFolder, line: Line, config: Config) -> bool:
    """Return whether the folder holds an unfinished run of `config` that can go on."""
    if not folder.config.exists() or folder.record.exists() or folder.last_state() is None:
        return False
    try:
        begun = build(Config, json.loads(folder.config.read_text(encoding="utf-8")))
    except ConfigError:  # of another version
        return False
    # a plan that has changed since finds runs of before in its folders
    return digest(begun, line.mix_layers) == digest(config, line.mix_layers)


def runs(plan: Plan, line: Line) -> list[Run]:
    """Return the runs of a line, finished or not."""
    if line.checkpoints:
        return [Run(line.name, name, Path(name)) for name in line.checkpoints]
    return [planned_run(plan, line, seed) for seed in plan.seeds]


def planned_run(plan: Plan, line: Line, seed: int) -> Run:
    """Return the run of a line that is trained, with a seed."""
    config = run_config(plan, line, seed)
    best = RunFolder(Path(config.output.folder)).best
    return Run(line.name, str(seed), best, digest(config, line.mix_layers), line.mix_layers)


def digest(config: Config, mix_layers: int | None = None) -> str:
    """Return a short checksum of what a run is told, wherever it writes."""
    told = {name: value for name, value in _told(config).items() if name != "output"}
    found = hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:12]
    return f"{found}+mix{mix_layers}" if mix_layers else found


def trained_with(checkpoint: Path, mix_layers: int | None) -> str | None:
    """Return the checksum of what a finished run was told; None where there is none."""
    if not (checkpoint / RECORD_FILE).exists():
        return None
    return digest(build(Config, read_run(checkpoint)["config"]), mix_layers)


def _told(value: Any) -> Any:
    """Return the plain form of a configuration without defaults: a setting that is new changes nothing."""
    if is_dataclass(value):
        given = {item.name: (getattr(value, item.name), item) for item in fields(value)}
        return {name: _told(v) for name, (v, item) in given.items() if v not in _defaults(item)}
    return [_told(item) for item in value] if isinstance(value, tuple) else to_mapping(value)


def _defaults(item: Any) -> list[Any]:
    made = [] if item.default_factory is MISSING else [item.default_factory()]
    return [item.default, *made]


def dev_digests(plan: Plan) -> dict[str, str]:
    """Return a short checksum of each dev file."""
    return {name: sha256(Path(name))[:12] for name in plan.dev}


class Results:
    """The counts of the runs of a plan, kept in a JSON Lines file."""

    def __init__(self, path: Path, plan: Plan) -> None:
        self._path = path
        self._plan = plan
        self._dev = dev_digests(plan)
        self._known: dict[tuple[str, str], Result] = {}
        self._read()

    def _read(self) -> None:
        lines = self._path.read_text(encoding="utf-8").splitlines() if self._path.exists() else []
        records = (build(Result, json.loads(line)) for line in lines)
        self._known = {(record.line, record.run): record for record in records}

    def of(self, run: Run) -> Result | None:
        """Return what a run found, counting it first if that is possible; None where it is not finished."""
        if (run.line, run.name) not in self._known:
            self._read()  # another process may have counted it since
        known = self._known.get((run.line, run.name))
        settings = run.settings or self._weights(run, known)
        if known is not None and known.settings == settings and known.dev == self._dev:
            return known
        if settings is None or not (run.checkpoint / RECORD_FILE).exists():
            return None
        # a plan that has changed since finds runs of before in its folders
        if run.settings and trained_with(run.checkpoint, run.mix_layers) != run.settings:
            return None
        result = Result(run.line, run.name, settings, self._minutes(run), self._dev, self._counts(run))
        self._known[run.line, run.name] = result
        with self._path.open("a", encoding="utf-8") as file:  # of two records of a run, the later one holds
            file.write(json.dumps(asdict(result), ensure_ascii=False, separators=(",", ":")) + "\n")
        return result

    def _weights(self, run: Run, known: Result | None) -> str | None:
        """Return the checksum of a checkpoint, or the one that is known where the folder has gone."""
        path = run.checkpoint / TORCH_FILES[0]
        if path.exists():
            return sha256(path)[:12]
        return None if known is None else known.settings

    def _minutes(self, run: Run) -> float:
        return round(float(read_run(run.checkpoint)["run"]["seconds"]) / 60, 1)

    def _counts(self, run: Run) -> dict[str, DevCounts]:
        read, counts = reader(run), {}
        for name in self._plan.dev:
            gold = read_corpus(Path(name))
            found = tally(gold, read(gold), LABELS)
            labels = dict(zip(LABELS, found.strict.sum(axis=0).tolist(), strict=True))
            counts[name] = DevCounts(labels, found.micro.tolist())
        return counts


def reader(run: Run) -> Callable[[Sequence[Document]], list[Document]]:
    """Return a function that finds entities with the checkpoint of a finished run."""
    if run.mix_layers:
        return reader_with_mix(run.checkpoint, run.mix_layers)
    extractor = Extractor.from_pretrained(run.checkpoint)
    return lambda documents: list(extractor.extract_batch(documents, values=False))


def row(name: str, ours: Sequence[DevCounts], base: Sequence[DevCounts] | None, spent: float) -> str:
    """Return a row of the table; the first line has no `base`."""
    micro = [100 * float(quotients(found.array.sum(axis=0))[2]) for found in ours]
    cells = [name, str(len(ours)), f"{statistics.mean(micro):.1f} ({min(micro):.1f}–{max(micro):.1f})"]
    if base is not None:
        cells.append(points(*micro_difference([o.array for o in ours], [b.array for b in base])))
    else:
        cells.append("")
    cells += [_mean([Counts(*found.labels[label]) for found in ours]) for label in LABELS]
    return f"| {' | '.join([*cells, f'{spent:.0f}'])} |"


def _mean(counts: Sequence[Counts]) -> str:
    """Return the mean F1 of a label, a dash where the dev file has none of it."""
    gold = any(count.tp + count.fn for count in counts)
    return f"{100 * statistics.mean(count.f1 for count in counts):.1f}" if gold else "–"


def table(plan: Plan, results: Results) -> Iterator[str]:
    """Yield the lines of the tables, one for each dev file."""
    lines = [
        (line, [result for run in runs(plan, line) if (result := results.of(run))]) for line in plan.lines
    ]
    done = [(line, found) for line, found in lines if found]
    for name in plan.dev:
        yield f"\n`{name}`, {len(read_corpus(Path(name)))} documents\n"
        yield f"| line | seeds | micro F1 | against the first | {' | '.join(LABELS)} | minutes a run |"
        yield f"|---|--:|--:|--:|{'--:|' * len(LABELS)}--:|"
        first = done[0][1] if done else []
        for line, found in done:
            counts = [result.counts[name] for result in found]
            spent = statistics.median(result.minutes for result in found)
            base = None if found is first else [result.counts[name] for result in _peers(first, found)]
            yield row(line.name, counts, base, spent)


def _peers(first: Sequence[Result], found: Sequence[Result]) -> Sequence[Result]:
    """Return the runs of the first line with the seeds of those found; all of them where some are lacking."""
    seeds = {result.run for result in found}
    alike = [result for result in first if result.run in seeds]
    return alike if len(alike) == len(found) else first


def read_plan(path: Path) -> Plan:
    """Return the plan in a YAML file."""
    values: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
    return build(Plan, values)


def main(arguments: Sequence[str] | None = None) -> None:
    """Train what is missing, seed after seed, and print the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--plan", type=Path, default=PLAN)
    parser.add_argument("--only", nargs="+", metavar="NAME", help="train these lines alone")
    parser.add_argument("--seeds", nargs="+", type=int, metavar="SEED", help="train with these alone")
    parser.add_argument("--table", action="store_true", help="train nothing")
    options = parser.parse_args(arguments)
    plan = read_plan(options.plan)
    chosen = [line for line in plan.lines if options.only is None or line.name in options.only]
    if options.only and len(chosen) < len(set(options.only)):
        parser.error(f"the lines of {options.plan} are {', '.join(line.name for line in plan.lines)}")
    if not set(options.seeds or ()) <= set(plan.seeds):
        parser.error(f"the seeds of {options.plan} are {', '.join(map(str, plan.seeds))}")
    results = Results(options.plan.with_suffix(".jsonl"), plan)
    for seed in () if options.table else options.seeds or plan.seeds:
        for line in (line for line in chosen if not line.checkpoints):
            run = planned_run(plan, line, seed)
            if results.of(run) is None:
                print(f"{line.name}, seed {seed}", file=sys.stderr, flush=True)
                finish(line, run_config(plan, line, seed))
                results.of(run)
    print("\n".join(table(plan, results)))


if __name__ == "__main__":
    main()
