"""The benchmark of the torch runtime, on the processor with a model of two layers."""

import pytest
from benched import load

import tiny
from ie.checkpoint import load_checkpoint


@pytest.fixture(scope="module")
def benchmark():
    return load("gpu")


def test_operations_are_those_of_matrices_and_attention(benchmark, tmp_path):
    checkpoint = load_checkpoint(tiny.make(tmp_path / "model", layers=3, hidden=16), runtime="torch")
    layer = 4 * 16 * 16 + 2 * 16 * 32  # query, key, value and output; there and back
    attention = 2 * 2 * 50 * 16  # scores of 50 tokens and the sum of their values
    assert benchmark.operations(checkpoint, 50) == 3 * (2 * layer + attention) + 2 * 16 * 9


def test_the_table_has_a_line_for_each_way_to_call(benchmark, tmp_path, capsys):
    folder = tiny.make(tmp_path / "model")
    options = "--precision fp32 --threads 2 --length 32 --seconds 0.05 --sides 64"
    benchmark.main(["--model", str(folder), *options.split()])
    title, top, head, *lines = capsys.readouterr().out.splitlines()
    assert title == "model, torch:cpu, torch.float32, windows of 32 tokens"
    assert top.startswith("ceiling ")
    assert head.split()[-3:] == ["of", "the", "ceiling"]
    cells = [line.split() for line in lines]
    assert [line[:2] for line in cells] == [["32", "1"], ["2,048", "1"], ["2,048", "2"]]
    for line in cells:
        assert len(line) == 6
        assert float(line[3].replace(",", "")) > 0
        assert line[5].endswith("%")


def test_shares_are_of_the_ceiling(benchmark):
    row = benchmark.Row(batch_tokens=2048, parallel=2, seconds=0.25, tokens_per_second=8192)
    cells = row.cells(operations=50e6, ceiling=1e12)
    assert cells == ["2,048", "2", "250.0", "8,192", "0.410", "41.0%"]
