import gzip
import importlib
import json
import logging
import os
import signal
import statistics
import subprocess
import sys
import time
from dataclasses import replace
from types import SimpleNamespace

import pytest
from folders import make_folder, write

from ie.cli import COMMANDS, main, report, verbosity
from ie.document import Span, make_entity
from ie.errors import CheckpointError, InputError, UsageError
from ie.extractor import Extractor
from ie.labels import LABELS
from ie.loading import RUNTIMES
from ie.version import __version__

NEWS = "Банк «Заря» вложит 300 млн рублей."


class Stub:
    """An extractor that finds «Заря», surely, and «рублей», hardly, in every text."""

    checkpoint = SimpleNamespace(labels=LABELS)

    def __init__(self):
        self.asked = {}

    def from_pretrained(self, ref=None, **options):
        self.asked = {"ref": ref, **options}
        return self

    def extract_batch(self, documents, *, values):
        self.asked["values"] = values
        for document in documents:
            places = [(document.text.find(word), word) for word in ("Заря", "рублей")]
            entities = [
                make_entity(document.text, Span(at, at + len(word), label), score)
                for (at, word), label, score in zip(places, ("PARTY", "AMOUNT"), (0.9, 0.2), strict=True)
                if at >= 0
            ]
            yield replace(document, entities=tuple(entities), labels=LABELS, model="stub@1")


@pytest.fixture
def stub(monkeypatch):
    stub = Stub()
    monkeypatch.setattr(Extractor, "from_pretrained", stub.from_pretrained)
    return stub


@pytest.fixture
def article(tmp_path):
    path = tmp_path / "article.txt"
    path.write_text(NEWS, encoding="utf-8")
    return path


def spans(line):
    return [(entity["label"], entity["text"]) for entity in json.loads(line)["entities"]]


def process(*args, **options):
    command = [sys.executable, "-c", "from ie.cli import main; main()", *map(str, args)]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.PIPE, text=True, **options
    )


def test_help_lists_every_command_and_imports_none(ie, monkeypatch):
    monkeypatch.setattr(importlib, "import_module", lambda *_: pytest.fail("imported"))
    code, out, _ = ie("--help")
    assert code == 0
    assert all(f"  {name} " in out and summary in out for name, summary in COMMANDS.items())


def test_help_names_every_runtime(ie):
    for command in (["predict"], ["evaluate"]):
        assert all(name in ie(*command, "--help")[1] for name in RUNTIMES)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help(ie, name):
    code, out, _ = ie(name, "--help")
    assert (code, f"ie {name}" in out) == (0, True)


def test_help_takes_half_a_second_of_processor_time_at_most():
    def seconds():
        before = os.times()
        assert "predict" in process("--help").communicate()[0]
        after = os.times()
        return after.children_user + after.children_system - before.children_user - before.children_system

    assert statistics.median(seconds() for _ in range(3)) < 0.5


