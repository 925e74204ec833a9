"""`ie normalize`: a phrase in, its value out."""

import io
import json

import pytest
from typer.testing import CliRunner

from ie.cli import app


def run(*arguments, stdin=""):
    return CliRunner().invoke(app, ["normalize", *arguments], input=stdin)


def records(*arguments, stdin=""):
    result = run(*arguments, stdin=stdin)
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_each_kind_of_phrase_has_its_value():
    assert records("amount", "более 1,2 млрд долларов США") == [
        {
            "text": "более 1,2 млрд долларов США",
            "value": {"value": "1200000000", "currency": "USD", "comparator": ">"},
        }
    ]
    (day,) = records("date", "6 ноября", "--date", "2016-11-07")
    assert (day["value"]["start"], day["value"]["end"]) == ("2016-11-06", "2016-11-06")
    (state,) = records("party", "Республики Казахстан")
    assert state["value"] == {"kind": "state", "canonical": "Казахстан", "code": "KZ"}
    (sector,) = records("sector", "добычи нефти")
    assert sector["value"] == {"canonical": "добыча нефти", "code": "B06"}


def test_a_phrase_without_a_value_says_null_and_why():
    (record,) = records("date", "30 февраля 2016 года")
    assert record["value"] is None
    assert record["reason"]


def test_phrases_come_from_standard_input_line_by_line():
    found = records("amount", stdin="5 млн рублей\n\n  80 копеек \n")
    assert [(r["text"], r["value"]["value"]) for r in found] == [
        ("5 млн рублей", "5000000"),
        ("80 копеек", "0.8"),
    ]
    assert records("amount", "-", stdin="5 евро\n")[0]["value"]["currency"] == "EUR"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1251"])
def test_phrases_are_read_in_the_encoding_that_they_are_in(encoding):
    stdin = "5 млн рублей\r\n80 копеек\n".encode(encoding)
    assert [r["text"] for r in records("amount", stdin=stdin)] == ["5 млн рублей", "80 копеек"]


def test_a_line_that_is_no_text_is_named_and_costs_no_other():
    result = run("amount", stdin="5 евро\n".encode() + b"5 \xe5\n" + "7 евро\n".encode())
    assert (result.exit_code, [json.loads(line)["text"] for line in result.stdout.splitlines()]) == (
        1,
        ["5 евро", "7 евро"],
    )
    assert result.stderr == "error: <stdin>:2: The line is not text in the encoding of the file.\n"


def test_an_argument_that_is_no_text_is_named():
    result = run("amount", "5 \udce5")
    assert (result.exit_code, result.stderr) == (1, "error: '5 \\udce5': The phrase is not text.\n")


def test_the_titles_of_a_code_are_given_on_request():
    (record,) = records("sector", "энергетика", "--titles")
    assert record["titles"]["en"] == "Electricity, gas, steam and air conditioning supply"
    assert "электроэнерги" in record["titles"]["ru"].lower()
    assert "titles" not in records("sector", "энергетика")[0]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["amount", "5 евро", "--date", "2016-11-07"], "--date is for dates"),
        (["date", "вчера", "--titles"], "--titles is for sectors"),
    ],
)
def test_an_option_that_says_nothing_is_refused(arguments, message):
    assert message in str(run(*arguments).exception)


def test_an_unknown_kind_is_wrong_usage():
    assert run("city", "Москва").exit_code == 2


def test_a_terminal_is_not_read_unasked(monkeypatch):
    terminal = io.StringIO("")
    terminal.isatty = lambda: True
    monkeypatch.setattr("sys.stdin", terminal)
    from ie.cli.normalize import _given
    from ie.errors import UsageError

    with pytest.raises(UsageError, match="Nothing to read"):
        next(_given(None))
