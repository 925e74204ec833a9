"""The torch runtime: packed rows, precision, threads, memory, compilation; on a GPU where there is one."""

import functools
import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import ie.runtimes.torch as module
import tiny
from ie.errors import UsageError
from ie.runtimes import packing
from ie.runtimes.packing import ATTENTION, HALF_ROUNDING, agree, attend, pack, trial, unpack
from ie.runtimes.torch import TorchRuntime, processor_gains_by_bf16

TAGS = 9
needs_cuda = pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU")


def batch(*lengths, seed=1):
    """Return ids and mask of rows of these lengths."""
    mask = (np.arange(max(lengths)) < np.array(lengths)[:, None]).astype(np.int64)
    ids = np.random.default_rng(seed).integers(10, 150, mask.shape)
    return np.where(mask == 1, ids, 1), mask


def fp32(folder, **options):
    return TorchRuntime(folder, options.pop("device", "cpu"), precision="fp32", **options)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tiny.make(tmp_path_factory.mktemp("model"))


# --- rows without padding


@given(st.lists(st.integers(0, 7), min_size=1, max_size=6).filter(any))
def test_packed_tokens_go_back_to_their_places(lengths):
    ids, mask = batch(*lengths)
    rows = pack(ids, mask)
    present = [length for length in lengths if length]
    assert rows.longest == max(lengths)
    assert np.diff(rows.bounds).tolist() == present
    assert rows.places.tolist() == [i for length in present for i in range(length)]
    assert np.array_equal(unpack(rows.ids[:, None].astype(np.float32), mask)[..., 0], ids * mask)


@pytest.mark.parametrize("family", tiny.FAMILIES)
def test_packed_rows_score_as_padded_ones(tmp_path, family, monkeypatch):
    path = tiny.make(tmp_path, family)
    packs = []
    monkeypatch.setattr(module, "pack", lambda *given: packs.append(1) or pack(*given))
    ids, mask = batch(70, 41, 2, 1)
    padded = fp32(path).logits(ids, mask)
    assert not packs
    packed = fp32(path, packed=True).logits(ids, mask)
    assert len(packs) == 2  # the trial and the batch
    assert packed.shape == (4, 70, TAGS)
    assert packed.dtype == np.float32
    kept = mask == 1
    assert np.allclose(packed[kept], padded[kept], atol=1e-5)


@pytest.mark.parametrize("fault", ["positions", "neighbours", "exception"])
def test_a_model_that_packs_wrongly_goes_on_with_padding(folder, fault, monkeypatch, caplog):
    def one_row(*given, cu_seq_lens_q, **options):
        return attend(*given, cu_seq_lens_q=cu_seq_lens_q[[0, -1]], **options)

    def fail(*_, **__):
        raise NotImplementedError("no kernel for this device\nand more")

    if fault == "positions":
        monkeypatch.setattr(module, "first_position", lambda _: 3)
    else:
        monkeypatch.setattr("ie.runtimes.packing.attend", one_row if fault == "neighbours" else fail)
    ids, mask = batch(9, 4)
    expected = fp32(folder).logits(ids, mask)
    with caplog.at_level(logging.INFO, logger="ie"):
        found = fp32(folder, packed=True).logits(ids, mask)
    assert np.array_equal(found, expected)
    reason = "no kernel for this device" if fault == "exception" else "the scores of packed rows differ"
    assert f"computes padding too: {reason}." in caplog.text


def test_a_trial_fits_small_models_and_tells_roundings_from_faults():
    ids, mask = trial(vocabulary=12, positions=8)
    assert ids.shape == mask.shape == (3, 8)
    assert 0 <= ids.min() <= ids.max() < 12
    scores = np.random.default_rng(0).normal(size=(50, TAGS)).astype(np.float32)
    assert agree(scores * 1.01, scores, HALF_ROUNDING)
    assert not agree(scores[::-1], scores, HALF_ROUNDING)
    assert not agree(np.full_like(scores, np.nan), scores, HALF_ROUNDING)


def test_the_kernel_of_gpus_takes_what_it_is_given():
    """Without a GPU torch can still say of which shapes and types its kernel is and what it gives."""
    heads = [torch.empty(40, 12, 32, dtype=torch.bfloat16, device="meta") for _ in range(3)]
    bounds = torch.empty(4, dtype=torch.int32, device="meta")
    for reach in (-1, 8):
        read = packing._attend_by_kernel(heads, bounds, 20, 0.1, reach)
        assert read.shape == (40, 12, 32)
        assert read.dtype == torch.bfloat16


