"""The comparison of systems, on a corpus of three sentences and with peers of our own."""

import importlib.util
import sys
from dataclasses import replace
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest
from annotated import marked
from folders import make_folder

from ie.data.corpus import write_corpus
from ie.document import Document, Span

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
LABELS = ("AMOUNT", "PARTY", "DATE")
GOLD = [
    marked("[PARTY Иван Лугов] вложит [AMOUNT около 5 млн рублей] в [DATE мае].", id="a"),
    marked("[PARTY Россия] и [PARTY «Заря»] против [PARTY США].", id="b"),
    marked("[PARTY Заря] молчит.", id="c", labels=("PARTY",)),
]


@pytest.fixture(scope="module")
def quality():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(BENCHMARKS)
        spec = importlib.util.spec_from_file_location("benchmark_quality", BENCHMARKS / "quality.py")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        yield module
    sys.modules.pop("quality_peers", None)


@pytest.fixture(scope="module")
def peers(quality):
    assert quality.PEERS
    return sys.modules["quality_peers"]


def data(quality, documents=GOLD):
    return quality.Dataset("three", tuple(documents), "0" * 64)


def cells(line):
    return [cell.strip() for cell in line.strip("|").split("|")]


def find(peers, name, source):
    """Return the texts that a peer's findings, marked with its own kinds, become by our labels."""
    found = marked(source)
    (peer,) = [peer for peer in peers.PEERS if peer.name == name]
    document = peer.document(Document(found.text, id="x"), [entity.span for entity in found.entities])
    return [(entity.label, entity.text) for entity in document.entities]


def test_a_row_has_strict_and_overlap_scores_and_no_cell_for_what_is_not_looked_for(quality):
    found = [
        marked("[PARTY Иван Лугов] вложит около [AMOUNT 5 млн рублей] в мае."),
        marked("[PARTY Россия] и «[PARTY Заря]» против США."),
        marked("[PARTY Заря] молчит."),
    ]
    theirs = quality.compare("peer", data(quality), found, ("AMOUNT", "PARTY"))
    ours = quality.compare("ie", data(quality), GOLD, LABELS)
    lines = quality.render(data(quality), [ours, theirs]).splitlines()
    assert lines[0] == "three: 3 documents, 1 AMOUNT, 5 PARTY, 1 DATE"
    header, _, first, second, difference = map(cells, lines[2:])
    assert header == ["", "AMOUNT", "PARTY", "DATE", "names", "all"]
    assert [cell[:5] for cell in first[1:]] == ["1.000"] * 5
    assert second[1].startswith("0.000")
    assert second[1].endswith("/ 1.000")
    # of five parties three are exact, one is cut, a state is missed; of three names two are exact
    assert second[2].startswith("0.667")
    assert second[2].endswith("/ 0.889")
    assert second[4].startswith("0.667")
    assert second[4].endswith("/ 1.000")
    assert second[3] == second[5] == quality.NOTHING
    assert difference[0] == "ie − peer"
    assert difference[2].startswith("+0.333 (+0.000 to ")
    assert difference[3] == quality.NOTHING


def test_a_record_counts_for_its_own_labels_alone(quality):
    found = [*GOLD[:2], marked("[PARTY Заря] [DATE молчит].")]
    result = quality.compare("ie", data(quality), found, LABELS)
    assert result.columns["DATE"].scores.strict.micro == (1, 0, 0)


@pytest.mark.parametrize(
    ("expected", "name", "source"),
    [
        (
            [("PARTY", "Заря"), ("AMOUNT", "5 млн рублей")],
            "natasha",
            "«[ORGANIZATION Заря]» и [MONEY 5 млн рублей]",
        ),
        ([("PARTY", "«Заря»")], "natasha, our edges", "банк «[ORGANIZATION Заря]»"),
        ([("AMOUNT", "около 5 млн рублей")], "natasha, our edges", "около [MONEY 5 млн рублей]"),
        ([("PARTY", "Россия")], "natasha", "[GPE Россия], [GPE Тула]"),
        ([("PARTY", "Россия")], "natasha", "Россия против"),
        ([("AMOUNT", "5 долларов США")], "natasha", "дал [MONEY 5 долларов США] вчера"),
        ([("DATE", "мае 2016 года")], "dateparser", "[DATE в мае 2016 года]"),
        ([("PARTY", "Иван Лугов")], "natasha", "[PERSON Иван Лугов],"),
    ],
)
def test_what_a_peer_finds_has_our_labels(peers, expected, name, source):
    assert find(peers, name, source) == expected


