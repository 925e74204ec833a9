import json
import random
import signal
import subprocess
import sys
import time
from contextlib import contextmanager

import pytest
from folders import WORDS, make_folder, weights_bytes, write

from ie.cli import main
from ie.manifest import MANIFEST

KILLS = 20
RECORDS = 900
PART = 5


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """Return a checkpoint that finds «завод» in every text, whatever stands beside it in a batch."""
    from onnx import load_from_string, numpy_helper

    folder = make_folder(tmp_path_factory.mktemp("models") / "model")
    graph = load_from_string(weights_bytes("model.onnx", 9))
    table = numpy_helper.to_array(graph.graph.initializer[0]).copy()
    table[:, 0] = 3
    table[WORDS.index("завод"), 1] = 9
    graph.graph.initializer[0].CopyFrom(numpy_helper.from_array(table, "table"))
    write(folder / "onnx/model_quantized.onnx", graph.SerializeToString())
    return folder


@pytest.fixture
def ie(monkeypatch, capfd):
    """Return a function that runs `ie predict` in this process and gives exit code, stdout and stderr."""

    def run(*args):
        monkeypatch.setattr(sys, "argv", ["ie", "predict", *map(str, args)])
        with pytest.raises(SystemExit) as caught:
            main()
        out, err = capfd.readouterr()
        return caught.value.code or 0, out, err

    return run


def start(*args, script="from ie.cli import main; main()", **options):
    command = [sys.executable, "-c", script, "predict", *map(str, args)]
    return subprocess.Popen(command, stderr=subprocess.PIPE, **options)


def jsonl(path, numbers, bad=()):
    """Write a file of records; the lines of `bad` numbers cannot be read."""
    lines = [
        "нет\n" if n in bad else json.dumps({"id": f"d{n}", "text": f"банк {n} купил завод вчера"}) + "\n"
        for n in numbers
    ]
    path.write_text("".join(lines), encoding="utf-8")
    return path


def joined(folder):
    return b"".join(path.read_bytes() for path in sorted(folder.glob("part-*.jsonl")))


def ids(folder):
    return [json.loads(line)["id"] for line in joined(folder).splitlines()]


@contextmanager
def running(*args, **options):
    process = start(*args, **options)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def wait_for_parts(folder, count, process):
    """Return once the folder has a manifest and `count` parts, or the process has ended."""
    while process.poll() is None:
        if (folder / MANIFEST).exists() and len(list(folder.glob("part-*"))) >= count:
            return
        time.sleep(0.0005)


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")
def test_a_run_killed_twenty_times_is_the_run_that_nobody_killed(model, tmp_path):
    chance = random.Random(5)
    bad = set(chance.sample(range(RECORDS), 30))
    whole, expected = tmp_path / "whole.jsonl", [f"d{n}" for n in range(RECORDS) if n not in bad]
    args = [
        jsonl(tmp_path / "in.jsonl", range(RECORDS), bad),
        "--model",
        model,
        "--threads",
        1,
        "--no-values",
    ]
    with running(*args, "-o", whole) as process:
        assert process.wait(60) == 1
    killed = inside = 0
    folder, done = tmp_path / "out", 0
    while True:
        with running(*args, "-o", f"{folder}/", "--part-records", PART, "--resume") as process:
            if killed < KILLS:
                wait_for_parts(folder, done + chance.randrange(8), process)
                time.sleep(chance.random() * 0.005)
                process.send_signal(signal.SIGKILL)
            err = process.communicate(timeout=60)[1]
        done = len(list(folder.glob("part-*")))
        if process.returncode == -signal.SIGKILL:
            assert whole.read_bytes().startswith(joined(folder))
            killed, inside = killed + 1, inside + (0 < done * PART < len(expected))
            continue
        assert process.returncode == 1
        assert err.count(b"error: ") == len(bad)
        assert joined(folder) == whole.read_bytes()
        assert ids(folder) == expected
        assert [path.name for path in folder.glob(".*")] == [".lock"]
        if killed == KILLS:
            break
        folder, done = tmp_path / f"out{killed}", 0  # it was faster than its death: once more
    assert inside >= KILLS // 2
    assert b'"entities": [{' in whole.read_bytes()


