import json
import shutil

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from typer.testing import CliRunner

import tiny
from ie import Extractor
from ie.cli import app
from ie.errors import CheckpointError, UsageError
from ie.files import sha256
from ie.settings import Settings
from ie.train.soup import average

RUN = {"tokens": 100, "seconds": 2.5, "steps": 10}


def runs(folder, count=3, **values):
    """Write checkpoints of one recipe whose weights differ by their seeds."""
    folders = [tiny.make(folder / str(seed), seed=seed, **values) for seed in range(count)]
    same_tokenizer(folders)
    return folders


def same_tokenizer(folders):
    """Copy the tokenizer: two that learn from the same texts may order their pieces otherwise."""
    for folder in folders[1:]:
        shutil.copyfile(folders[0] / "tokenizer.json", folder / "tokenizer.json")


def weights(folder):
    return load_file(folder / "model.safetensors")


def record(folder, seed):
    found = {"config": {"seed": seed, "labels": ["DATE"]}, "run": RUN, "dev": {"f1": seed / 10}}
    (folder / "train.json").write_text(json.dumps(found), encoding="utf-8")


def test_each_weight_is_the_mean_of_those_of_the_runs(tmp_path):
    folders = runs(tmp_path)
    average(folders, tmp_path / "mean")
    found, parts = weights(tmp_path / "mean"), [weights(folder) for folder in folders]
    assert found.keys() == parts[0].keys()
    for name, tensor in found.items():
        expected = torch.stack([part[name] for part in parts]).mean(0)
        torch.testing.assert_close(tensor, expected, atol=1e-6, rtol=0)


def test_half_precision_stays_and_is_summed_in_full(tmp_path):
    folders = runs(tmp_path, 2)
    for folder in folders:
        halves = {name: tensor.half() for name, tensor in weights(folder).items()}
        halves["classifier.bias"] = torch.full_like(halves["classifier.bias"], 60000.0)
        save_file(halves, folder / "model.safetensors", metadata={"format": "pt"})
    average(folders, tmp_path / "mean")
    found = weights(tmp_path / "mean")
    assert {tensor.dtype for tensor in found.values()} == {torch.float16}
    assert found["classifier.bias"].eq(60000.0).all()  # the sum would be infinite


def test_the_mean_of_one_run_and_itself_answers_alike(tmp_path):
    folder = tiny.make(tmp_path / "a")
    average([folder, folder], tmp_path / "mean")
    text = tiny.TEXTS[0]
    one, mean = (
        Extractor.from_pretrained(path, runtime="torch").extract(text) for path in (folder, tmp_path / "mean")
    )
    assert [(e.start, e.end, e.label) for e in one.entities] == [
        (e.start, e.end, e.label) for e in mean.entities
    ]
    np.testing.assert_allclose([e.score for e in one.entities], [e.score for e in mean.entities], atol=1e-5)


def test_settings_stay_but_for_what_was_fitted_to_one_run(tmp_path):
    folders = runs(tmp_path, 2)
    fitted = {"temperature": 1.2, "thresholds": {"PARTY": 0.6}, "checksums": {"model.safetensors": "0" * 64}}
    Settings(max_tokens=128, window_overlap=16, guidelines="1.2", **fitted).write(folders[0])
    average(folders, tmp_path / "mean")
    checksums = {"model.safetensors": sha256(tmp_path / "mean" / "model.safetensors")}
    expected = Settings(max_tokens=128, window_overlap=16, guidelines="1.2", checksums=checksums)
    assert Settings.read(tmp_path / "mean") == expected


def test_the_record_names_all_runs(tmp_path):
    folders = runs(tmp_path, 2)
    for seed, folder in enumerate(folders):
        record(folder, seed)
    average(folders, tmp_path / "mean")
    found = json.loads((tmp_path / "mean" / "train.json").read_text(encoding="utf-8"))
    assert found["averaged"] == [{"seed": 0, "dev": {"f1": 0.0}}, {"seed": 1, "dev": {"f1": 0.1}}]
    assert found["run"] == {"tokens": 200, "seconds": 5.0, "steps": 10}
    assert found["dev"] is None
    average([folders[1], tmp_path / "mean"], tmp_path / "both")
    both = json.loads((tmp_path / "both" / "train.json").read_text(encoding="utf-8"))
    assert both["averaged"] == [{"seed": 1, "dev": {"f1": 0.1}}, {"averaged": found["averaged"]}]
    assert both["run"]["tokens"] == 300


def test_without_all_records_there_is_none(tmp_path):
    folders = runs(tmp_path, 2)
    record(folders[0], 0)
    average(folders, tmp_path / "mean")
    assert not (tmp_path / "mean" / "train.json").exists()


@pytest.mark.parametrize(
    ("other", "message"),
    [
        ({"labels": ("DATE", "PARTY")}, "other labels"),
        ({"family": "bpe"}, "another tokenizer"),
        ({"layers": 1}, "other names or shapes"),
        ({"hidden": 16}, "other names or shapes"),
    ],
)
def test_what_does_not_fit_is_named(tmp_path, other, message):
    folders = [tiny.make(tmp_path / "a"), tiny.make(tmp_path / "b", **other)]
    if "family" not in other:
        same_tokenizer(folders)
    with pytest.raises(CheckpointError, match=f"{folders[1]}.*{message}|weights of {folders[1]}.*{message}"):
        average(folders, tmp_path / "mean")
    assert not (tmp_path / "mean").exists()


def test_one_run_has_no_mean_and_nothing_is_replaced(tmp_path):
    folder = tiny.make(tmp_path / "a")
    with pytest.raises(UsageError, match="two checkpoints"):
        average([folder], tmp_path / "mean")
    with pytest.raises(UsageError, match="exists"):
        average([folder, folder], folder)
    (tmp_path / "empty").mkdir()
    with pytest.raises(CheckpointError, match=r"has no model\.safetensors"):
        average([folder, tmp_path / "empty"], tmp_path / "mean")


def test_from_the_command_line(tmp_path):
    folders = runs(tmp_path, 2)
    result = CliRunner().invoke(
        app, ["model", "average", *map(str, folders), "--out", str(tmp_path / "mean")]
    )
    assert result.exit_code == 0, result.output
    assert (tmp_path / "mean" / "model.safetensors").is_file()
