import json
import os
import subprocess
import sys

import pytest

from ie.cli import main
from ie.data.corpus import read_corpus, write_corpus
from ie.data.formats import FORMATS
from ie.data.standoff import write_standoff
from ie.document import Document, Span, make_entity

TEXT = "Фонд «Луч» дал Чаду 5 млн евро."
GOOD = {
    "id": "a",
    "text": TEXT,
    "date": "2020-02-03",
    "source": "луч.рф",
    "entities": [{"label": "PARTY", "start": 5, "end": 10, "text": "«Луч»"}],
}
BAD = {**GOOD, "id": "b", "text": "Иное", "entities": [{"label": "X", "start": 0, "end": 4, "text": "Иное"}]}


@pytest.fixture
def ie(monkeypatch, capsys):
    """Run `ie data …` and return exit code, stdout and stderr."""

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["ie", "data", *map(str, arguments)])
        try:
            main()
        except SystemExit as end:
            code = int(end.code or 0)
        out, err = capsys.readouterr()
        return code, out, err

    return run


@pytest.fixture
def corpus(tmp_path):
    path = tmp_path / "corpus.jsonl"
    path.write_text(json.dumps(GOOD) + "\n")
    return path


@pytest.fixture
def broken(tmp_path):
    path = tmp_path / "broken.jsonl"
    path.write_text(json.dumps(BAD) + "\n{\n")
    return path


class TestCheck:
    def test_a_good_corpus(self, ie, corpus):
        assert ie("check", corpus) == (0, "", "0 errors, 0 warnings\n")

    def test_problems_by_file_line_and_id(self, ie, corpus, broken):
        code, out, err = ie("check", corpus, broken)
        assert code == 1
        first, second = out.splitlines()
        assert first.startswith(f"{broken}:1: b: X [0, 4) 'Иное' has an unknown label")
        assert second.startswith(f"{broken}:2: -: The line is not JSON")
        assert err == "2 errors (1 label, 1 json), 0 warnings\n"

    def test_warnings_do_not_fail(self, ie, corpus):
        corpus.write_text(json.dumps({**GOOD, "extra": 1}) + "\n")
        code, out, err = ie("check", corpus)
        assert (code, err) == (0, "0 errors, 1 warnings (1 field)\n")
        assert ": a: warning: Field 'extra'" in out

    def test_json(self, ie, broken):
        code, out, _ = ie("check", broken, "--format", "json")
        assert code == 1
        assert [(p["line"], p["rule"], p["severity"]) for p in json.loads(out)] == [
            (1, "label", "error"),
            (2, "json", "error"),
        ]

    def test_other_labels(self, ie, broken):
        broken.write_text(json.dumps(BAD) + "\n")
        assert ie("check", broken, "--labels", "Y, X")[0] == 0

    def test_labels_that_records_name_are_known(self, ie, corpus):
        text = "«Луч» выпустил «Зарю»."
        entity = {"label": "PRODUCT", "start": 15, "end": 21, "text": "«Зарю»"}
        named = {**GOOD, "text": text, "entities": [entity], "labels": ["PARTY", "PRODUCT"]}
        corpus.write_text(json.dumps(named) + "\n")
        assert ie("check", corpus)[0] == 0
        code, out, _ = ie("check", corpus, "--labels", "PARTY")
        assert (code, out.count("unknown label")) == (1, 2)
        odd = {**named, "labels": ["PARTY", 5]}
        corpus.write_text(json.dumps({**named, "labels": None}) + "\n{\n" + json.dumps(odd) + "\n")
        code, out, _ = ie("check", corpus)
        assert (code, out.count("unknown label: the known ones are AMOUNT, SECTOR, PARTY, DATE.")) == (1, 1)

    def test_what_convert_makes_of_labels_of_ones_own_passes(self, ie, tmp_path):
        (tmp_path / "a.txt").write_text(TEXT)
        (tmp_path / "a.ann").write_text("T1\tPRODUCT 5 10\t«Луч»\n")
        assert ie("convert", "brat", tmp_path, tmp_path / "corpus.jsonl")[0] == 0
        assert ie("check", tmp_path / "corpus.jsonl")[:2] == (0, "")

    def test_a_folder(self, ie, broken):
        assert ie("check", broken.parent)[1].count("\n") == 2

    def test_an_empty_file_is_an_error(self, ie, tmp_path):
        (tmp_path / "a.jsonl").touch()
        code, out, _ = ie("check", tmp_path / "a.jsonl")
        assert (code, "The file holds no record." in out) == (1, True)

    @pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
    def test_a_pipe_cannot_be_read_twice(self, ie, tmp_path):
        os.mkfifo(tmp_path / "pipe")
        code, _, err = ie("check", tmp_path / "pipe")
        assert code == 2
        assert err.endswith("is no file and cannot be read twice: name the labels with --labels.\n")

    def test_a_missing_file(self, ie, tmp_path):
        code, out, _ = ie("check", tmp_path / "no.jsonl")
        assert (code, out) == (
            1,
            f"{tmp_path}/no.jsonl: -: The file cannot be read: No such file or directory.\n",
        )


