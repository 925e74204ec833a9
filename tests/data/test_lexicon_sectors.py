"""The compiler of the lexicon of sectors: what it makes, and the faults that it names."""

import json
import shutil
from pathlib import Path

import pytest

from ie.data.lexicon.sectors import compile_isic, compile_sectors, phrase_key
from ie.errors import CorpusError, CorpusFaultsError

ROOT = Path(__file__).parents[2]
SEEDS = ROOT / "seeds" / "lexicon"
TABLES = ROOT / "model" / "values" / "tables"
EMPTY = ("adjectives.tsv", "goods.tsv", "activities.tsv", "sector_words.tsv")


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "sectors").mkdir()
    shutil.copy(SEEDS / "isic.tsv", tmp_path)
    for name in EMPTY:
        (tmp_path / name).write_text("# nothing\n", encoding="utf-8")
    return tmp_path


def write(path, *lines):
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def test_the_tables_are_those_of_the_seeds():
    for name, made in (
        ("sectors", compile_sectors(SEEDS)),
        ("isic", compile_isic(SEEDS / "isic.tsv")),
    ):
        assert json.loads((TABLES / f"{name}.json").read_text(encoding="utf-8")) == made


def test_all_kinds(folder):
    write(folder / "sectors" / "G.tsv", "G47\tрозничная торговля", "R92\tлотерея", "R92\tлотереи")
    write(folder / "adjectives.tsv", "B06\tнефтяной")
    write(folder / "goods.tsv", "C23\tB08\t-\tгипс")
    write(folder / "activities.tsv", "добыча, промысел\tDUG\t*", "добыча\tB\tжелезная руда")
    write(folder / "sector_words.tsv", "head\t\tотрасль", "derivation\tный\t-, а", "ending\tA01\tводство")
    assert compile_sectors(folder) == {
        "term розничный торговля": ["G47", "розничная торговля"],
        "term лотерея": ["R92", "лотерея", "лотереи"],
        "adjective нефтяной": "B06",
        "good гипс": ["C23", "B08", None],
        "activity добыча": [["DUG", []], ["B", ["железный руда"]]],
        "activity промысел": [["DUG", []]],
        "head отрасль": "",
        "derivation ный": ["", "а"],
        "ending водство": "A01",
        "number торговля": "sing",
        "number лотерея": "sing",
    }


@pytest.mark.parametrize(
    ("name", "lines", "fault"),
    [
        ("sectors/A.tsv", ["A09\tпчеловодство"], r"A\.tsv:1: 'A09' is no code"),
        ("sectors/A.tsv", ["# title", "", "A1\tпчеловодство"], r"A\.tsv:3: 'A1' is no code"),
        ("sectors/A.tsv", ["A01\tпчеловодство", "A01\tПчеловодство"], r"A\.tsv:2: .* there already, at .*:1"),
        ("sectors/A.tsv", ["A01\tдобыча рыбы", "A03\tдобыча рыбы"], r"A\.tsv:2: .* there already"),
        ("sectors/A.tsv", ["A01 пчеловодство"], r"A\.tsv:1: A line has 2 columns, not 1"),
        ("adjectives.tsv", ["B06\tнефтяной", "B06\tнефтяной"], r"adjectives\.tsv:2: 'нефтяной' is there"),
        ("goods.tsv", ["C23\t-\tгипс"], r"goods\.tsv:1: A line has 4 columns, not 3"),
        ("goods.tsv", ["C23\tB99\t-\tгипс"], r"goods\.tsv:1: 'B99'"),
        ("activities.tsv", ["добыча\tFOUND\t*"], r"activities\.tsv:1: 'FOUND'"),
        ("sector_words.tsv", ["tail\t\tотрасль"], r"sector_words\.tsv:1: 'tail' is no kind"),
    ],
)
def test_faults_name_file_and_line(folder, name, lines, fault):
    write(folder / name, *lines)
    with pytest.raises(CorpusFaultsError, match=fault):
        compile_sectors(folder)


def test_all_faults_are_named(folder):
    write(folder / "sectors" / "A.tsv", "X\tпчеловодство", "Y\tсадоводство")
    with pytest.raises(CorpusError) as caught:
        compile_sectors(folder)
    assert len(caught.value.faults) == 2


@pytest.mark.parametrize(
    ("phrase", "key"),
    [
        ("розничная торговля", "розничный торговля"),
        ("добыча железной руды", "добыча железный руда"),
        ("добывающая промышленность", "добывающий промышленность"),
        ("чёрная металлургия", "черный металлургия"),
        ("сельское, лесное и рыбное хозяйство", "сельский лесной и рыбный хозяйство"),
        ("ЖКХ", "жкх"),
    ],
)
def test_keys(phrase, key):
    assert phrase_key(phrase) == key
