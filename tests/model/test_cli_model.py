import json

import pytest
from folders import files_of, make_folder, write
from huggingface_hub import close_session, constants
from scripted import gold, loader, make_scripted

import tiny
from fake_hub import FakeHub
from ie import checkpoint
from ie.checkpoint import GRAPH_FILE
from ie.cli import main
from ie.data.corpus import write_corpus
from ie.files import sha256
from ie.integrity import record_checksums
from ie.train import calibrator

ONNX, TORCH = "onnx/model_quantized.onnx", "model.safetensors"
NAME, TOKEN = "anna/news", "hf_" + "SecretOfAnna" * 3


@pytest.fixture
def ie(monkeypatch, capsys):
    """Run a command line; return exit code, stdout and stderr."""

    def run(*args):
        monkeypatch.setattr("sys.argv", ["ie", *map(str, args)])
        with pytest.raises(SystemExit) as caught:
            main()
        return (caught.value.code or 0, *capsys.readouterr())

    return run


@pytest.fixture
def folder(tmp_path):
    return make_folder(tmp_path / "mine", weights=[ONNX, TORCH])


@pytest.fixture
def hub(monkeypatch):
    monkeypatch.delenv("HF_TOKEN", raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", True)
    close_session()
    with FakeHub() as server:
        server.users[TOKEN] = "anna"
        monkeypatch.setenv("HF_ENDPOINT", server.url)
        yield server
    close_session()


def test_info_as_json_is_the_summary(ie, folder):
    record_checksums(folder)
    code, out, err = ie("model", "info", folder, "--format", "json")
    facts = json.loads(out)
    assert (code, err) == (0, "")
    assert facts["name"] == "mine"
    assert len(facts["revision"]) == 12
    assert facts["labels"] == ["AMOUNT", "SECTOR", "PARTY", "DATE"]
    assert facts["tags"][:3] == ["O", "B-AMOUNT", "I-AMOUNT"]
    assert set(facts["files"]) == {"config.json", "ie.json", "tokenizer.json", ONNX, TORCH}


def test_info_for_people_is_lines(ie, folder):
    write(folder / "ie.json", b'{"thresholds": {"DATE": 0.5}}')
    code, out, _ = ie("model", "info", folder)
    lines = dict(line.split(":", 1) for line in out.splitlines() if ":" in line)
    assert code == 0
    assert lines["labels"].strip() == "AMOUNT, SECTOR, PARTY, DATE"
    assert lines["revision"].strip() == "-"
    assert lines["thresholds"].strip() == "DATE 0.5"
    assert lines["parameters"].strip() == "60"
    assert f"{(folder / ONNX).stat().st_size:,}  {ONNX}" in out


def test_info_without_a_name_is_about_the_bundled_model(ie, folder, monkeypatch):
    monkeypatch.setattr(checkpoint, "BUNDLED", folder)
    code, out, _ = ie("model", "info")
    assert (code, out.splitlines()[0].split()) == (0, ["name:", "bundled"])


@pytest.mark.parametrize("command", ["info", "verify"])
def test_a_missing_folder_is_one_sentence(ie, command):
    code, out, err = ie("model", command, "./no")
    assert (code, out, err) == (2, "", "error: The checkpoint folder no does not exist.\n")


@pytest.mark.parametrize(
    ("runtime", "weights"), [("onnx", [ONNX]), ("openvino", [GRAPH_FILE, TORCH]), ("torch", [TORCH])]
)
def test_fetch_prints_commit_and_folder(ie, hub, tmp_path, runtime, weights):
    folder = make_folder(tmp_path / "mine", weights=[ONNX, GRAPH_FILE, TORCH])
    sha = hub.add(NAME, files_of(folder)).refs["main"]
    code, out, err = ie("model", "fetch", NAME, "--cache-dir", tmp_path / "cache", "--runtime", runtime)
    name, place = out.split()
    assert (code, err, name) == (0, "", f"{NAME}@{sha}")
    assert sorted(files_of(tmp_path / place)) == sorted(["config.json", "tokenizer.json", *weights])


def test_fetch_is_for_the_hub(ie, folder):
    code, _, err = ie("model", "fetch", folder)
    assert code == 2
    assert "names a folder, not a model on the Hub" in err


def test_info_of_a_model_on_the_hub_fetches_no_weights(ie, hub, folder, tmp_path):
    hub.add(NAME, files_of(folder))
    code, _, _ = ie("model", "info", NAME, "--cache-dir", tmp_path / "cache")
    assert code == 0
    assert sorted(hub.fetched()) == ["config.json", "tokenizer.json"]


def test_verify_of_a_folder(ie, folder):
    assert ie("model", "verify", folder) == (0, f"{folder}: whole\n", "")
    record_checksums(folder)
    write(folder / ONNX, b"rot")
    code, out, err = ie("model", "verify", folder)
    assert (code, out) == (1, "")
    assert len(err.splitlines()) == 2
    assert "Cannot load" in err
    assert "is not the file that was exported" in err


def test_verify_of_a_fetched_model(ie, hub, folder, tmp_path):
    hub.add(NAME, files_of(folder))
    cache = ("--cache-dir", tmp_path / "cache")
    assert "fetch it while online" in ie("model", "verify", NAME, *cache)[2]
    place = ie("model", "fetch", NAME, *cache)[1].split()[1]
    assert ie("model", "verify", NAME, *cache) == (0, f"{place}: whole\n", "")
    blob = (tmp_path / place / ONNX).resolve()
    blob.chmod(0o644)
    blob.write_bytes(b"rot")
    code, _, err = ie("model", "verify", NAME, *cache)
    assert code == 1
    assert "differs from the Hub: its sha256 is" in err


def test_push_prints_the_commit(ie, hub, folder):
    code, out, err = ie("model", "push", folder, NAME, "--private", "--message", "Better", "--token", TOKEN)
    repo = hub.repos[NAME]
    assert (code, out) == (0, f"{hub.url}/{NAME}/commit/{repo.refs['main']}\n")
    assert (repo.private, repo.messages[-1]) == (True, "Better")
    assert TOKEN not in err


def test_push_refuses_a_damaged_folder(ie, hub, folder):
    write(folder / TORCH, b"rot")
    code, _, err = ie("model", "push", folder, NAME, "--token", TOKEN)
    assert code == 2
    assert "Nothing was uploaded:" in err
    assert hub.repos == {}


def test_trim_says_what_it_left(ie, tmp_path):
    base = tiny.make(tmp_path / "base", "unigram")
    lines = [
        json.dumps({"id": str(i), "text": text, "entities": []}) for i, text in enumerate(tiny.TEXTS[:3])
    ]
    corpus = write(tmp_path / "texts.jsonl", "\n".join(lines).encode())
    code, out, _ = ie("model", "trim", base, tmp_path / "small", "--corpus", corpus)
    assert code == 0
    assert out.startswith(f"{tmp_path / 'small'}: ")
    assert ie("model", "verify", tmp_path / "small")[0] == 0


def test_export_writes_what_the_light_runtime_needs(ie, tmp_path):
    folder = tiny.make(tmp_path / "trained")
    dev = write(
        tmp_path / "dev.jsonl", json.dumps({"id": "1", "text": tiny.TEXTS[0], "entities": []}).encode()
    )
    code, out, _ = ie("model", "export", folder, "--dev", dev, "--max-loss", "1")
    assert code == 0
    said = [line.split(":")[0] for line in out.splitlines()]
    assert said == ["fp32", "int8", "graph.onnx over the safetensors", "micro-F1"]
    assert ie("model", "verify", folder)[0] == 0
    assert checkpoint.load_checkpoint(folder).revision is not None


def test_export_measures_int8_on_the_dev_corpora_of_the_run(ie, tmp_path):
    folder = tiny.make(tmp_path / "trained")
    dev = write(
        tmp_path / "dev.jsonl", json.dumps({"id": "1", "text": tiny.TEXTS[0], "entities": []}).encode()
    )
    data = {"dev": [{"path": str(dev), "sha256": sha256(dev)}]}
    write(folder / "train.json", json.dumps({"data": data}).encode())
    _, out, err = ie("model", "export", folder, "--max-loss", "1")
    assert "micro-F1" in out
    assert err == ""
    dev.write_bytes(dev.read_bytes() + b"\n")  # no longer what chose the weights
    _, out, err = ie("model", "export", folder)
    assert "micro-F1" not in out
    assert err == "warning: what int8 costs is not measured; --dev names annotated documents.\n"
    code, _, err = ie("model", "export", folder, "--dev", write(tmp_path / "empty.jsonl", b""))
    assert (code, err) == (
        2,
        f"error: --dev: {tmp_path / 'empty.jsonl'} holds no document to measure int8 on.\n",
    )


def test_export_refuses_what_is_no_checkpoint(ie, tmp_path):
    assert ie("model", "export", tmp_path / "no")[0] == 2


def test_calibrate_stores_what_it_fits_and_prints_errors(ie, tmp_path, monkeypatch):
    folder = make_scripted(tmp_path / "mine")
    monkeypatch.setattr(calibrator, "load", loader({"вчера": ("DATE", 0.8)}, 3.0))
    write_corpus(tmp_path / "dev.jsonl", [gold("вчера") if i % 5 else gold() for i in range(60)])
    before = (folder / "ie.json").read_bytes()
    code, out, err = ie("model", "calibrate", folder, "--data", tmp_path / "dev.jsonl", "--dry-run")
    assert (code, err) == (0, "")
    assert (folder / "ie.json").read_bytes() == before
    head, temperature, *rows = out.splitlines()
    assert head == "60 documents, 60 spans found (scripted)"
    assert temperature.startswith("temperature: 1.5 before, 2.9") or "3.0" in temperature
    cells = {cells[1]: cells[2:5] for row in rows if (cells := [cell.strip() for cell in row.split("|")])}
    assert cells["all"] == cells["DATE"] != cells["PARTY"] == ["-"] * 3
    ie("model", "calibrate", folder, "--data", tmp_path / "dev.jsonl")
    assert float(temperature.split()[-2]) == checkpoint.Settings.read(folder).temperature


def test_a_card_needs_the_record_of_a_run(ie, folder):
    code, _, err = ie("model", "card", folder)
    assert code == 2
    assert "a card is made from the record of a training run" in err
