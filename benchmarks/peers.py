"""One of the systems that speed.py compares, in a process of its own.

    python benchmarks/peers.py KIND MODEL RUNTIME THREADS

A line on standard output says that it is loaded and warm (`null`), or why not. Then each line of standard
input is a list of texts as JSON, answered, when they are read, by the processor seconds that this took.
"""

import json
import os
import resource
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

BATCH = 16
STRIDE = 64
WARM_UP = "АО «Ромашка» вложит 1,2 млрд рублей в энергетику до 6 ноября 2016 года, сообщил Иван Лугов. "

Read = Callable[[Sequence[str]], object]


def load_ie(model: str, runtime: str, threads: int) -> Read:
    """Return the reader of ie: entities and values, as records."""
    from ie.extractor import Extractor

    extractor = Extractor.from_pretrained(Path(model), runtime=runtime, threads=threads)
    return lambda texts: [document.to_record() for document in extractor.extract_batch(texts)]


def load_pipeline(model: str, _: str, threads: int) -> Read:
    """Return the pipeline of transformers, which cuts long texts itself when it is given a stride."""
    import torch
    from transformers import pipeline

    torch.set_num_threads(threads)
    find: Any = pipeline(
        "token-classification",
        model=model,
        dtype=torch.float32,
        device="cpu",
        batch_size=BATCH,
        aggregation_strategy="simple",
        stride=STRIDE,
    )
    return lambda texts: find(list(texts))


def load_torch(model: str, _: str, threads: int) -> Read:
    """Return the model in bfloat16 with what a user writes around it: windows, padding, the best tag."""
    import torch
    from transformers import AutoModelForTokenClassification, AutoTokenizer

    torch.set_num_threads(threads)
    tokenizer = AutoTokenizer.from_pretrained(model)
    tagger: Any = AutoModelForTokenClassification.from_pretrained(model, dtype=torch.bfloat16).eval()
    limit = min(tokenizer.model_max_length, 512)

    def read(texts: Sequence[str]) -> list[Any]:
        cut = tokenizer(
            list(texts), truncation=True, max_length=limit, stride=STRIDE, return_overflowing_tokens=True
        )
        tags = []
        with torch.inference_mode():
            for start in range(0, len(cut["input_ids"]), BATCH):
                rows = {key: cut[key][start : start + BATCH] for key in ("input_ids", "attention_mask")}
                batch = tokenizer.pad(rows, return_tensors="pt")
                tags.extend(tagger(**batch).logits.argmax(-1).tolist())
        return tags

    return read


def load_natasha(*_: object) -> Read:
    """Return natasha's readers of names, sums and dates."""
    from natasha import (
        DatesExtractor,
        Doc,
        MoneyExtractor,
        MorphVocab,
        NewsEmbedding,
        NewsNERTagger,
        Segmenter,
    )

    segmenter, tagger, vocabulary = Segmenter(), NewsNERTagger(NewsEmbedding()), MorphVocab()
    money, dates = MoneyExtractor(vocabulary), DatesExtractor(vocabulary)

    def find(text: str) -> list[Any]:
        doc = Doc(text)
        doc.segment(segmenter)
        doc.tag_ner(tagger)
        return [*doc.spans, *_tried(money, text), *_tried(dates, text)]

    return lambda texts: [find(text) for text in texts]


def _tried(extract: Callable[[str], Iterable[Any]], text: str) -> list[Any]:
    """Return the facts of a text up to the first that natasha fails on: it raises `KeyError` on «к маю»."""
    found = []
    try:
        for match in extract(text):
            found.append(match)
    except KeyError:
        pass
    return found


LOADERS: dict[str, Callable[[str, str, int], Read]] = {
    "ie": load_ie,
    "pipeline": load_pipeline,
    "torch": load_torch,
    "natasha": load_natasha,
}


def serve(kind: str, model: str, runtime: str, threads: int) -> None:
    """Be a worker: load, say so, then answer each line of texts with the processor seconds that it took."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # whatever a library prints is no answer

    def answer(value: object) -> None:
        answers.write(json.dumps(value) + "\n")
        answers.flush()

    try:
        read = LOADERS[kind](model, runtime, threads)
        read([WARM_UP * 20] * BATCH)
    except Exception as error:  # noqa: BLE001 - whatever keeps a system from loading, the others run
        answer(f"{type(error).__name__}: {error}")
        return
    answer(None)
    for line in sys.stdin:
        started = cpu_seconds()
        read(json.loads(line))
        answer(cpu_seconds() - started)


def cpu_seconds() -> float:
    """Return the processor seconds of this process, all its threads and those children that have ended."""
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


if __name__ == "__main__":
    serve(*sys.argv[1:4], int(sys.argv[4]))
