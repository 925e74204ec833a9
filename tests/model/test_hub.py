"""The Hub over HTTP: huggingface_hub's own client against a server on loopback."""

import json
import logging
import os
import subprocess
import sys

import pytest
from folders import files_of, make_folder, weights_bytes, write
from huggingface_hub import close_session, constants, hf_hub_download

from fake_hub import FakeHub
from ie.checkpoint import load_checkpoint
from ie.errors import CheckpointError, HubError
from ie.hub import fetch, fetch_checkpoint, find_cached, push, verify
from ie.loading import find

ONNX, ONNX32, TORCH = "onnx/model_quantized.onnx", "onnx/model.onnx", "model.safetensors"
BASE = ["config.json", "tokenizer.json"]
NAME = "anna/news"
TOKEN = "hf_" + "SecretOfAnna" * 3


@pytest.fixture
def hub(monkeypatch, tmp_path):
    for name in ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(constants, "HF_TOKEN_PATH", str(tmp_path / "login"))
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_PROGRESS_BARS", True)
    # the other protocol, Xet, is a binary of its own; its predecessor is plain HTTP
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", True)
    # huggingface_hub waits between attempts
    monkeypatch.setattr("time.sleep", lambda _seconds: None)
    close_session()
    with FakeHub() as server:
        server.users[TOKEN] = "anna"
        monkeypatch.setenv("HF_ENDPOINT", server.url)
        yield server
    close_session()


@pytest.fixture
def cache(tmp_path):
    return tmp_path / "cache"


@pytest.fixture(scope="session")
def files(tmp_path_factory):
    """A model with everything that a model on the Hub may have beside what we need."""
    folder = make_folder(tmp_path_factory.mktemp("model"), weights=[ONNX, ONNX32, TORCH])
    others = ["pytorch_model.bin", "README.md", "training_args.bin", "optimizer.pt", "onnx/model_fp16.onnx"]
    for name in others:
        write(folder / name, b"---\nlanguage: ru\n---\n" + name.encode())
    return files_of(folder)


def refusal(function, *args, **options):
    with pytest.raises(CheckpointError) as caught:
        function(*args, **options)
    assert "\n" not in str(caught.value)
    assert TOKEN not in str(caught.value)
    return str(caught.value)


# fetching


@pytest.mark.parametrize(("runtime", "weights"), [("onnx", [ONNX]), ("torch", [TORCH]), (None, [])])
def test_only_what_the_runtime_needs_is_fetched(hub, cache, files, runtime, weights):
    sha = hub.add(NAME, files).refs["main"]
    checkpoint = load_checkpoint(NAME, cache_dir=cache, runtime=runtime)
    assert checkpoint.identity == f"{NAME}@{sha}"
    assert sorted(hub.fetched()) == sorted(BASE + weights)
    assert sorted(files_of(checkpoint.folder)) == sorted(BASE + weights)


def test_fp32_is_fetched_where_there_is_no_int8(hub, cache, files):
    hub.add(NAME, {name: data for name, data in files.items() if name != ONNX})
    assert load_checkpoint(NAME, cache_dir=cache).weights.name == "model.onnx"
    assert sorted(hub.fetched()) == sorted([*BASE, ONNX32])


def test_large_onnx_comes_with_the_data_beside_it(hub, cache, files):
    hub.add(NAME, {**{name: files[name] for name in BASE}, ONNX32: b"graph", f"{ONNX32}_data": b"numbers"})
    folder, _ = fetch_checkpoint(NAME, cache_dir=cache)
    assert (folder / f"{ONNX32}_data").read_bytes() == b"numbers"


def test_shards_are_fetched_with_their_index(hub, cache, files):
    shard = "model-00001-of-00001.safetensors"
    index = {"weight_map": {"classifier.weight": shard}}
    base = {name: files[name] for name in BASE}
    hub.add(NAME, {**base, "model.safetensors.index.json": json.dumps(index).encode(), shard: files[TORCH]})
    assert (
        load_checkpoint(NAME, cache_dir=cache, runtime="torch").weights.name == "model.safetensors.index.json"
    )


def test_what_is_cached_is_not_fetched_again(hub, cache, files):
    hub.add(NAME, files)
    load_checkpoint(NAME, cache_dir=cache)
    before = len(hub.fetched())
    load_checkpoint(NAME, cache_dir=cache)
    assert len(hub.fetched()) == before == 3


def test_a_moved_branch_is_followed(hub, cache, files):
    repo = hub.add(NAME, files)
    load_checkpoint(NAME, cache_dir=cache)
    sha = repo.commit({**files, ONNX: weights_bytes(ONNX, 9)}, "second")
    assert load_checkpoint(NAME, cache_dir=cache).revision == sha