class TestStats:
    def test_a_table_a_file(self, ie, corpus):
        code, out, _ = ie("stats", corpus)
        assert code == 0
        assert out.startswith(f"{corpus}\ndocuments")
        assert "луч.рф" in out

    def test_json(self, ie, corpus):
        code, out, _ = ie("stats", corpus, "--format", "json", "--labels", "PARTY")
        assert code == 0
        assert json.loads(out)[str(corpus)]["labels"]["PARTY"]["entities"] == 1

    def test_a_bad_file_is_named_and_the_other_counted(self, ie, corpus, broken):
        code, out, err = ie("stats", broken, corpus)
        assert code == 1
        assert err.startswith(f"error: {broken}:2: The line is not JSON")
        assert str(corpus) in out
        assert str(broken) not in out


class TestConvert:
    def test_conll_with_mapping_and_report(self, ie, tmp_path):
        source, target, report = tmp_path / "a.conll", tmp_path / "a.jsonl.gz", tmp_path / "report.txt"
        source.write_text("-DOCSTART- O\n\nЛуч I-ORG\nв O\nЧаде B-LOC\n")
        code, out, err = ie("convert", "conll", source, target, "--map", "ORG=PARTY", "--report", report)
        assert (code, out) == (0, "")
        assert err.splitlines()[-1] == f"{target}: 1 documents, 1 entities"
        (document,) = read_corpus(target)
        assert (document.labels, [e.text for e in document.entities]) == (("PARTY",), ["Луч"])
        assert "continues no span" in report.read_text()
        assert "'Чаде'" in report.read_text()

    def test_out_to_conll_says_what_is_lost(self, ie, corpus, tmp_path):
        entity = {"label": "PARTY", "start": 15, "end": 18, "text": "Чад"}
        corpus.write_text(json.dumps({**GOOD, "entities": [entity]}) + "\n")
        code, _, err = ie("convert", "jsonl", corpus, tmp_path / "a.conll")
        assert code == 0
        assert err.splitlines()[0] == "a: PARTY [15, 18) cuts a word or overlaps."

    def test_a_long_report_is_cut_on_the_terminal_only(self, ie, tmp_path):
        source, report = tmp_path / "a.conll", tmp_path / "report.txt"
        source.write_text("".join(f"-DOCSTART- O\nЧад I-L{i}\nи B-X\n" for i in range(50)))
        _, _, err = ie("convert", "conll", source, tmp_path / "a.jsonl", "--report", report)
        assert len(err.splitlines()) == 22
        assert err.splitlines()[20] == "and 30 more rows: see --report"
        assert report.read_text().count("continues no span") == 100

    @pytest.mark.parametrize(
        ("arguments", "code", "sentence"),
        [
            (["word", "SRC"], 2, "error: 'word' is no format"),
            (["conll", "SRC", "--map", "A"], 2, "error: A mapping of labels must be"),
            (["conll", "no"], 1, "error: no: There is no such file or folder."),
            (["conll", "SRC"], 1, "error: SRC: No document could be read as conll."),
        ],
    )
    def test_errors_are_one_sentence_and_leave_no_file(
        self, ie, tmp_path, monkeypatch, arguments, code, sentence
    ):
        monkeypatch.chdir(tmp_path)
        (tmp_path / "SRC").write_text("")
        arguments.insert(2, "DST.jsonl")
        result, out, err = ie("convert", *arguments)
        assert (result, out) == (code, "")
        assert err.startswith(sentence)
        assert err.count("\n") == 1
        assert not (tmp_path / "DST.jsonl").exists()

    @pytest.mark.parametrize("name", ["a.json", "a.conl", "a", "a.conll.gz"])
    def test_the_name_says_how_to_write(self, ie, corpus, tmp_path, name):
        code, _, err = ie("convert", "jsonl", corpus, tmp_path / name)
        assert (code, err) == (
            2,
            f"error: {tmp_path / name}: the name must end in .jsonl, .jsonl.gz or .conll.\n",
        )
        assert not (tmp_path / name).exists()

    def test_the_help_names_every_format(self, ie):
        out = ie("convert", "--help")[1]
        assert all(name in out for name in FORMATS)


