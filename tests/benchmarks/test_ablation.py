"""The comparison of recipes, on a plan of runs that take a second."""

import json
import shutil
from pathlib import Path

import pytest
import toy
from benched import imported
from safetensors.torch import load_file

import tiny
from ie.data.corpus import read_corpus
from ie.errors import ConfigError
from ie.extractor import Extractor
from ie.train.schema import to_mapping


@pytest.fixture(scope="module")
def benchmark():
    with imported("layer_mix", "ablation") as found:
        yield found["ablation"]


@pytest.fixture(scope="module")
def plan(tmp_path_factory):
    folder = tmp_path_factory.mktemp("plan")
    base = tiny.make(folder / "base", texts=[d.text for d in toy.documents(30)], hidden=16)
    config = to_mapping(toy.config(folder, base, "run.save_every=10"))
    (folder / "recipe.yaml").write_text(json.dumps(config), encoding="utf-8")
    values = {
        "config": str(folder / "recipe.yaml"),
        "set": ["run.epochs=12"],
        "folder": str(folder / "runs"),
        "seeds": [1, 2],
        "dev": [str(folder / "dev.jsonl")],
        "lines": [{"name": "recipe"}, {"name": "hardly any steps", "set": ["run.max_steps=1"]}],
    }
    (folder / "plan.yaml").write_text(json.dumps(values), encoding="utf-8")
    return folder / "plan.yaml"


def rows(printed):
    cells = [[cell.strip() for cell in line.split("|")[1:-1]] for line in printed.splitlines() if "|" in line]
    return {row[0]: row[1:] for row in cells[2:]}


def test_lines_are_trained_once_and_compared(benchmark, plan, capsys, monkeypatch):
    benchmark.main(["--plan", str(plan), "--only", "recipe", "--seeds", "1"])
    assert {name: row[0] for name, row in rows(capsys.readouterr().out).items()} == {"recipe": "1"}
    benchmark.main(["--plan", str(plan)])
    found = rows(capsys.readouterr().out)
    assert [row[0] for row in found.values()] == ["2", "2"]
    best, worst = (float(row[1].split()[0]) for row in found.values())
    assert best > worst
    difference, interval = found["hardly any steps"][2].split(" ", 1)
    assert float(difference) == pytest.approx(worst - best, abs=0.11)
    low, high = (float(bound) for bound in interval.strip("()").split(" to "))
    assert low <= float(difference) <= high < 0
    # a line is compared with the runs of the first that have its seeds
    known = benchmark.read_plan(plan)
    results = benchmark.Results(plan.with_suffix(".jsonl"), known)
    of = {run: [results.of(benchmark.planned_run(known, known.lines[0], run))] for run in (1, 2)}
    assert benchmark._peers([*of[1], *of[2]], of[2]) == of[2]
    assert benchmark._peers(of[1], of[2]) == of[1]
    # what was counted is kept beside the plan: nothing is trained or predicted again, even without the runs
    monkeypatch.setattr(benchmark, "train", None)
    monkeypatch.setattr(benchmark, "Extractor", None)
    (plan.parent / "runs").rename(plan.parent / "elsewhere")
    benchmark.main(["--plan", str(plan)])
    (plan.parent / "elsewhere").rename(plan.parent / "runs")
    assert rows(capsys.readouterr().out) == found


def test_what_another_process_counted_meanwhile_is_not_counted_again(benchmark, plan, monkeypatch, tmp_path):
    benchmark.main(["--plan", str(plan), "--only", "recipe"])
    known = benchmark.read_plan(plan)
    run = benchmark.planned_run(known, known.lines[0], 1)
    before = benchmark.Results(tmp_path / "results.jsonl", known)
    shutil.copy(plan.with_suffix(".jsonl"), tmp_path / "results.jsonl")
    monkeypatch.setattr(benchmark, "Extractor", None)
    assert before.of(run) == benchmark.Results(plan.with_suffix(".jsonl"), known).of(run)


def test_results_of_other_settings_or_dev_files_do_not_count(benchmark, plan, tmp_path, capsys):
    benchmark.main(["--plan", str(plan), "--only", "recipe"])
    assert "recipe" in rows(capsys.readouterr().out)
    values = json.loads(plan.read_text(encoding="utf-8"))

    def printed(**changed):
        other = tmp_path / "other.yaml"
        changed = {"folder": str(tmp_path), **changed}
        other.write_text(json.dumps({**values, **changed}), encoding="utf-8")
        (tmp_path / "other.jsonl").write_bytes(plan.with_suffix(".jsonl").read_bytes())
        benchmark.main(["--plan", str(other), "--table"])
        return rows(capsys.readouterr().out)

    assert "recipe" in printed()
    assert "recipe" not in printed(set=["run.epochs=11"])
    dev = tmp_path / "dev.jsonl"
    dev.write_text("".join(Path(values["dev"][0]).read_text("utf-8").splitlines(keepends=True)[1:]), "utf-8")
    assert "recipe" not in printed(dev=[str(dev)])


