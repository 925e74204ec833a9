import os

import pytest

from ie import processor
from ie.processor import cores, features, gains_by_bf16, vendor

CPU_INFO = """processor\t: 0
vendor_id\t: GenuineIntel
model name\t: Some Processor
flags\t\t: fpu sse2 avx512_vnni amx_bf16 amx_tile
bugs\t\t: none

processor\t: 1
flags\t\t: other
"""


@pytest.fixture
def cpu_info(tmp_path, monkeypatch):
    features.cache_clear()
    monkeypatch.setattr(processor, "_CPU_INFO", tmp_path / "cpuinfo")
    yield tmp_path / "cpuinfo"
    features.cache_clear()


@pytest.fixture
def quota(tmp_path, monkeypatch):
    monkeypatch.setattr(processor, "_CPU_QUOTA", tmp_path / "cpu.max")
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)), raising=False)
    return tmp_path / "cpu.max"


def test_features_are_those_of_the_first_processor(cpu_info):
    cpu_info.write_text(CPU_INFO)
    assert features() == {"fpu", "sse2", "avx512_vnni", "amx_bf16", "amx_tile"}


def test_features_of_arm_have_another_name(cpu_info):
    cpu_info.write_text("processor: 0\nFeatures\t: fp asimd bf16\n")
    assert features() == {"fp", "asimd", "bf16"}


def test_vendor_is_told_or_empty(cpu_info):
    assert vendor() == ""
    cpu_info.write_text(CPU_INFO)
    assert vendor() == "GenuineIntel"


@pytest.mark.parametrize(
    ("amx", "avx512", "told", "faster"),
    [
        (False, False, "AuthenticAMD", False),
        (False, True, "AuthenticAMD", True),
        (False, True, "GenuineIntel", False),
        (True, True, "GenuineIntel", True),
        (False, True, "", True),
    ],
)
def test_bf16_is_faster_with_amx_or_beside_another_maker(cpu_info, amx, avx512, told, faster):
    cpu_info.write_text(f"vendor_id\t: {told}\n")
    assert gains_by_bf16(amx=amx, avx512=avx512) is faster


@pytest.mark.parametrize("content", [None, b"", b"processor: 0\n", b"\xff\xfe flags\n"])
def test_features_that_are_not_told_are_none(cpu_info, content):
    if content is not None:
        cpu_info.write_bytes(content)
    assert features() == frozenset()


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (None, 8),
        ("max 100000\n", 8),
        ("400000 100000\n", 4),
        ("150000 100000\n", 2),
        ("10000 100000\n", 1),
        ("1600000 100000\n", 8),
        ("", 8),
        ("nonsense\n", 8),
    ],
)
def test_cores_are_those_of_the_affinity_and_the_quota(quota, content, expected):
    if content is not None:
        quota.write_text(content)
    assert cores() == expected


@pytest.mark.usefixtures("quota")
@pytest.mark.parametrize(("counted", "expected"), [(6, 6), (None, 1)])
def test_without_affinity_all_processors_count(monkeypatch, counted, expected):
    monkeypatch.delattr(os, "sched_getaffinity")
    monkeypatch.setattr(os, "cpu_count", lambda: counted)
    assert cores() == expected
