"""The comparison of ways to quantise, on a random model of two layers."""

import dataclasses
import importlib.util
import sys
from pathlib import Path

import numpy as np
import onnx
import pytest
import toy
from onnx import TensorProto

import tiny
from ie.checkpoint import open_folder
from ie.data.corpus import write_corpus

FOLDER = Path(__file__).parents[2] / "benchmarks"


def load(name):
    spec = importlib.util.spec_from_file_location(name, FOLDER / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    # one imports the other
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def variants():
    yield load("int8_variants")
    del sys.modules["int8_variants"]


@pytest.fixture(scope="module")
def int8(variants):  # noqa: ARG001 imports it
    yield load("int8")
    del sys.modules["int8"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data")
    tiny.make(folder / "model", hidden=64)
    write_corpus(folder / "dev.jsonl", toy.documents(4))
    write_corpus(folder / "texts.jsonl", toy.documents(6, start=50))
    return folder


@pytest.fixture(scope="module")
def sources(int8, variants, folder):
    from ie.train.tracing import load_traceable, trace

    trace(load_traceable(folder / "model"), folder / "fp32.onnx", folded=True)
    windows = int8.windows_of(open_folder(folder / "model", None), toy.documents(6), 3)
    return variants.Sources(folder / "fp32.onnx", windows, windows[:1])


def test_windows_are_those_of_inference(sources):
    assert len(sources.windows) == 3
    ids, mask = sources.windows[0]
    assert (ids.shape[0], mask.all()) == (1, True)


def test_blocks_are_layers_and_their_parts(variants, sources):
    found = variants.blocks(sources.fp32)
    assert {"layer.0", "layer.1", "attention/self/query", "output/dense", "rest"} <= set(found)
    assert len(found["layer.0"]) == 6
    assert len(found["output/dense"]) == 2
    assert {name for name in found["layer.0"] if "layer.1" in name} == set()


def test_what_is_left_in_fp32_loses_nothing(variants, sources, tmp_path):
    found = variants.sensitivity(sources, tmp_path)
    assert found["none"] > 0
    assert min(found.values()) < found["none"]
    everything = [name for nodes in variants.blocks(sources.fp32).values() for name in nodes]
    variants.dynamic(sources, tmp_path / "whole.onnx", tables=lambda _: None, kept=everything)
    (plain,), (whole,) = (
        variants.logits(path, sources.windows[:1]) for path in (sources.fp32, tmp_path / "whole.onnx")
    )
    assert np.allclose(plain, whole, atol=1e-5)


def test_halved_tables_are_looked_up_as_before(variants, sources, tmp_path):
    model = onnx.load(sources.fp32)
    variants.halve_tables(model)
    onnx.save(model, str(tmp_path / "half.onnx"))
    kinds = {t.data_type for t in model.graph.initializer if len(t.dims) == 2 and t.dims[0] > 300}
    assert TensorProto.FLOAT16 in kinds
    (plain,), (half,) = (
        variants.logits(path, sources.windows[:1]) for path in (sources.fp32, tmp_path / "half.onnx")
    )
    assert 0 < np.abs(plain - half).max() < 0.01


@pytest.mark.parametrize(
    "name",
    [
        "int8",
        "weights of 8 bits in blocks",
        "static, MinMax",
        "static, entropy",
        "most sensitive block in blocks",
    ],
)
def test_variants_are_smaller_and_near(variants, sources, tmp_path, name):
    found = variants.blocks(sources.fp32)
    sources = dataclasses.replace(sources, sensitive=[found["output/dense"]])
    path = tmp_path / "variant.onnx"
    variants.VARIANTS[name](sources, path)
    assert path.stat().st_size < 0.7 * sources.fp32.stat().st_size
    (plain,), (found,) = (variants.logits(p, sources.windows[:1]) for p in (sources.fp32, path))
    assert 0 < np.abs(plain - found).max() < 1


def test_only_the_named_nodes_go_into_blocks(variants, sources):
    model = onnx.load(sources.fp32)
    variants.in_blocks(model, bits=8, accuracy=4, nodes=variants.blocks(sources.fp32)["output/dense"])
    assert [node.op_type for node in model.graph.node].count("MatMulNBits") == 2


def test_the_command_prints_a_table(int8, folder, capsys):
    int8.main(
        [
            *("--model", str(folder / "model"), "--dev", str(folder / "dev.jsonl")),
            *("--texts", str(folder / "texts.jsonl"), "--windows", "2", "--batches", "1", "--rounds", "2"),
            *("--only", "one scale a matrix", "--only", "most sensitive block fp32"),
        ]
    )
    lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith("|")]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    names = [row[0] for row in rows]
    assert names[0] == "all int8 but"
    assert names[-4:] == ["fp32", "int8", "one scale a matrix", "most sensitive block fp32"]
    assert float(rows[-4][2]) == 0
    assert rows[-3][-1].startswith("1.00 (1.00")
