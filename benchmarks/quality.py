"""F1 of ie and of other systems on annotated texts, by label, with intervals and paired differences.

    python benchmarks/quality.py --data NAME=FILE.jsonl … [--model FOLDER …] [--systems ie,natasha]
        [--cache FOLDER]        (pip install ".[benchmarks]" for the peers)

One table a data set. A cell is strict F1 with its 95 % interval over resamples of the documents, and overlap
F1 after the stroke; `–` where a system does not look for the label, or the data do not have it. The rows
`ie − peer` are differences of strict F1 over the same resamples: an interval without 0 is a difference that
another choice of such texts would hardly undo. Documents count for the labels that their record covers.

`names` is PARTY without the states of the list, on both sides: the people and organizations that factRuEval
and BSNLP annotate, before states were told from other places. `all` is micro over the labels of the data.

`natasha` is Slovnet's people and organizations, states by our list, its grammars of sums and dates. Its edges
are not ours: «natasha, our edges» has the same findings cut and widened by the rules that convert corpora to
our guide. Where the data were converted by these very rules (NEREL, factRuEval, BSNLP) the row shares their
faults with the annotation, which no other system does. What a peer found is kept in the folder of `--cache`,
by its version and the file of data.
"""

import argparse
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from quality_peers import PEERS, Peer

from ie.data.convert.states import is_state
from ie.data.corpus import iter_lines, parse_line, read_corpus
from ie.document import Document, Entity, make_entity
from ie.extractor import Extractor
from ie.files import sha256
from ie.markdown import table
from ie.train.bootstrap import intervals, micro_difference
from ie.train.evaluate import known_labels, write_records
from ie.train.metrics import Tally, scored_labels, tally

RESAMPLES, SEED, CONFIDENCE = 1000, 0, 0.95
NAMES, ALL = "names", "all"
NOTHING = "–"

Texts = Sequence[Document]


@dataclass(frozen=True, slots=True)
class Dataset:
    """Annotated documents under the name that the table gives them; `digest` is of their file's bytes."""

    name: str
    documents: tuple[Document, ...]
    digest: str

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels that at least one document covers."""
        known = known_labels(self.documents)
        return tuple(x for x in known if any(scored_labels(document, [x]) for document in self.documents))


@dataclass(frozen=True, slots=True)
class Result:
    """What a system got right in a data set: counts by document under each column that applies to it."""

    system: str
    columns: Mapping[str, Tally]


def read_dataset(named: str) -> Dataset:
    """Return the data set of `NAME=FILE`, or of a file that goes by its own name."""
    name, _, file = named.rpartition("=")
    path = Path(file)
    return Dataset(name or path.stem, tuple(read_corpus(path)), sha256(path))


def predict(extractor: Extractor, documents: Texts) -> list[Document]:
    """Return what ie finds, without values."""
    return list(extractor.extract_batch((replace(d, entities=()) for d in documents), values=False))


def peer_documents(peer: Peer, data: Dataset, cache: Path | None) -> list[Document]:
    """Return what a peer finds by our labels; its raw findings come from the cache or go there.

    Raises `PackageNotFoundError` or `ImportError` where it is not installed.
    """
    file = cache and cache / f"{peer.package}-{version(peer.package)}-{data.digest[:16]}.jsonl"
    if file and file.exists():
        raw = [Document.from_record(parse_line(line)) for _, line in iter_lines(file)]
    else:
        find = peer.open()
        raw = [_raw(document, find(document)) for document in data.documents]
        if file:
            file.parent.mkdir(parents=True, exist_ok=True)
            write_records(file, (document.to_record() for document in raw))
    pairs = zip(data.documents, raw, strict=True)
    return [peer.document(gold, [entity.span for entity in found.entities]) for gold, found in pairs]


def _raw(document: Document, spans: Iterable[object]) -> Document:
    entities = tuple(make_entity(document.text, span) for span in spans)
    return replace(document, entities=entities, labels=None)


def compare(system: str, data: Dataset, found: Texts, labels: Sequence[str]) -> Result:
    """Return the counts of a system that looks for `labels` in every column of the data set's table."""
    shared = [label for label in data.labels if label in labels]
    columns = {label: tally(data.documents, found, [label]) for label in shared}
    if "PARTY" in shared:
        sides = [[_without_states(document) for document in side] for side in (data.documents, found)]
        columns[NAMES] = tally(*sides, ["PARTY"])
    if len(shared) == len(data.labels) > 1:
        columns[ALL] = tally(data.documents, found, shared)
    return Result(system, columns)


