import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
import toy
from safetensors.torch import load_file
from tokenizers import Tokenizer
from transformers import AutoModelForTokenClassification, AutoTokenizer, pipeline

import tiny
from ie.checkpoint import load_checkpoint
from ie.data.corpus import read_corpus
from ie.errors import CheckpointError, ConfigError, CorpusError, IEError, UsageError
from ie.extractor import Extractor
from ie.files import sha256
from ie.integrity import check_folder
from ie.labels import tag_names
from ie.train import planned
from ie.train import trainer as module
from ie.train.attention import NAME
from ie.train.config import parse_config
from ie.train.dropout import QuickDropout
from ie.train.record import read_log
from ie.train.schema import to_mapping
from ie.train.trainer import PlannedTrainer, train, uses_bf16


class StopError(Exception):
    """Stands for whatever ends a process."""


def stop_after(step, monkeypatch):
    """Let the run break off after `step` steps, as a power cut would."""
    original = PlannedTrainer.training_step

    def training_step(self, *args, **kwargs):
        if self.state.global_step == step:
            raise StopError
        return original(self, *args, **kwargs)

    monkeypatch.setattr(PlannedTrainer, "training_step", training_step)


def weights(folder):
    return load_file(folder / "model.safetensors")


def entries(folder, event):
    lines = (folder / "log.jsonl").read_text(encoding="utf-8").splitlines()
    return [entry for entry in map(json.loads, lines) if entry["event"] == event]


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    return tiny.make(tmp_path_factory.mktemp("base"), texts=[d.text for d in toy.documents(30)], hidden=16)


@pytest.mark.parametrize(
    ("family", "precision"), [*((family, "fp32") for family in tiny.FAMILIES), ("modernbert", "bf16")]
)
def test_a_model_of_each_family_learns(tmp_path, family, precision):
    base = tiny.make(tmp_path / "base", family, texts=[d.text for d in toy.documents(30)])
    config = toy.config(tmp_path, base, "run.epochs=12", f"run.precision={precision}")
    best = train(config)
    losses = [entry["loss"] for entry in entries(tmp_path / "run", "train") if "loss" in entry]
    assert losses[-1] < 0.5 * losses[0]
    record = json.loads((best / "train.json").read_text(encoding="utf-8"))
    assert record["dev"]["strict"]["micro"]["f1"] > 0.5
    found = Extractor.from_pretrained(best, runtime="torch", precision="fp32").extract(
        toy.documents(1)[0].text
    )
    assert all(found.text[e.start : e.end] == e.text for e in found.entities)


@pytest.fixture(scope="module")
def finished(tmp_path_factory, base):
    folder = tmp_path_factory.mktemp("finished")
    config = toy.config(folder, base, "run.evaluate_every=5", "output.tensorboard=true")
    return config, train(config)


def test_the_checkpoint_is_an_ordinary_one(finished, base):
    _, best = finished
    names = "config.json ie.json model.safetensors tokenizer.json tokenizer_config.json train.json"
    assert sorted(p.name for p in best.iterdir()) == names.split()
    model = AutoModelForTokenClassification.from_pretrained(best)
    assert tuple(model.config.id2label.values()) == tag_names(("AMOUNT", "PARTY", "DATE"))
    assert (best / "tokenizer.json").read_bytes() == (base / "tokenizer.json").read_bytes()
    run = pipeline(
        "token-classification", model, tokenizer=AutoTokenizer.from_pretrained(best), ignore_labels=[]
    )
    assert "".join(word["word"] for word in run("Казахстан")).replace("##", "") == "Казахстан"


