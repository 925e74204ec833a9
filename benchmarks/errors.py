"""All errors of a model by cause, by source and by what a reader of them says.

    python benchmarks/errors.py --data FILE [--model FOLDER | --predictions FILE] [--output FILE.md]

What happened is found as `ie evaluate` finds it: a boundary is wrong, a mention is missed, spurious, or has
another's label. The cause within each is told by rules (`error_causes.py`). Whether the model, the annotation
or the guide is to blame only a reader can say: `judgements.tsv` holds what was said of errors that were read,
by document and place. The texts belong to their publishers: nothing of them is printed but a few words of a
mention.

With `--output` the tables go between two marks of the file, whose other lines stay as they are.
"""

import argparse
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from error_records import find_errors, read_judgements
from error_tables import render

from ie.data.corpus import iter_lines, parse_line, read_corpus
from ie.document import Document
from ie.errors import InputError
from ie.extractor import Extractor
from ie.files import atomic_write
from ie.train.evaluate import known_labels
from ie.train.pairing import pair

JUDGEMENTS = Path(__file__).parent / "judgements.tsv"
BEGIN, END = "<!-- errors.py: begin -->", "<!-- errors.py: end -->"


def write_between(path: Path, content: str) -> None:
    """Put `content` between the two marks of a file; a file without them, or none, becomes marks and content.

    Raises `InputError` where only one mark is there.
    """
    old = path.read_text(encoding="utf-8") if path.exists() else ""
    if (BEGIN in old) != (END in old):
        raise InputError(f"{path}: Only one of the marks {BEGIN!r} and {END!r} is in this file.")
    block = f"{BEGIN}\n\n{content}\n\n{END}"
    marked = re.compile(f"{re.escape(BEGIN)}.*{re.escape(END)}", re.DOTALL)
    new = marked.sub(lambda _: block, old) if BEGIN in old else f"{old}{block}\n"
    with atomic_write(path) as file:
        file.write(new)


def predictions(given: Any, gold: Sequence[Document]) -> list[Document]:
    """Return what the model finds, or what the file of predictions says, in the order of `gold`."""
    if given.predictions:
        found = [Document.from_record(parse_line(line)) for _, line in iter_lines(given.predictions)]
        return pair(gold, found)
    extractor = Extractor.from_pretrained(given.model, runtime=given.runtime)
    return list(extractor.extract_batch((replace(d, entities=()) for d in gold), values=False))


def main(arguments: Sequence[str] | None = None) -> None:
    """Print or write the tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True, metavar="FILE", help="annotated texts")
    source = parser.add_mutually_exclusive_group()
    source.add_argument("--model", metavar="FOLDER", help="default: the bundled model")
    source.add_argument("--predictions", type=Path, metavar="FILE", help="as `ie evaluate` writes them")
    parser.add_argument("--runtime", default="auto", help="onnx, openvino, torch or auto")
    parser.add_argument(
        "--judgements", type=Path, default=JUDGEMENTS, metavar="FILE", help="what readers said"
    )
    parser.add_argument("--output", type=Path, metavar="FILE.md", help="where to put the tables")
    given = parser.parse_args(arguments)
    gold = read_corpus(given.data)
    found = predictions(given, gold)
    judgements = read_judgements(given.judgements) if given.judgements.exists() else {}
    errors = find_errors(gold, found, known_labels(gold), judgements)
    names = ", ".join(sorted({document.model for document in found if document.model})) or "predictions"
    title = f"{names} on {given.data.name}: {len(errors)} errors in {len(gold)} documents."
    content = render(errors, gold, found, title)
    if given.output:
        write_between(given.output, content)
    else:
        print(content)


if __name__ == "__main__":
    main()
