import json
import os
from pathlib import Path

import pytest
import torch
from folders import write
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer

import tiny
from ie.errors import CheckpointError, ConfigError, HubError
from ie.labels import tag_names
from ie.train.config import BaseConfig, ScratchConfig
from ie.train.maskedbase import load_masked_base
from ie.train.model import load_base, load_weights, save_weights

LABELS = ("PARTY", "DATE")
SHARED = Path(os.environ.get("IE_SHARED", Path(__file__).parents[3] / "shared"))


def load(folder, labels=LABELS, **changes):
    torch.manual_seed(0)
    return load_base(BaseConfig(name=str(folder), **changes), labels)


@pytest.fixture(scope="module")
def bert(tmp_path_factory):
    return tiny.make(tmp_path_factory.mktemp("bert"), layers=4)


@pytest.fixture
def copied(bert, tmp_path):
    folder = tmp_path / "base"
    folder.mkdir()
    for path in bert.iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    return folder


@pytest.mark.parametrize("family", ["wordpiece", "unigram"])
def test_a_base_has_to_take_the_length_of_a_window(tmp_path, family):
    folder = tiny.make(tmp_path / "base", family)
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    most = config["max_position_embeddings"] - (config["pad_token_id"] + 1 if family == "unigram" else 0)
    load_base(BaseConfig(name=str(folder)), LABELS, max_tokens=most)
    for load_too_long in (load_base, lambda base, _, max_tokens: load_masked_base(base, max_tokens)):
        with pytest.raises(
            ConfigError, match=rf"'data\.max_tokens' is {most + 1}, but the base .*base takes {most}"
        ):
            load_too_long(BaseConfig(name=str(folder)), LABELS, max_tokens=most + 1)


@pytest.mark.parametrize("family", tiny.FAMILIES)
def test_bases_of_each_family_get_our_classifier(tmp_path, family):
    base = load(tiny.make(tmp_path / "base", family))
    model = base.model
    assert tuple(model.config.id2label.values()) == tag_names(LABELS)
    assert base.parameters == sum(p.numel() for p in model.parameters())
    assert model(input_ids=torch.tensor([[1, 2, 3]])).logits.shape == (1, 3, 5)
    assert base.tokenizer_files["tokenizer.json"] == (tmp_path / "base/tokenizer.json").read_bytes()


def test_weights_of_the_encoder_are_kept_and_those_of_the_classifier_for_the_same_tags_alone(bert):
    ours, other, renamed = (
        load(bert, labels) for labels in (("AMOUNT", "SECTOR", "PARTY", "DATE"), LABELS, "abcd")
    )
    name = "bert.encoder.layer.1.output.dense.weight"
    assert torch.equal(ours.model.state_dict()[name], other.model.state_dict()[name])
    head = [base.model.state_dict()["classifier.weight"] for base in (ours, renamed)]
    assert torch.equal(head[0], load_file(bert / "model.safetensors")["classifier.weight"])
    assert head[1].shape == head[0].shape
    assert not torch.equal(head[1], head[0])


def test_layers_are_chosen_and_renumbered(bert):
    whole, some = load(bert).model, load(bert, layers=(0, 3)).model
    assert some.config.num_hidden_layers == 2
    for old, new in ((0, 0), (3, 1)):
        name = "bert.encoder.layer.{}.output.dense.weight"
        assert torch.equal(some.state_dict()[name.format(new)], whole.state_dict()[name.format(old)])
    all_layers = load(bert, layers=(0, 1, 2, 3)).model
    ids = torch.tensor([[2, 30, 40, 3]])
    assert torch.equal(all_layers.eval()(ids).logits, whole.eval()(ids).logits)


def test_layers_of_modernbert_keep_their_kind_of_attention(tmp_path):
    folder = tiny.make(tmp_path / "base", "modernbert", layers=4)
    whole, some = load(folder).model.config, load(folder, layers=(0, 2, 3)).model.config
    assert some.layer_types == [whole.layer_types[i] for i in (0, 2, 3)]


