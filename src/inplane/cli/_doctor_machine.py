"""What this machine has and lacks, check by check."""

import os
import platform
import re
import shutil
import socket
import sys
import webbrowser
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import Any, Literal

from inplane.core import InplaneError, runtime

PYTHONS = ((3, 11), (3, 13))
"""First and last version that the wheels of all libraries exist for."""
DECODERS = ("h264", "hevc", "mpeg4", "mjpeg", "vp9", "prores", "rawvideo")
"""Of the videos that scanners and screen grabbers write."""
LITTLE_BYTES, TOO_LITTLE_BYTES = 5 << 30, 200 << 20
"""Free disk space that is said, and that is wrong. chosen: some hours of overlays; one recording."""
IGTL_PORT = 18944


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that was looked at.

    Args:
        name: what.
        state: whether it is fine, worth knowing, or wrong.
        found: what was found.
        do: what to do about it; "" where nothing.
    """

    name: str
    state: Literal["fine", "note", "wrong"]
    found: str
    do: str = ""


def machine_checks(folder: Path) -> Iterator[Check]:
    """Every check of the machine.

    Args:
        folder: where output would go.
    """
    yield _python()
    yield from _libraries()
    yield from _codecs()
    yield from _models()
    yield _cores()
    yield _kernels()
    yield _disk(folder)
    yield _port()
    yield _browser()


def _python() -> Check:
    found = f"{platform.python_version()} on {platform.system()} {platform.machine()}"
    if PYTHONS[0] <= sys.version_info[:2] <= PYTHONS[1]:
        return Check(name="Python", state="fine", found=found)
    return Check(name="Python", state="wrong", found=found, do="Use Python 3.11 to 3.13.")


def _libraries() -> Iterator[Check]:
    """Versions of what inplane needs; the ones that are missing apart."""
    found: list[str] = []
    for line in requires("inplane") or ():
        if "extra ==" in line:
            continue
        name = re.split(r"[^A-Za-z0-9_.-]", line, maxsplit=1)[0]
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            yield Check(
                name="libraries", state="wrong", found=f"{name} is missing", do="Run `make setup`, or `pip install .`."
            )
    yield Check(name="libraries", state="fine", found=", ".join(found))


def _codecs() -> Iterator[Check]:
    """Video decoders, the overlay's encoder, and DICOM's compressed pictures."""
    again = "Install the locked libraries again: `python3 tools/setup.py`."
    try:
        from av.codec import Codec

        lacking = [name for name in DECODERS if not _has(Codec, name, "r")]
        writes = next((name for name in ("libvpx-vp9", "mpeg4") if _has(Codec, name, "w")), None)
        yield Check(
            name="video",
            state="note" if lacking else "fine",
            found=f"reads {', '.join(name for name in DECODERS if name not in lacking)}",
            do=f"Videos in {', '.join(lacking)} will be refused." if lacking else "",
        )
        state: Literal["fine", "wrong"] = "wrong" if writes is None else "fine"
        yield Check(name="overlay video", state=state, found=writes or "no encoder", do="" if writes else again)
    except ImportError as error:
        yield Check(name="video", state="wrong", found=f"PyAV cannot be loaded: {error}", do=again)
    try:
        import gdcm  # pyright: ignore[reportMissingImports]

        yield Check(name="DICOM codecs", state="fine", found=f"GDCM {gdcm.Version.GetVersion()}")  # pyright: ignore
    except ImportError as error:
        found = f"GDCM cannot be loaded: {error}"
        yield Check(name="DICOM codecs", state="wrong", found=found, do=again)


def _has(codec: Any, name: str, mode: str) -> bool:
    try:
        codec(name, mode)
    except ValueError:
        return False
    return True


def _cores() -> Check:
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if count >= 2:
        return Check(name="cores", state="fine", found=f"{count} that may be used")
    return Check(name="cores", state="note", found="1", do="Two or more keep the console smooth beside perception.")


def _kernels() -> Check:
    """Where compiled kernels are kept, and whether there are any."""
    do = "Set INPLANE_CACHE to a folder that can be written."
    try:
        folder = runtime.start().cache_dir
    except OSError as error:
        return Check(name="kernel cache", state="wrong", found=f"{error.filename}: {error.strerror}", do=do)
    if not os.access(folder, os.W_OK):
        return Check(name="kernel cache", state="wrong", found=f"'{folder}' cannot be written", do=do)
    count = sum(1 for _ in folder.rglob("*.nbi"))
    if count:
        return Check(name="kernel cache", state="fine", found=f"{count} kernels in '{folder}'")
    told = "The first start compiles them, in about a minute."
    return Check(name="kernel cache", state="note", found=f"empty, '{folder}'", do=told)


def _disk(folder: Path) -> Check:
    free = shutil.disk_usage(folder).free
    found = f"{free / (1 << 30):.1f} GiB free in '{folder}'"
    if not os.access(folder, os.W_OK):
        do = "Give another folder with --out."
        return Check(name="disk", state="note", found=f"'{folder}' cannot be written", do=do)
    if free < TOO_LITTLE_BYTES:
        return Check(name="disk", state="wrong", found=found, do="Make room.")
    return Check(name="disk", state="note" if free < LITTLE_BYTES else "fine", found=found)


def _models() -> list[Check]:
    """Whether the nets that come with the program can be used."""
    from inplane.perception import anatomy_model, needle_model

    return [
        _model("needle model", needle_model.shipped, "no needle is recognized"),
        _model("anatomy model", anatomy_model.shipped, "no nerve is recognized, and vessels by their walls alone"),
    ]


def _model(name: str, shipped: Callable[[], Any], lost: str) -> Check:
    """Whether one net can be used, and what is lost where it cannot."""
    try:
        card = shipped().card
    except InplaneError as problem:
        return Check(name=name, state="wrong", found=str(problem), do=f"Install inplane again: without it {lost}.")
    return Check(name=name, state="fine", found=f"SHA-256 {card.sha256[:12]}, as its card says")


def _port() -> Check:
    """Whether OpenIGTLink's usual port is free for `inplane serve`."""
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", IGTL_PORT))
        except OSError as error:
            found = f"{IGTL_PORT} is taken: {(error.strerror or str(error)).lower()}"
            do = f"A server runs here: `igtl://127.0.0.1:{IGTL_PORT}` is a source; serve on another port."
            return Check(name="port", state="note", found=found, do=do)
    return Check(name="port", state="fine", found=f"{IGTL_PORT} is free for OpenIGTLink")


def _browser() -> Check:
    try:
        name = str(getattr(webbrowser.get(), "name", "found"))
    except webbrowser.Error:
        do = "The console prints a link; open it in any browser on this machine."
        return Check(name="browser", state="note", found="none found", do=do)
    return Check(name="browser", state="fine", found=name)