def _without_states(document: Document) -> Document:
    return replace(document, entities=tuple(filter(_is_no_state, document.entities)))


def _is_no_state(entity: Entity) -> bool:
    return entity.label != "PARTY" or not is_state(entity.text)


def render(data: Dataset, results: Sequence[Result]) -> str:
    """Return the table of a data set: systems, then the differences between ie and each peer."""
    columns = [x for x in (*data.labels, NAMES, ALL) if any(x in result.columns for result in results)]
    ours = [result for result in results if result.system.startswith("ie")]
    peers = [result for result in results if result not in ours]
    rows = [[result.system, *(_score(result.columns.get(x)) for x in columns)] for result in results]
    rows += [
        [f"{mine.system} − {peer.system}", *(_difference(mine, peer, x) for x in columns)]
        for mine in ours
        for peer in peers
    ]
    head = f"{data.name}: {len(data.documents)} documents, {', '.join(_mentions(data))}"
    return f"{head}\n\n{table(['', *columns], rows)}"


def _mentions(data: Dataset) -> Iterator[str]:
    for label in data.labels:
        yield f"{sum(e.label == label for d in data.documents for e in d.entities)} {label}"


def _score(counts: Tally | None) -> str:
    if counts is None:
        return NOTHING
    scores, bounds = counts.scores, intervals(counts, RESAMPLES, SEED, CONFIDENCE).strict.micro["f1"]
    strict, overlap = scores.strict.micro.f1, scores.overlap.micro.f1
    return f"{strict:.3f} ({bounds.low:.3f}–{bounds.high:.3f}) / {overlap:.3f}"


def _difference(ours: Result, peer: Result, column: str) -> str:
    pair = [result.columns.get(column) for result in (ours, peer)]
    if pair[0] is None or pair[1] is None:
        return NOTHING
    difference, bounds = micro_difference([pair[0].micro], [pair[1].micro], RESAMPLES, SEED, CONFIDENCE)
    return f"{difference:+.3f} ({bounds.low:+.3f} to {bounds.high:+.3f})"


def score_peers(data: Dataset, peers: Iterable[Peer], cache: Path | None) -> Iterator[Result]:
    """Yield the results of peers that look for a label of the data; name on stderr what is not installed."""
    for peer in peers:
        if not set(peer.labels) & set(data.labels):
            continue
        try:
            found = peer_documents(peer, data, cache)
        except (ImportError, PackageNotFoundError) as error:
            print(f"{peer.name} is left out: {error}.", file=sys.stderr)
            continue
        yield compare(peer.name, data, found, peer.labels)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the tables."""
    names = ["ie", *dict.fromkeys(peer.name.partition(",")[0] for peer in PEERS)]
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--data", nargs="+", required=True, metavar="NAME=FILE", help="annotated texts")
    parser.add_argument("--model", nargs="*", default=[], metavar="FOLDER", help="default: the bundled one")
    parser.add_argument("--systems", default=",".join(names), help=f"of {', '.join(names)}")
    parser.add_argument("--cache", type=Path, metavar="FOLDER", help="what peers found is kept here")
    parser.add_argument("--runtime", default="auto", help="of ie: onnx, openvino, torch or auto")
    given = parser.parse_args(arguments)
    systems = [name.strip() for name in given.systems.split(",")]
    unknown = [name for name in systems if name not in names]
    if unknown:
        parser.error(f"--systems must be some of {', '.join(names)}, not {unknown[0]!r}.")
    models = {
        "ie" if i == 0 else f"ie, {ref}": Extractor.from_pretrained(ref, runtime=given.runtime)
        for i, ref in enumerate(given.model or [None])
        if "ie" in systems
    }
    peers = [peer for peer in PEERS if peer.name.partition(",")[0] in systems]
    for named in given.data:
        data = read_dataset(named)
        ours = [compare(name, data, predict(m, data.documents), m.labels) for name, m in models.items()]
        print(render(data, [*ours, *score_peers(data, peers, given.cache)]), end="\n\n", flush=True)


if __name__ == "__main__":
    main()