def test_a_run_of_other_settings_in_the_same_folder_does_not_count(benchmark, plan, tmp_path, capsys):
    values = {**json.loads(plan.read_text(encoding="utf-8")), "folder": str(tmp_path / "runs"), "seeds": [1]}

    def printed(steps, *options):
        changed = tmp_path / "changed.yaml"
        lines = [{"name": "recipe", "set": [f"run.max_steps={steps}"]}]
        changed.write_text(json.dumps({**values, "lines": lines}), encoding="utf-8")
        benchmark.main(["--plan", str(changed), *options])
        return rows(capsys.readouterr().out)

    first = printed(1)
    assert "recipe" in first
    assert "recipe" not in printed(90, "--table")
    assert float(printed(90)["recipe"][1].split()[0]) > float(first["recipe"][1].split()[0])


def test_finished_checkpoints_are_measured_and_not_trained(benchmark, plan, tmp_path, capsys, monkeypatch):
    benchmark.main(["--plan", str(plan), "--seeds", "1", "2"])
    trained = rows(capsys.readouterr().out)["recipe"]
    folders = [tmp_path / str(seed) for seed in (1, 2)]
    for folder in folders:
        shutil.copytree(plan.parent / "runs" / "recipe" / folder.name / "best", folder)
    values = json.loads(plan.read_text(encoding="utf-8"))
    lines = [
        {"name": "both", "checkpoints": [str(folder) for folder in folders]},
        {"name": "one", "checkpoints": [str(folders[0])]},
    ]
    other = tmp_path / "finished.yaml"
    other.write_text(json.dumps({**values, "lines": lines}), encoding="utf-8")
    monkeypatch.setattr(benchmark, "train", None)
    benchmark.main(["--plan", str(other)])
    found = rows(capsys.readouterr().out)
    assert found["both"] == trained
    assert found["one"][0] == "1"
    # what was measured holds without its folder, and not for other weights in it
    (tmp_path / "2").rename(tmp_path / "gone")
    benchmark.main(["--plan", str(other)])
    assert rows(capsys.readouterr().out) == found
    weak = plan.parent / "runs" / "hardly-any-steps" / "1" / "best"
    shutil.copyfile(weak / "model.safetensors", tmp_path / "1" / "model.safetensors")
    benchmark.main(["--plan", str(other)])
    assert rows(capsys.readouterr().out)["one"] != found["one"]


def test_a_line_may_read_several_layers(benchmark, plan, tmp_path, capsys):
    values = json.loads(plan.read_text(encoding="utf-8"))
    lines = [{"name": "two layers", "mix_layers": 2}]
    other = tmp_path / "mix.yaml"
    changed = {"lines": lines, "seeds": [1], "folder": str(tmp_path)}
    other.write_text(json.dumps({**values, **changed}), encoding="utf-8")
    benchmark.main(["--plan", str(other)])
    assert float(rows(capsys.readouterr().out)["two layers"][1].split()[0]) > 50
    best = tmp_path / "two-layers" / "1" / "best"
    scores = load_file(best / "model.safetensors")["layer_mix.scores"]
    assert scores.shape == (2,)
    assert scores.tolist() != [0.0, benchmark.reader_with_mix.__globals__["LEAD"]]
    # the mixture decides: the last layer alone, which other runtimes would read, finds other things
    gold = read_corpus(Path(values["dev"][0]))
    found = benchmark.reader_with_mix(best, 2)(gold)
    alone = list(Extractor.from_pretrained(best, precision="fp32").extract_batch(gold))
    assert [[e.score for e in d.entities] for d in found] != [[e.score for e in d.entities] for d in alone]


def test_errors_name_what_is_wrong(benchmark, plan, tmp_path, capsys):
    with pytest.raises(SystemExit):
        benchmark.main(["--plan", str(plan), "--only", "nothing"])
    assert "recipe, hardly any steps" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        benchmark.main(["--plan", str(plan), "--seeds", "3"])
    assert "the seeds of" in capsys.readouterr().err
    bad = tmp_path / "bad.yaml"
    bad.write_text(plan.read_text(encoding="utf-8").replace("max_steps=1", "max_step=1"), encoding="utf-8")
    with pytest.raises(ConfigError, match="max_step"):
        benchmark.main(["--plan", str(bad)])


def test_a_run_that_broke_off_goes_on_only_as_it_was_planned(benchmark, plan, tmp_path, monkeypatch):
    values = {**json.loads(plan.read_text(encoding="utf-8")), "folder": str(tmp_path / "runs"), "seeds": [1]}

    def planned(*settings):
        path = tmp_path / "changed.yaml"
        lines = [{"name": "recipe", "set": settings}]
        path.write_text(json.dumps({**values, "set": ["run.save_every=2"], "lines": lines}), encoding="utf-8")
        known = benchmark.read_plan(path)
        return known.lines[0], benchmark.run_config(known, known.lines[0], 1)

    class StopError(Exception):
        pass

    def broken(*_args):
        raise StopError

    with monkeypatch.context() as patch:
        patch.setattr("ie.train.trainer.PlannedTrainer.finish", broken)
        with pytest.raises(StopError):
            benchmark.finish(*planned("run.max_steps=4"))
    log = tmp_path / "runs" / "recipe" / "1" / "log.jsonl"

    def begun():
        found = [json.loads(text) for text in log.read_text(encoding="utf-8").splitlines()]
        return [(entry["step"], entry["steps"]) for entry in found if entry["event"] == "begin"]

    benchmark.finish(*planned("run.max_steps=4"))
    assert begun() == [(0, 4), (4, 4)]
    (tmp_path / "runs" / "recipe" / "1" / "best" / "train.json").unlink()
    benchmark.finish(*planned("run.max_steps=3"))
    assert begun() == [(0, 3)]