# --- precision


def test_precision_is_native_bf16_or_fp32_unless_chosen(folder, monkeypatch):
    ids, mask = batch(9, 4)
    scores = {p: TorchRuntime(folder, precision=p).logits(ids, mask) for p in ("fp32", "bf16", "fp16")}
    for rounded, largest in (("bf16", 0.05), ("fp16", 0.01)):
        assert scores[rounded].dtype == np.float32
        assert 0 < np.abs(scores[rounded] - scores["fp32"])[mask == 1].max() < largest
    for faster, expected in ((True, "bf16"), (False, "fp32")):
        monkeypatch.setattr(module, "processor_gains_by_bf16", lambda _, faster=faster: faster)
        assert np.array_equal(TorchRuntime(folder).logits(ids, mask), scores[expected])


@pytest.mark.parametrize("there", ["amx_tile", "avx512_bf16"])
def test_the_instructions_are_those_that_torch_finds(monkeypatch, there):
    for name in ("amx_tile", "avx512_bf16"):
        monkeypatch.setattr(
            torch.cpu, f"_is_{name}_supported", lambda name=name: name == there, raising=False
        )
    monkeypatch.setattr(module, "gains_by_bf16", lambda **found: found)
    assert processor_gains_by_bf16(torch) == {"amx": there == "amx_tile", "avx512": there == "avx512_bf16"}


def test_a_torch_without_probes_computes_in_fp32(monkeypatch):
    for probe in ("_is_amx_tile_supported", "_is_avx512_bf16_supported"):
        monkeypatch.delattr(torch.cpu, probe, raising=False)
    assert not processor_gains_by_bf16(torch)


def test_unknown_precision_is_refused(tmp_path):
    with pytest.raises(UsageError, match=r"Unknown precision 'fp8': expected one of auto, fp32, bf16, fp16"):
        TorchRuntime(tmp_path, precision="fp8")


# --- calls at once


def test_calls_at_once_give_what_they_give_alone(folder):
    runtime = fp32(folder, threads=3, packed=True)
    assert runtime.parallel == 3
    batches = [batch(20 + i, 5 + i, 3, seed=i) for i in range(12)]
    alone = [runtime.logits(*given) for given in batches]
    with ThreadPoolExecutor(3) as pool:
        together = list(pool.map(lambda given: runtime.logits(*given), batches))
    for found, expected in zip(together, alone, strict=True):
        assert np.allclose(found, expected, atol=1e-6)


def test_calls_share_the_threads_and_put_the_number_back(folder, monkeypatch):
    usual, meeting, shares = torch.get_num_threads(), threading.Barrier(2, timeout=60), []
    runtime = fp32(folder, threads=4)
    scores = runtime._model.forward

    def meet(**inputs):
        shares.append(torch.get_num_threads())
        meeting.wait()
        return scores(**inputs)

    with monkeypatch.context() as patch:
        patch.setattr(runtime._model, "forward", meet)
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda _: runtime.logits(*batch(4, 2)), range(2)))
    assert sorted(shares) == [2, 4]  # the first was alone when it started
    seen = []
    monkeypatch.setattr(
        runtime._model, "forward", lambda **i: seen.append(torch.get_num_threads()) or scores(**i)
    )
    runtime.logits(*batch(4, 2))
    assert seen == [4]
    assert torch.get_num_threads() == usual


def test_calls_at_once_take_streams_of_their_own():
    names, used = iter("abc"), []

    @contextmanager
    def stream(name):
        used.append(name)
        yield

    cuda = SimpleNamespace(Stream=lambda _: next(names), synchronize=lambda _: None, stream=stream)
    gpu = module._Gpu(SimpleNamespace(cuda=cuda), "cuda:0")
    with gpu.lane(), gpu.lane():
        pass
    assert sorted(used) == ["a", "b"]
    with gpu.lane():
        pass
    with gpu.lane():
        pass
    assert used[2:] == [used[0]] * 2  # the one that was put back last


# --- memory


def limited(runtime, most, monkeypatch):
    """Let `runtime` run out of memory with batches of more than `most` tokens; return the sizes tried."""
    tried, scores = [], runtime._scores

    def run(ids, mask):
        tried.append(ids.shape)
        if ids.size > most:
            raise torch.OutOfMemoryError("CUDA out of memory.")
        return scores(ids, mask)

    monkeypatch.setattr(runtime, "_scores", run)
    return tried


