"""The race of systems: real processes with a model that weighs nothing, and peers of our own."""

import json
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from benched import load
from folders import make_folder

import tiny
from ie.document import Document
from ie.outputs import write_jsonl

TEXTS = [f"Банк «Заря» {i} вложит 300 млн рублей в завод." for i in range(12)]


@pytest.fixture(scope="module")
def speed():
    return load("speed")


@pytest.fixture(scope="module")
def peers():
    return load("peers")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return make_folder(tmp_path_factory.mktemp("speed") / "model")


@pytest.fixture
def source(tmp_path):
    with (tmp_path / "texts.jsonl").open("w", encoding="utf-8") as stream:
        write_jsonl(map(Document, TEXTS), stream)
    return tmp_path / "texts.jsonl"


def cells(line):
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_systems_race_in_processes_and_the_table_compares_them(speed, folder, source, tmp_path, capsys):
    output = tmp_path / "runs.json"
    options = ["--rounds", "2", "--documents", "4", "--cores", "1", "--only", "ie, onnx"]
    speed.main([str(source), "--model", str(folder), *options, "--output", str(output)])
    out, err = capsys.readouterr()
    rows = [cells(line) for line in out.splitlines() if line.startswith("| ie")]
    assert [row[0] for row in rows] == ["ie", "ie, onnx"]
    assert rows[0][4:] == ["1.00 (1.00–1.00)"] * 2
    assert "2 rounds of 4 documents of " in out
    assert "round 2: ie, onnx" in err
    runs = json.loads(output.read_text(encoding="utf-8"))
    assert {name: len(found) for name, found in runs.items()} == {"ie": 2, "ie, onnx": 2}
    assert all(run["seconds"] > 0 and run["cpu_seconds"] > 0 for found in runs.values() for run in found)


def test_several_processes_share_the_documents_of_a_round(speed, folder):
    team = speed.Team(speed.System("two", "ie", str(folder), processes=2))
    assert team.ready() is None
    parts = []
    for worker in team._workers:
        worker.drain = lambda queue, drain=worker.drain: parts.append(queue.qsize()) or drain(queue)
    found = team.run(TEXTS)
    team.close()
    assert max(parts) == len(TEXTS)
    assert found.cpu_seconds > 0
    assert [worker._process.returncode for worker in team._workers] == [0, 0]


def test_what_is_not_installed_and_what_does_not_load_is_named(speed, folder, tmp_path, capsys):
    wanted = [
        speed.System("peer", "natasha", str(folder), needs=("no_such_package",)),
        speed.System("broken", "ie", str(tmp_path / "none")),
    ]
    assert list(speed.open_teams(wanted)) == []
    err = capsys.readouterr().err
    assert "peer is left out: no_such_package is not installed." in err
    assert "broken is left out: CheckpointError: " in err


def test_every_system_has_a_loader_and_every_model_a_row(speed, peers):
    found = speed.systems([Path("a"), Path("b/six")], threads=3)
    names = [system.name for system in found]
    assert names[0] == "ie"
    assert {"ie, onnx", "ie, b/six", "transformers pipeline", "torch bf16", "natasha"} <= set(names)
    assert all(system.processes * system.threads == 3 for system in found)
    assert {system.kind for system in found} == set(peers.LOADERS)


@dataclass
class Team:
    system: object
    log: list
    runs: list = field(default_factory=list)

    def run(self, texts):
        self.log.append((self.system.name, tuple(texts)))
        return self.runs.pop(0)


def test_rounds_are_interleaved_and_begin_with_another_system_each(speed, capsys):
    log = []
    teams = [
        Team(speed.System(name, "ie", ""), log, [speed.Run(1.0, 1.0), speed.Run(1.0, 1.0)])
        for name in ("a", "b")
    ]
    speed.compete(teams, [["x"], ["y"]])
    assert log == [("a", ("x",)), ("b", ("x",)), ("b", ("y",)), ("a", ("y",))]
    assert "round 2: a 1.0 documents a second" in capsys.readouterr().err


def test_ratios_are_those_of_the_same_round(speed):
    runs = {
        "ie": [speed.Run(1.0, 2.0), speed.Run(10.0, 2.0), speed.Run(2.0, 2.0)],
        "peer": [speed.Run(4.0, 6.0), speed.Run(20.0, 8.0), speed.Run(6.0, 2.0)],
    }
    rounds = [["x" * 10, "y" * 30]] * 3
    ours, peer = (cells(line) for line in speed.render(runs, rounds).splitlines()[2:])
    assert ours == ["ie", "1.0", "20", "1000.0", "1.00 (1.00–1.00)", "1.00 (1.00–1.00)"]
    assert peer == ["peer", "0.3", "7", "3000.0", "3.00 (2.00–4.00)", "3.00 (1.00–4.00)"]


def test_every_round_has_other_texts_while_there_are_any(speed, source):
    rounds = speed.read_rounds([source], documents=5, rounds=3)
    assert [len(texts) for texts in rounds] == [5, 5, 5]
    assert {text for texts in rounds for text in texts} == set(TEXTS)
    assert len({*rounds[0], *rounds[1]}) == 10


def test_files_without_documents_are_refused(speed, tmp_path):
    with pytest.raises(SystemExit, match="There is no document in"):
        speed.read_rounds([tmp_path / "none.jsonl"], 5, 1)


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory):
    return tiny.make(tmp_path_factory.mktemp("speed-torch"))


@pytest.fixture
def threads():
    """The number of threads of torch, set back afterwards."""
    import torch

    before = torch.get_num_threads()
    yield before
    torch.set_num_threads(before)


def test_the_pipeline_reads_texts_longer_than_a_window(peers, checkpoint, threads):
    long = " ".join(TEXTS * 10)
    read = peers.load_pipeline(str(checkpoint), "auto", threads)
    found = read([TEXTS[0], long])
    assert len(found) == 2
    # weights are random, but no window that is 512 tokens long reaches the second half
    assert max(entity["end"] for entity in found[1]) > len(long) / 2


def test_torch_tags_every_window_of_a_text(peers, checkpoint, threads):
    import torch

    read = peers.load_torch(str(checkpoint), "auto", threads)
    short, *rest = read([TEXTS[0], " ".join(TEXTS * 10)])
    assert len(rest) > 1
    assert len(short) == len(rest[0]) == 512  # padded to the longest
    assert torch.get_num_threads() == threads


def test_natasha_finds_names_sums_and_dates(peers):
    pytest.importorskip("natasha")
    read = peers.load_natasha()
    (found,) = read(["Иван Петров купил завод в Москве за 5 млн рублей 6 ноября 2016 года."])
    kinds = {type(item).__name__ for item in found}
    assert {"DocSpan", "Match"} <= kinds
    assert {"Money", "Date"} <= {type(getattr(item, "fact", None)).__name__ for item in found}