def test_the_record(finished):
    config, best = finished
    record = json.loads((best / "train.json").read_text(encoding="utf-8"))
    assert parse_config(record["config"]) == config
    assert [summary["documents"] for summary in record["data"]["train"]] == [24, 12]
    run = record["run"]
    assert run["epochs"] == 2
    assert run["best_step"] in [entry["step"] for entry in run["evaluations"]]
    assert max(e["eval_f1"] for e in run["evaluations"]) == pytest.approx(
        record["dev"]["strict"]["micro"]["f1"], abs=0.02
    )
    assert run["tokens_per_second"] > 0
    assert run["precision"] == "fp32"
    assert record["settings"] == json.loads((best / "ie.json").read_text(encoding="utf-8"))
    assert record["settings"]["temperature"] != 1.0
    assert (record["settings"]["max_tokens"], record["settings"]["window_overlap"]) == (64, 8)
    assert record["versions"]["torch"] == torch.__version__


def test_the_log(finished):
    config, best = finished
    folder = best.parent
    steps = entries(folder, "begin")[0]["steps"]
    evaluations = [entry["step"] for entry in entries(folder, "eval")]
    assert evaluations == [*range(5, steps, 5), steps]
    assert entries(folder, "eval")[-1]["epoch"] == 2
    assert [entry["path"] for entry in entries(folder, "corpus")] == [c.path for c in config.data.train]
    assert list((folder / "tensorboard").glob("events*"))


def test_no_state_takes_unpickling_of_code(finished):
    _, best = finished
    (state,) = (best.parent / "checkpoints").iterdir()
    assert not (state / "training_args.bin").exists()
    for path in state.glob("*.pt"):
        torch.load(path, weights_only=True)


def test_a_run_that_cannot_begin_costs_nothing_of_the_one_before(tmp_path, base):
    config = toy.config(tmp_path, base, "run.max_steps=2")
    weights = train(config) / "model.safetensors"
    (tmp_path / "all.jsonl").write_text("{", encoding="utf-8")
    with pytest.raises(CorpusError, match=r"all\.jsonl"):
        train(config, overwrite=True)
    assert weights.exists()
    with pytest.raises(ConfigError, match=r"made of other files: \S*all\.jsonl changed"):
        train(config, resume=True)


def test_a_log_with_separators_of_unicode_or_a_torn_line_is_read(tmp_path):
    entries = [{"text": "ООО\u2028Ромашка\x85"}, {"step": 2}]
    lines = [json.dumps(entry, ensure_ascii=False) for entry in entries]
    path = tmp_path / "log.jsonl"
    path.write_text(f'{lines[0]}\n{{"step": 1, "lo\n{lines[1]}\n', encoding="utf-8")
    assert read_log(path) == entries


def test_a_run_is_not_replaced_unasked(finished):
    config, best = finished
    before = weights(best)
    with pytest.raises(UsageError, match="holds a run already"):
        train(config)
    assert train(config, resume=True) == best
    assert all(torch.equal(value, before[name]) for name, value in weights(best).items())


@pytest.mark.parametrize(
    ("stop", "overrides"),
    [
        (5, ["run.save_every=3"]),  # in the middle of an epoch
        (8, ["run.save_every=3", "run.accumulation=2", "run.epochs=4"]),
        (4, ["run.save_every=100", "run.evaluate_every=100"]),  # before anything was saved
        (11, ["run.evaluate_every=5", "run.patience=1", "optimizer.schedule=cosine"]),
        (7, ["run.precision=bf16", "run.save_every=7"]),
    ],
)
def test_a_resumed_run_ends_as_an_unbroken_one(tmp_path, base, monkeypatch, stop, overrides):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    unbroken = train(toy.config(tmp_path / "a", base, *overrides))
    config = toy.config(tmp_path / "b", base, *overrides)
    with monkeypatch.context() as patch:
        stop_after(stop, patch)
        with pytest.raises(StopError):
            train(config)
    assert not (tmp_path / "b/run/best/train.json").exists()
    resumed = train(config, resume=True)
    for folder in ("best", "checkpoints"):
        ours, theirs = (
            {p.relative_to(run): load_file(p) for p in sorted((run / folder).rglob("model.safetensors"))}
            for run in (tmp_path / x / "run" for x in "ab")
        )
        assert ours.keys() == theirs.keys()
        for name, tensors in ours.items():
            assert all(torch.equal(value, theirs[name][key]) for key, value in tensors.items())
    first, second = (json.loads((x / "train.json").read_text(encoding="utf-8")) for x in (unbroken, resumed))
    assert first["dev"] == second["dev"]
    assert first["settings"] == second["settings"]
    assert first["run"]["steps"] == second["run"]["steps"]