@pytest.mark.parametrize("args", [["--help"], ["predict", "--help"]])
def test_help_loads_nothing_heavy(args):
    heavy = [
        "numpy",
        "torch",
        "transformers",
        "tokenizers",
        "onnxruntime",
        "huggingface_hub",
        "datasets",
        "rich.table",
    ]
    code = f"""import atexit, sys
atexit.register(lambda: print([name for name in {heavy} if name in sys.modules], file=sys.stderr))
sys.argv = ["ie", *{args}]
from ie.cli import main
main()"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"


def test_the_version_is_printed(ie):
    assert ie("--version") == (0, f"ie {__version__}\n", "")


@pytest.mark.parametrize(
    ("message", "args"),
    [
        ("No such command 'predcit'", ["predcit"]),
        ("'xyz'", ["predict", "a.txt", "--format", "xyz"]),
        ("'7.11.2016'", ["predict", "a.txt", "--date", "7.11.2016"]),
        ("--min-score", ["predict", "a.txt", "--min-score", "2"]),
        ("--threads", ["predict", "a.txt", "--threads", "0"]),
        ("--nope", ["predict", "--nope"]),
    ],
)
def test_wrong_usage_is_exit_code_two(ie, message, args):
    code, out, err = ie(*args)
    assert (code, out) == (2, "")
    assert message in err
    assert "Traceback" not in err


def test_no_arguments_show_the_help(ie):
    code, out, err = ie()
    assert (code, "Commands:" in out + err) == (2, True)


@pytest.mark.parametrize(
    ("code", "line", "error"),
    [
        (1, "error: a.txt: No such file.", InputError("a.txt: No such file.")),
        (2, "error: One line only.", UsageError("One\nline\r\n only.")),
        (2, r"error: a\x1b[31m\u202e.txt.", CheckpointError("a\x1b[31m\u202e.txt.")),
        (1, "error: a/b: Is a directory.", IsADirectoryError(21, "Is a directory", "a/b")),
        (1, "error: unexpected KeyError: 'x' (run `ie --debug …` to see where).", KeyError("x")),
        (2, "error: This needs torch.nn: pip install 'ie[train]'.", ModuleNotFoundError(name="torch.nn")),
        (1, "error: unexpected ModuleNotFoundError: no x", ModuleNotFoundError("no x", name="x")),
    ],
)
def test_an_error_is_one_line_and_an_exit_code(capsys, code, line, error):
    assert report(error) == code
    assert capsys.readouterr().err.startswith(line)


@pytest.mark.parametrize(
    ("level", "flags"),
    [
        (logging.WARNING, (False, False, False)),
        (logging.INFO, (True, False, False)),
        (logging.ERROR, (False, True, False)),
        (logging.DEBUG, (True, True, True)),
    ],
)
def test_the_options_set_how_much_is_said(level, flags):
    assert verbosity(*flags) == level


def test_logs_go_to_stderr(ie, stub, article):
    def log_and_extract(documents, **_):
        logging.getLogger("ie.any").info("loading")
        return iter(documents)

    stub.extract_batch = log_and_extract
    code, out, err = ie("-v", "predict", article)
    assert (code, err, "loading" in out) == (0, "INFO: loading\n", False)
    assert ie("predict", article)[2] == ""


def test_a_traceback_shows_when_asked_for(stub, article, monkeypatch, capsys):
    stub.extract_batch = lambda *_, **__: 1 / 0
    monkeypatch.setattr(sys, "argv", ["ie", "--debug", "predict", str(article)])
    with pytest.raises(ZeroDivisionError):
        main()
    monkeypatch.setattr(sys, "argv", ["ie", "predict", str(article)])
    with pytest.raises(SystemExit):
        main()
    assert "unexpected ZeroDivisionError: division by zero" in capsys.readouterr().err


@pytest.mark.usefixtures("stub")
def test_predict_writes_json_lines_where_nobody_looks(ie, article):
    code, out, err = ie("predict", article, "--date", "2016-11-07")
    assert (code, err) == (0, "")
    record = json.loads(out)
    assert (record["id"], record["text"], record["date"]) == (str(article), NEWS, "2016-11-07")
    assert (record["model"], record["truncated"], record["labels"]) == ("stub@1", False, list(LABELS))
    assert [record["text"][e["start"] : e["end"]] for e in record["entities"]] == ["Заря", "рублей"]


def test_predict_passes_on_what_the_model_is_to_be(ie, stub, article):
    ie("predict", article, "--model", "a/b", "--revision", "v1", "--runtime", "torch", "--device", "cuda:1",
       "--threads", 3, "--batch-tokens", 99, "--window-overlap", 7)  # fmt: skip
    assert stub.asked == {
        "ref": "a/b",
        "revision": "v1",
        "runtime": "torch",
        "device": "cuda:1",
        "precision": "auto",
        "threads": 3,
        "batch_tokens": 99,
        "window_overlap": 7,
        "values": True,
    }


def test_values_can_be_left_out(ie, stub, article):
    ie("predict", article, "--no-values")
    assert stub.asked["values"] is False


@pytest.mark.usefixtures("stub")
@pytest.mark.parametrize(
    ("expected", "text", "date"),
    [
        ("2016-11-07", "Астана, 7 ноября 2016 года. Заря вчера выросла.", "auto"),
        (None, "Заря вчера выросла.", "auto"),
        ("2016-11-08", "Астана, 7 ноября 2016 года. Заря вчера выросла.", "2016-11-08"),
    ],
)
def test_the_date_is_given_or_that_of_the_text(ie, tmp_path, expected, text, date):
    article = tmp_path / "a.txt"
    article.write_text(text, encoding="utf-8")
    assert json.loads(ie("predict", article, "--date", date)[1])["date"] == expected


@pytest.mark.usefixtures("stub")
def test_one_bad_input_among_many_is_named_and_the_others_are_done(ie, article, tmp_path):
    (tmp_path / "empty.txt").write_bytes(b"")
    (tmp_path / "space.txt").write_bytes(b" \n")
    (tmp_path / "binary.txt").write_bytes(bytes(range(256)))
    (tmp_path / "many.jsonl").write_text('{"text": "Раз"}\n{"txt": 1}\n{"text": "Три"}\n', encoding="utf-8")
    names = ["empty.txt", "many.jsonl", "no.txt", "space.txt", "binary.txt"]
    code, out, err = ie("predict", *(tmp_path / name for name in names), article)
    assert code == 1
    assert [json.loads(line)["text"] for line in out.splitlines()] == ["Раз", "Три", NEWS]
    assert err.splitlines() == [
        f"error: {tmp_path}/empty.txt: The file is empty.",
        f"error: {tmp_path}/many.jsonl:2: Field 'text' is missing.",
        f"error: {tmp_path}/no.txt: No such file or directory.",
        f"error: {tmp_path}/space.txt: The file holds white space and markup only.",
        f"error: {tmp_path}/binary.txt: Not text, or text in an encoding that is not recognised.",
    ]


@pytest.mark.usefixtures("stub")
@pytest.mark.parametrize("name", ["out.jsonl", "out.json", "out.html"])
def test_predict_writes_a_file_in_the_format_of_its_suffix(ie, article, tmp_path, name):
    assert ie("predict", article, "--output", tmp_path / name) == (0, "", "")
    text = (tmp_path / name).read_text(encoding="utf-8")
    assert text.startswith(
        {"out.jsonl": '{"id"', "out.json": '[\n{"id"', "out.html": "<!doctype html>"}[name]
    )
    assert "Заря" in text


def test_a_run_that_fails_leaves_the_old_output(ie, stub, article, tmp_path):
    output = tmp_path / "out.jsonl"
    output.write_text("старое")
    stub.extract_batch = lambda documents, **_: (1 / 0 for _ in documents)
    assert ie("predict", article, "-o", output)[0] == 1
    assert (output.read_text(), len(list(tmp_path.iterdir()))) == ("старое", 2)


@pytest.mark.usefixtures("stub")
def test_a_folder_that_also_holds_the_output_gives_the_same_twice(ie, tmp_path):
    (tmp_path / "a.txt").write_text(NEWS, encoding="utf-8")
    output = tmp_path / "out.jsonl"
    ie("predict", tmp_path, "-o", output)
    first = output.read_text(encoding="utf-8")
    ie("predict", tmp_path, "-o", output)
    assert output.read_text(encoding="utf-8") == first
    assert len(first.splitlines()) == 1


def test_an_output_that_is_an_input_is_refused_and_kept(ie, stub, article, tmp_path):
    link, twin, other = tmp_path / "link.txt", tmp_path / "twin.txt", tmp_path / "other.txt"
    link.symlink_to(article)
    twin.hardlink_to(article)
    other.write_text(NEWS, encoding="utf-8")
    names = sorted(tmp_path.iterdir())
    for given, output in ((article, article), (article, link), (link, article), (article, twin)):
        code, out, err = ie("predict", other, given, "-o", output)
        sentence = f"The output {output} is also an input, which it would replace: name another file."
        assert (code, out, err) == (2, "", f"error: {sentence}\n")
    assert (article.read_text(encoding="utf-8"), sorted(tmp_path.iterdir())) == (NEWS, names)
    assert (link.is_symlink(), stub.asked) == (True, {})


@pytest.mark.skipif(not os.path.exists("/dev/stdin"), reason="needs /dev/stdin")  # noqa: PTH110
def test_an_output_that_is_standard_input_is_refused_and_kept(article):
    with article.open() as stream:
        command = [sys.executable, "-c", "from ie.cli import main; main()", "predict", "-o", article]
        done = subprocess.run(command, stdin=stream, capture_output=True, text=True)
    assert (done.returncode, "is also an input" in done.stderr) == (2, True)
    assert article.read_text(encoding="utf-8") == NEWS


@pytest.mark.usefixtures("stub")
@pytest.mark.parametrize("given", ["g*.jsonl", "."])
def test_an_input_of_a_pattern_or_folder_is_not_replaced(ie, tmp_path, given):
    first, second = tmp_path / "g1.jsonl", tmp_path / "g2.jsonl"
    for path in (first, second):
        path.write_text('{"text": "Заря"}\n', encoding="utf-8")
    sentence = f"error: The output {first} is also an input, which it would replace: name another file.\n"
    assert ie("predict", tmp_path / given, "-o", first) == (2, "", sentence)
    assert first.read_text(encoding="utf-8") == '{"text": "Заря"}\n'


@pytest.mark.usefixtures("stub")
@pytest.mark.parametrize("name", ["out.jsonl", "out.json", "out.html", "out.jsonl.gz"])
def test_an_output_beside_its_inputs_is_replaced_and_not_read(ie, tmp_path, name):
    put(tmp_path, "a.txt")
    output = tmp_path / name
    for _ in range(2):
        assert ie("predict", tmp_path, "-o", output) == (0, "", "")
    if name != "out.html":
        stored = gzip.decompress(output.read_bytes()) if name.endswith(".gz") else output.read_bytes()
        assert stored.decode().count('"text": "Банк «Заря» вложит') == 1


@pytest.mark.usefixtures("stub")
def test_an_output_keeps_its_link_and_its_mode(ie, article, tmp_path):
    target, link = tmp_path / "found.jsonl", tmp_path / "latest.jsonl"
    target.touch(mode=0o600)
    link.symlink_to(target)
    assert ie("predict", article, "-o", link)[0] == 0
    assert link.is_symlink()
    assert json.loads(target.read_text(encoding="utf-8"))["text"] == NEWS
    assert target.stat().st_mode & 0o777 == 0o600


@pytest.mark.usefixtures("stub")
def test_a_dash_is_standard_output(ie, article, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, out, _ = ie("predict", article, "-o", "-")
    assert (code, json.loads(out)["text"]) == (0, NEWS)
    assert not (tmp_path / "-").exists()


@pytest.mark.usefixtures("stub")
@pytest.mark.parametrize("name", ["out.jsonl", "out.json", "out.html"])
def test_a_run_that_can_read_nothing_leaves_the_old_output_and_makes_no_new_one(ie, tmp_path, name):
    old, new, bad = tmp_path / name, tmp_path / f"new.{name}", tmp_path / "bad.jsonl"
    old.write_text("старое", encoding="utf-8")
    bad.write_text('{"txt": 1}\n')
    for output in (old, new):
        code, out, err = ie("predict", tmp_path / "nope.txt", bad, "-o", output)
        assert (code, out, err.count("\n")) == (1, "", 2)
    assert (old.read_text(encoding="utf-8"), sorted(tmp_path.iterdir())) == ("старое", sorted([bad, old]))


@pytest.mark.usefixtures("stub")
def test_inputs_that_hold_nothing_without_a_fault_give_an_empty_output(ie, tmp_path):
    (tmp_path / "none.json").write_text("[]")
    output = tmp_path / "out.jsonl"
    output.write_text("старое", encoding="utf-8")
    assert ie("predict", tmp_path / "none.json", "-o", output) == (0, "", "")
    assert output.read_bytes() == b""


def put(folder, *names):
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(NEWS, encoding="utf-8")


@pytest.mark.usefixtures("stub")
def test_files_in_folders_that_are_not_read_are_counted(ie, tmp_path):
    names = ("a.pdf", "deep/b.PDF", "c.txt.gz", "Makefile", "d.\x1b[31m", ".hidden.pdf", ".git/x.pdf")
    put(tmp_path / "in", "a.txt", *names)
    sentence = "Files in folders not read for their suffixes: 5 (2 .pdf, 1 .gz, 2 other)."
    for path in (tmp_path / "in", tmp_path / "i*"):
        code, out, err = ie("predict", path)
        assert (code, len(out.splitlines()), err) == (0, 1, f"WARNING: {sentence}\n")
    assert ie("-q", "predict", tmp_path / "in")[2] == ""
    assert ie("predict", tmp_path / "in" / "*.txt")[2] == ""


@pytest.mark.usefixtures("stub")
def test_of_many_suffixes_the_most_frequent_are_named(ie, tmp_path):
    put(tmp_path, "a.txt", "1.x", "2.x", *(f"mail.{number}" for number in range(20)))
    err = ie("predict", tmp_path)[2]
    assert err.startswith("WARNING: Files in folders not read for their suffixes: 22 (2 .x, 1 .")
    assert err.endswith(", 13 other).\n")


@pytest.mark.usefixtures("stub")
def test_the_output_is_not_counted_among_the_files_that_are_not_read(ie, tmp_path):
    put(tmp_path, "a.txt", "out.xyz")
    assert ie("predict", tmp_path, "-o", tmp_path / "out.xyz") == (0, "", "")
    put(tmp_path, "found.xyz")
    sentence = "WARNING: Files in folders not read for their suffixes: 1 (1 .xyz).\n"
    assert ie("predict", tmp_path, "-o", tmp_path / "out.xyz") == (0, "", sentence)


@pytest.mark.usefixtures("stub")
@pytest.mark.parametrize(
    ("expected", "options"),
    [
        ([("PARTY", "Заря"), ("AMOUNT", "рублей")], []),
        ([("PARTY", "Заря")], ["--min-score", "0.5"]),
        ([("AMOUNT", "рублей")], ["--labels", "AMOUNT,DATE"]),
        ([("AMOUNT", "рублей")], ["--labels", "DATE, AMOUNT "]),
        ([("AMOUNT", "рублей")], ["--labels", "AMOUNT", "--labels", "DATE"]),
        ([], ["--labels", "DATE"]),
    ],
)
def test_entities_are_chosen_by_label_and_score(ie, article, expected, options):
    assert spans(ie("predict", article, *options)[1]) == expected


@pytest.mark.usefixtures("stub")
@pytest.mark.parametrize(
    ("sentence", "options"),
    [
        ("error: Unknown label 'X': this model finds AMOUNT, SECTOR, PARTY, DATE.", ["--labels", "X"]),
        ("error: Unknown encoding 'utf-9'.", ["--encoding", "utf-9"]),
        ("error: Cannot write /dev/null/x: File exists.", ["--output", "/dev/null/x"]),
    ],
)
def test_an_option_that_cannot_be_is_one_sentence(ie, article, sentence, options):
    assert ie("predict", article, *options) == (2, "", sentence + "\n")


@pytest.mark.usefixtures("stub")
def test_standard_input_is_read_where_no_path_is_given(ie, monkeypatch, tmp_path):
    (tmp_path / "in").write_bytes(NEWS.encode("cp1251"))
    for args in ([], ["-"]):
        with (tmp_path / "in").open() as stream:
            monkeypatch.setattr(sys, "stdin", stream)
            code, out, _ = ie("predict", *args)
        record = json.loads(out)
        assert (code, record["id"], record["text"]) == (0, "<stdin>", NEWS)


@pytest.mark.usefixtures("stub")
def test_nothing_to_read_is_wrong_usage(ie, monkeypatch):
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    code, out, err = ie("predict")
    assert (code, out) == (2, "")
    assert err.startswith("error: Nothing to read: ")


def test_a_missing_model_is_one_sentence(ie, article, tmp_path):
    code, out, err = ie("predict", article, "--model", tmp_path / "no")
    assert (code, out) == (2, "")
    assert err.startswith("error: ")
    assert (err.count("\n"), str(tmp_path / "no") in err) == (1, True)


def test_an_article_goes_through_a_model_of_one_layer(ie, article, tmp_path):
    code, out, err = ie("predict", article, "--model", make_folder(tmp_path / "model"), "--threads", 1)
    assert (code, err) == (0, "")
    assert (json.loads(out)["text"], json.loads(out)["model"]) == (NEWS, "model")


@pytest.mark.parametrize(
    ("expected", "file", "content"),
    [
        ("onnx/model_quantized.onnx: ", "onnx/model_quantized.onnx", b"no protobuf"),
        ("config.json:1: not valid JSON", "config.json", b"{"),
        ("ie.json: unknown key 'treshold'", "ie.json", b'{"treshold": 1}'),
    ],
)
def test_a_damaged_model_is_one_sentence(ie, article, tmp_path, expected, file, content):
    folder = make_folder(tmp_path / "model")
    write(folder / file, content)
    code, out, err = ie("predict", article, "--model", folder)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert err.startswith("error: ")
    assert expected in err


def test_truncated_weights_are_one_sentence(ie, article, tmp_path):
    folder = make_folder(tmp_path / "model", weights=["model.safetensors"])
    weights = folder / "model.safetensors"
    write(weights, weights.read_bytes()[:-10])
    code, out, err = ie("predict", article, "--model", folder, "--runtime", "torch")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert err.startswith(f"error: {weights} is truncated")


# A job in the background of a shell is born deaf to Ctrl-C, which the stub undoes.
SLOW_STUB = """
import itertools, signal, sys, types
signal.signal(signal.SIGINT, signal.default_int_handler)
from ie.extractor import Extractor
class Stub:
    checkpoint = types.SimpleNamespace(labels=("PARTY",))
    def extract_batch(self, documents, values=True):
        for document in documents:
            yield from itertools.repeat(document, {times})