def test_a_layer_that_is_not_there_is_an_error(bert):
    with pytest.raises(ConfigError, match=r"'base\.layers' names layer 4, but the base has 4"):
        load(bert, layers=(0, 4))


@pytest.mark.parametrize("family", tiny.FAMILIES)
def test_dropout(tmp_path, family):
    folder = tiny.make(tmp_path / "base", family)
    model = load(folder, dropout=0.0).model.train()
    ids = torch.tensor([[2, 30, 40, 3]])
    assert torch.equal(model(ids).logits, model(ids).logits)
    config = load(folder, dropout=0.3, attention_dropout=0.0).model.config.to_dict()
    found = {("attention" in name, value) for name, value in config.items() if "dropout" in name}
    assert found == {(False, 0.3), (True, 0.0)}


def test_scratch():
    torch.manual_seed(0)
    config = BaseConfig(scratch=ScratchConfig(layers=1, hidden=8, heads=2, vocabulary=100))
    base = load_base(config, LABELS, tiny.TEXTS, 40)
    assert base.model.config.max_position_embeddings == 40
    assert 100 <= base.tokenizer.get_vocab_size() == base.model.config.vocab_size < 200
    assert base.tokenizer.encode(tiny.TEXTS[0]).tokens[0] == "[CLS]"


def test_scratch_with_a_tokenizer_that_is_known(tmp_path):
    config = BaseConfig(scratch=ScratchConfig(layers=1, hidden=8, heads=2, vocabulary=100))
    first = load_base(config, LABELS, tiny.TEXTS, 40)
    first.write_tokenizer(tmp_path)
    again = load_base(config, LABELS, ["совсем другие тексты"], 40, tmp_path)
    assert again.tokenizer.get_vocab() == first.tokenizer.get_vocab()


def test_a_vocabulary_file_becomes_a_fast_tokenizer(copied):
    vocabulary = json.loads((copied / "tokenizer.json").read_text(encoding="utf-8"))["model"]["vocab"]
    write(copied / "vocab.txt", "\n".join(vocabulary).encode())
    (copied / "tokenizer.json").unlink()
    write(copied / "tokenizer_config.json", b'{"tokenizer_class": "BertTokenizer", "do_lower_case": false}')
    base = load(copied)
    assert "tokenizer.json" in base.tokenizer_files
    assert base.tokenizer.encode("завод").ids[1:-1]