def test_a_finished_run_does_nothing_and_says_so(ie, model, tmp_path):
    source = jsonl(tmp_path / "in.jsonl", range(5), bad=[2])
    args = [source, "--model", model, "-o", f"{tmp_path}/out/", "--part-records", 2]
    code, out, err = ie(*args)
    error = f"error: {source}:3: Not JSON: Expecting value at character 1.\n"
    assert (code, out, err) == (1, "", error)
    before = joined(tmp_path / "out")
    code, out, err = ie(*args, "--resume")
    assert (code, out) == (1, "")
    assert err == f"WARNING: {tmp_path}/out is finished, with 4 records; nothing is left to do.\n{error}"
    assert joined(tmp_path / "out") == before


def test_a_folder_that_exists_needs_no_slash(ie, model, tmp_path):
    (tmp_path / "out.json").mkdir()
    assert ie(jsonl(tmp_path / "in.jsonl", range(3)), "--model", model, "-o", tmp_path / "out.json")[0] == 0
    assert ids(tmp_path / "out.json") == ["d0", "d1", "d2"]


@pytest.mark.parametrize(
    ("expected", "options"),
    [
        ("--resume needs a folder of parts, --output DIR/, not stdout.", ["--resume"]),
        ("not out.jsonl.", ["--resume", "-o", "out.jsonl"]),
        (
            "--part-records needs a folder of parts, --output DIR/, not out.jsonl.",
            ["--part-records", "5", "-o", "out.jsonl"],
        ),
        ("A folder of parts is written as jsonl or parquet, not as html.", ["-o", "out/", "-f", "html"]),
        ("A folder of parts is written as jsonl or parquet, not as table.", ["-o", "out/", "-f", "table"]),
        ("into a folder of parts only: --output DIR/ --format parquet.", ["-o", "a.parquet"]),
        ("Unknown encoding 'utf-9'.", ["-o", "out/", "--encoding", "utf-9"]),
        ("from 1 to 2 (threads), not 9.", ["-o", "out/", "--threads", "2", "--workers", "9"]),
    ],
)
def test_wrong_usage_is_a_sentence(ie, model, tmp_path, monkeypatch, expected, options):
    monkeypatch.chdir(tmp_path)
    code, out, err = ie(jsonl(tmp_path / "in.jsonl", range(3)), "--model", model, *options)
    assert (code, out) == (2, "")
    assert err.startswith("error: ")
    assert err.endswith(expected + "\n")
    assert not (tmp_path / "out").exists()


@pytest.fixture
def finished(ie, model, tmp_path, monkeypatch):
    """Return the arguments of a run that has been done, of which the folder `in` is the input."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in").mkdir()
    jsonl(tmp_path / "in" / "a.jsonl", range(3))
    args = ["in", "--model", model, "-o", "out/"]
    assert ie(*args) == (0, "", "")
    return args


@pytest.mark.parametrize(
    ("expected", "options"),
    [
        ("values was True, now it is False", ["--no-values"]),
        ("date was None, now it is 'auto'", ["--date", "auto"]),
        ("date was None, now it is '2016-11-07'", ["--date", "2016-11-07"]),
        ("min_score was 0.0, now it is 0.5", ["--min-score", "0.5"]),
        ("now it is ['DATE']", ["--labels", "DATE"]),
        ("window_overlap was None, now it is 3", ["--window-overlap", "3"]),
        ("input_format was 'auto', now it is 'text'", ["--input-format", "text"]),
        ("encoding was None, now it is 'utf-8'", ["--encoding", "utf-8"]),
        ("part_records was 1000, now it is 7", ["--part-records", "7"]),
        ("inputs was ['in'], now it is ['in', 'in']", ["in"]),
    ],
)
def test_other_options_are_another_run(ie, finished, expected, options):
    code, _, err = ie(*finished, "--resume", *options)
    assert (code, err.count("\n")) == (2, 1)
    assert err.startswith("error: out was begun by another run: ")
    assert expected in err


@pytest.mark.parametrize("options", [["--threads", "1"], ["--batch-tokens", "64"], ["--runtime", "onnx"]])
def test_how_fast_it_goes_is_no_matter(ie, finished, options):
    assert ie(*finished, "--resume", *options)[0] == 0


def test_a_file_more_is_another_run(ie, finished, tmp_path):
    jsonl(tmp_path / "in" / "b.jsonl", range(3, 6))
    code, _, err = ie(*finished, "--resume")
    assert (code, "files was '1 files (" in err, "now it is '2 files (" in err) == (2, True, True)


def test_another_model_of_the_same_name_is_another_run(ie, finished, model, tmp_path):
    other = make_folder(tmp_path / "model", max_position_embeddings=300)
    finished[finished.index(model)] = other
    code, _, err = ie(*finished, "--resume")
    assert (code, "model was 'model (" in err) == (2, True)


def test_the_folder_of_parts_may_lie_among_the_inputs(ie, model, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "out").mkdir()
    jsonl(tmp_path / "in.jsonl", range(4))
    jsonl(tmp_path / "out" / "more.jsonl", range(4, 6))
    jsonl(tmp_path / "z.jsonl", range(6, 8))
    for paths, resume in ((["."], []), (["."], ["--resume"])):
        assert ie(*paths, "*.jsonl", "out/*", "--model", model, "-o", "out", *resume)[0] == 0
        assert sorted(ids(tmp_path / "out")) == sorted(
            [*(f"d{n}" for n in range(8)), *(f"d{n}" for n in (0, 1, 2, 3, 6, 7)), "d4", "d5"]
        )


STUB = """
import signal, sys
from pathlib import Path
from ie.checkpoint import open_folder
from ie.extractor import Extractor
# a job in the background of a shell is born deaf to Ctrl-C
signal.signal(signal.SIGINT, signal.default_int_handler)
class Stub:
    labels = ("PARTY",)
    checkpoint = open_folder(Path({model!r}), "onnx")
    def extract_batch(self, documents, values=True):
        return iter(documents)
