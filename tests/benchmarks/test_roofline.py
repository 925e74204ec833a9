"""Operations counted against torch's own counter, rates of small matrices, and what the model reaches."""

import time

import pytest
from benched import load
from folders import make_folder

import tiny
from ie.checkpoint import open_folder
from ie.document import Document
from ie.errors import UsageError
from ie.outputs import write_jsonl

SHAPE = (8, 16, 4)


@pytest.fixture(scope="module")
def roofline():
    return load("roofline")


@pytest.mark.parametrize("family", ["wordpiece", "bpe", "unigram"])
@pytest.mark.parametrize("length", [1, 17])
def test_operations_are_those_that_torch_counts(roofline, tmp_path, family, length):
    import torch
    from torch.utils.flop_counter import FlopCounterMode
    from transformers import AutoModelForTokenClassification

    folder = tiny.make(tmp_path, family)
    model = AutoModelForTokenClassification.from_pretrained(folder, attn_implementation="eager").eval()
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        model(torch.ones((1, length), dtype=torch.long))
    found = roofline.operations(open_folder(folder, "torch").config, length)
    assert found.total == counter.get_total_flops()
    assert found.attention == 2 * 2 * length * length * 32 * 2


def test_an_architecture_that_is_not_counted_is_named(roofline):
    with pytest.raises(UsageError, match="not 'modernbert'"):
        roofline.operations({"model_type": "modernbert"}, 8)


@pytest.mark.parametrize(
    ("library", "precision"),
    [
        ("torch", "fp32"),
        ("torch", "bf16"),
        ("torch", "int8"),
        ("onnxruntime", "fp32"),
        ("onnxruntime", "int8"),
    ],
)
def test_a_product_has_the_shape_asked_for(roofline, library, precision):
    import torch

    before = torch.get_num_threads()
    result = roofline.ENGINES[library](precision, SHAPE, 1)()
    torch.set_num_threads(before)
    first = result[0] if library == "onnxruntime" else result
    assert tuple(first.shape) == (8, 4)
    assert ("int32" in str(first.dtype)) == (precision == "int8")


@pytest.mark.parametrize("precision", ["fp32", "bf16", "int8"])
def test_openvino_multiplies_in_every_precision(roofline, precision):
    pytest.importorskip("openvino")
    (result,) = roofline.openvino_product(precision, SHAPE, 1)().values()
    assert result.shape == (8, 4)


def test_a_rate_is_operations_by_the_fastest_call(roofline):
    rate = roofline._rate(lambda: time.sleep(0.02), (1000, 1000, 1000), 0.1)
    assert 0 < rate <= 2 / 0.02  # two billion operations, in twenty milliseconds at best


def test_a_library_that_cannot_is_named_and_the_others_measured(roofline, monkeypatch, capsys):
    def missing(precision, shape, threads):
        raise ModuleNotFoundError(f"No module named 'missing', for {precision} {shape} {threads}")

    engines = {"missing": missing, "ours": lambda *_: lambda: None}
    monkeypatch.setattr(roofline, "ENGINES", engines)
    rates = list(roofline.measure_rates([SHAPE, (2, 2, 2)], [1, 2], 0.001))
    assert [(r.library, r.precision, r.shape, r.threads) for r in rates] == [
        ("ours", precision, shape, threads)
        for precision in ("fp32", "bf16", "int8")
        for shape in (SHAPE, (2, 2, 2))
        for threads in (1, 2)
    ]
    assert capsys.readouterr().err.count("missing int8 is left out: No module named") == 1


def test_a_ceiling_is_the_best_rate_of_its_precision_and_threads(roofline):
    rates = [
        roofline.Rate(library, precision, SHAPE, threads, rate)
        for library, precision, threads, rate in [
            *[("a", "int8", 1, 9.0), ("a", "int8", 2, 5.0), ("b", "int8", 2, 7.0), ("b", "fp32", 2, 1.0)]
        ]
    ]
    best = roofline.ceilings(rates, 2)
    assert {precision: (rate.library, rate.rate) for precision, rate in best.items()} == {
        "int8": ("b", 7.0),
        "fp32": ("b", 1.0),
    }
    done = roofline.Pass(roofline.Operations(10**9, 10**9), roofline.Operations(3 * 10**9, 10**9), 0.5, 0.8)
    rendered = roofline.render_pass(done, rates, 2)
    cells = dict([cell.strip() for cell in line.strip("|").split("|")] for line in rendered.splitlines()[2:])
    assert cells["GOP/s reached"] == "4"
    assert cells["padding in what is computed"] == cells["attention products among them"] == "50.0%"
    assert cells["… of the int8 ceiling, 7 by b, threads: 2"] == "57.1%"
    assert cells["… of the int8 ceiling, 9 by a, threads: 1"] == "27.8%"


def test_the_command_prints_rates_and_what_the_model_reached(roofline, tmp_path, monkeypatch, capsys):
    folder = make_folder(tmp_path / "model", hidden_size=4, intermediate_size=8)
    with (tmp_path / "texts.jsonl").open("w", encoding="utf-8") as stream:
        write_jsonl([Document("банк купил завод вчера")] * 4, stream)
    monkeypatch.setattr(roofline, "ENGINES", {"onnxruntime": roofline.onnxruntime_product})
    options = ["--threads", "1", "--documents", "2", "--rounds", "1", "--square", "8", "--seconds", "0.01"]
    roofline.main([str(tmp_path / "texts.jsonl"), "--model", str(folder), *options])
    out = capsys.readouterr().out
    assert "onnxruntime int8 [256,4]x[4,8]" in out
    assert "GOP/s reached" in out
