"""Files and folders are whole or not there, whatever the disk does."""

import subprocess
import sys
from pathlib import Path

import pytest

from inplane.core import InputError, ResourceError
from inplane.store import atomic_file, atomic_folder, write_bytes, write_text

# Stands for a full disk: the kernel refuses to let any file of this process grow beyond `limit` bytes.
FULL_DISK = """
import resource, sys
from pathlib import Path
from inplane.core import InplaneError
from inplane.store import atomic_folder, write_bytes
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
target = Path(sys.argv[2])
try:
    if sys.argv[1] == "file":
        write_bytes(target, bytes(100_000))
    else:
        with atomic_folder(target) as folder:
            (folder / "small").write_bytes(bytes(10))
            (folder / "large").write_bytes(bytes(100_000))
except InplaneError as error:
    print(type(error).__name__, error)
"""


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def run_with_full_disk(kind: str, target: Path) -> str:
    done = subprocess.run([sys.executable, "-c", FULL_DISK, kind, str(target)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_file_arrives_whole(tmp_path: Path) -> None:
    write_text(tmp_path / "new" / "note.txt", "über\n")
    assert (tmp_path / "new" / "note.txt").read_bytes() == "über\n".encode()
    assert names(tmp_path / "new") == ["note.txt"]


def test_a_file_that_fails_midway_leaves_the_old_one(tmp_path: Path) -> None:
    write_bytes(tmp_path / "a", b"old")
    with pytest.raises(ZeroDivisionError), atomic_file(tmp_path / "a") as handle:
        handle.write(b"half")
        raise ZeroDivisionError
    assert (tmp_path / "a").read_bytes() == b"old"
    assert names(tmp_path) == ["a"]


def test_a_folder_arrives_whole(tmp_path: Path) -> None:
    with atomic_folder(tmp_path / "recording") as folder:
        (folder / "truth").mkdir()
        (folder / "truth" / "a").write_bytes(b"1")
        assert not (tmp_path / "recording").exists()
    assert (tmp_path / "recording" / "truth" / "a").read_bytes() == b"1"
    assert names(tmp_path) == ["recording"]


def test_a_folder_that_fails_midway_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), atomic_folder(tmp_path / "recording") as folder:
        (folder / "a").write_bytes(b"1")
        raise ZeroDivisionError
    assert names(tmp_path) == []


def test_our_own_errors_pass_through(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="^from inside$"), atomic_file(tmp_path / "a"):
        raise InputError("from inside")
    assert names(tmp_path) == []


def test_an_existing_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "recording").mkdir()
    with (
        pytest.raises(InputError, match="exists already. Expected a folder that does not exist yet"),
        atomic_folder(tmp_path / "recording"),
    ):
        pass
    assert names(tmp_path) == ["recording"]


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(ResourceError, match=r"Cannot write '.*beneath': .*Nothing was left half-written"):
        write_bytes(tmp_path / "file" / "beneath", b"1")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no RLIMIT_FSIZE")
@pytest.mark.parametrize("kind", ["file", "folder"])
def test_a_full_disk_leaves_nothing_half_written(tmp_path: Path, kind: str) -> None:
    told = run_with_full_disk(kind, tmp_path / "out")
    assert told.startswith("ResourceError Cannot write")
    assert names(tmp_path) == []


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no RLIMIT_FSIZE")
def test_a_full_disk_keeps_the_old_file(tmp_path: Path) -> None:
    write_bytes(tmp_path / "out", b"old")
    run_with_full_disk("file", tmp_path / "out")
    assert (tmp_path / "out").read_bytes() == b"old"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full on this system")
def test_the_words_for_a_full_disk(tmp_path: Path) -> None:
    with (
        pytest.raises(ResourceError, match="the disk is full"),
        atomic_file(tmp_path / "a"),
        Path("/dev/full").open("wb", buffering=0) as full,
    ):
        full.write(b"1")
    assert names(tmp_path) == []