def test_a_batch_too_large_for_the_memory_is_halved(folder, monkeypatch, caplog):
    runtime = fp32(folder)
    ids, mask = batch(10, 9, 8, 7, 6)
    expected = runtime.logits(ids, mask)
    tried = limited(runtime, 25, monkeypatch)
    with caplog.at_level(logging.INFO, logger="ie"):
        found = runtime.logits(ids, mask)
    assert np.allclose(found, expected, atol=1e-6)
    assert tried == [(5, 10), (2, 10), (1, 10), (2, 10)]
    assert "too little memory for a batch of 50 tokens" in caplog.text
    tried.clear()
    runtime.logits(ids, mask)
    assert (5, 10) not in tried


def test_too_little_memory_for_one_row_is_said(folder, monkeypatch):
    runtime = fp32(folder)
    limited(runtime, 5, monkeypatch)
    with pytest.raises(UsageError, match=r"cpu has too little free memory for one window of 8 tokens"):
        runtime.logits(*batch(8, 3))


def test_weights_are_loaded_in_the_precision_asked_for(folder):
    types = {tensor.dtype for tensor in TorchRuntime(folder, precision="bf16")._model.parameters()}
    assert types == {torch.bfloat16}


# --- compilation


def test_a_compiled_model_scores_the_same(folder, monkeypatch, caplog):
    monkeypatch.setattr(torch, "compile", functools.partial(torch.compile, backend="eager"))
    runtime = fp32(folder, packed=True, compiled=True, threads=2)
    assert runtime.parallel == 1
    plain = fp32(folder)
    with caplog.at_level(logging.INFO, logger="ie"):
        for lengths in ((9, 4), (12, 12, 3)):
            ids, mask = batch(*lengths)
            found, expected = runtime.logits(ids, mask), plain.logits(ids, mask)
            assert np.allclose(found[mask == 1], expected[mask == 1], atol=1e-5)
    assert "cannot be compiled" not in caplog.text


def test_a_model_that_does_not_compile_runs_as_it_is(folder, monkeypatch, caplog):
    calls = []

    def broken(_, **__):
        def run(**_):
            calls.append(1)
            raise RuntimeError("no compiler\nat all")

        return run

    monkeypatch.setattr(torch, "compile", broken)
    ids, mask = batch(9, 4)
    runtime = fp32(folder, compiled=True)
    with caplog.at_level(logging.INFO, logger="ie"):
        found = [runtime.logits(ids, mask) for _ in range(2)]
    assert np.array_equal(found[1], fp32(folder).logits(ids, mask))
    assert len(calls) == 1
    assert "torch:cpu cannot be compiled and runs as it is: no compiler." in caplog.text


# --- a GPU, where there is one


@needs_cuda
@pytest.mark.parametrize("family", tiny.FAMILIES)
def test_a_gpu_scores_as_the_processor_does(tmp_path, family):
    path = tiny.make(tmp_path, family)
    ids, mask = batch(70, 41, 2)
    kept = mask == 1
    expected = fp32(path).logits(ids, mask)[kept]
    assert np.allclose(fp32(path, device="cuda").logits(ids, mask)[kept], expected, atol=1e-3)
    assert agree(TorchRuntime(path, "cuda").logits(ids, mask)[kept], expected, HALF_ROUNDING)


@needs_cuda
def test_a_gpu_packs_the_bundled_model_and_finds_the_same_spans():
    import ie

    text = " ".join(tiny.TEXTS)
    on_gpu, on_cpu = (
        ie.Extractor.from_pretrained(runtime="torch", device=device) for device in ("cuda", "cpu")
    )
    spans = [
        [(e.label, e.start, e.end) for e in extractor.extract(text).entities]
        for extractor in (on_gpu, on_cpu)
    ]
    assert spans[0] == spans[1]
    runtime = TorchRuntime(ie.checkpoint.BUNDLED, "cuda")
    assert runtime._model.config._attn_implementation == ATTENTION
    batches = [batch(200, 120, 33, seed=i) for i in range(8)]
    alone = [runtime.logits(*given) for given in batches]
    with ThreadPoolExecutor(runtime.parallel) as pool:
        for found, expected in zip(pool.map(lambda b: runtime.logits(*b), batches), alone, strict=True):
            assert np.allclose(found, expected, atol=0.05)
