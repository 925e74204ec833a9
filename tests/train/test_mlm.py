import json
import os
import random
import signal
import subprocess
import sys
import time

import pytest
import torch
import toy
from safetensors.torch import load_file
from torch.nn.functional import cross_entropy
from transformers import AutoModelForMaskedLM, AutoTokenizer
from typer.testing import CliRunner

import tiny
from ie.cli import app
from ie.data.corpus import write_corpus
from ie.document import Document
from ie.errors import ConfigError, UsageError
from ie.train.alignment import IGNORED
from ie.train.config import BaseConfig
from ie.train.maskedbase import Predictions, load_masked_base
from ie.train.model import load_base
from ie.train.planned import CourseTrainer
from ie.train.pretrainer import make_course, make_pretraining, pretrain
from ie.train.pretraining import parse_pretraining
from ie.train.runfolder import RunFolder
from ie.train.schema import to_mapping
from ie.train.trainer import train

WORDS = [word for i in range(12) for word in toy.text_of(i).split()]


def text_of(i):
    """Return an invented text that resembles no other: words of the toy corpora in any order."""
    draw = random.Random(i)
    return " ".join(draw.choices(WORDS, k=draw.randint(12, 60)))


TEXTS = [text_of(i) for i in range(60)]


class StopError(Exception):
    """Stands for whatever ends a process."""


def write_texts(path, texts):
    write_corpus(path, [Document(text, id=f"{path.stem}/{i}") for i, text in enumerate(texts)])


def config(folder, base, *overrides):
    """Return a run of 2 epochs of toy texts in two sources into `folder/run`."""
    folder.mkdir(exist_ok=True)
    write_texts(folder / "one.jsonl", TEXTS[:40])
    write_texts(folder / "two.jsonl.gz", TEXTS[40:])
    values = {
        "base": {"name": str(base)},
        "data": {
            "texts": [
                {"path": str(folder / "one.jsonl")},
                {"path": str(folder / "two.jsonl.gz"), "weight": 0.5},
            ],
            "held_out": 0.1,
            "max_tokens": 64,
            "batch_tokens": 512,
        },
        "optimizer": {"learning_rate": 3e-3},
        "run": {"epochs": 2, "log_every": 2, "precision": "fp32", "device": "cpu"},
        "output": {"folder": str(folder / "run"), "tensorboard": False},
    }
    return parse_pretraining(values, overrides)


def entries(folder, event):
    lines = (folder / "log.jsonl").read_text(encoding="utf-8").splitlines()
    return [entry for entry in map(json.loads, lines) if entry["event"] == event]


def weights(folder):
    return load_file(folder / "model.safetensors")


def stop_after(step, monkeypatch):
    """Let the run break off after `step` steps, as a power cut would."""
    original = CourseTrainer.training_step

    def training_step(self, *args, **kwargs):
        if self.state.global_step == step:
            raise StopError
        return original(self, *args, **kwargs)

    monkeypatch.setattr(CourseTrainer, "training_step", training_step)


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    return tiny.make(tmp_path_factory.mktemp("base"), texts=TEXTS[:30], hidden=16)


@pytest.fixture(scope="module")
def finished(tmp_path_factory, base):
    settings = config(tmp_path_factory.mktemp("finished"), base, "run.epochs=20", "output.tensorboard=true")
    return settings, pretrain(settings)


@pytest.mark.parametrize(
    ("stop", "overrides"),
    [
        (5, ["run.save_every=3"]),
        (4, ["run.save_every=3", "run.accumulation=2", "run.epochs=4", "data.pack=true"]),
        (4, ["run.save_every=2", "run.precision=bf16", "output.dtype=fp16"]),
    ],
)
def test_a_resumed_run_ends_as_an_unbroken_one(tmp_path, base, monkeypatch, stop, overrides):
    common = ["data.batch_tokens=256", *overrides]
    unbroken = pretrain(config(tmp_path / "a", base, *common))
    settings = config(tmp_path / "b", base, *common)
    with monkeypatch.context() as patch:
        stop_after(stop, patch)
        with pytest.raises(StopError):
            pretrain(settings)
    assert not (tmp_path / "b/run/best/train.json").exists()
    resumed = pretrain(settings, resume=True)
    assert [entry["step"] for entry in entries(tmp_path / "b/run", "begin")][1] > 0
    first, second = weights(unbroken), weights(resumed)
    assert first.keys() == second.keys()
    assert all(torch.equal(value, second[name]) for name, value in first.items())
    first, second = (json.loads((x / "train.json").read_text(encoding="utf-8")) for x in (unbroken, resumed))
    for one, two in zip(first["run"]["evaluations"], second["run"]["evaluations"], strict=True):
        assert (one["step"], one["eval_loss"], one["eval_accuracy"]) == (
            two["step"], two["eval_loss"], two["eval_accuracy"],
        )  # fmt: skip