def test_a_run_that_patience_has_ended_does_not_go_on(tmp_path, base, monkeypatch):
    overrides = ("run.evaluate_every=1", "run.patience=1", "run.epochs=20")
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    unbroken = train(toy.config(tmp_path / "a", base, *overrides))
    config = toy.config(tmp_path / "b", base, *overrides)
    with monkeypatch.context() as patch:
        patch.setattr(module, "fit_temperature", _power_cut)
        for resume in (False, True):
            with pytest.raises(StopError):
                train(config, resume=resume)
    resumed = train(config, resume=True)
    first, second = (json.loads((x / "train.json").read_text(encoding="utf-8")) for x in (unbroken, resumed))
    assert first["run"]["steps"] == second["run"]["steps"]
    assert first["run"]["best_step"] == second["run"]["best_step"]
    assert [first[key] for key in ("dev", "settings")] == [second[key] for key in ("dev", "settings")]
    theirs = weights(resumed)
    assert all(torch.equal(value, theirs[name]) for name, value in weights(unbroken).items())


def _power_cut(*_args):
    raise StopError


def test_what_was_exported_from_earlier_weights_goes_with_them(tmp_path, base, monkeypatch):
    config = toy.config(tmp_path, base, "run.evaluate_every=5", "run.epochs=12")
    with monkeypatch.context() as patch:
        stop_after(7, patch)
        with pytest.raises(StopError):
            train(config)
    best = tmp_path / "run" / "best"
    (best / "onnx").mkdir()
    for name in ("onnx/model.onnx", "onnx/model_quantized.onnx", "graph.onnx"):
        (best / name).write_bytes(b"of the weights at step 5")
    train(config, resume=True)
    assert not list(best.rglob("*.onnx"))
    assert check_folder(best) == []


def test_the_weights_of_a_finished_run_have_a_revision(finished):
    _, best = finished
    assert load_checkpoint(best, runtime="torch").revision == sha256(best / "model.safetensors")[:12]


def test_a_base_from_scratch_keeps_its_tokenizer_when_resumed(tmp_path, monkeypatch):
    config = toy.config(tmp_path, None, "run.save_every=3")
    with monkeypatch.context() as patch:
        stop_after(4, patch)
        with pytest.raises(StopError):
            train(config)
    before = (tmp_path / "run/best/tokenizer.json").read_bytes()
    monkeypatch.setattr("ie.train.model.train_tokenizer", None)
    best = train(config, resume=True)
    assert json.loads((best / "tokenizer.json").read_bytes()) == json.loads(before)


def test_a_process_that_is_killed_can_be_resumed(tmp_path, base):
    config = toy.config(tmp_path, base, "run.save_every=2", "run.epochs=40")
    path = tmp_path / "run.yaml"
    path.write_text(json.dumps(to_mapping(config)), encoding="utf-8")
    command = [sys.executable, "-c", "from ie.cli import main; main()", "train", "--config", str(path)]
    states = tmp_path / "run" / "checkpoints"
    with subprocess.Popen(
        command, stderr=subprocess.DEVNULL, env={**os.environ, "OMP_NUM_THREADS": "1"}
    ) as process:
        deadline = time.monotonic() + 240
        while not list(states.glob("checkpoint-*")) and time.monotonic() < deadline:
            assert process.poll() is None
            time.sleep(0.05)
        process.send_signal(signal.SIGKILL)
    assert not (tmp_path / "run/best/train.json").exists()
    best = train(config, resume=True)
    begun = [entry["step"] for entry in entries(tmp_path / "run", "begin")]
    assert begun[0] == 0
    assert begun[1] > 0
    assert (best / "train.json").exists()