def test_a_pinned_commit_stays(hub, cache, files):
    repo = hub.add(NAME, {**files, ONNX: b"old"})
    old = repo.refs["main"]
    repo.commit(files, "second")
    checkpoint = load_checkpoint(NAME, revision=old, cache_dir=cache)
    assert checkpoint.identity == f"{NAME}@{old}"
    assert checkpoint.weights.read_bytes() == b"old"


def test_a_branch_or_tag_can_be_named(hub, cache, files):
    repo = hub.add(NAME, files)
    sha = repo.commit({**files, ONNX: b"tried"}, branch="v2")
    assert load_checkpoint(NAME, revision="v2", cache_dir=cache).revision == sha


def test_a_pinned_commit_in_the_cache_needs_no_request(hub, cache, files):
    sha = hub.add(NAME, files).refs["main"]
    load_checkpoint(NAME, cache_dir=cache)
    hub.requests.clear()
    assert load_checkpoint(NAME, revision=sha, cache_dir=cache).revision == sha
    assert hub.requests == []


# refusals


@pytest.mark.usefixtures("hub")
def test_a_missing_model(cache):
    assert "There is no model 'anna/nothing'" in refusal(load_checkpoint, "anna/nothing", cache_dir=cache)
    assert "HF_TOKEN" in refusal(load_checkpoint, "anna/nothing", cache_dir=cache)


def test_a_missing_revision(hub, cache, files):
    hub.add(NAME, files)
    said = refusal(load_checkpoint, NAME, revision="v9", cache_dir=cache)
    assert said == "anna/news has no revision 'v9' on the Hub."
    assert "has no revision" in refusal(load_checkpoint, NAME, revision="0" * 40, cache_dir=cache)


@pytest.mark.parametrize("name", BASE)
def test_a_missing_file(hub, cache, files, name):
    sha = hub.add(NAME, {path: data for path, data in files.items() if path != name}).refs["main"]
    assert refusal(load_checkpoint, NAME, cache_dir=cache) == f"{NAME}@{sha} on the Hub has no {name}."


def test_missing_onnx_says_what_to_do(hub, cache, files):
    hub.add(NAME, {name: data for name, data in files.items() if not name.startswith("onnx")})
    assert "run `ie model export` on it or use `--runtime torch`" in refusal(
        load_checkpoint, NAME, cache_dir=cache
    )


def test_pickles_are_not_even_fetched(hub, cache, files):
    hub.add(NAME, {name: files[name] for name in (*BASE, "pytorch_model.bin")})
    assert f"no {TORCH}" in refusal(load_checkpoint, NAME, cache_dir=cache, runtime="torch")
    assert "pytorch_model.bin" not in hub.fetched()


def test_a_private_model_without_a_token(hub, cache, files):
    hub.add(NAME, files, private=True)
    assert "a token that may read it is needed" in refusal(load_checkpoint, NAME, cache_dir=cache)
    assert hub.fetched() == []


@pytest.mark.parametrize("source", ["argument", "environment", "login"])
def test_a_private_model_with_a_token(hub, cache, files, monkeypatch, source, capfd, caplog):
    caplog.set_level(logging.DEBUG)
    hub.add(NAME, files, private=True)
    if source == "environment":
        monkeypatch.setenv("HF_TOKEN", TOKEN)
    if source == "login":
        write(cache.parent / "login", TOKEN.encode())
    checkpoint = load_checkpoint(NAME, token=TOKEN if source == "argument" else None, cache_dir=cache)
    assert {request.token for request in hub.requests} == {TOKEN}
    out, err = capfd.readouterr()
    assert TOKEN not in out + err + caplog.text + repr(checkpoint)
    assert TOKEN.encode() not in b"".join(path.read_bytes() for path in cache.rglob("*") if path.is_file())


def test_a_token_that_the_hub_does_not_know(hub, cache, files):
    hub.add(NAME, files)
    said = refusal(load_checkpoint, NAME, token="hf_wrong", cache_dir=cache)
    assert said == "The Hub does not accept the token (401) for anna/news: log in again or set HF_TOKEN."


def test_a_gated_model(hub, cache, files):
    hub.add(NAME, files, gated=True)
    assert "Access to anna/news is gated" in refusal(load_checkpoint, NAME, cache_dir=cache)
    assert load_checkpoint(NAME, token=TOKEN, cache_dir=cache).name == NAME


@pytest.mark.usefixtures("hub")
def test_an_id_that_cannot_be_one(cache):
    assert "is not an id of a model" in refusal(fetch, "anna--news..x", cache_dir=cache, patterns=["*"])


# a network that fails