def test_a_process_that_is_killed_can_be_resumed_from_the_command_line(tmp_path, base):
    settings = config(tmp_path, base, "data.batch_tokens=256", "run.save_every=10")
    path = tmp_path / "mlm.yaml"
    path.write_text(json.dumps(to_mapping(settings)), encoding="utf-8")
    arguments = ["train", "--task", "mlm", "--config", str(path)]
    command = [sys.executable, "-c", "from ie.cli import main; main()", *arguments, "--set", "run.epochs=12"]
    states = tmp_path / "run" / "checkpoints"
    with subprocess.Popen(
        command, stderr=subprocess.DEVNULL, env={**os.environ, "OMP_NUM_THREADS": "1"}
    ) as process:
        deadline = time.monotonic() + 600
        while not list(states.glob("checkpoint-*")) and time.monotonic() < deadline:
            assert process.poll() is None
            time.sleep(0.05)
        process.send_signal(signal.SIGKILL)
    assert not (tmp_path / "run/best/train.json").exists()
    refused = CliRunner().invoke(app, [*arguments, "--resume"])
    assert refused.exit_code != 0
    assert "run.epochs changed" in str(refused.exception)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # as in the process that was killed: the number decides how sums are rounded
    resumed = CliRunner().invoke(app, [*arguments, "--set", "run.epochs=12", "--resume"])
    unbroken = pretrain(config(tmp_path / "alone", base, "data.batch_tokens=256", "run.epochs=12"))
    torch.set_num_threads(threads)
    assert resumed.exit_code == 0, resumed.output
    assert resumed.stdout.strip() == str(tmp_path / "run" / "best")
    first, second = (entry["step"] for entry in entries(tmp_path / "run", "begin"))
    assert first == 0 < second
    found = weights(tmp_path / "run" / "best")
    assert all(torch.equal(value, found[name]) for name, value in weights(unbroken).items())


def test_the_loss_falls(finished):
    _, best = finished
    losses = [entry["loss"] for entry in entries(best.parent, "train") if "loss" in entry]
    assert losses[-1] < 0.8 * losses[0]
    record = json.loads((best / "train.json").read_text(encoding="utf-8"))
    before, after = record["held_out"]["before"], record["held_out"]["after"]
    assert (before["step"], after["step"]) == (0, record["run"]["steps"])
    assert after["eval_loss"] < 0.8 * before["eval_loss"]
    assert after["eval_accuracy"] > before["eval_accuracy"]
    assert record["run"]["tokens_per_second"] > 0
    one, two = (entry["tokens"] for entry in record["data"]["texts"])
    assert 20 * one < record["run"]["tokens"] < 20 * (one + two)


def test_the_result_is_an_ordinary_masked_language_model(finished, base):
    _, best = finished
    names = "config.json model.safetensors tokenizer.json tokenizer_config.json train.json"
    assert sorted(p.name for p in best.iterdir()) == names.split()
    model, report = AutoModelForMaskedLM.from_pretrained(best, output_loading_info=True)
    assert not report["missing_keys"]
    assert not report["unexpected_keys"]
    tokenizer = AutoTokenizer.from_pretrained(best)
    ids = tokenizer("Казахстан [MASK] вчера", return_tensors="pt").input_ids
    assert model(ids).logits.shape == (*ids.shape, len(tokenizer))
    assert (best / "tokenizer.json").read_bytes() == (base / "tokenizer.json").read_bytes()
    assert list((best.parent / "tensorboard").glob("events*"))


@pytest.mark.parametrize("dtype", ["fp32", "fp16"])
def test_a_run_on_tags_takes_the_result_as_its_base(tmp_path, base, dtype):
    best = pretrain(config(tmp_path / "mlm", base, "run.max_steps=2", f"output.dtype={dtype}"))
    stored = weights(best)
    assert "cls.predictions.decoder.weight" not in stored  # it is the table of embeddings
    loaded = load_base(BaseConfig(name=str(best)), ("PARTY",)).model.state_dict()
    encoder = {name: value for name, value in loaded.items() if name.startswith("bert.")}
    assert all(torch.equal(value, stored[name].float()) for name, value in encoder.items())
    before = weights(base)
    assert not all(torch.equal(value, before[name]) for name, value in encoder.items())
    tags = train(toy.config(tmp_path, best, "run.max_steps=2"))
    assert (tags / "train.json").exists()
    again = load_masked_base(BaseConfig(name=str(best)), 64).model.state_dict()
    head = "cls.predictions.transform.dense.weight"
    assert torch.equal(again[head], stored[head].float())  # a head that the base has goes on


