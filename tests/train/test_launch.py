"""`accelerate launch … ie train` with two processes is the run of one that sees their batches together."""

import json
import os
import socket
import subprocess
import sys
import time
from contextlib import suppress

import psutil
import pytest
import toy
from safetensors.torch import load_file

import tiny
from ie.train.schema import to_mapping
from ie.train.trainer import train

STEPS = 60
SETTINGS = (
    "base.dropout=0",  # each process has random numbers of its own
    "data.batch_tokens=128",
    "data.train.0.weight=16",  # steps enough for one epoch: the next one begins with another batch for two
    "run.epochs=1",
    f"run.max_steps={STEPS}",
    f"run.evaluate_every={STEPS // 2}",
    "run.save_every=10",
    "run.log_every=1",
)


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    return tiny.make(tmp_path_factory.mktemp("base"), texts=[d.text for d in toy.documents(30)], hidden=16)


@pytest.fixture(scope="module")
def alone(tmp_path_factory, base):
    folder = tmp_path_factory.mktemp("alone")
    train(toy.config(folder, base, *SETTINGS, "run.accumulation=2"))
    return folder / "run"


@pytest.fixture
def config(tmp_path, base):
    path = tmp_path / "run.yaml"
    path.write_text(json.dumps(to_mapping(toy.config(tmp_path, base, *SETTINGS))), encoding="utf-8")
    (tmp_path / "start.py").write_text("from ie.cli import main\nmain()\n", encoding="utf-8")
    return path


def launch(config, *options, resume=False):
    """Start `accelerate launch OPTIONS ie train`."""
    program = [str(config.parent / "start.py"), "train", "--config", str(config)]
    # --multi_gpu is what starts several processes; run.device makes them stay on the processor
    command = [
        sys.executable,
        "-m",
        "accelerate.commands.launch",
        "--multi_gpu",
        "--num_processes=2",
        *options,
    ]
    return subprocess.Popen(
        [*command, *program, *(["--resume"] if resume else [])],
        env={**os.environ, "OMP_NUM_THREADS": "1", "HF_HOME": str(config.parent / "no-settings")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def finish(*processes):
    """Wait for `processes`; return what each wrote to stdout."""
    written = []
    try:
        for process in processes:
            out, errors = process.communicate(timeout=400)
            assert process.returncode == 0, errors.decode()[-3000:]
            written.append(out.decode())
    finally:
        for process in processes:
            end(process)
    return written


def end(process):
    """Kill a launcher and what it launched, as a power cut would."""
    with suppress(psutil.NoSuchProcess):
        launcher = psutil.Process(process.pid)
        for one in [*launcher.children(recursive=True), launcher]:
            with suppress(psutil.NoSuchProcess):
                one.kill()
    process.communicate()


def entries(folder):
    return [json.loads(line) for line in (folder / "log.jsonl").read_text(encoding="utf-8").splitlines()]


def losses(folder):
    return {entry["step"]: entry["loss"] for entry in entries(folder) if "loss" in entry}


def scores(folder):
    """Return the evaluations on dev, of which each process predicts a share."""
    return {
        (entry["step"], name): value
        for entry in entries(folder)
        for name, value in entry.items()
        if name.startswith("eval_") and name != "eval_seconds"
    }


def assert_same_run(found, alone):
    assert losses(found) == pytest.approx(losses(alone), rel=1e-5)
    assert sorted(losses(found)) == list(range(1, STEPS + 1))
    assert scores(found) == pytest.approx(scores(alone), abs=0.01)
    weights = load_file(found / "best" / "model.safetensors")
    for name, value in load_file(alone / "best" / "model.safetensors").items():
        assert (weights[name] - value).abs().max() < 1e-4, name


def assert_written_once(found, alone):
    """Only the first process writes: the files of one process, and each entry of its log once."""
    names, expected = ({str(p.relative_to(x)) for p in x.rglob("*")} for x in (found, alone))
    own = {name for name in names if "rng_state" in name}  # random numbers are each process's own
    assert len(own) == 2
    assert names - own == {name for name in expected if "rng_state" not in name}
    events, expected = ([(entry["event"], entry.get("step")) for entry in entries(x)] for x in (found, alone))
    assert events == expected


def test_two_processes_that_are_killed_and_resumed(tmp_path, config, alone):
    states = tmp_path / "run" / "checkpoints"
    process = launch(config, "--num_machines=1", "--main_process_port=0")
    try:
        deadline = time.monotonic() + 300
        while not list(states.glob("checkpoint-*")) and time.monotonic() < deadline:
            assert process.poll() is None, process.stderr.read().decode()[-3000:]
            time.sleep(0.02)
    finally:
        end(process)
    assert not (tmp_path / "run/best/train.json").exists()
    (out,) = finish(launch(config, "--num_machines=1", "--main_process_port=0", resume=True))
    assert out.split() == [str(tmp_path / "run" / "best")] * 2
    begun = [entry["step"] for entry in entries(tmp_path / "run") if entry["event"] == "begin"]
    assert len(begun) == 2
    assert begun[0] == 0 < begun[1] < STEPS
    assert_same_run(tmp_path / "run", alone)


def test_two_machines_of_one_process(tmp_path, config, alone):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = [
        "--num_machines=2",
        "--main_process_ip=127.0.0.1",
        f"--main_process_port={port}",
        "--same_network",
    ]
    finish(*(launch(config, *options, f"--machine_rank={rank}") for rank in range(2)))
    assert_same_run(tmp_path / "run", alone)
    assert_written_once(tmp_path / "run", alone)
    record = json.loads((tmp_path / "run/best/train.json").read_text(encoding="utf-8"))
    assert (record["run"]["processes"], record["run"]["steps"]) == (2, STEPS)
