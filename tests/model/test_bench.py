import json
import math
import statistics
import sys
import threading
import time
from dataclasses import dataclass, field

import numpy as np
import pytest
from folders import make_folder

from ie import machine, processor, startup
from ie.bench import Options, bench, measure_round, measure_stages, percentile, slices
from ie.checkpoint import open_folder
from ie.cli.bench import command
from ie.document import Document
from ie.encoder import TextEncoder
from ie.errors import IEError
from ie.extractor import Extractor
from ie.inputs import read_documents
from ie.labels import tag_names
from ie.markdown import table
from ie.meters import MeteredRuntime, RecordingRuntime, Work
from ie.outputs import write_jsonl
from ie.specimens import specimen

TAGS = len(tag_names())
STAGES = {"reading", "tokenisation", "model", "windows and decoding", "values", "output"}


@dataclass
class FakeRuntime:
    """Scores a token by its id; `work` is done at each call."""

    work: object = lambda: None
    parallel: int = 1
    batch_tokens: int = 64
    name = "fake"
    calls: list[tuple[int, int]] = field(default_factory=list)

    def logits(self, ids, _):
        self.work()
        self.calls.append(ids.shape)
        return (ids[..., None] % np.arange(2, TAGS + 2)).astype(np.float32)


def burn(seconds=0.02):
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        math.sqrt(2)


