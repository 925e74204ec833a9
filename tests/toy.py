"""Corpora and configurations of runs that take a second."""

from pathlib import Path
from typing import Any

from annotated import marked

from ie.data.corpus import write_corpus
from ie.document import Document
from ie.train.config import Config, parse_config

PARTIES = ("«Ясень»", "Казахстан", "Анна Белова", "ООО «Верба»")
AMOUNTS = ("5 млн рублей", "$1,2 млрд", "около 300 тыс. тенге")
DATES = ("вчера", "6 ноября 2016 года", "2019 году")


def text_of(i: int) -> str:
    return " ".join(
        f"Сделка {i}.{k}: [PARTY {PARTIES[(i + k) % 4]}] заплатит [AMOUNT {AMOUNTS[(i * 2 + k) % 3]}] "
        f"за долю в фирме [PARTY {PARTIES[(i + k + 1) % 4]}], сказано [DATE {DATES[(i + 2 * k) % 3]}]."
        for k in range(1 + i % 4)
    )


def documents(count: int, start: int = 0, labels: tuple[str, ...] | None = None) -> list[Document]:
    """Return `count` invented documents of one to four sentences, all different."""
    return [marked(text_of(i), id=f"toy/{i}", labels=labels) for i in range(start, start + count)]


def write_corpora(folder: Path) -> dict[str, Any]:
    """Write two training corpora, one of which covers PARTY only, and dev; return section `data`."""
    write_corpus(folder / "all.jsonl", documents(24))
    names = [
        Document(d.text, tuple(e for e in d.entities if e.label == "PARTY"), id=d.id, labels=("PARTY",))
        for d in documents(12, start=100)
    ]
    write_corpus(folder / "names.jsonl", names)
    write_corpus(folder / "dev.jsonl", documents(6, start=200))
    return {
        "train": [
            {"path": str(folder / "all.jsonl"), "weight": 1.5},
            {"path": str(folder / "names.jsonl"), "weight": 0.5},
        ],
        "dev": [str(folder / "dev.jsonl")],
        "max_tokens": 64,
        "window_overlap": 8,
        "batch_tokens": 256,
    }


def config(folder: Path, base: Path | None = None, *overrides: str) -> Config:
    """Return a run of 2 epochs of the corpora in `folder`, of `base` or from scratch, into `folder/run`."""
    scratch = {"layers": 2, "hidden": 16, "heads": 2, "vocabulary": 200}
    values = {
        "base": {"scratch": scratch} if base is None else {"name": str(base)},
        "data": write_corpora(folder),
        "labels": ["AMOUNT", "PARTY", "DATE"],
        "optimizer": {"learning_rate": 3e-3},
        "run": {"epochs": 2, "log_every": 2, "precision": "fp32", "device": "cpu"},
        "output": {"folder": str(folder / "run"), "tensorboard": False},
    }
    return parse_config(values, overrides)
