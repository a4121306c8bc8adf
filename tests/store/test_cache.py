"""The cache keeps what was used last, below its limit."""

import os
from pathlib import Path

import pytest

from inplane.core import InputError, RangeError
from inplane.store import Cache


def age(path: Path, seconds: float) -> None:
    os.utime(path, (1e9 - seconds, 1e9 - seconds))


def test_what_was_put_comes_back(tmp_path: Path) -> None:
    cache = Cache(folder=tmp_path / "cache", limit_bytes=100)
    assert cache.get("a") is None
    cache.put("a", b"12345")
    assert cache.get("a") == b"12345"
    assert cache.size_bytes() == 5


def test_the_longest_unused_goes_first(tmp_path: Path) -> None:
    cache = Cache(folder=tmp_path, limit_bytes=10)
    age(cache.put("old", bytes(4)), 200)
    age(cache.put("older", bytes(4)), 300)
    assert cache.get("older") is not None  # used now
    cache.put("new", bytes(4))
    assert cache.get("old") is None
    assert cache.get("older") is not None
    assert cache.size_bytes() == 8


def test_one_file_larger_than_the_limit_stays_alone(tmp_path: Path) -> None:
    cache = Cache(folder=tmp_path, limit_bytes=10)
    cache.put("a", bytes(4))
    cache.put("large", bytes(40))
    assert [path.name for path in tmp_path.iterdir()] == ["large"]


@pytest.mark.parametrize("key", ["", "../a", "a/b", ".hidden", "a b", "a" * 152])
def test_only_plain_keys(tmp_path: Path, key: str) -> None:
    with pytest.raises(InputError, match="Cache key is"):
        Cache(folder=tmp_path, limit_bytes=10).get(key)


def test_the_limit_is_checked(tmp_path: Path) -> None:
    with pytest.raises(RangeError, match="cache limit_bytes is -1"):
        Cache(folder=tmp_path, limit_bytes=-1)
