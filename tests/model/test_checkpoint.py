import json
from pathlib import Path

import pytest
from folders import make_folder, safetensors_bytes, write
from hypothesis import given
from hypothesis import strategies as st

import tiny
from ie import checkpoint as module
from ie.checkpoint import BUNDLED, Settings, is_hub_id, load_checkpoint
from ie.errors import CheckpointError
from ie.labels import tag_names
from ie.safetensors import count_parameters, read_header

ONNX, ONNX32 = "onnx/model_quantized.onnx", "onnx/model.onnx"


@pytest.fixture
def folder(tmp_path):
    return make_folder(tmp_path / "my-model")


def refusal(*args, **options):
    """What `load_checkpoint` says when it refuses: one line, whatever happens."""
    with pytest.raises(CheckpointError) as caught:
        load_checkpoint(*args, **options)
    assert caught.value.exit_code == 2
    assert "\n" not in str(caught.value)
    return str(caught.value)


# finding


def test_a_folder_is_loaded_under_its_name(folder):
    checkpoint = load_checkpoint(str(folder))
    assert (checkpoint.folder, checkpoint.identity, checkpoint.revision) == (folder, "my-model", None)
    assert checkpoint.tags == tag_names()
    assert checkpoint.labels == ("AMOUNT", "SECTOR", "PARTY", "DATE")
    assert checkpoint.settings == Settings()
    assert checkpoint.weights == folder / ONNX
    assert checkpoint.read_tokenizer().encode("завод купил").ids == [2, 3]


def test_a_relative_folder_has_the_name_that_it_has_on_disk(folder, monkeypatch):
    monkeypatch.chdir(folder)
    assert load_checkpoint(".").name == "my-model"


def test_the_bundled_checkpoint_is_the_default(folder, monkeypatch):
    monkeypatch.setattr(module, "BUNDLED", folder)
    assert load_checkpoint().identity == "bundled"


def test_a_package_without_the_bundled_checkpoint_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "BUNDLED", tmp_path / "weights")
    assert refusal().startswith("The bundled model is missing")
    assert str(tmp_path / "weights" / "config.json") in refusal()


@pytest.mark.parametrize(
    "ref", ["./no", "../no", "/no/such", "no/", "a/b/c", "~/no-such", "no\\such", ".hidden"], ids=str
)
def test_what_is_written_like_a_path_is_a_folder(ref):
    assert not is_hub_id(ref)
    assert "does not exist" in refusal(ref)


@pytest.mark.parametrize("ref", ["~no-such-user/model", Path("~no-such-user/model")], ids=repr)
def test_the_home_of_nobody_holds_no_folder(ref):
    assert refusal(ref) == f"The checkpoint folder {ref} is in the home of an unknown user."


@pytest.mark.parametrize("ref", ["org/name", "name", "org/name-1.2_x", "DeepPavlov/rubert-base-cased"])
def test_what_is_written_like_an_id_is_on_the_hub(ref):
    assert is_hub_id(ref)


@pytest.mark.parametrize("ref", ["", "org/na me", "орг/имя", "org/name?x", "org/-name"])
def test_what_is_neither_is_refused(ref):
    assert "neither a folder nor the id" in refusal(ref)


def test_an_existing_folder_comes_before_the_hub(tmp_path, monkeypatch):
    make_folder(tmp_path / "org" / "name")
    monkeypatch.chdir(tmp_path)
    assert not is_hub_id("org/name")
    assert load_checkpoint("org/name").name == "name"


def test_a_file_is_no_folder(folder):
    assert refusal(folder / "config.json") == (
        f"The checkpoint folder {folder / 'config.json'} is a file: name the folder that holds it."
    )


def test_a_folder_has_no_revisions(folder):
    assert "on the Hub only" in refusal(folder, revision="main")