def test_a_connection_that_was_cut_is_taken_up_where_it_broke(hub, cache, files, monkeypatch):
    monkeypatch.setattr(constants, "DOWNLOAD_CHUNK_SIZE", 64)
    files = {**files, ONNX: bytes(range(256)) * 40}
    hub.add(NAME, files)
    hub.cuts[ONNX] = 1
    assert load_checkpoint(NAME, cache_dir=cache).weights.read_bytes() == files[ONNX]
    ranges = [request.headers.get("Range") for request in hub.requests if request.path.endswith(ONNX)]
    assert ranges[-1] == "bytes=5120-"


def test_a_connection_that_is_cut_for_good_is_one_sentence_and_a_second_try_works(hub, cache, files):
    hub.add(NAME, files)
    hub.cuts[ONNX] = 100
    said = refusal(load_checkpoint, NAME, cache_dir=cache)
    assert said.startswith("The connection to the Hub failed over anna/news")
    assert "run it again" in said
    hub.cuts.clear()
    hub.requests.clear()
    assert load_checkpoint(NAME, cache_dir=cache).weights.read_bytes() == files[ONNX]
    assert hub.fetched() == [ONNX]


def test_after_one_fetch_the_cache_will_do(hub, cache, files, caplog):
    sha = hub.add(NAME, files).refs["main"]
    load_checkpoint(NAME, cache_dir=cache)
    hub.stop()
    for revision in (None, "main", sha):
        assert load_checkpoint(NAME, revision=revision, cache_dir=cache).identity == f"{NAME}@{sha}"
    assert "looking for anna/news in the cache" in caplog.text


def test_offline_mode_asks_nobody_and_warns_of_nothing(hub, cache, files, monkeypatch, caplog):
    hub.add(NAME, files)
    load_checkpoint(NAME, cache_dir=cache)
    hub.requests.clear()
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    assert load_checkpoint(NAME, cache_dir=cache).name == NAME
    assert (hub.requests, caplog.records) == ([], [])
    assert "not (or not wholly) in the cache" in refusal(load_checkpoint, "anna/other", cache_dir=cache)


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_hub_out_of_order_is_like_none(hub, cache, files, status, caplog):
    hub.add(NAME, files)
    load_checkpoint(NAME, cache_dir=cache)
    hub.status = status
    assert load_checkpoint(NAME, cache_dir=cache).name == NAME
    assert f"it answers {status}" in caplog.text


@pytest.mark.parametrize("revision", [None, "a" * 40])
def test_without_a_network_and_a_cache_there_is_nothing(hub, cache, revision):
    hub.stop()
    said = refusal(load_checkpoint, NAME, revision=revision, cache_dir=cache)
    assert f"anna/news at revision '{revision or 'main'}' is not (or not wholly) in the cache" in said
    assert "there is no folder of this name here" in said


def test_what_was_not_fetched_for_this_runtime_is_not_there_offline(hub, cache, files):
    hub.add(NAME, files)
    load_checkpoint(NAME, cache_dir=cache)
    hub.stop()
    assert "not wholly" in refusal(load_checkpoint, NAME, cache_dir=cache, runtime="torch")


@pytest.mark.parametrize("pinned", [False, True])
@pytest.mark.parametrize("cached", [["config.json"], BASE])
def test_a_part_of_a_model_in_the_cache_says_nothing_of_the_hub(hub, cache, files, cached, pinned):
    sha = hub.add(NAME, files).refs["main"]
    for name in cached:
        hf_hub_download(NAME, name, cache_dir=cache, endpoint=hub.url)
    hub.stop()
    for runtime in ("onnx", "torch"):
        options = {"revision": sha if pinned else None, "runtime": runtime, "cache_dir": cache}
        said = refusal(load_checkpoint, NAME, **options)
        assert said.endswith("the Hub was not or cannot be asked: fetch it while online.")


def test_torch_alone_in_the_cache_is_what_auto_takes_offline(hub, cache, files, monkeypatch):
    hub.add(NAME, {name: files[name] for name in (*BASE, TORCH)})
    monkeypatch.setattr("ie.loading.candidates", lambda _device: ("onnx", "torch"))
    find(NAME, cache_dir=cache)
    hub.stop()
    assert find(NAME, cache_dir=cache)[1] == "torch"


# publishing


