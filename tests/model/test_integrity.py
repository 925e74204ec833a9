import pytest
from folders import make_folder, onnx_bytes, safetensors_bytes, write

import tiny
from ie.checkpoint import BUNDLED, load_checkpoint
from ie.files import sha256
from ie.integrity import check_folder, record_checksums
from ie.labels import tag_names
from ie.settings import Settings
from ie.summary import summarize

ONNX, ONNX32, TORCH = "onnx/model_quantized.onnx", "onnx/model.onnx", "model.safetensors"
TAGS = len(tag_names())


@pytest.fixture
def folder(tmp_path):
    return make_folder(tmp_path / "m", weights=[ONNX, ONNX32, TORCH])


@pytest.mark.parametrize("weights", [[ONNX], [ONNX32], [TORCH], [ONNX, ONNX32, TORCH]])
def test_a_whole_folder_has_no_problems(tmp_path, weights):
    folder = make_folder(tmp_path, weights=weights)
    assert check_folder(folder) == []
    record_checksums(folder)
    assert check_folder(folder) == []


@pytest.mark.parametrize("family", tiny.FAMILIES)
def test_a_trained_folder_has_no_problems(tmp_path, family):
    assert check_folder(tiny.make(tmp_path, family)) == []


@pytest.mark.skipif(not (BUNDLED / "config.json").is_file(), reason="no model is bundled")
def test_the_bundled_folder_has_no_problems():
    assert check_folder(BUNDLED) == []
    assert load_checkpoint().revision is not None


def test_checksums_are_recorded_beside_the_other_settings(folder):
    Settings(temperature=1.5).write(folder)
    settings = record_checksums(folder)
    assert settings == Settings.read(folder)
    assert settings.temperature == 1.5
    assert settings.checksums == {name: sha256(folder / name) for name in (ONNX, ONNX32, TORCH)}
    assert load_checkpoint(folder).revision == sha256(folder / ONNX)[:12]


def test_a_missing_folder_is_one_problem(tmp_path):
    assert check_folder(tmp_path / "no") == [f"The checkpoint folder {tmp_path / 'no'} does not exist."]


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("config.json", b"{", "config.json:1: not valid JSON"),
        (
            "config.json",
            b'{"id2label": {"0": "O"}, "vocab_size": 3}',
            "has 6 tokens, 'vocab_size' in config.json is 3",
        ),
        ("tokenizer.json", b"{}", "Cannot read the tokenizer"),
        (
            TORCH,
            safetensors_bytes({"classifier.weight": (3, 4)}),
            "'classifier.weight' scores 3 tags, but config.json names 9",
        ),
        (TORCH, safetensors_bytes({"embedding": (3, 4)}), "have no 'classifier.weight'"),
        (TORCH, b"\x01", "is not a safetensors file"),
        (ONNX, b"\x01", "Cannot load"),
        (ONNX, onnx_bytes(3), "model_quantized.onnx scores 3 tags, but config.json names 9"),
        (ONNX32, onnx_bytes(3), "model.onnx scores 3 tags"),
        (ONNX32, onnx_bytes(TAGS, rows=0), "model.onnx cannot be run"),
    ],
)
def test_what_is_wrong_is_named(folder, name, content, expected):
    write(folder / name, content)
    assert expected in " ".join(check_folder(folder))


def test_a_file_that_is_not_the_exported_one_is_named(folder):
    record_checksums(folder)
    write(folder / TORCH, safetensors_bytes({"classifier.weight": (TAGS, 5)}))
    assert check_folder(folder) == [
        f"{folder / TORCH} is not the file that was exported: its SHA-256 differs from the one in ie.json."
    ]


def test_a_file_that_was_left_out_is_no_problem(folder):
    record_checksums(folder)
    (folder / ONNX32).unlink()
    assert check_folder(folder) == []


def test_a_folder_without_weights_is_not_whole(tmp_path):
    assert "has no weights" in " ".join(check_folder(make_folder(tmp_path, weights=[])))


def test_the_summary_holds_the_facts(folder):
    Settings(thresholds={"DATE": 0.5}, guidelines="3").write(folder)
    summary = summarize(load_checkpoint(folder))
    assert {key: summary[key] for key in ("name", "parameters", "vocabulary", "layers", "runtimes")} == {
        "name": "m",
        "parameters": 6 * 4 + TAGS * 4,
        "vocabulary": 6,
        "layers": 2,
        "runtimes": ["onnx", "torch"],
    }
    assert (summary["thresholds"], summary["guidelines"]) == ({"DATE": 0.5}, "3")
    assert summary["files"]["config.json"] == (folder / "config.json").stat().st_size


def test_the_summary_says_null_where_nothing_is_known(tmp_path):
    summary = summarize(load_checkpoint(make_folder(tmp_path)))
    assert (summary["parameters"], summary["revision"], summary["guidelines"]) == (None, None, None)
    assert summary["runtimes"] == ["onnx"]
