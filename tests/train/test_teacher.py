import json
import shutil

import numpy as np
import pytest
import torch
import toy

import tiny
from ie.data.corpus import write_corpus
from ie.document import Document
from ie.errors import ConfigError
from ie.extractor import Extractor
from ie.labels import tag_names
from ie.train.trainer import train

LABELS = ("AMOUNT", "PARTY", "DATE")


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    return tiny.make(tmp_path_factory.mktemp("base"), texts=[d.text for d in toy.documents(30)], hidden=16)


@pytest.fixture(scope="module")
def teachers(tmp_path_factory, base):
    folder = tmp_path_factory.mktemp("teachers")
    found = []
    for seed in (1, 2):
        overrides = (f"seed={seed}", f"output.folder={folder / str(seed)}", "run.epochs=12")
        found.append(train(toy.config(folder, base, *overrides)))
    return found


def taught(folder, base, teachers, *overrides):
    names = json.dumps([str(path) for path in teachers])
    return toy.config(folder, base, f"teacher.models={names}", *overrides)


def test_unannotated_texts_are_learned_from_the_teachers(tmp_path, base, teachers):
    bare = [Document(d.text, id=d.id, labels=()) for d in toy.documents(60)]
    write_corpus(tmp_path / "bare.jsonl", bare)
    corpus = json.dumps([{"path": str(tmp_path / "bare.jsonl")}])
    best = train(taught(tmp_path, base, teachers, f"data.train={corpus}", "run.epochs=12"))
    record = json.loads((best / "train.json").read_text(encoding="utf-8"))
    assert record["dev"]["strict"]["micro"]["f1"] > 0.5


@pytest.mark.parametrize("where", ["record", "configuration"])
def test_texts_without_annotation_need_a_teacher(tmp_path, base, where):
    labels = () if where == "record" else None
    write_corpus(
        tmp_path / "bare.jsonl", [Document(d.text, id=d.id, labels=labels) for d in toy.documents(9)]
    )
    corpus = {"path": str(tmp_path / "bare.jsonl"), **({"labels": []} if where == "configuration" else {})}
    with pytest.raises(ConfigError, match=r"bare\.jsonl: no label of it is annotated"):
        train(toy.config(tmp_path, base, f"data.train.+={json.dumps(corpus)}"))


def test_the_soft_targets_are_the_mean_of_the_teachers(tmp_path, base, teachers, monkeypatch):
    from ie.train.runfolder import RunFolder
    from ie.train.task import make_task

    config = taught(tmp_path, base, teachers, f"teacher.cache={tmp_path / 'cache'}", "data.train.0.noise=1")
    task = make_task(config, RunFolder(tmp_path / "run"), anew=True)
    assert task.taught is not None
    sizes = task.train.sizes
    ids = np.array([task.taught[3]["input_ids"]])
    expected = np.zeros((ids.shape[1], len(tag_names(LABELS))))
    for folder in teachers:
        logits = Extractor.from_pretrained(folder, runtime="torch").runtime.logits(ids, np.ones_like(ids))
        expected += torch.from_numpy(logits[0]).softmax(-1).numpy() / 2
    assert np.allclose(task.taught[3]["soft"], expected, atol=0.02)
    noisy = task.train.summaries[1]
    assert noisy.noisy
    assert not task.taught[sizes[0]]["soft"].any()
    assert task.taught[sum(sizes) - 1]["soft"].sum() == pytest.approx(task.train.lengths[-1], rel=0.01)
    # what is in the cache is not asked again
    monkeypatch.setattr("ie.train.teacher._read", None)
    again = make_task(config, RunFolder(tmp_path / "run"), anew=True)
    assert again.taught is not None
    assert np.array_equal(again.taught.probabilities, task.taught.probabilities)


def test_a_teacher_may_lie_at_home(tmp_path, base, teachers, monkeypatch):
    monkeypatch.setenv("HOME", str(teachers[0].parents[1]))
    best = train(taught(tmp_path, base, [f"~/{teachers[0].parent.name}/best"], "run.max_steps=2"))
    assert (best / "train.json").exists()


def test_a_teacher_must_fit(tmp_path, base, teachers):
    with pytest.raises(ConfigError, match=r"'teacher\.models': the folder .*missing does not exist"):
        train(taught(tmp_path, base, [tmp_path / "missing"], f"output.folder={tmp_path / 'a'}"))
    order = 'labels=["PARTY", "DATE", "AMOUNT"]'
    with pytest.raises(ConfigError, match="has the labels AMOUNT, PARTY, DATE, not PARTY, DATE, AMOUNT"):
        train(taught(tmp_path, base, teachers, order, f"output.folder={tmp_path / 'b'}"))
    other = shutil.copytree(teachers[0], tmp_path / "other")
    tokenizer = json.loads((other / "tokenizer.json").read_text(encoding="utf-8"))
    (other / "tokenizer.json").write_text(json.dumps(tokenizer, indent=1), encoding="utf-8")
    with pytest.raises(ConfigError, match="another tokenizer"):
        train(taught(tmp_path, base, [other], f"output.folder={tmp_path / 'c'}"))
    turned = shutil.copytree(teachers[0], tmp_path / "turned")
    config = json.loads((turned / "config.json").read_text(encoding="utf-8"))
    tags = [*list(config["id2label"].values())[1:], "O"]
    config |= {"id2label": {str(i): tag for i, tag in enumerate(tags)}}
    config |= {"label2id": {tag: i for i, tag in enumerate(tags)}}
    (turned / "config.json").write_text(json.dumps(config), encoding="utf-8")
    with pytest.raises(ConfigError, match="tags in another order"):
        train(taught(tmp_path, base, [turned], f"output.folder={tmp_path / 'd'}"))
    with pytest.raises(ConfigError, match=r"'teacher\.models' must name at least one"):
        taught(tmp_path, base, [])


def test_teachers_say_what_their_weights_say_whatever_was_exported(tmp_path, base, teachers):
    from ie.train.export import export
    from ie.train.runfolder import RunFolder
    from ie.train.task import make_task

    teacher = shutil.copytree(teachers[0], tmp_path / "teacher")

    def soft(cache):
        config = taught(tmp_path, base, [teacher], f"teacher.cache={tmp_path / cache}")
        return make_task(config, RunFolder(tmp_path / "run"), anew=True).taught.probabilities

    before = soft("a")
    export(teacher)
    assert np.array_equal(soft("b"), before)
    (teacher / "model.safetensors").unlink()
    with pytest.raises(ConfigError, match=r"'teacher\.models': \S*teacher has no model\.safetensors"):
        soft("a")