def documents(count):
    return [Document(f"банк купил завод {i} вчера " * (3 + i % 5), id=f"text/{i}") for i in range(count)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return make_folder(tmp_path_factory.mktemp("bench") / "model")


@pytest.fixture
def source(tmp_path):
    with (tmp_path / "source.jsonl").open("w", encoding="utf-8") as stream:
        write_jsonl(documents(6), stream)
    return tmp_path / "source.jsonl"


def make(folder, runtime):
    return Extractor(open_folder(folder, "onnx"), runtime)


def test_specimens_are_news_of_about_1700_characters_and_no_two_alike():
    texts = [specimen(number).text for number in range(300)]
    assert 1600 < statistics.mean(map(len, texts)) < 1800
    assert min(map(len, texts)) < 1200 < 2200 < max(map(len, texts))
    assert len(set(texts)) == 300
    assert specimen(7) == specimen(7)
    assert not any(mark in text for text in texts for mark in "{}")


def test_a_table_is_markdown_with_aligned_columns():
    assert table(("name", "a second"), [("ie", "30.1"), ("a longer name", "2")]) == (
        "| name          | a second |\n"
        "| ------------- | -------: |\n"
        "| ie            |     30.1 |\n"
        "| a longer name |        2 |"
    )


def test_the_machine_says_what_it_is(tmp_path, monkeypatch):
    info = tmp_path / "cpuinfo"
    info.write_text("processor : 0\nmodel name\t: Some Processor\nflags : avx2\n\nprocessor : 1\n")
    monkeypatch.setattr(processor, "_CPU_INFO", info)
    monkeypatch.setattr(machine, "features", lambda: frozenset({"avx2", "amx_int8", "sse"}))
    found = machine.this_machine()
    assert (found.processor, found.features) == ("Some Processor", ("avx2", "amx_int8"))
    assert {"onnxruntime", "numpy"} <= set(found.packages)
    assert "Some Processor (avx2 amx_int8)" in str(found)


def test_a_machine_without_proc_has_a_name_too(tmp_path, monkeypatch):
    monkeypatch.setattr(processor, "_CPU_INFO", tmp_path / "none")
    assert machine.this_machine().processor


def batch(*rows):
    width = max(map(len, rows))
    ids = np.array([[*row, *[0] * (width - len(row))] for row in rows], dtype=np.int64)
    return ids, (ids > 0).astype(np.int64)


def test_a_meter_adds_up_the_work_of_all_threads():
    metered = MeteredRuntime(FakeRuntime(lambda: time.sleep(0.01)))
    threads = [threading.Thread(target=metered.logits, args=batch([1, 2, 3], [4])) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    work = metered.take()
    assert work.seconds >= 0.08
    assert (work.tokens, work.computed) == (8 * 4, 8 * 6)
    assert metered.take() == Work()


def test_what_is_played_back_is_what_was_recorded_in_whatever_batches():
    recorder = RecordingRuntime(FakeRuntime())
    first = recorder.logits(*batch([1, 2, 3], [4]))
    replaying = recorder.playback()
    assert np.array_equal(replaying.logits(*batch([4])), first[1:, :1])
    assert np.array_equal(replaying.logits(*batch([4, 0], [1, 2, 3]))[1], first[0])
    with pytest.raises(KeyError):
        replaying.logits(*batch([1, 2]))


def test_batches_run_again_as_many_at_once_as_the_runtime_says():
    recorder = RecordingRuntime(runtime := FakeRuntime(parallel=2))
    for _ in range(4):
        recorder.logits(*batch([1, 2]))
    together = threading.Barrier(2, timeout=30)  # breaks, and raises, unless two calls wait in it
    runtime.work = together.wait
    recorder.run_again()
    assert len(runtime.calls) == 8


def test_a_round_reads_extracts_and_writes_all_documents(folder, tmp_path):
    metered = MeteredRuntime(runtime := FakeRuntime(lambda: time.sleep(0.05), parallel=2))
    found = measure_round(make(folder, metered), metered, documents(5), tmp_path)
    texts = [document.text for document in documents(5)]
    tokens = TextEncoder(open_folder(folder, "onnx").read_tokenizer()).encode_batch(texts)
    assert (found.documents, found.characters) == (5, sum(map(len, texts)))
    assert found.tokens == sum(len(encoding.ids) for encoding in tokens)
    assert found.tokens <= found.work.tokens <= found.work.computed
    assert found.work.seconds >= 0.05 * len(runtime.calls) > 0
    assert found.model_share == pytest.approx(found.work.seconds / 2 / found.seconds)
    assert 0 < found.model_share <= 1
    written = list(read_documents([str(tmp_path / "records.jsonl")]))
    assert [document.id for document in written] == [document.id for document in documents(5)]


def test_stages_are_apart_from_the_model(folder, source):
    runtime = FakeRuntime(burn)
    stages = measure_stages(make(folder, runtime), source)
    assert set(stages) == STAGES
    assert all(spent >= 0 for spent in stages.values())
    calls = len(runtime.calls) / 2  # recorded once, run again once
    assert stages["model"] >= 15 * calls / 6
    assert stages["windows and decoding"] < stages["model"]


def test_a_report_tells_rates_stages_latency_start_and_memory(folder):
    steps = []
    options = Options(documents=4, rounds=2, extractor={"ref": str(folder), "runtime": "onnx", "threads": 1})
    report = bench(documents(9), options, steps.append)
    record = json.loads(json.dumps(report.to_record()))
    assert steps == ["start-up", "stages", "round 1 of 2", "round 2 of 2", "latency"]
    assert [one["documents"] for one in record["rounds"]] == [4, 4]
    # the first four are for warming up
    assert [one["characters"] for one in record["rounds"]] == [
        sum(len(document.text) for document in part) for part in slices(documents(9), [4, 4, 4])[1:]
    ]
    assert record["documents_per_second"] == pytest.approx(
        statistics.median(4 / one["seconds"] for one in record["rounds"])
    )
    assert set(record["stages_cpu_ms_per_document"]) == STAGES
    assert 0 < record["latency_ms"]["p50"] <= record["latency_ms"]["p95"]
    start = record["start_up_seconds"]
    assert start["total"] == pytest.approx(sum(start.values()) - start["total"])
    assert record["model"] == report.model == Extractor.from_pretrained(folder).model
    assert 0 <= record["padding"] < 1
    if sys.platform == "linux":
        assert record["peak_memory_bytes"] > 10_000_000


def test_slices_begin_anew_when_the_documents_are_used_up():
    assert slices("abcde", [2, 2, 3]) == [["a", "b"], ["c", "d"], ["e", "a", "b"]]


@pytest.mark.parametrize(
    ("expected", "values", "percent"),
    [(1, [1], 95), (2, [3, 1, 2], 50), (19, range(1, 21), 95), (20, range(1, 21), 96), (1, [1, 2], 50)],
)
def test_percentiles_are_values_of_the_nearest_rank(expected, values, percent):
    assert percentile(list(values), percent) == expected


def test_the_memory_of_a_fresh_process_is_its_own(folder, source):
    ballast = b"x" * 400_000_000  # the peak that getrusage tells would include it
    found = startup.start_up(source, {"ref": str(folder)}, batch=True)
    assert len(ballast) > (found.peak_bytes or 0)
    assert min(found.steps().values()) >= 0


def test_a_fresh_process_that_fails_says_why(source, tmp_path):
    with pytest.raises(IEError, match=r"exit code 1: .*does not exist"):
        startup.start_up(source, {"ref": str(tmp_path / "none")})


def test_the_peak_is_read_where_linux_tells_it(tmp_path, monkeypatch):
    status = tmp_path / "status"
    monkeypatch.setattr(startup, "STATUS", status)
    status.write_text("Name:\tpython\nVmHWM:\t  1234 kB\nVmRSS:\t 1000 kB\n")
    assert startup.peak_memory() == 1234 * 1024
    status.unlink()
    monkeypatch.setattr(sys, "platform", "unknown")
    assert startup.peak_memory() is None


def test_the_command_prints_tables_and_writes_json(ie, folder, source, tmp_path):
    output = tmp_path / "bench.json"
    options = ["--documents", 4, "--rounds", 1, "--threads", 1, "--model", folder, "--output", output]
    code, out, err = ie("bench", source, tmp_path / "none.txt", *options)
    assert code == 1
    assert "none.txt" in err
    assert "round 1 of 1" in err
    record = json.loads(output.read_text(encoding="utf-8"))
    lines = [line.split("|") for line in out.splitlines() if line.startswith("|")]
    rows = {cells[1].strip(): cells[2].strip() for cells in lines}
    assert rows["rounds of documents"] == "1 of 4"
    assert rows["documents a second"] == f"{record['documents_per_second']:.1f}"
    assert rows["latency of one document, p95, ms"] == f"{record['latency_ms']['p95']:.1f}"
    assert record["machine"]["processor"] in out


def test_the_command_measures_on_specimens_without_inputs(monkeypatch):
    asked = {}

    def fake(sample, options, _):
        asked.update(sample=sample, options=options)
        raise IEError("enough")

    monkeypatch.setattr("ie.bench.bench", fake)
    with pytest.raises(IEError, match="enough"):
        command(None, documents=3, rounds=2, model=None, runtime="onnx", device="cpu", threads=1)
    assert asked["sample"][0] == specimen(0)
    assert len({document.text for document in asked["sample"]}) == 3 * 3 + 100
    assert asked["options"].documents == 3


def test_inputs_without_a_document_are_an_error(ie, tmp_path):
    code, _, err = ie("bench", tmp_path / "none.txt")
    assert code == 2
    assert "There is no document to measure on" in err