# configuration


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "config.json:1: not valid JSON"),
        (b'{\n"a": 1,\n}', "config.json:3: not valid JSON"),
        (b"[]", "must hold a JSON object, not list"),
        (b"\xff\xfe\x00", "not a JSON file in UTF-8"),
        (b"{}", "'id2label' is missing"),
        (b'{"id2label": ["O"]}', "'id2label' is missing"),
        (b'{"id2label": {"0": "O", "2": "B-A"}}', "'id2label.1' is missing among 2 tags"),
        (b'{"id2label": {"0": "O", "1": 7}}', "'id2label.1' is missing"),
        (b'{"id2label": {"0": "LABEL_0", "1": "LABEL_1"}}', "'LABEL_0' is not an IOB2 tag"),
        (b'{"id2label": {"0": "O", "1": "B-A", "2": "S-A"}}', "'S-A' is not an IOB2 tag"),
        (b'{"id2label": {"0": "O", "1": "B-A", "2": "I-B"}}', "tag 'I-A' is missing"),
        (b'{"id2label": {"0": "B-A", "1": "I-A"}}', "tag 'O' is missing"),
        (b'{"id2label": {"0": "O", "1": "B-A", "2": "I-A", "3": "B-A"}}', "tag 'B-A' is named twice"),
        (b'{"id2label": {"0": "O", "1": "B-A", "2": "I-A"}, "num_labels": 2}', "'num_labels' is 2"),
    ],
)
def test_a_wrong_configuration_is_named(folder, content, expected):
    write(folder / "config.json", content)
    assert str(folder / "config.json") in refusal(folder)
    assert expected in refusal(folder)


def test_tags_stand_in_the_order_of_the_outputs(folder):
    write(folder / "config.json", b'{"id2label": {"2": "O", "0": "I-A", "1": "B-A"}}')
    assert load_checkpoint(folder).tags == ("I-A", "B-A", "O")


@pytest.mark.parametrize("name", ["config.json", "tokenizer.json"])
def test_a_missing_file_is_named(folder, name):
    (folder / name).unlink()
    assert refusal(folder) == f"{folder} is not a checkpoint: there is no {name} in it."


def test_a_slow_tokenizer_is_not_enough(folder):
    (folder / "tokenizer.json").rename(folder / "vocab.txt")
    assert "only a slow tokenizer (vocab.txt)" in refusal(folder)


def test_a_damaged_tokenizer_is_named_when_it_is_read(folder):
    write(folder / "tokenizer.json", b"{")
    with pytest.raises(CheckpointError, match=r"Cannot read the tokenizer .*tokenizer\.json"):
        load_checkpoint(folder).read_tokenizer()


# weights


def test_int8_comes_before_fp32(tmp_path):
    assert (
        load_checkpoint(make_folder(tmp_path / "both", weights=[ONNX, ONNX32])).weights.name
        == "model_quantized.onnx"
    )
    assert load_checkpoint(make_folder(tmp_path / "one", weights=[ONNX32])).weights.name == "model.onnx"


def test_no_weights_are_wanted_for_no_runtime(tmp_path):
    assert load_checkpoint(make_folder(tmp_path, weights=[]), runtime=None).weights is None


def test_a_trained_folder_that_was_not_exported_says_what_to_do(tmp_path):
    folder = make_folder(tmp_path, weights=["model.safetensors"])
    assert "run `ie model export` on it or use `--runtime torch`" in refusal(folder)
    assert load_checkpoint(folder, runtime="torch").weights == folder / "model.safetensors"


def test_pickles_are_never_loaded(tmp_path):
    folder = make_folder(tmp_path, weights=["pytorch_model.bin"])
    assert "pytorch_model.bin, a pickle, which can run code" in refusal(folder, runtime="torch")


def test_a_folder_without_weights_says_so(tmp_path):
    assert "has no model.safetensors" in refusal(make_folder(tmp_path, weights=[]), runtime="torch")


def test_an_empty_weights_file_says_so(folder):
    write(folder / ONNX, b"")
    assert refusal(folder) == f"{folder / ONNX} is empty."