def test_a_state_is_there_only_once_it_is_complete(tmp_path, base, monkeypatch):
    def save(*_args):
        raise OSError("no space left on device")

    config = toy.config(tmp_path, base, "run.save_every=2")
    with monkeypatch.context() as patch:
        patch.setattr(PlannedTrainer, "_save_rng_state", save)
        with pytest.raises(OSError, match="no space"):
            train(config)
    states = tmp_path / "run" / "checkpoints"
    assert (states / ".partial/checkpoint-2").is_dir()
    assert not list(states.glob("checkpoint-*"))
    train(config, resume=True)
    assert not (states / ".partial").exists()


def test_the_best_weights_are_kept_and_patience_ends_the_run(tmp_path, base, monkeypatch):
    scores = iter([0.1, 0.4, 0.3, 0.4, 0.2, 0.9])
    stored = {}

    def flatten(_scores):
        return {"f1": next(scores)}

    def keep(model, folder, dtype):
        stored.update({name: value.clone() for name, value in model.state_dict().items()})
        original(model, folder, dtype)

    original = planned.save_weights
    monkeypatch.setattr(module, "flatten_scores", flatten)
    monkeypatch.setattr(planned, "save_weights", keep)
    best = train(toy.config(tmp_path, base, "run.evaluate_every=2", "run.patience=2", "run.epochs=20"))
    record = json.loads((best / "train.json").read_text(encoding="utf-8"))
    assert [e["eval_f1"] for e in record["run"]["evaluations"]] == [0.1, 0.4, 0.3, 0.4]
    assert record["run"]["best_step"] == 4
    assert record["run"]["steps"] == 8
    assert all(torch.equal(value, stored[name]) for name, value in weights(best).items())


def test_without_dev_the_last_weights_are_kept(tmp_path, base):
    best = train(toy.config(tmp_path, base, "data.dev=[]", "run.max_steps=3"))
    record = json.loads((best / "train.json").read_text(encoding="utf-8"))
    assert (record["dev"], record["run"]["steps"], record["run"]["best_step"]) == (None, 3, None)
    assert record["settings"]["temperature"] == 1.0
    last = weights(tmp_path / "run/checkpoints/checkpoint-3")
    assert all(torch.equal(value, last[name]) for name, value in weights(best).items())


def test_accumulation_adds_up_to_one_large_batch(tmp_path, base):
    """The same windows in batches of one, four at a time, give the weights that one batch of all gives."""
    from ie.data.corpus import write_corpus

    results = []
    for i, overrides in enumerate(
        (["data.batch_tokens=64", "run.accumulation=100"], ["data.batch_tokens=100000"])
    ):
        folder = tmp_path / str(i)
        folder.mkdir()
        common = [
            "data.dev=[]",
            "base.dropout=0",
            "run.epochs=1",
            "optimizer.warmup=0",
            "data.train.1.weight=1",
        ]
        config = toy.config(folder, base, *common, *overrides)
        write_corpus(folder / "all.jsonl", toy.documents(5))
        results.append(weights(train(config)))
    for name, value in results[0].items():
        assert torch.allclose(value, results[1][name], atol=2e-4), name


def test_frozen_embeddings_stay(tmp_path, base):
    best = train(toy.config(tmp_path, base, "optimizer.freeze_embeddings=true", "run.max_steps=3"))
    name = "bert.embeddings.word_embeddings.weight"
    assert torch.equal(weights(best)[name], weights(base)[name])
    other = "bert.embeddings.position_embeddings.weight"
    assert not torch.equal(weights(best)[other], weights(base)[other])


def test_rows_that_no_text_uses_stay(tmp_path, base):
    config = toy.config(tmp_path, base, "data.dev=[]", "optimizer.weight_decay=0.5", "optimizer.warmup=0")
    best = train(config)
    tokenizer = Tokenizer.from_file(str(base / "tokenizer.json"))
    documents = [document for corpus in config.data.train for document in read_corpus(Path(corpus.path))]
    used = {i for document in documents for i in tokenizer.encode(document.text).ids}
    name = "bert.embeddings.word_embeddings.weight"
    before, after = weights(base)[name], weights(best)[name]
    moved = {i for i in range(len(before)) if not torch.equal(before[i], after[i])}
    assert 0 < len(used) < len(before)
    assert moved == used


