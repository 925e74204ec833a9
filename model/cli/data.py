"""`ie data`: check, count, convert, split and merge annotated corpora."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Literal

import typer

from ie.errors import InputError, UsageError
from ie.labels import LABELS

from . import print_error

app = typer.Typer(no_args_is_help=True, help="Check, count, convert and split annotated corpora.")

Paths = Annotated[list[Path], typer.Argument(help="Corpus files (.jsonl, .jsonl.gz) or folders of them.")]
Labels = Annotated[str, typer.Option("--labels", help="The labels of the project, with commas.")]
Format = Literal["text", "json"]
Source = Literal[
    "nerel", "rured2", "factrueval", "bsnlp", "brat", "conll", "doccano", "label-studio", "jsonl"
]
FORMATS = "nerel, rured2, factrueval, bsnlp, brat, conll, doccano, label-studio or jsonl (ours)."
LABELS_TEXT = ",".join(LABELS)
SHOWN = 20  # rows of a conversion report that stderr gets


@app.command()
def check(
    paths: Paths,
    labels: Annotated[
        str | None,
        typer.Option(
            help="The labels of the project, with commas; by default the four "
            f"({', '.join(LABELS)}) and those that records name in their 'labels'."
        ),
    ] = None,
    format_: Annotated[Format, typer.Option("--format", help="One line a problem, or a JSON list.")] = "text",
    consistency: Annotated[
        bool, typer.Option("--consistency", help="Also what the guidelines say of spans and values.")
    ] = False,
    exceptions: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Reviewed findings of --consistency that may stand.")
    ] = None,
) -> None:
    """List every problem by file, line and reason; files are taken for parts of a split. Exit 1 on errors."""
    from ie.data.check import check_files, named_labels, summarize
    from ie.data.corpus import corpus_files

    if exceptions is not None and not consistency:
        raise UsageError("--exceptions needs --consistency.")
    files = corpus_files(paths)
    for path in files if labels is None else ():
        if path.exists() and not path.is_file():
            raise UsageError(f"{path} is no file and cannot be read twice: name the labels with --labels.")
    known = named_labels(files) if labels is None else _names(labels)
    problems = check_files(files, known, consistency=consistency, exceptions=exceptions)
    if format_ == "json":
        typer.echo(json.dumps([problem.to_record() for problem in problems], ensure_ascii=False, indent=1))
    else:
        for problem in problems:
            typer.echo(str(problem))
    typer.echo(summarize(problems), err=True)
    raise typer.Exit(int(not all(problem.warning for problem in problems)))


@app.command()
def stats(
    paths: Paths,
    labels: Labels = LABELS_TEXT,
    format_: Annotated[Format, typer.Option("--format", help="Tables, or a JSON object by file.")] = "text",
) -> None:
    """Count documents, words and entities a file: by label, by source, lengths of spans, range of dates."""
    from ie.data.corpus import corpus_files, iter_corpus
    from ie.data.stats import corpus_stats, format_stats

    found, failed = {}, False
    for path in corpus_files(paths):
        try:
            found[str(path)] = corpus_stats(iter_corpus(path), _names(labels))
        except InputError as error:
            print_error(str(error))
            failed = True
    if format_ == "json":
        records = {path: result.to_record() for path, result in found.items()}
        typer.echo(json.dumps(records, ensure_ascii=False, indent=1))
    else:
        typer.echo("\n\n".join(f"{path}\n{format_stats(result)}" for path, result in found.items()))
    raise typer.Exit(int(failed))


@app.command()
def convert(
    source_format: Annotated[str, typer.Argument(metavar="FORMAT", help=FORMATS)],
    source: Annotated[Path, typer.Argument(metavar="SRC", help="The file or folder to read.")],
    target: Annotated[Path, typer.Argument(metavar="DST", help="A .jsonl, .jsonl.gz or .conll file.")],
    report: Annotated[Path | None, typer.Option(help="Write every repair, change and loss here.")] = None,
    mapping: Annotated[str, typer.Option("--map", help="THEIRS=OURS,…; labels not named are dropped.")] = "",
) -> None:
    """Convert a corpus to the project's format by the label guide; say on stderr what was changed or lost."""
    from ie.data import formats
    from ie.data.intake import parse_mapping
    from ie.files import atomic_write

    formats.check_target(target)
    _refuse_input(target, _files_in(source))
    conversion = formats.convert(source_format, source, parse_mapping(mapping))
    lost = formats.write(target, conversion.documents)
    if report is not None:
        with atomic_write(report) as file:
            file.write("\n".join([conversion.report.to_text(details=True), *lost, ""]))
    rows = [*conversion.report.to_text().splitlines(), *lost]
    more = [f"and {len(rows) - SHOWN} more rows: see --report"] if len(rows) > SHOWN else []
    count = sum(len(document.entities) for document in conversion.documents)
    total = f"{target}: {len(conversion.documents):,} documents, {count:,} entities"
    typer.echo("\n".join([*rows[:SHOWN], *more, total]), err=True)