Extractor.from_pretrained = lambda *_, **__: Stub()
{more}
from ie.cli import main
main()
"""


def test_ctrl_c_keeps_the_parts_and_standard_input_is_taken_up_again(model, tmp_path):
    script = STUB.format(model=str(model), more="")
    data = jsonl(tmp_path / "in.jsonl", range(30)).read_bytes()
    args = ["--input-format", "jsonl", "-o", f"{tmp_path}/out/", "--part-records", 10]
    with running("-", *args, script=script, stdin=subprocess.PIPE) as process:
        process.stdin.write(b"".join(data.splitlines(keepends=True)[:25]))
        process.stdin.flush()
        wait_for_parts(tmp_path / "out", 2, process)
        time.sleep(0.2)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (130, b"")
    assert (ids(tmp_path / "out"), list((tmp_path / "out").glob(".part*"))) == (
        [f"d{n}" for n in range(20)],
        [],
    )
    for given, code in ((data.replace(b"d13", b"dXX"), 2), (data, 0)):
        with running("-", *args, "--resume", script=script, stdin=subprocess.PIPE) as process:
            _, err = process.communicate(given, timeout=60)
        assert (process.returncode, b"part-00001.jsonl, which begins with 'd10', was made of" in err) == (
            code,
            code == 2,
        )
    assert ids(tmp_path / "out") == [f"d{n}" for n in range(30)]


@pytest.mark.skipif(sys.platform == "win32", reason="needs limits of file sizes")
def test_a_full_disk_is_exit_code_one(model, tmp_path):
    more = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (3000, 3000))"
    source = jsonl(tmp_path / "in.jsonl", range(30))
    args = [source, "-o", f"{tmp_path}/out/", "--part-records", 30]
    with running(*args, script=STUB.format(model=str(model), more=more)) as process:
        _, err = process.communicate(timeout=60)
    sentence = "File too large; the parts before it are kept, go on with --resume."
    assert (process.returncode, err.decode()) == (
        1, f"error: Cannot write {tmp_path}/out/part-00000.jsonl: {sentence}\n"
    )  # fmt: skip
    with running(*args, "--resume", script=STUB.format(model=str(model), more="")) as process:
        assert process.wait(60) == 0
    assert ids(tmp_path / "out") == [f"d{n}" for n in range(30)]


def test_what_is_not_read_is_counted_once_and_own_parts_are_not(ie, model, tmp_path):
    (tmp_path / "a.txt").write_text("банк купил завод", encoding="utf-8")
    (tmp_path / "b.pdf").touch()
    sentence = "WARNING: Files in folders not read for their suffixes: 1 (1 .pdf).\n"
    arguments = (tmp_path, "--model", model, "-o", f"{tmp_path}/found/")
    assert ie(*arguments) == (0, "", sentence)
    code, _, err = ie(*arguments, "--resume")
    assert (code, err.count("\n"), err.endswith(sentence)) == (0, 2, True)
