"""Every step of the recipe against the recipe without it: same data, same budget, several seeds.

    python benchmarks/ablation.py [--plan benchmarks/ablation.yaml] [--only NAME …] [--table]

A plan names a configuration, settings of all runs (`set`, as for `ie train --set`), seeds, dev files, and
lines: a name and the settings in which it differs (`set`), another configuration (`config`), or finished
checkpoints (`checkpoints`), which are not trained. The first line is what the others are compared with. A run
that is finished is not done again, one that broke off goes on; `--table` trains nothing and prints what
there is.

Of each dev file, the table has the strict F1 as the mean over seeds, and the difference in micro-F1 from the
first line with its 95 % interval: paired bootstrap over documents, the same for all seeds. So it says what
other documents would have given, and the range over seeds what other seeds would have.
"""

import argparse
import re
import statistics
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from ie.checkpoint import TORCH_FILES
from ie.data.corpus import read_corpus, write_corpus
from ie.document import Document
from ie.extractor import Extractor
from ie.files import sha256
from ie.labels import LABELS
from ie.train.bootstrap import Interval, micro_difference
from ie.train.card import RECORD_FILE, read_run
from ie.train.config import Config, load_config
from ie.train.metrics import Counts, Tally, tally
from ie.train.runfolder import RunFolder
from ie.train.schema import build
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


def run_config(plan: Plan, line: Line, seed: int) -> Config:
    """Return the configuration of one run."""
    folder = Path(plan.folder) / line.slug / str(seed)
    extra = [*plan.set, *line.set, f"seed={seed}", f"output.folder={folder}"]
    return load_config(line.config or plan.config, extra)


def run(config: Config) -> None:
    """Train one run to its end, or what is missing of it."""
    folder = RunFolder(Path(config.output.folder))
    if not folder.record.exists():
        train(config, resume=folder.config.exists() and folder.last_state() is not None, overwrite=True)


def finished(plan: Plan, line: Line) -> list[Path]:
    """Return the checkpoints of a line that are there, one a seed."""
    if line.checkpoints:
        return [Path(name) for name in line.checkpoints if (Path(name) / RECORD_FILE).exists()]
    folders = (RunFolder(Path(run_config(plan, line, seed).output.folder)) for seed in plan.seeds)
    return [folder.best for folder in folders if folder.record.exists()]


def predicted(checkpoint: Path, dev: Path) -> list[Document]:
    """Return what a checkpoint finds in a dev file; it is kept beside its folder."""
    weights = sha256(checkpoint / TORCH_FILES[0])[:8]
    kept = checkpoint.parent / f"found-{checkpoint.name}-{weights}-{dev.parent.name}-{dev.name}"
    if not kept.exists():
        gold = read_corpus(dev)
        write_corpus(kept, Extractor.from_pretrained(checkpoint).extract_batch(gold, values=False))
    return read_corpus(kept)


def tallies(plan: Plan, line: Line, dev: Path) -> list[Tally]:
    """Return the counts of each finished run of a line on a dev file."""
    gold = read_corpus(dev)
    return [tally(gold, predicted(checkpoint, dev), LABELS) for checkpoint in finished(plan, line)]


def minutes(plan: Plan, line: Line) -> float:
    """Return the median training time of the finished runs of a line, in minutes."""
    return statistics.median(read_run(folder)["run"]["seconds"] for folder in finished(plan, line)) / 60


def row(line: Line, ours: Sequence[Tally], base: Sequence[Tally], spent: float) -> str:
    """Return a row of the table."""
    scores = [found.scores.strict for found in ours]
    micro = [100 * score.micro.f1 for score in scores]
    cells = [line.name, str(len(ours)), f"{statistics.mean(micro):.1f} ({min(micro):.1f}–{max(micro):.1f})"]
    if ours is not base:
        mean, interval = micro_difference(ours, base)
        cells.append(_signed(mean, interval))
    else:
        cells.append("")
    cells += [_mean([score.labels[label] for score in scores]) for label in LABELS]
    return f"| {' | '.join([*cells, f'{spent:.0f}'])} |"


def _mean(counts: Sequence[Counts]) -> str:
    """Return the mean F1 of a label, a dash where the dev file has none of it."""
    gold = any(count.tp + count.fn for count in counts)
    return f"{100 * statistics.mean(count.f1 for count in counts):.1f}" if gold else "–"


def _signed(mean: float, interval: Interval) -> str:
    return f"{100 * mean:+.1f} ({100 * interval.low:+.1f} to {100 * interval.high:+.1f})"


def table(plan: Plan) -> Iterator[str]:
    """Yield the lines of the tables, one for each dev file."""
    for name in plan.dev:
        dev = Path(name)
        yield f"\n`{name}`, {len(read_corpus(dev))} documents\n"
        yield f"| line | seeds | micro F1 | against the first | {' | '.join(LABELS)} | minutes a run |"
        yield f"|---|--:|--:|--:|{'--:|' * len(LABELS)}--:|"
        base: list[Tally] = []
        for line in plan.lines:
            found = tallies(plan, line, dev)
            base = base or found
            if found:
                yield row(line, found, base, minutes(plan, line))


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
    parser.add_argument("--table", action="store_true", help="train nothing")
    options = parser.parse_args(arguments)
    plan = read_plan(options.plan)
    chosen = [line for line in plan.lines if options.only is None or line.name in options.only]
    if options.only and len(chosen) < len(set(options.only)):
        parser.error(f"the lines of {options.plan} are {', '.join(line.name for line in plan.lines)}")
    for seed in () if options.table else plan.seeds:
        for line in (line for line in chosen if not line.checkpoints):
            print(f"{line.name}, seed {seed}", file=sys.stderr, flush=True)
            run(run_config(plan, line, seed))
    print("\n".join(table(plan)))


if __name__ == "__main__":
    main()