@app.command()
def split(
    source: Annotated[Path, typer.Argument(metavar="SRC", help="The corpus file to split.")],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="The folder for PART.jsonl files.")],
    parts: Annotated[str, typer.Option(help="Shares that add up to 1.")] = "train=0.7,dev=0.15,test=0.15",
    seed: Annotated[int, typer.Option(help="Another number gives another split.")] = 0,
    group_by: Annotated[str | None, typer.Option(metavar="FIELD", help="Keep equal values together.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite parts that are there.")] = False,
) -> None:
    """Split a corpus by hash: a corpus that grows keeps what it had where it was; copies stay together."""
    from ie.data.split import parse_parts, split_corpus

    shares = parse_parts(parts)
    for path, count in split_corpus(source, out, shares, seed=seed, group_by=group_by, force=force).items():
        typer.echo(f"{path}: {count:,} documents{' (none fell here)' if not count else ''}", err=True)


@app.command("compile")
def compile_markup(
    source: Annotated[Path, typer.Argument(metavar="SRC", help="Folder of articles in inline markup.")],
    target: Annotated[Path, typer.Argument(metavar="DST", help="Folder for SPLIT.jsonl, one a part.")],
) -> None:
    """Compile articles with inline markup into corpus files; name each line that is wrong."""
    from ie.data.compile import compile_folder

    for path, count in compile_folder(source, target).items():
        typer.echo(f"{path}: {count:,} documents", err=True)


@app.command()
def lexicon(
    source: Annotated[Path, typer.Argument(metavar="SRC", help="Folder of the word lists.")],
    target: Annotated[Path, typer.Argument(metavar="DST", help="Folder for TABLE.json, one a list.")],
) -> None:
    """Compile the word lists of the normalisers into tables of forms; name each line that is wrong."""
    from ie.data.lexicon import compile_lexicon

    for path, count in compile_lexicon(source, target):
        typer.echo(f"{path}: {count:,} entries", err=True)


@app.command()
def card(
    page: Annotated[Path, typer.Argument(metavar="PAGE", help="Data card, with a place for figures.")],
    source: Annotated[Path, typer.Argument(metavar="SRC", help="Folder of articles in inline markup.")],
    standoff: Annotated[list[Path] | None, typer.Argument(metavar="[STANDOFF]…")] = None,
    plot: Annotated[Path | None, typer.Option("--plot", help="Draw the plot as this .svg file.")] = None,
) -> None:
    """Write the figures of the corpus into its data card."""
    from ie.data.card import write_card
    from ie.data.compile import read_passes

    passes = read_passes(source)
    write_card(page, passes, standoff or [])
    if plot:
        from ie.data.plot import plot_corpus

        plot_corpus(passes, plot)


@app.command()
def merge(
    standoff: Annotated[Path, typer.Argument(metavar="STANDOFF", help="Annotation without texts.")],
    source: Annotated[
        Path, typer.Argument(metavar="SRC", help="Corpus file, or folder of them, with texts.")
    ],
    target: Annotated[Path, typer.Argument(metavar="DST", help="The .jsonl or .jsonl.gz file to write.")],
) -> None:
    """Join stand-off annotation with your copy of the texts; name each text that is missing or differs."""
    from ie.data.corpus import corpus_files, write_corpus
    from ie.data.standoff import iter_texts
    from ie.data.standoff import merge as merge_texts

    _refuse_input(target, [standoff, *corpus_files([source])])
    texts = (document for path in corpus_files([source]) for document in iter_texts(path))
    result = merge_texts(standoff, texts)
    count = write_corpus(target, result.documents)
    for identifier in result.missing:
        print_error(f"{identifier}: There is no such document in {source}.")
    for identifier in result.changed:
        print_error(f"{identifier}: The text in {source} is not the one that was annotated.")
    typer.echo(f"{target}: {count:,} documents", err=True)
    raise typer.Exit(int(bool(result.missing or result.changed)))


@app.command()
def sample(
    source: Annotated[Path, typer.Argument(metavar="SRC", help="File or folder of texts, JSON Lines.")],
    target: Annotated[Path, typer.Argument(metavar="DST", help="The .jsonl or .jsonl.gz file to write.")],
    count: Annotated[int, typer.Option(min=1, help="How many texts.")],
    without: Annotated[
        list[Path] | None, typer.Option(help="Files whose texts, or nearly the same, are not wanted.")
    ] = None,
    rich: Annotated[
        float, typer.Option(min=0, max=1, help="Share that is richest in sums and sectors.")
    ] = 0.5,
    seed: Annotated[int, typer.Option(help="Of the choice.")] = 0,
) -> None:
    """Choose raw texts for a run with teachers: a corpus in which no label is annotated."""
    from ie.data.corpus import corpus_files, write_corpus
    from ie.data.sample import Wish
    from ie.data.sample import sample as choose
    from ie.data.standoff import iter_texts

    _refuse_input(target, corpus_files([source, *(without or [])]))
    texts = (document for path in corpus_files([source]) for document in iter_texts(path))
    held_out = [document for path in corpus_files(without or []) for document in iter_texts(path)]
    written = write_corpus(target, choose(texts, held_out, Wish(count, rich=rich, seed=seed)))
    typer.echo(f"{target}: {written:,} documents", err=True)


def _files_in(source: Path) -> Iterable[Path]:
    from ie.sources import walk

    return walk(source) if source.is_dir() else [source]


def _refuse_input(target: Path, inputs: Iterable[Path]) -> None:
    """Raise `UsageError` where the file to write is one of those to read."""
    from ie.sources import is_named

    if is_named(target, map(str, inputs)):
        raise UsageError(f"{target} is also an input, which it would replace: name another file.")


def _names(labels: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in labels.split(",") if name.strip())