WHOLE = safetensors_bytes({"a": (2, 3), "b": (4,)})


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (WHOLE[:-1], "is truncated"),
        (WHOLE[:40], "is truncated"),
        (WHOLE[:5], "is not a safetensors file"),
        (WHOLE + b"x", "is damaged"),
        (b"\xff" * 64, "is not a safetensors file"),
        ((4).to_bytes(8, "little") + b"{]}}", "its header is not valid JSON"),
        ((2).to_bytes(8, "little") + b"[]", "its header does not describe tensors"),
        ((7).to_bytes(8, "little") + b'{"a":7}', "its header does not describe tensors"),
        ((8).to_bytes(8, "little") + b'{"a":{}}', "its header does not describe tensors"),
    ],
)
def test_a_damaged_safetensors_file_is_named(tmp_path, content, expected):
    folder = make_folder(tmp_path, weights=[])
    path = write(folder / "model.safetensors", content)
    assert refusal(folder, runtime="torch").startswith(f"{path} ")
    assert expected in refusal(folder, runtime="torch")


def test_the_header_counts_parameters(tmp_path):
    path = write(tmp_path / "model.safetensors", WHOLE)
    assert count_parameters(path) == 2 * 3 + 4
    assert read_header(path)["a"]["shape"] == [2, 3]


@pytest.fixture
def sharded(tmp_path):
    folder = make_folder(
        tmp_path, weights=["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"]
    )
    index = {"weight_map": {"a": "model-00001-of-00002.safetensors", "b": "model-00002-of-00002.safetensors"}}
    write(folder / "model.safetensors.index.json", json.dumps(index).encode())
    return folder


def test_sharded_weights_are_found_by_their_index(sharded):
    assert load_checkpoint(sharded, runtime="torch").weights == sharded / "model.safetensors.index.json"


def test_a_missing_shard_is_named(sharded):
    (sharded / "model-00002-of-00002.safetensors").unlink()
    assert "there is no model-00002-of-00002.safetensors" in refusal(sharded, runtime="torch")


def test_a_damaged_shard_is_named(sharded):
    write(sharded / "model-00002-of-00002.safetensors", WHOLE[:-1])
    assert "model-00002-of-00002.safetensors is truncated" in refusal(sharded, runtime="torch")


def test_a_damaged_index_is_named(sharded):
    write(sharded / "model.safetensors.index.json", b'{"weight_map": {"a": 1}}')
    assert "'weight_map' must map tensor names to files" in refusal(sharded, runtime="torch")


# settings

settings = st.builds(
    Settings,
    max_tokens=st.integers(65, 8192),
    window_overlap=st.integers(0, 64),
    temperature=st.floats(0.01, 100),
    thresholds=st.dictionaries(st.text(), st.floats(0, 1)),
    apart=st.lists(st.text()).map(tuple),
    guidelines=st.none() | st.text(st.characters(codec="utf-8")),
    checksums=st.dictionaries(st.text(), st.just("0f" * 32)),
)


@given(settings)
def test_settings_survive_the_record(value):
    assert Settings.from_record(json.loads(json.dumps(value.to_record())), "ie.json") == value


def test_settings_survive_the_file(tmp_path):
    value = Settings(384, 32, 1.5, {"DATE": 0.25}, ("DATE",), "2", {ONNX: "ab" * 32})
    value.write(tmp_path)
    assert Settings.read(tmp_path) == value
    assert [path.name for path in tmp_path.iterdir()] == ["ie.json"]


