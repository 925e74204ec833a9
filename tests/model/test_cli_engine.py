"""`ie predict` with several processes or machines: what reaches those who do the work."""

import json
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest
from folders import write

import tiny
from ie.arrow import Request
from ie.engines import ray as engine
from ie.engines.ray import Summary
from ie.inputs import Reading
from ie.labels import LABELS
from ie.prediction import Prediction


@pytest.fixture
def asked(monkeypatch):
    """What the ray engine is asked for; it reports one failed input."""
    calls = {}

    def run_ray(inputs, output, **options):
        calls.update(inputs=list(inputs), output=output, **options)
        options["report"]("b.txt: is empty.")
        return Summary(1, 1, 1)

    monkeypatch.setattr(engine, "run_ray", run_ray)
    return calls


def test_ray_is_given_all_that_was_asked_for(ie, asked):
    code, out, err = ie(
        "predict", "news/", "--engine", "ray", "--output", "found/", "--workers", 3, "--threads", 2,
        "--model", "org/name", "--revision", "v1", "--runtime", "onnx", "--date", "2016-11-07",
        "--labels", "PARTY,DATE", "--min-score", 0.5, "--no-values", "--format", "parquet",
        "--encoding", "cp1251",
    )  # fmt: skip
    assert (code, out, err) == (1, "", "error: b.txt: is empty.\n")
    day = date(2016, 11, 7)
    request = asked.pop("request")
    assert (request.values, request.date, request.dateline) == (False, day, False)
    assert (request.labels, request.min_score) == (("PARTY", "DATE"), 0.5)
    asked.pop("report")
    asked.pop("on_unknown")
    assert asked == {
        "inputs": ["news/"],
        "output": Path("found/"),
        "output_format": "parquet",
        "reading": Reading(encoding="cp1251", date=day),
        "model": "org/name",
        "revision": "v1",
        "cpus": 2,
        "gpus": 0,
        "actors": 3,
        "extractor_options": {"runtime": "onnx", "precision": "auto"},
    }


def test_ray_on_gpus(ie, asked):
    ie("predict", "news/", "--engine", "ray", "--output", "found/", "--device", "cuda")
    assert (asked["gpus"], asked["actors"], asked["cpus"]) == (1, None, 1)
    assert asked["extractor_options"] == {"runtime": "auto", "precision": "auto"}


@pytest.mark.usefixtures("asked")
@pytest.mark.parametrize(
    "options",
    [["news/"], ["news/", "--output", "found.jsonl"], ["-", "--output", "found/"],
     ["news/", "--output", "found/", "--resume"]],
)  # fmt: skip
def test_ray_needs_files_and_a_new_folder(ie, options):
    code, _, err = ie("predict", "--engine", "ray", *options)
    assert code == 2
    assert "--engine ray reads files and writes a new folder" in err


@pytest.mark.usefixtures("asked")
def test_ray_has_no_use_for_a_number_of_records(ie):
    code, _, err = ie("predict", "news/", "--engine", "ray", "--output", "found/", "--part-records", 5)
    assert (code, err) == (
        2,
        "error: --engine ray cuts its parts by bytes of the inputs, not by --part-records.\n",
    )


def test_workers_fill_parts_and_files_alike(ie, tmp_path, monkeypatch):
    monkeypatch.setattr("ie.workers.TASK_CHARS", 200)
    model = tiny.make(tmp_path / "model")
    lines = [json.dumps({"text": f"{i}. {text}"}) for i, text in enumerate(tiny.TEXTS * 2)]
    source = write(tmp_path / "texts.jsonl", "\n".join(lines).encode())
    given = ["predict", source, "--model", model, "--runtime", "torch", "--threads", 2]
    assert ie(*given, "--output", tmp_path / "one.jsonl")[0] == 0
    assert ie(*given, "--workers", 2, "--output", tmp_path / "two.jsonl") == (0, "", "")
    assert ie(*given, "--workers", 2, "--output", f"{tmp_path}/parts/", "--part-records", 5) == (0, "", "")
    expected = [json.loads(line) for line in (tmp_path / "one.jsonl").read_text("utf-8").splitlines()]
    parts = sorted((tmp_path / "parts").glob("part-*.jsonl"))
    assert len(parts) == 3
    for found in ([tmp_path / "two.jsonl"], parts):
        records = [json.loads(line) for path in found for line in path.read_text("utf-8").splitlines()]
        assert [spans(record) for record in records] == [spans(record) for record in expected]
    assert any(record["entities"] for record in expected)


@pytest.mark.parametrize(("expected", "ref"), [("c0ffee", "org/name"), (None, "./folder"), (None, None)])
def test_workers_load_the_commit_that_was_found(monkeypatch, expected, ref):
    checkpoint, asked = SimpleNamespace(labels=LABELS, revision="c0ffee"), {}
    monkeypatch.setattr("ie.loading.find", lambda **_: (checkpoint, "onnx"))
    monkeypatch.setattr(
        "ie.workers.extract_in_workers", lambda *_, options, **__: asked.update(options) or ()
    )
    loading = dict.fromkeys(("revision", "runtime", "device", "precision", "threads")) | {"ref": ref}
    _, _, predict = Prediction([], Reading(), Request(), loading, workers=2).load()
    assert list(predict([])) == []
    assert asked == {**loading, "revision": expected}


def spans(record):
    return record["id"], [(e["label"], e["start"], e["end"], e["value"]) for e in record["entities"]]