def test_the_processor_gets_kernels_of_its_own(tmp_path, base, monkeypatch):
    found = []

    def finish(self):
        model = self.task.base.model
        found.append((self.args.device.type, model.config._attn_implementation))
        found.append({type(m) for m in model.modules() if isinstance(m, torch.nn.Dropout)})

    monkeypatch.setattr(PlannedTrainer, "finish", finish)
    train(toy.config(tmp_path, base, "run.max_steps=1"))
    assert found == [("cpu", NAME), {QuickDropout}]


def test_equal_seeds_give_equal_weights(tmp_path, base):
    found = []
    for i, seed in enumerate((1, 1, 2)):
        folder = tmp_path / str(i)
        folder.mkdir()
        found.append(weights(train(toy.config(folder, base, f"seed={seed}", "run.max_steps=3"))))
    name = "classifier.weight"
    assert torch.equal(found[0][name], found[1][name])
    assert not torch.equal(found[0][name], found[2][name])


def test_masked_spans_and_leaked_documents_are_logged(tmp_path, base):
    from ie.data.corpus import write_corpus
    from ie.document import Document, Span, make_entity

    config = toy.config(tmp_path, base, "run.max_steps=1")
    cut = Document("Казахстан растёт.", (make_entity("Казахстан растёт.", Span(0, 5, "PARTY")),), id="cut")
    write_corpus(tmp_path / "all.jsonl", [cut, *toy.documents(4), *toy.documents(1, start=200)])
    train(config)
    (masked,) = entries(tmp_path / "run", "misaligned")
    assert (masked["document"], masked["text"], masked["label"]) == ("cut", "Казах", "PARTY")
    (leaked,) = entries(tmp_path / "run", "leaked")
    assert leaked["documents"] == ["toy/200"]


def test_weights_that_draw_nothing_are_an_error(tmp_path, base):
    config = toy.config(tmp_path, base, "data.train.0.weight=0.001", "data.train.1.weight=0.001")
    with pytest.raises(ConfigError, match=r"data\.train"):
        train(config)


def test_a_base_that_is_missing_is_an_error(tmp_path):
    with pytest.raises(CheckpointError, match="none"):
        train(toy.config(tmp_path, tmp_path / "none"))


def test_a_loss_that_is_no_number_is_an_error(tmp_path, base):
    with pytest.raises(IEError, match=r"optimizer\.learning_rate"):
        train(
            toy.config(
                tmp_path, base, "optimizer.learning_rate=1e30", "optimizer.max_grad_norm=0", "run.epochs=9"
            )
        )


def test_precision(monkeypatch):
    assert uses_bf16("bf16", "cpu")
    assert not uses_bf16("fp32", "auto")
    for faster in (False, True):
        monkeypatch.setattr(module, "processor_gains_by_bf16", lambda _, faster=faster: faster)
        assert uses_bf16("auto", "cpu") == faster


@pytest.mark.usefixtures("finished")
def test_training_leaves_the_arithmetic_of_its_caller_alone():
    assert 5e-324 * 1.0 > 0
    assert torch.full((64,), 1e-40).mul(1).min() > 0


EXTRAS = (
    "optimizer.average_decay=0.8",
    "loss.adversarial=0.5",
    "loss.consistency=1",
    "loss.label_smoothing=0.1",
)


def test_a_run_with_everything_goes_on_where_it_broke_off(tmp_path, base, monkeypatch):
    whole = train(
        toy.config(tmp_path, base, *EXTRAS, "run.save_every=3", f"output.folder={tmp_path / 'whole'}")
    )
    broken = toy.config(tmp_path, base, *EXTRAS, "run.save_every=3", f"output.folder={tmp_path / 'broken'}")
    with monkeypatch.context() as patch:
        stop_after(4, patch)
        with pytest.raises(StopError):
            train(broken)
    resumed = train(broken, resume=True)
    expected = weights(whole)
    assert all(torch.equal(value, expected[name]) for name, value in weights(resumed).items())


