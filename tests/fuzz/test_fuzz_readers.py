"""Damaged files of every kind: only our errors come out, in bounded memory and time; what once broke is kept."""

import random
import re
import time
import tracemalloc
from functools import cache
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

MOST_BYTES, MOST_S = 96 << 20, 20.0
"""Python memory that reading a file of some kilobytes may take, and time; two pictures of the largest size fit."""


def _driver() -> ModuleType:
    spec = spec_from_file_location("fuzz_readers", Path(__file__).with_name("fuzz_readers.py"))
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    import sys

    sys.modules["fuzz_readers"] = module  # its dataclasses look for their module there
    spec.loader.exec_module(module)
    return module


DRIVER = _driver()
NUMBERS = (b"0", b"-1", b"1", b"2", b"17", b"255", b"65536", b"99999999999", b"1e308", b"nan", b"-inf", b"0x10", b"")


def damaged(data: bytes, seed: int) -> bytes:
    """The data with one to six things wrong, drawn by a seed: bits, bytes, runs, numbers and lines."""
    draw = random.Random(seed)
    out = bytearray(data)
    for _ in range(draw.randint(1, 6)):
        at = draw.randrange(len(out)) if out else 0
        kind = draw.randrange(8)
        if kind == 0 and out:
            out[at] ^= 1 << draw.randrange(8)
        elif kind == 1 and out:
            out[at] = draw.randrange(256)
        elif kind == 2:
            del out[at : at + draw.randint(1, 64)]
        elif kind == 3:
            out[at:at] = bytes(draw.randrange(256) for _ in range(draw.randint(1, 16)))
        elif kind == 4:
            del out[draw.randrange(len(out) + 1) :]
        elif kind == 5:
            found = list(re.finditer(rb"[-+.\deE]*\d[.\deE+-]*", bytes(out)))
            if found:
                number = draw.choice(found)
                out[number.start() : number.end()] = draw.choice(NUMBERS)
        elif kind == 6:
            lines = bytes(out).split(b"\n")
            lines.insert(draw.randrange(len(lines)), draw.choice(lines))
            out = bytearray(b"\n".join(lines))
        elif out:
            out[at : at + 4] = draw.choice((bytes(4), b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\x00\x00\x10\x00"))
    return bytes(out)


@cache
def seeds_of(name: str, folder: Path) -> list[bytes]:
    return DRIVER.TARGETS[name].seeds(folder)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fuzz")


@pytest.mark.parametrize("name", DRIVER.TARGETS)
def test_what_is_whole_is_read(folder: Path, name: str) -> None:
    target = DRIVER.TARGETS[name]
    for data in target.seeds(folder):
        assert DRIVER.run(target, folder, data)


@pytest.mark.parametrize("name", DRIVER.TARGETS)
@settings(max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32))
def test_whatever_is_damaged_only_our_errors_come_out(folder: Path, name: str, seed: int) -> None:
    target = DRIVER.TARGETS[name]
    seeds = seeds_of(name, folder)
    began = time.process_time()
    tracemalloc.start()
    try:
        DRIVER.run(target, folder, damaged(seeds[seed % len(seeds)], seed))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < MOST_BYTES
    assert time.process_time() - began < MOST_S


@pytest.mark.parametrize("name", DRIVER.TARGETS)
def test_what_once_broke_does_so_no_more(folder: Path, name: str) -> None:
    for path in sorted((DRIVER.CORPUS / name).glob("*")):
        DRIVER.run(DRIVER.TARGETS[name], folder, path.read_bytes())
