"""The plot of the data card: mentions a label and split, articles by year, sectors by section of ISIC."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from ie.files import atomic_write
from ie.labels import LABELS

from .card import SECTIONS
from .compile import Pass, split_documents


def plot_corpus(passes: Sequence[Pass], path: Path) -> None:
    """Draw the three panels as an SVG file; equal articles and an equal matplotlib give equal bytes."""
    import matplotlib

    matplotlib.use("svg")
    from matplotlib import pyplot

    with pyplot.rc_context({"svg.hashsalt": "ie", "font.size": 9}):
        figure, (labels, years, sections) = pyplot.subplots(1, 3, figsize=(12, 3.2), layout="constrained")
        documents = [document for item in passes for document in item.documents]
        floor = [0] * len(LABELS)
        for split in dict.fromkeys(item.split for item in passes):
            counts = Counter(e.label for d in split_documents(passes, split) for e in d.entities)
            heights = [counts[label] for label in LABELS]
            labels.bar(LABELS, heights, bottom=floor, label=split)
            floor = [low + height for low, height in zip(floor, heights, strict=True)]
        labels.set_title("mentions by label and split")
        labels.legend()
        dates = Counter(document.date.year for document in documents if document.date)
        years.bar(list(dates), list(dates.values()))
        years.set_title("articles by year")
        codes = Counter(
            str(e.value["code"])[0]
            for document in documents
            for e in document.entities
            if e.label == "SECTOR" and e.value
        )
        sections.bar(SECTIONS, [codes[section] for section in SECTIONS])
        sections.set_yscale("log")
        sections.set_title("sectors by section of ISIC Rev. 4")
        with atomic_write(path, binary=True) as file:
            figure.savefig(file, format="svg", metadata={"Date": None})
        pyplot.close(figure)