def test_absent_settings_are_the_defaults(tmp_path):
    assert Settings.read(tmp_path) == Settings(max_tokens=256, window_overlap=64, temperature=1.0)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ('{"max_token": 1}', "unknown key 'max_token', expected one of apart, checksums, guidelines"),
        ('{"max_tokens": 0}', "'max_tokens' must be a whole number above 0, not 0"),
        ('{"max_tokens": "256"}', "'max_tokens' must be a whole number above 0, not '256'"),
        ('{"max_tokens": true}', "'max_tokens' must be a whole number above 0, not True"),
        ('{"window_overlap": -1}', "'window_overlap' must be a whole number, 0 or more, not -1"),
        ('{"max_tokens": 64}', "'window_overlap' is 64, which must be less than 'max_tokens' (64)"),
        ('{"temperature": 0}', "'temperature' must be a number above 0, not 0"),
        ('{"temperature": NaN}', "'temperature' must be a number above 0, not nan"),
        ('{"thresholds": 0.5}', "'thresholds' must be an object, not 0.5"),
        ('{"thresholds": {"DATE": 2}}', "'thresholds.DATE' must be a number from 0 to 1, not 2"),
        ('{"thresholds": {"CITY": 0.5}}', "'thresholds.CITY' names a label that the model does not have"),
        ('{"apart": ["CITY"]}', "'apart.CITY' names a label that the model does not have"),
        ('{"apart": "DATE"}', "'apart' must be a list, not 'DATE'"),
        ('{"apart": ["DATE", 1]}', "'apart.1' must be a string, not 1"),
        ('{"guidelines": 1}', "'guidelines' must be a string or null, not 1"),
        ('{"checksums": {"a": "b"}}', "'checksums.a' must be a SHA-256 in hexadecimal, not 'b'"),
        ('{\n"max_tokens"}', "ie.json:2: not valid JSON"),
        ('{"max_tokens": 1024}', "'max_tokens' is 1024, but the model takes 512 at most"),
    ],
)
def test_wrong_settings_are_named(folder, content, expected):
    write(folder / "ie.json", content.encode())
    assert str(folder / "ie.json") in refusal(folder)
    assert expected in refusal(folder)


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ({"max_position_embeddings": 128}, (128, 32)),
        ({"max_position_embeddings": 130, "model_type": "xlm-roberta", "pad_token_id": 1}, (128, 32)),
        ({"max_position_embeddings": 130, "model_type": "camembert", "pad_token_id": 1}, (128, 32)),
        ({"max_position_embeddings": 8192}, (256, 64)),
        ({"max_position_embeddings": None}, (256, 64)),
    ],
)
def test_default_windows_fit_the_model(tmp_path, config, expected):
    found = load_checkpoint(make_folder(tmp_path, **config)).settings
    assert (found.max_tokens, found.window_overlap) == expected


def test_the_recorded_checksum_of_what_is_loaded_is_the_revision(tmp_path):
    folder = make_folder(tmp_path / "m", weights=[ONNX, "model.safetensors"])
    Settings(checksums={ONNX: "ab" * 32, "model.safetensors": "cd" * 32}).write(folder)
    assert load_checkpoint(folder).identity == "m@abababababab"
    assert load_checkpoint(folder, runtime="torch").identity == "m@cdcdcdcdcdcd"
    assert load_checkpoint(folder, runtime=None).identity == "m@abababababab"


# what others can load

NEEDS_BUNDLED = pytest.mark.skipif(not (BUNDLED / "config.json").is_file(), reason="no model is bundled")


@pytest.fixture(params=[*tiny.FAMILIES, pytest.param("bundled", marks=NEEDS_BUNDLED)])
def trained(request, tmp_path):
    return BUNDLED if request.param == "bundled" else tiny.make(tmp_path / request.param, request.param)


def test_transformers_loads_the_same_folder(trained):
    from transformers import AutoModelForTokenClassification, pipeline

    checkpoint = load_checkpoint(trained, runtime="torch")
    model = AutoModelForTokenClassification.from_pretrained(trained)
    assert tuple(model.config.id2label[i] for i in range(model.config.num_labels)) == checkpoint.tags
    found = pipeline("token-classification", model=str(trained))(
        "Банк «Орион» вложит 80 млн рублей в туризм."
    )
    assert all(item["entity"] in checkpoint.tags for item in found)
    assert found if trained == BUNDLED else isinstance(found, list)