@pytest.mark.parametrize("name", ["natasha", "natasha, our edges"])
def test_sums_and_dates_that_a_peer_has_not_found_are_not_added(peers, name):
    assert find(peers, name, "[PERSON Лугов] вложит 5 млн рублей 6 ноября 2016 года") == [("PARTY", "Лугов")]


def test_the_findings_of_a_peer_are_kept_by_file_and_version(quality, peers, tmp_path):
    opened = []

    def open_peer():
        opened.append(1)
        return lambda _: [Span(0, 4, "PERSON"), Span(0, 10, "ORGANIZATION")]

    peer = peers.Peer("peer", "numpy", ("PARTY",), open_peer, peers.as_they_are)
    first = quality.peer_documents(peer, data(quality), tmp_path / "new")
    again = quality.peer_documents(peer, data(quality), tmp_path / "new")
    assert first == again
    assert [entity.text for entity in first[0].entities] == ["Иван Лугов"[:10]]
    assert len(opened) == 1
    quality.peer_documents(peer, replace(data(quality), digest="1" * 64), tmp_path / "new")
    assert len(opened) == 2


def test_a_peer_that_is_not_installed_is_named(quality, peers, capsys):
    def fail():
        raise ModuleNotFoundError("No module named 'gone'")

    missing = peers.Peer("gone", "no-such-package", ("PARTY",), fail, peers.as_they_are)
    idle = peers.Peer("idle", "no-such-package", ("SECTOR",), fail, peers.as_they_are)
    assert list(quality.score_peers(data(quality), [missing, idle], None)) == []
    error = capsys.readouterr().err
    assert error.startswith("gone is left out: ")
    assert "idle" not in error
    with pytest.raises(PackageNotFoundError):
        quality.peer_documents(missing, data(quality), Path("unused"))


def test_the_command_prints_a_table_for_each_file(quality, tmp_path, capsys):
    folder = make_folder(tmp_path / "model")
    write_corpus(tmp_path / "one.jsonl", GOLD[:2])
    write_corpus(tmp_path / "two.jsonl", GOLD[2:])
    files = [f"first={tmp_path / 'one.jsonl'}", str(tmp_path / "two.jsonl")]
    quality.main(["--data", *files, "--model", str(folder), str(folder), "--systems", "ie"])
    out = capsys.readouterr().out
    assert "first: 2 documents, 1 AMOUNT, 4 PARTY, 1 DATE" in out
    assert "two: 1 documents, 1 PARTY" in out
    assert [cells(line)[0] for line in out.splitlines() if line.startswith("| ie")] == [
        "ie",
        f"ie, {folder}",
    ] * 2


def test_unknown_systems_are_refused(quality, capsys):
    with pytest.raises(SystemExit):
        quality.main(["--data", "x=y.jsonl", "--systems", "ie,unknown"])
    assert "not 'unknown'" in capsys.readouterr().err


def test_natasha_finds_names_sums_and_dates(peers):
    pytest.importorskip("natasha")
    text = (
        "Иван Петров купил завод в Туле за 5 млн рублей, а 6 ноября 2016 года к маю построит другой в России."
    )
    (peer,) = [peer for peer in peers.PEERS if peer.name == "natasha"]
    found = peer.document(Document(text, id="x"), peer.open()(Document(text)))
    assert [(e.label, e.text) for e in found.entities] == [
        ("PARTY", "Иван Петров"),
        ("AMOUNT", "5 млн рублей"),
        ("DATE", "6 ноября 2016 года"),
        ("PARTY", "России"),
    ]


def test_dateparser_finds_dates_where_they_stand(peers):
    pytest.importorskip("dateparser")
    text = "Завод открыли 6 ноября 2016. Закроют 7 декабря 2016."
    (peer,) = [peer for peer in peers.PEERS if peer.name == "dateparser"]
    spans = peer.open()(Document(text))
    assert [text[span.start : span.end] for span in spans] == ["6 ноября 2016", "7 декабря 2016"]
