import pytest

from ie.errors import ConfigError
from ie.labels import LABELS
from ie.train.config import load_config, parse_config
from ie.train.schema import differences, to_mapping

VALUES = {
    "base": {"name": "org/base"},
    "data": {"train": [{"path": "a.jsonl"}, {"path": "b.jsonl", "weight": 0.5}]},
    "output": {"folder": "runs/a"},
}


def test_defaults():
    config = parse_config(VALUES)
    assert (config.labels, config.seed, config.data.max_tokens) == (LABELS, 42, 256)
    assert [corpus.weight for corpus in config.data.train] == [1.0, 0.5]


@pytest.mark.parametrize(
    ("expected", "override"),
    [
        (512, "data.batch_tokens=512"),
        (2.0, "data.train.1.weight=2"),
        # YAML 1.1 has no number without a point before an exponent
        (2e-4, "optimizer.learning_rate=2e-4"),
        ((0, 2), "base.layers=[0, 2]"),
        (2.5, "loss.label_weights.PARTY=2.5"),
        (None, "run.patience=null"),
        ("x=y", "data.guidelines=x=y"),
        (False, "output.tensorboard=false"),
    ],
)
def test_overrides(expected, override):
    value = parse_config(VALUES, [override])
    for key in override.split("=")[0].split("."):
        if isinstance(value, tuple):
            value = value[int(key)]
        else:
            value = value[key] if isinstance(value, dict) else getattr(value, key)
    assert value == expected


def test_an_override_adds_to_a_list():
    config = parse_config(VALUES, ["data.train.+={path: c.jsonl}", "data.train.2.weight=3"])
    assert [(corpus.path, corpus.weight) for corpus in config.data.train][2:] == [("c.jsonl", 3.0)]


@pytest.mark.parametrize(
    ("path", "override"),
    [
        ("data.batch_size", "data.batch_size=8"),
        ("datas", "datas=8"),
        ("data.train.0.wieght", "data.train.0.wieght=2"),
        ("base.scratch.width", "base={scratch: {width: 3}}"),
        ("data.train.0.path", "data.train=[{weight: 1}]"),
        ("seed", "seed=1.5"),
        ("seed", "seed=true"),
        ("seed", "seed=-1"),
        ("labels", "labels=PARTY"),
        ("labels", "labels=[PARTY, PARTY]"),
        ("labels", "labels=[O]"),
        ("labels.1", "labels=[PARTY, 3]"),
        ("data.train.0.weight", "data.train.0.weight=0"),
        ("data.train.0.weight", "data.train.0.weight=.nan"),
        ("data.train.0.weight", "data.train.0.weight=.inf"),
        ("data.train", "data.train=[]"),
        ("data.train", "data.train=a.jsonl"),
        ("data", "data=5"),
        ("data.batch_tokens", "data.batch_tokens=100"),
        ("data.window_overlap", "data.window_overlap=128"),
        ("data.train_overlap", "data.train_overlap=128"),
        ("data.ignore_labels", "data.ignore_labels=[DATE]"),
        ("data.train.1.noise", "data.train.1={path: a.jsonl, labels: [], noise: 1}"),
        ("labels", "labels=[PARTY, DATE-]"),
        ("optimizer.learning_rate", "optimizer.learning_rate=fast"),
        ("optimizer.layer_decay", "optimizer.layer_decay=1.1"),
        ("optimizer.schedule", "optimizer.schedule=step"),
        ("loss.label_weights", "loss.label_weights=[1]"),
        ("loss.label_weights.PARTI", "loss.label_weights.PARTI=1"),
        ("loss.label_weights.PARTY", "loss.label_weights.PARTY=-1"),
        ("run.precision", "run.precision=fp16"),
        ("base.layers", "base.layers=[2, 1]"),
        ("base.layers", "base={scratch: {}, layers: [0]}"),
        ("run.patience", "run.patience=2"),
        ("base.scratch", "base.scratch={}"),
        ("base.name", "base.name=null"),
        ("base.scratch.hidden", "base={scratch: {hidden: 30, heads: 4}}"),
        ("output.folder", "output={}"),
        ("data.train.2.weight", "data.train.2.weight=1"),
        ("seed.x", "seed.x=1"),
        ("dotted.key=value", "seed"),
        ("seed", "seed=[1"),
    ],
)
def test_errors_name_the_path(path, override):
    changes = ["seed=1"] if override == "seed.x=1" else []
    with pytest.raises(ConfigError, match=f"'{path.replace('.', '[.]')}'") as caught:
        parse_config(VALUES, [*changes, override])
    assert str(caught.value).count("\n") == 0


def test_what_is_written_is_read_again():
    config = parse_config(VALUES, ["loss.label_weights.O=0.5", "base.layers=[1]"])
    assert parse_config(to_mapping(config)) == config


def test_differences_are_dotted_paths():
    first, second = ({"a": {"b": 1, "c": [1]}, "d": 0}, {"a": {"b": 2, "c": [1]}, "e": 0})
    assert differences(first, second) == ["a.b", "d", "e"]


def test_file(tmp_path):
    path = tmp_path / "run.yaml"
    path.write_text("base: {name: x}\ndata:\n  train: [{path: a}]\noutput: {folder: y}\n", encoding="utf-8")
    assert load_config(path, ["seed=7"]).seed == 7


@pytest.mark.parametrize(
    ("message", "content"),
    [
        ("run.yaml:2: not valid YAML", b"base: {name: x}\ndata: ]\n"),
        ("run.yaml:3: not valid YAML: the key 'seed' stands twice", b"base: {name: x}\nseed: 1\nseed: 2\n"),
        ("must be a mapping", b"- 1\n"),
        ("must be a mapping", b""),
        ("run.yaml: Unknown key 'x'", b"x: 1\n"),
        ("not a text file in UTF-8", b"\xff\xfe\x00"),
        ("run.yaml: 'base' is missing", b"seed: 1\n"),
    ],
)
def test_bad_files(tmp_path, message, content):
    path = tmp_path / "run.yaml"
    path.write_bytes(content)
    with pytest.raises(ConfigError) as caught:
        load_config(path)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_missing_file(tmp_path):
    with pytest.raises(ConfigError, match=r"none\.yaml"):
        load_config(tmp_path / "none.yaml")


def test_frozen_embeddings_cannot_be_moved():
    with pytest.raises(ConfigError, match=r"'loss\.adversarial' .* 'optimizer\.freeze_embeddings'"):
        parse_config(VALUES, ["loss.adversarial=0.5", "optimizer.freeze_embeddings=true"])
