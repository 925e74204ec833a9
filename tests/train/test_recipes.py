import json
import subprocess
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ie.cli import app
from ie.data.corpus import read_corpus
from ie.train.config import load_config

ROOT = Path(__file__).parents[2]
# mlm.yaml is of another task (test_pretraining.py)
RECIPES = sorted(path for path in (ROOT / "configs").glob("*.yaml") if path.stem != "mlm")


def test_the_recipes_are_there():
    assert {path.stem for path in RECIPES} >= {
        "bundled", "rubert-base", "rubert-tiny2", "ru-roberta-large", "ru-modernbert", "smoke",
    }  # fmt: skip


@pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.stem)
def test_every_recipe_loads(path):
    config = load_config(path)
    assert config.output.folder == f"runs/{path.stem}"
    assert config.data.dev
    assert config.data.guidelines


def test_the_smoke_corpora_have_every_label_and_nothing_in_common():
    train, dev = (read_corpus(ROOT / "seeds" / name) for name in ("smoke.jsonl", "smoke-dev.jsonl"))
    for documents in (train, dev):
        assert {e.label for d in documents for e in d.entities} == {"AMOUNT", "SECTOR", "PARTY", "DATE"}
    assert not {d.text for d in train} & {d.text for d in dev}


def test_smoke_trains(tmp_path, monkeypatch):
    monkeypatch.chdir(ROOT)
    arguments = ["train", "--config", "configs/smoke.yaml", "--set", f"output.folder={tmp_path / 'run'}"]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    best = tmp_path / "run" / "best"
    assert result.stdout.strip() == str(best)
    record = json.loads((best / "train.json").read_text(encoding="utf-8"))
    assert record["dev"]["strict"]["micro"]["f1"] > 0.2
    again = CliRunner().invoke(app, arguments)
    assert again.exit_code != 0
    assert CliRunner().invoke(app, [*arguments, "--resume"]).exit_code == 0
    quick = [*arguments, "--overwrite", "--set", "run.epochs=1", "--set", "data.dev=[]"]
    assert CliRunner().invoke(app, quick).exit_code == 0


def test_make_bundled_goes_through_all_stages_in_order():
    command = ["make", "-n", "-B", "bundled", "SRC=elsewhere"]
    printed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    stages = (
        "model trim intfloat/multilingual-e5-small build/e5-ru-news",
        "data convert nerel elsewhere/nerel/train",
        "train --config configs/bundled.yaml --set output.folder=runs/bundled/start",
        "train --config configs/bundled.yaml --set output.folder=runs/bundled/1",
        "model average runs/bundled/1/best runs/bundled/2/best runs/bundled/3/best",
        "model export runs/bundled/best",
        "model calibrate runs/bundled/best",
        "model card runs/bundled/best",
    )
    places = [printed.index(stage) for stage in stages]
    assert places == sorted(places)
    corpora = {corpus.path for corpus in load_config(ROOT / "configs/bundled.yaml").data.train}
    assert all(path in printed for path in corpora if path.startswith("build/"))
