"""Memory that does not grow: a stream of records however long, a text however large."""

import importlib
import inspect
import itertools
import json
import pkgutil
import subprocess
import sys
import threading
import tracemalloc

import numpy as np
import onnx
import psutil
import pytest
from folders import WORDS, make_folder, onnx_bytes
from onnx import numpy_helper

import ie.values
from ie.checkpoint import open_folder
from ie.extractor import Extractor
from ie.labels import tag_names
from ie.sections import MAX_SECTION

MB = 1 << 20
NEVER_SEEN = "бвгджзклмнпрстфх"


def model(folder):
    """Write a checkpoint that is done in no time: «[UNK]» is a party, «вчера» a date, the rest is nothing."""
    tags = tag_names()
    table = np.zeros((len(WORDS), len(tags)), dtype=np.float32)
    table[:, 0] = 3
    for word, tag in (("[UNK]", "B-PARTY"), ("вчера", "B-DATE")):
        table[WORDS.index(word), tags.index(tag)] = 6
    graph = onnx.load_from_string(onnx_bytes(len(tags)))
    graph.graph.initializer[0].CopyFrom(numpy_helper.from_array(table, "table"))
    make_folder(folder)
    onnx.save(graph, folder / "onnx" / "model_quantized.onnx")
    return folder


def surname(number):
    """Return a word that no dictionary has, another for each number."""
    letters = [NEVER_SEEN[number // 16**place % 16] + "аеиоу"[number % 5] for place in range(5)]
    return "".join(letters).capitalize() + "ов"


def record(number, name):
    text = f"завод купил {surname(name)} банк вчера завод {'купил банк ' * (number % 20)}"
    return json.dumps({"id": str(number), "text": text, "date": "2016-11-07"}, ensure_ascii=False) + "\n"


def predict(folder, *options):
    command = [sys.executable, "-c", "from ie.cli import main; main()", "predict", "-"]
    fixed = ["--input-format", "jsonl", "--format", "jsonl", "--runtime", "onnx", "--threads", "2"]
    return subprocess.Popen(
        [*command, *fixed, "--model", str(folder), *options],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )


def feed(process, lines):
    def write():
        with process.stdin:
            process.stdin.writelines(lines)

    thread = threading.Thread(target=write, daemon=True)
    thread.start()
    return thread


def peaks(process, every):
    """Yield the memory of a process after each `every` records that it has written."""
    running = psutil.Process(process.pid)
    for number, line in enumerate(process.stdout, 1):
        if number % every == 0:
            assert json.loads(line)["id"] == str(number - 1)
            yield running.memory_info().rss


@pytest.mark.parametrize(
    ("option", "early", "late"), [("--no-values", 5_000, 30_000), ("--values", 2_000, 6_000)]
)
def test_memory_does_not_grow_with_the_stream(tmp_path, option, early, late):
    """Names come again after some hundred, as they do in news: caches of words are full early on."""
    lines = (record(i, i % 300) for i in itertools.count())
    with predict(model(tmp_path), option) as process:
        feed(process, itertools.islice(lines, late))
        memory = list(peaks(process, 500))
    assert process.returncode == 0
    assert len(memory) == late // 500
    assert max(memory) - max(memory[: early // 500]) < 25 * MB


def test_records_come_out_before_the_last_is_read(tmp_path):
    """A pipe that stays open: what was read long ago is written although nothing ends."""
    ended = threading.Event()

    def endless():
        yield from (record(i, i % 300) for i in range(5_000))
        assert ended.wait(120)

    with predict(model(tmp_path), "--no-values") as process:
        feed(process, endless())
        early = [json.loads(process.stdout.readline())["id"] for _ in range(2_000)]
        ended.set()
        rest = sum(1 for _ in process.stdout)
    assert early == [str(i) for i in range(2_000)]
    assert rest == 3_000


class Table:
    """A runtime that is done in no time: «завод» is a party, the rest is nothing."""

    name, batch_tokens, parallel = "table", 1, 2

    def __init__(self, checkpoint):
        self.table = np.zeros((len(WORDS), len(checkpoint.tags)), dtype=np.float32)
        self.table[:, 0] = 3
        self.table[WORDS.index("завод"), checkpoint.tags.index("B-PARTY")] = 6

    def logits(self, ids, _):
        return self.table[ids]


def traced_peak(function):
    """Return the result of a function and how many bytes Python and numpy held at most."""
    tracemalloc.start()
    try:
        return function(), tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_of_an_article_is_that_of_its_text_and_entities(tmp_path, monkeypatch):
    """Four times the text costs only what text and entities hold, not four times what is in the works."""
    monkeypatch.setattr("ie.extractor.CHUNK_CHARS", 2 * MAX_SECTION)
    checkpoint = open_folder(make_folder(tmp_path), None)
    extractor = Extractor(checkpoint, Table(checkpoint))

    def peak(chars):
        text = ("банк купил вчера. " * 10 + "завод\n") * (chars // 186)
        document, peak = traced_peak(lambda: extractor.extract(text, values=False))
        assert len(document.entities) == text.count("завод")
        return peak - 1000 * len(document.entities)

    small, large = peak(6 * MAX_SECTION), peak(24 * MAX_SECTION)
    assert large < 1.1 * small + 4 * MB


def test_no_cache_of_values_grows_without_end():
    for name, function in sorted(caches()):
        size = function.cache_info().maxsize
        bounded = size is not None and size <= 8192  # a word and its parses take some kilobytes
        # what takes nothing, or the name of a table, has as many results as there are tables
        few = set(inspect.signature(function).parameters) <= {"name", "mark"}
        assert bounded or few, name


def caches():
    for _, name, _ in pkgutil.walk_packages(ie.values.__path__, "ie.values."):
        module = importlib.import_module(name)
        for item, value in vars(module).items():
            if hasattr(value, "cache_info"):
                yield f"{name}.{item}", value