def test_rubert_tiny2_tokenizer(tmp_path):
    source = SHARED / "tokenizers" / "rubert-tiny2"
    if not source.is_dir():
        pytest.skip("the tokenizer of rubert-tiny2 is not at hand (IE_SHARED)")
    from transformers import BertConfig, BertForTokenClassification

    config = BertConfig.from_pretrained(source, num_hidden_layers=1, hidden_size=12, intermediate_size=12)
    BertForTokenClassification(config).save_pretrained(tmp_path)
    for path in source.glob("*token*"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    base = load(tmp_path)
    assert base.tokenizer.encode("Казахстан").tokens[0] == "[CLS]"
    assert base.model.config.vocab_size == base.tokenizer.get_vocab_size()


@pytest.mark.parametrize(
    ("message", "damage"),
    [
        ("config.json", lambda folder: (folder / "config.json").unlink()),
        ("config.json:1: not valid JSON", lambda folder: write(folder / "config.json", b"{")),
        ("cannot be loaded", lambda folder: write(folder / "config.json", b'{"model_type": "none"}')),
        ("there is no model.safetensors", lambda folder: (folder / "model.safetensors").unlink()),
        (
            "model.safetensors is truncated",
            lambda folder: os.truncate(folder / "model.safetensors", 50_000),
        ),
        ("there is no tokenizer.json", lambda folder: [(folder / n).unlink() for n in ("tokenizer.json",)]),
        ("tokenizer.json", lambda folder: write(folder / "tokenizer.json", b"{}")),
    ],
)
def test_damaged_bases_are_named(copied, message, damage):
    (copied / "tokenizer_config.json").unlink()
    damage(copied)
    with pytest.raises(CheckpointError) as caught:
        load(copied)
    assert message in str(caught.value)
    assert str(copied) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_slow_tokenizer_alone_is_an_error(copied):
    (copied / "tokenizer.json").unlink()
    write(copied / "spiece.model", b"not a model")
    with pytest.raises(CheckpointError, match=r"fast tokenizer|slow tokenizer"):
        load(copied)


def test_a_tokenizer_that_is_too_large_is_an_error(copied):
    tokenizer = Tokenizer.from_file(str(copied / "tokenizer.json"))
    tokenizer.add_tokens(["щука"])
    tokenizer.save(str(copied / "tokenizer.json"))
    config = json.loads((copied / "config.json").read_text(encoding="utf-8"))
    with pytest.raises(CheckpointError, match=f"the model knows {config['vocab_size']}"):
        load(copied)


def test_weights_of_another_model_are_an_error(copied):
    save_file({"x": torch.zeros(1)}, copied / "model.safetensors")
    with pytest.raises(CheckpointError, match=r"no weights that fit 'bert\."):
        load(copied)


def test_missing_folders_and_revisions_of_folders(bert, tmp_path):
    with pytest.raises(CheckpointError, match="does not exist"):
        load(tmp_path / "none")
    with pytest.raises(CheckpointError, match="revision"):
        load(bert, revision="v1")


def test_a_base_on_the_hub_is_fetched(bert, tmp_path, monkeypatch):
    asked = []

    def fetch(repo_id, *, revision=None, patterns):
        asked.append((repo_id, revision, any("safetensors" in p for p in patterns)))
        folder = tmp_path / "snapshot"
        folder.mkdir(exist_ok=True)
        for path in bert.iterdir():
            if path.suffix == ".json":
                (folder / path.name).write_bytes(path.read_bytes())
        if len(asked) == 2:
            torch.save(load(bert).model.state_dict(), folder / "pytorch_model.bin")
        return folder, "c0ffee"

    monkeypatch.setattr("ie.hub.fetch", fetch)
    base = load("org/name", revision="v2")
    assert (base.name, base.revision) == ("org/name", "c0ffee")
    # no safetensors there: the older form, of the very commit that was looked at
    assert asked == [("org/name", "v2", True), ("org/name", "c0ffee", False)]


def test_trouble_with_the_hub_is_its_error(monkeypatch):
    def fetch(*_args, **_kwargs):
        raise HubError("org/name: there is no such model.")

    monkeypatch.setattr("ie.hub.fetch", fetch)
    with pytest.raises(HubError):
        load("org/name")


@pytest.mark.parametrize("dtype", ["fp32", "fp16", "bf16"])
def test_weights_are_stored_and_loaded(bert, tmp_path, dtype):
    from transformers import AutoModelForTokenClassification

    base = load(bert)
    save_weights(base.model, tmp_path / "out", dtype)
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == ["config.json", "model.safetensors"]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["out"]
    before = base.model.state_dict()["classifier.weight"].clone()
    load_weights(base, tmp_path / "out")
    after = base.model.state_dict()["classifier.weight"]
    assert torch.allclose(before, after, atol=1e-3)
    assert torch.equal(before, after) == (dtype == "fp32")
    loaded = AutoModelForTokenClassification.from_pretrained(tmp_path / "out")
    assert loaded.dtype == torch.float32
    assert torch.equal(loaded.state_dict()["classifier.weight"], after)
    if dtype == "fp16":
        size = (tmp_path / "out/model.safetensors").stat().st_size
        assert size < 0.6 * (bert / "model.safetensors").stat().st_size
    assert (tmp_path / "out/model.safetensors").stat().st_mode & 0o044