def test_what_was_pushed_is_what_is_fetched(hub, cache, files, tmp_path):
    folder = tmp_path / "mine"
    for name, data in files.items():
        write(folder / name, data)
    url = push(folder, NAME, private=True, token=TOKEN, message="First try")
    repo = hub.repos[NAME]
    assert url == f"{hub.url}/{NAME}/commit/{repo.refs['main']}"
    assert repo.private
    assert repo.messages[-1] == "First try"
    published = {*BASE, ONNX, ONNX32, TORCH, "README.md", "onnx/model_fp16.onnx"}
    assert set(repo.commits[repo.refs["main"]]) == published | {".gitattributes"}
    checkpoint = load_checkpoint(NAME, token=TOKEN, cache_dir=cache)
    assert checkpoint.revision == repo.refs["main"]
    assert files_of(checkpoint.folder) == {name: files[name] for name in (*BASE, ONNX)}


def test_pushing_again_makes_a_second_commit(hub, tmp_path):
    folder = make_folder(tmp_path / "mine")
    first = push(folder, NAME, token=TOKEN)
    write(folder / "README.md", b"# Better\n")
    second = push(folder, NAME, token=TOKEN)
    assert first != second
    assert hub.repos[NAME].messages == ["initial commit", *["Upload a checkpoint of ie"] * 2]
    assert not hub.repos[NAME].private


def test_weights_that_are_gone_are_removed_and_nothing_else(hub, tmp_path):
    folder = make_folder(tmp_path / "mine", weights=["onnx/model_quantized.onnx", "model.safetensors"])
    push(folder, NAME, token=TOKEN)
    repo = hub.repos[NAME]
    before = repo.commits[repo.refs["main"]]
    (folder / "onnx" / "model_quantized.onnx").unlink()
    (folder / "config.json").unlink()
    push(folder, NAME, token=TOKEN)
    after = repo.commits[repo.refs["main"]]
    assert before.keys() - after.keys() == {"onnx/model_quantized.onnx"}


def test_pushing_needs_a_token(hub, tmp_path):
    said = refusal(push, make_folder(tmp_path / "mine"), NAME)
    assert "does not accept the token (401)" in said
    assert hub.repos == {}


@pytest.mark.usefixtures("hub")
def test_pushing_to_others_is_refused(tmp_path):
    assert "may not do this with boris/news" in refusal(
        push, make_folder(tmp_path / "m"), "boris/news", token=TOKEN
    )


# comparing


def test_cached_files_are_those_of_the_hub(hub, cache, files):
    sha = hub.add(NAME, files).refs["main"]
    load_checkpoint(NAME, cache_dir=cache)
    folder, commit = find_cached(NAME, cache_dir=cache)
    assert commit == sha
    assert verify(folder, NAME, revision=commit) == []


@pytest.mark.parametrize(("name", "kind"), [(ONNX, "sha256"), ("config.json", "git-sha1")])
def test_a_file_that_rotted_is_named(hub, cache, files, name, kind):
    hub.add(NAME, files)
    folder = load_checkpoint(NAME, cache_dir=cache).folder
    path = (folder / name).resolve()
    path.chmod(0o644)
    path.write_bytes(files[name][:-1] + b"?")
    (problem,) = verify(folder, NAME)
    assert problem.startswith(f"{folder / name} differs from the Hub: its {kind} is ")


def test_what_was_never_fetched_is_not_in_the_cache(hub, cache, files):
    hub.add(NAME, files)
    assert "not (or not wholly) in the cache" in refusal(find_cached, NAME, cache_dir=cache)
    assert hub.requests == []


def test_comparing_needs_the_hub(hub, cache, files):
    hub.add(NAME, files)
    folder = load_checkpoint(NAME, cache_dir=cache).folder
    hub.stop()
    with pytest.raises(HubError, match="The connection to the Hub failed"):
        verify(folder, NAME)


# as users start it


def run(hub, cache, *args, **environment):
    return subprocess.run(
        [sys.executable, "-c", "from ie.cli import main; main()", *map(str, args)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "HF_ENDPOINT": hub.url, "HF_HUB_CACHE": str(cache), **environment},
    )


def test_the_command_line_fetches_then_works_offline(hub, cache, files):
    sha = hub.add(NAME, files, private=True).refs["main"]
    refused = run(hub, cache, "model", "fetch", NAME)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "Traceback" not in refused.stderr
    fetched = run(hub, cache, "model", "fetch", NAME, HF_TOKEN=TOKEN)
    assert fetched.returncode == 0
    assert fetched.stdout.split() == [f"{NAME}@{sha}", str(cache / "models--anna--news" / "snapshots" / sha)]
    before = len(hub.requests)
    offline = run(
        hub, cache, "--debug", "model", "info", NAME, "--format", "json", HF_HUB_OFFLINE="1", HF_TOKEN=TOKEN
    )
    assert json.loads(offline.stdout)["revision"] == sha
    assert len(hub.requests) == before
    assert TOKEN not in "".join(r.stdout + r.stderr for r in (refused, fetched, offline))