Extractor.from_pretrained = lambda *_, **__: Stub()
from ie.cli import main
main()
"""


def stubbed(times, *args):
    return subprocess.Popen(
        [sys.executable, "-c", SLOW_STUB.format(times=times), *args],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def test_a_reader_that_leaves_ends_the_run_quietly():
    running = stubbed(10**9, "predict", "-")
    running.stdin.write(NEWS.encode())
    running.stdin.close()
    assert b"stdin" in running.stdout.readline()
    running.stdout.close()
    assert running.wait(60) == 141
    assert running.stderr.read() == b""
    running.stderr.close()


def redirected(redirection, *args, **environment):
    """Return exit code, stdout and stderr of `ie` as a shell starts it."""
    code = "from ie.cli import main; main()"
    command = ["sh", "-c", f'exec "$0" -c "{code}" "$@" {redirection}', sys.executable, *map(str, args)]
    done = subprocess.run(
        command, capture_output=True, text=True, stdin=subprocess.DEVNULL, env={**os.environ, **environment}
    )
    return done.returncode, done.stdout, done.stderr


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")  # noqa: PTH110
@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("args", [["normalize", "amount", "5 евро"], ["--version"]])
def test_an_output_that_takes_no_more_is_named(args, unbuffered):
    sentence = "error: Cannot write <stdout>: No space left on device.\n"
    assert redirected("> /dev/full", *args, PYTHONUNBUFFERED=unbuffered) == (1, "", sentence)


@pytest.mark.parametrize(
    ("code", "out", "err", "redirection"),
    [
        (1, "", "error: Cannot write <stdout>: Bad file descriptor.\n", ">&-"),
        (0, '{"text": "5 евро", "value"', "", "2>&-"),
        (0, '{"text": "5 евро", "value"', "", "<&-"),
        (1, "", "", "<&- >&- 2>&-"),
    ],
)
def test_streams_that_the_caller_closed_are_no_accident(code, out, err, redirection):
    found = redirected(redirection, "normalize", "amount", "5 евро")
    assert (found[0], found[1][:26], found[2]) == (code, out, err)


def test_a_closed_input_holds_nothing(tmp_path):
    assert redirected("<&-", "normalize", "amount") == (0, "", "")
    code, _, err = redirected("<&- >&-", "predict", "-o", tmp_path / "out.jsonl")
    assert (code, err) == (1, "error: <stdin>: The file is empty.\n")


def test_ctrl_c_ends_the_run_quietly():
    running = stubbed(1, "predict", "-", "--input-format", "jsonl")
    running.stdin.write(b'{"text": "a"}\n')
    running.stdin.flush()
    running.stdout.readline()
    time.sleep(0.1)
    running.send_signal(signal.SIGINT)
    _, err = running.communicate(timeout=60)
    assert (running.returncode, err) == (130, b"")


def test_a_terminated_run_leaves_nothing_behind(tmp_path):
    running = stubbed(1, "predict", "-", "--input-format", "jsonl", "-o", str(tmp_path / "out.jsonl"))
    running.stdin.write(b'{"text": "a"}\n')
    running.stdin.flush()
    while not list(tmp_path.iterdir()) and running.poll() is None:
        time.sleep(0.01)
    running.terminate()
    _, err = running.communicate(timeout=60)
    assert (running.returncode, err, list(tmp_path.iterdir())) == (143, b"", [])


def test_records_come_out_before_the_input_ends():
    running = stubbed(1, "predict", "-", "--input-format", "jsonl")
    running.stdin.write(b'{"text": "a", "id": "1"}\n')
    running.stdin.flush()
    first = json.loads(running.stdout.readline())
    out, _ = running.communicate(b'{"text": "b", "id": "2"}\n', timeout=60)
    assert (first["id"], json.loads(out)["id"]) == ("1", "2")
