import os
import signal
import subprocess
import sys
import time

import psutil
import pytest

import tiny
from ie.errors import CheckpointError, UsageError
from ie.extractor import Extractor
from ie.workers import WorkerError, extract_in_workers


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return str(tiny.make(tmp_path_factory.mktemp("tiny")))


def options(folder):
    return {"ref": folder, "runtime": "torch", "threads": 2}


def texts(count):
    return [f"{i}. {tiny.TEXTS[i % len(tiny.TEXTS)]}" for i in range(count)]


def test_workers_give_what_one_process_gives_in_the_same_order(folder, monkeypatch):
    monkeypatch.setattr("ie.workers.TASK_CHARS", 300)
    given = texts(40)
    expected = list(Extractor.from_pretrained(**options(folder)).extract_batch(given))
    found = list(extract_in_workers(given, 2, options(folder)))
    assert [(d.text, [(e.label, e.start, e.end, e.value) for e in d.entities]) for d in found] == [
        (d.text, [(e.label, e.start, e.end, e.value) for e in d.entities]) for d in expected
    ]
    assert any(d.entities for d in found)


def test_values_are_left_out_on_demand(folder):
    (found,) = extract_in_workers(texts(1), 1, options(folder), values=False)
    assert found.entities
    assert all(e.value is None for e in found.entities)


def test_what_loading_raises_reaches_the_caller(tmp_path):
    with pytest.raises(CheckpointError, match="does not exist"):
        list(extract_in_workers(texts(1), 1, options(str(tmp_path / "nothing"))))


@pytest.mark.parametrize("workers", [0, 3])
def test_more_workers_than_threads_are_refused(folder, workers):
    with pytest.raises(UsageError, match=f"from 1 to 2 \\(threads\\), not {workers}"):
        list(extract_in_workers(texts(1), workers, options(folder)))


def test_a_killed_worker_is_reported(folder, monkeypatch):
    monkeypatch.setattr("ie.workers.TASK_CHARS", 1)

    def killing():
        yield from texts(1)
        for child in psutil.Process().children():
            if "spawn_main" in " ".join(child.cmdline()):
                child.send_signal(signal.SIGKILL)
        yield from texts(1)

    with pytest.raises(WorkerError, match="was killed"):
        list(extract_in_workers(killing(), 1, options(folder)))


ENDLESS = """
import sys, itertools, signal
signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background of a shell is born deaf
from ie.workers import extract_in_workers
if __name__ == "__main__":
    texts = itertools.repeat("АО «Каспий-Агро» купило завод за $35 млн. " * 2000)
    for document in extract_in_workers(texts, 2, {"ref": sys.argv[1], "runtime": "torch", "threads": 2}):
        print(len(document.text), flush=True)
"""


def test_workers_end_with_a_killed_parent(folder, tmp_path):
    script = tmp_path / "endless.py"
    script.write_text(ENDLESS, encoding="utf-8")
    with subprocess.Popen([sys.executable, str(script), folder], stdout=subprocess.PIPE) as parent:
        assert parent.stdout.readline()
        workers = psutil.Process(parent.pid).children(recursive=True)
        assert len(workers) >= 2
        os.kill(parent.pid, signal.SIGKILL)
        parent.wait()
    deadline = time.monotonic() + 60
    while any(worker.is_running() and worker.status() != psutil.STATUS_ZOMBIE for worker in workers):
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_ctrl_c_is_for_the_parent_alone(folder, tmp_path):
    script = tmp_path / "endless.py"
    script.write_text(ENDLESS, encoding="utf-8")
    command, pipe = [sys.executable, str(script), folder], subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, start_new_session=True) as parent:
        while sum("spawn_main" in " ".join(p.cmdline()) for p in psutil.Process(parent.pid).children()) < 2:
            time.sleep(0.01)
        time.sleep(0.2)
        os.killpg(parent.pid, signal.SIGINT)
        _, err = parent.communicate(timeout=120)
    assert (err.count(b"Traceback"), err.splitlines()[-1]) == (1, b"KeyboardInterrupt")


def test_whoever_stops_the_run_does_not_wait_for_the_workers(folder, monkeypatch):
    monkeypatch.setattr("ie.workers.TASK_CHARS", 1)
    found = extract_in_workers([*texts(1), tiny.TEXTS[0] * 100_000], 1, options(folder))
    next(found)
    before = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        found.throw(KeyboardInterrupt)
    assert time.monotonic() - before < 10
