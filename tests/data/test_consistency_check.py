import sys

import pytest
from valued import valued

from ie.cli import main
from ie.data.check import check_files
from ie.data.consistency import read_exceptions
from ie.data.corpus import write_corpus
from ie.errors import CorpusError

HEADER = "id\trule\ttext\treason\n"


@pytest.fixture
def corpus(tmp_path):
    path = tmp_path / "news.jsonl"
    documents = [
        valued("Цех продан за [AMOUNT:5 млн евро|5m EUR] у моста.", id="fine"),
        valued("[ORG:Лузьмаш] открыл склад вчера, было шумно.", id="bare"),
    ]
    write_corpus(path, documents)
    return path


@pytest.fixture
def listed(tmp_path):
    path = tmp_path / "exceptions.tsv"

    def write(*rows):
        path.write_text(HEADER + "".join(f"{row}\n" for row in rows), encoding="utf-8")
        return path

    return write


def test_findings_are_errors_with_file_and_line_only_when_asked_for(corpus):
    assert check_files([corpus]) == []
    (problem,) = check_files([corpus], consistency=True)
    assert str(problem) == f"{corpus}:2: bare: [21, 26) 'вчера': It looks like a date."
    assert (problem.rule, problem.warning) == ("bare-date", False)


def test_a_reviewed_finding_may_stand(corpus, listed):
    exceptions = listed("bare\tbare-date\tвчера\ta title of a film")
    assert check_files([corpus], consistency=True, exceptions=exceptions) == []


@pytest.mark.parametrize(
    "row", ["fine\tbare-date\tвчера\tx", "bare\tboundary\tвчера\tx", "bare\tbare-date\tшумно\tx"]
)
def test_an_exception_that_is_about_nothing_is_an_error(corpus, listed, row):
    exceptions = listed("", row)
    first, stale = check_files([corpus], consistency=True, exceptions=exceptions)
    assert first.rule == "bare-date"
    assert (stale.path, stale.line, stale.rule) == (exceptions, 3, "exception")


def test_a_text_with_a_line_break_can_be_excepted(tmp_path, listed):
    path = tmp_path / "a.jsonl"
    write_corpus(path, [valued("Рад [ORG:Луга\nмаш|Лугамаш], рада и Луга\nмаш.", id="x")])
    (problem,) = check_files([path], consistency=True)
    assert problem.rule == "sometimes"
    exceptions = listed("x\tsometimes\tЛуга\\nмаш\tanother works")
    assert check_files([path], consistency=True, exceptions=exceptions) == []


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("id\trule\ttext\n", "1: The columns must be id, rule, text, reason"),
        (HEADER + "a\tvalue\tx\n", "2: There are 3 columns, not 4."),
        (HEADER + "a\tvalue\tx\t \n", "2: An exception needs a reason."),
    ],
)
def test_a_file_of_exceptions_that_is_none_is_an_error(tmp_path, content, reason):
    path = tmp_path / "exceptions.tsv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(CorpusError, match=reason):
        read_exceptions(path)


def test_a_record_with_errors_of_form_is_not_read_for_consistency(tmp_path):
    path = tmp_path / "broken.jsonl"
    path.write_text(
        '{"id": "a", "text": "Вчера.", "date": null, "entities": [{"label": "X"}]}\n', encoding="utf-8"
    )
    assert {problem.rule for problem in check_files([path], consistency=True)} == {"field"}


def test_a_malformed_value_is_an_error_without_the_option(tmp_path):
    path = tmp_path / "a.jsonl"
    write_corpus(path, [valued("[SECTOR:Туризм|N79] растёт.")])
    path.write_text(path.read_text(encoding="utf-8").replace("N79", "A79"), encoding="utf-8")
    (problem,) = check_files([path])
    assert problem.rule == "value"
    assert "SECTOR [0, 6) 'Туризм'" in problem.reason


@pytest.fixture
def check(monkeypatch, capsys):
    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["ie", "data", "check", *map(str, arguments)])
        with pytest.raises(SystemExit) as end:
            main()
        return int(end.value.code or 0), capsys.readouterr().out

    return run


def test_the_command_takes_both_options(check, corpus, listed):
    exceptions = listed("bare\tbare-date\tвчера\ta title of a film")
    assert check(corpus) == (0, "")
    code, out = check(corpus, "--consistency")
    assert (code, out.count("\n")) == (1, 1)
    assert "'вчера'" in out
    assert check(corpus, "--consistency", "--exceptions", exceptions) == (0, "")


def test_exceptions_without_the_rules_are_a_wrong_use(check, corpus, listed):
    assert check(corpus, "--exceptions", listed())[0] == 2