@pytest.mark.parametrize("extra", EXTRAS)
def test_each_addition_changes_what_is_learned(tmp_path, base, finished, extra):
    _, plain = finished
    best = train(toy.config(tmp_path, base, extra, "run.evaluate_every=5"))
    expected = weights(plain)
    assert any(not torch.equal(value, expected[name]) for name, value in weights(best).items())


@pytest.mark.parametrize("log_every", [3, 1000])
def test_the_record_has_the_seconds_of_all_steps(tmp_path, base, log_every):
    config = toy.config(tmp_path, base, f"run.log_every={log_every}", "run.epochs=1", "data.dev=[]")
    run = json.loads((train(config) / "train.json").read_text(encoding="utf-8"))["run"]
    logged = [e for e in entries(tmp_path / "run", "train") if "tokens_per_second" in e]
    assert logged[-1]["step"] == run["steps"]
    assert run["seconds"] > 0


def test_what_is_stored_of_a_bf16_run_is_measured_in_fp32(tmp_path, base, monkeypatch):
    from ie.train import scoring

    exact = {"training": [], "finish": []}
    place, logits, finish = ["training"], scoring.ModelRuntime.logits, PlannedTrainer.finish

    def watched(self, ids, mask):
        found = logits(self, ids, mask)
        rounded = torch.from_numpy(found).bfloat16().float().numpy()
        exact[place[0]].append(not (found == rounded).all())
        return found

    def finishing(self):
        place[0] = "finish"
        finish(self)
        assert self.task.base.model.forward.__func__ is type(self.task.base.model).forward

    monkeypatch.setattr(scoring.ModelRuntime, "logits", watched)
    monkeypatch.setattr(PlannedTrainer, "finish", finishing)
    train(toy.config(tmp_path, base, "run.precision=bf16"))
    assert exact["training"]
    assert not any(exact["training"])
    assert exact["finish"]
    assert all(exact["finish"])


@pytest.mark.parametrize(("process", "seed"), [(0, 42), (1, 43)])
def test_each_process_has_random_numbers_of_its_own(tmp_path, base, monkeypatch, process, seed):
    config = toy.config(tmp_path, base)
    folder = module.RunFolder(tmp_path / "run")
    task = module.make_task(config, folder, anew=True)
    arguments = module.make_arguments(config, folder)
    monkeypatch.setattr(type(arguments), "process_index", process)
    plan = module.make_plan(task, 0, 1)
    monkeypatch.setattr(module, "make_plan", lambda *_: plan)
    PlannedTrainer(task, arguments)
    assert torch.initial_seed() == seed


def test_only_the_adversarial_pass_shares_out_gradients(tmp_path, base, monkeypatch):
    from contextlib import contextmanager

    from accelerate import Accelerator

    within, passes, loss = [False], [], PlannedTrainer.compute_loss

    @contextmanager
    def no_sync(_self, model):  # noqa: ARG001 its name is that of accelerate
        before, within[0] = within[0], True
        yield
        within[0] = before

    def compute_loss(self, *args, **kwargs):
        passes.append(within[0])
        return loss(self, *args, **kwargs)

    monkeypatch.setattr(Accelerator, "no_sync", no_sync)
    monkeypatch.setattr(PlannedTrainer, "compute_loss", compute_loss)
    settings = ("loss.adversarial=0.1", "run.accumulation=2", "run.max_steps=1")
    train(toy.config(tmp_path, base, *settings, "data.batch_tokens=128", "data.dev=[]"))
    assert passes == [True, True, True, False]


def test_an_unknown_version_of_the_label_guide_is_warned_of(tmp_path, base, caplog):
    train(toy.config(tmp_path, base, "run.max_steps=1", 'data.guidelines="1.3"'))
    assert "'data.guidelines': '1.3' is not '1.2'" in caplog.text