class TestSplit:
    def test_parts_and_refusal(self, ie, corpus, tmp_path):
        arguments = ("split", corpus, "--out", tmp_path / "out", "--parts", "one=0.0,two=1.0", "--seed", 4)
        code, out, err = ie(*arguments)
        assert (code, out) == (0, "")
        assert err.splitlines() == [
            f"{tmp_path}/out/one.jsonl: 0 documents (none fell here)",
            f"{tmp_path}/out/two.jsonl: 1 documents",
        ]
        assert ie(*arguments)[0] == 2
        assert ie(*arguments, "--force", "--group-by", "source")[0] == 0

    def test_wrong_parts(self, ie, corpus, tmp_path):
        code, _, err = ie("split", corpus, "--out", tmp_path, "--parts", "a=0.5")
        assert (code, err) == (2, "error: The shares of the parts must add up to 1, not 0.5: 'a=0.5'.\n")


@pytest.mark.parametrize(
    "arguments",
    [
        ("sample", "{0}", "{0}", "--count", "1"),
        ("sample", "{0}", "{1}", "--count", "1", "--without", "{1}"),
        ("merge", "{0}", "{1}", "{1}"),
        ("merge", "{0}", "{1}", "{0}"),
        ("convert", "jsonl", "{0}", "{0}"),
    ],
)
def test_no_input_is_replaced(ie, corpus, tmp_path, arguments):
    other = tmp_path / "other.jsonl"
    other.write_bytes(corpus.read_bytes())
    before = corpus.read_bytes()
    code, _, err = ie(*(argument.format(corpus, other) for argument in arguments))
    assert code == 2
    assert err.endswith("is also an input, which it would replace: name another file.\n")
    assert corpus.read_bytes() == other.read_bytes() == before


def test_files_of_one_name_in_two_folders_have_ids_of_their_own(ie, tmp_path):
    for folder in ("a", "b"):
        for name in ("conll", "brat"):
            (tmp_path / name / folder).mkdir(parents=True)
        (tmp_path / "conll" / folder / "1.conll").write_text(f"Чад-{folder} O\n", encoding="utf-8")
        (tmp_path / "brat" / folder / "1.txt").write_text("Чад", encoding="utf-8")
        (tmp_path / "brat" / folder / "1.ann").write_text("T1\tA 0 3\tЧад\n", encoding="utf-8")
    for name, expected in (("conll", ["a/1/1", "b/1/1"]), ("brat", ["a/1", "b/1"])):
        target = tmp_path / f"{name}.jsonl"
        assert ie("convert", name, tmp_path / name, target)[0] == 0
        assert [document.id for document in read_corpus(target)] == expected


def test_help_needs_no_heavy_import():
    code = "import sys, ie.cli.data; print(sorted({'numpy', 'torch', 'rich', 'ie.data'} & set(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "torch" not in run.stdout
    assert "ie.data" not in run.stdout


def test_merge_joins_what_it_can_and_names_what_it_cannot(ie, tmp_path):
    documents = [Document(TEXT, (make_entity(TEXT, Span(5, 10, "PARTY")),), id=name) for name in "abc"]
    write_standoff(tmp_path / "standoff.jsonl", documents)
    write_corpus(tmp_path / "texts.jsonl", [Document(TEXT, id="a"), Document("Иное", id="b")])
    target = tmp_path / "out.jsonl"
    code, _, err = ie("merge", tmp_path / "standoff.jsonl", tmp_path / "texts.jsonl", target)
    assert code == 1
    assert [line.partition(":")[0] for line in err.splitlines() if "error" in line] == ["error", "error"]
    assert "error: c: There is no such document" in err
    assert "error: b: The text" in err
    assert read_corpus(target) == documents[:1]