@pytest.mark.parametrize("family", tiny.FAMILIES)
def test_the_head_at_masked_positions_gives_the_loss_of_all_logits(tmp_path, family):
    folder = tiny.make(tmp_path / "base", family, texts=TEXTS[:30], hidden=16)
    settings = config(tmp_path, folder)
    task = make_pretraining(settings, RunFolder(tmp_path / "run"))
    course = make_course(task, 0, 1)
    batch = course.collate([course.dataset[visit] for visit in course.batches[0]])
    model, chosen = task.base.model.eval(), batch["labels"] != IGNORED
    whole = model(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"]).logits
    expected = cross_entropy(whole.transpose(1, 2), batch["labels"], ignore_index=IGNORED, reduction="sum")
    predictions = Predictions(model)
    assert predictions.gathers
    seen = []
    decoder = model.get_output_embeddings()
    decoder.register_forward_hook(lambda _module, inputs, _output: seen.append(inputs[0].shape[:-1].numel()))
    found = predictions.logits(model, batch["input_ids"], batch["attention_mask"], chosen)
    assert seen == [int(chosen.sum())] != [chosen.numel()]
    assert cross_entropy(found, batch["labels"][chosen], reduction="sum").item() == pytest.approx(
        expected.item(), rel=1e-5
    )


def test_a_head_that_looks_elsewhere_is_computed_in_full(base):
    class Odd(torch.nn.Module):
        def __init__(self, head):
            super().__init__()
            self.head = head

        def forward(self, states):
            return self.head(states + states.roll(1, 1))  # mixes positions

    model = load_masked_base(BaseConfig(name=str(base)), 64).model.eval()
    model.cls = Odd(model.cls)
    predictions = Predictions(model)
    assert not predictions.gathers
    ids = torch.arange(5, 25).reshape(2, 10)
    chosen = ids % 3 == 0
    found = predictions.logits(model, ids, torch.ones_like(ids), chosen)
    assert torch.equal(found, model(ids, attention_mask=torch.ones_like(ids)).logits[chosen])


def test_masks_do_not_depend_on_the_number_of_processes(tmp_path, base):
    task = make_pretraining(config(tmp_path, base, "run.epochs=3"), RunFolder(tmp_path / "run"))
    alone = make_course(task, 0, 1)
    both = [make_course(task, rank, 2) for rank in range(2)]
    together = {tuple(batch) for course in both for batch in course.batches}
    assert {tuple(batch) for batch in alone.batches} <= together
    places = [place for batch in alone.batches for _, place in batch]
    assert len(set(places)) == len(places)
    window = alone.batches[0][0][0]
    seen = [visit for batch in alone.batches for visit in batch if visit[0] == window]
    assert len(seen) == 3
    masked = [alone.dataset[visit]["labels"].tolist() for visit in seen]
    assert masked[0] != masked[1]


def test_held_out_and_excluded_texts_are_not_trained_on(tmp_path, base):
    write_texts(tmp_path / "dev.jsonl", [TEXTS[3], f"Сегодня стало известно: {TEXTS[6]}"])
    settings = config(
        tmp_path, base, f"data.exclude=[{tmp_path / 'dev.jsonl'}]", "data.held_out=0.3", "run.max_steps=1"
    )
    task = make_pretraining(settings, RunFolder(tmp_path / "run"))
    tokenizer = AutoTokenizer.from_pretrained(base)

    def words(text):
        return tokenizer.decode(tokenizer(text, add_special_tokens=False).input_ids).replace(" ", "")

    def read(passages):
        windows = (passages.window(i)[0] for i in range(len(passages)))
        return "".join(tokenizer.decode(ids, skip_special_tokens=True) for ids in windows).replace(" ", "")

    trained, held = read(task.train), read(task.held_out)
    apart = [text for text in TEXTS if words(text)[:40] in held]
    assert len(apart) == sum(summary["held_out"] for summary in task.summaries) > 0
    assert not [text for text in (*apart, TEXTS[3], TEXTS[6]) if words(text) in trained]
    assert len([text for text in TEXTS if words(text)[:40] in trained]) > 20


def test_a_run_is_not_replaced_unasked_nor_resumed_otherwise(finished, base):
    settings, best = finished
    with pytest.raises(UsageError, match="holds a run already"):
        pretrain(settings)
    assert pretrain(settings, resume=True) == best
    changed = config(best.parents[1], base, "data.mask_share=0.3")
    with pytest.raises(ConfigError, match=r"data\.mask_share"):
        pretrain(changed, resume=True)
    tags = toy.config(best.parents[1], base)
    with pytest.raises(ConfigError, match="another task"):
        train(tags, resume=True)


def test_without_held_out_texts_nothing_is_measured(tmp_path, base):
    best = pretrain(config(tmp_path, base, "data.held_out=0", "run.max_steps=2"))
    record = json.loads((best / "train.json").read_text(encoding="utf-8"))
    assert record["held_out"] is None
    assert not entries(best.parent, "eval")


def test_a_window_that_the_base_does_not_take_is_an_error(tmp_path, base):
    settings = config(tmp_path, base, "data.max_tokens=2000", "data.batch_tokens=4000")
    with pytest.raises(ConfigError, match="takes 514"):
        pretrain(settings)


def test_weights_that_draw_nothing_are_an_error(tmp_path, base):
    settings = config(tmp_path, base, "data.texts.0.weight=0.001", "data.texts.1.weight=0.001")
    with pytest.raises(ConfigError, match=r"data\.texts"):
        pretrain(settings)
