"""`inplane guide`: what it writes, in which units, what it refuses, and what stays of a source that breaks."""

import errno
import json
import os
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pytest

import inplane.stream.open as opening
from inplane.case import read_journal, verify
from inplane.cli import main
from inplane.core import Calibration, Control, FormatError, Frame, PictureGeometry, Signals
from inplane.perception import Perceiver
from inplane.stream import Recorder, SourceInfo, StreamStatus
from inplane.stream.file_source import FileSource
from inplane.stream.files.media import MediaInfo, Picture
from inplane.stream.screen.layout import Layout

MM_TEXT = re.compile(r"\d\s*(mm|cm)\b|\bmillimet|\bcentimet", re.IGNORECASE)
MM_KEY = re.compile(r"(^|_)(mm|cm)\d?(_|$)")


def run(*words: str) -> object:
    with pytest.raises(SystemExit) as stopped:
        main(["guide", *words])
    return stopped.value.code


def speckle(sequence: int = 0, rows: int = 240, columns: int = 300) -> np.ndarray:
    """Tissue with a dark walled disc, which is called a vessel, and a bright line with a shadow."""
    rng = np.random.default_rng(sequence % 3)
    y, x = np.mgrid[:rows, :columns]
    grey = np.full((rows, columns), 110.0)
    distance = np.hypot(x - 110, y - 90)
    grey[distance < 34] = 200
    grey[distance < 28] = 3
    pixels = grey * rng.rayleigh(0.8, grey.shape)
    return np.clip(cv2.GaussianBlur(pixels, (0, 0), 1.2), 0, 255).astype(np.uint8)


class Pictures:
    """A reader of `count` pictures; raises `error` after them."""

    def __init__(self, count: int, error: BaseException | None = None, **info: Any) -> None:
        self.info = replace(
            MediaInfo(format="made up", rows=240, columns=300, color=False, frames=None, rate_hz=20.0), **info
        )
        self._count, self._error = count, error

    def pictures(self) -> Iterator[Picture]:
        for number in range(self._count):
            yield Picture(pixels=speckle(number), time_s=3 + 0.05 * number**1.1, valid=number != 2)
        if self._error is not None:
            raise self._error

    def close(self) -> None:
        pass


def whole(_: Any, info: MediaInfo) -> Layout:
    return Layout(
        x0=0, y0=0, x1=info.columns, y1=info.rows, field=None, pixel_mm=None, calibration=Calibration.UNCALIBRATED
    )


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Makes `open_source` give this source, whatever is asked for."""

    def give(source: Any) -> None:
        monkeypatch.setattr(opening, "open_source", lambda *_, **__: source)

    return give


def lines_of(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "frames.jsonl").read_text().splitlines()]


def decoded(path: Path) -> list[float]:
    """Times of the frames that a player sees."""
    with av.open(str(path)) as container:
        return [float(frame.time) for frame in container.decode(video=0)]


def walk(value: Any) -> Iterator[tuple[bool, str]]:
    """Every key (True) and every text (False) within a JSON value."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield True, key
            yield from walk(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from walk(inner)
    elif isinstance(value, str):
        yield False, value


def test_a_source_becomes_overlay_lines_journal_and_summary(tmp_path, capsys, given):
    given(FileSource(Pictures(12), name="made up", find=whole))
    out = tmp_path / "out"
    assert run("x", "--out", str(out), "--json", "--width", "320") == 0
    told = capsys.readouterr()
    summary = json.loads(told.out)
    assert told.out.count("\n") == 1
    assert json.loads((out / "summary.json").read_text()) == summary
    assert summary["frames"] == 12
    assert summary["complete"] is True
    assert summary["reason"] is None
    assert summary["invalid_frames"] == 1
    assert summary["files"] == ["frames.jsonl", "journal.sqlite", "overlay.mp4", "summary.json"]
    assert sorted(found.name for found in out.iterdir()) == summary["files"]
    assert summary["latency"]["loop_ms"]["p99"] >= summary["latency"]["loop_ms"]["p50"] > 0
    lines = lines_of(out)
    assert [line["sequence"] for line in lines] == list(range(12))
    assert [line["valid"] for line in lines] == [number != 2 for number in range(12)]
    assert all({"perceive_ms", "perceive_cpu_ms", "guide_ms", "guide_cpu_ms"} <= set(line["latency"]) for line in lines)
    assert verify(out / "journal.sqlite")
    kinds = [event.kind for event in read_journal(out / "journal.sqlite")]
    assert kinds[0] == "case_opened"
    assert {"source", "source_ended", "totals"} <= set(kinds)


def test_the_journal_may_lie_elsewhere(tmp_path, given):
    given(FileSource(Pictures(3), name="made up", find=whole))
    out, journal = tmp_path / "out", tmp_path / "all.sqlite"
    assert run("x", "--out", str(out), "--journal", str(journal)) == 0
    assert not (out / "journal.sqlite").exists()
    assert json.loads((out / "summary.json").read_text())["journal"] == str(journal)
    assert verify(journal)


def test_the_overlay_keeps_every_frame_and_its_time(tmp_path, given):
    given(FileSource(Pictures(12), name="made up", find=whole))
    assert run("x", "--out", str(tmp_path / "out")) == 0
    times = decoded(tmp_path / "out" / "overlay.mp4")
    assert len(times) == 12
    assert times == pytest.approx([0.05 * number**1.1 for number in range(12)], abs=2e-3)


def test_a_still_gives_a_picture_too(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    cv2.imwrite("still.png", speckle())
    assert run("still.png") == 0
    out = tmp_path / "still.png.inplane"
    assert len(decoded(out / "overlay.mp4")) == 1
    assert cv2.imread(str(out / "overlay.png")).shape[1] == 640


def test_a_still_is_looked_at_as_long_as_a_frozen_screen(tmp_path):
    cv2.imwrite(str(tmp_path / "still.png"), speckle())
    assert run(str(tmp_path / "still.png"), "--out", str(tmp_path / "out")) == 0
    (line,) = lines_of(tmp_path / "out")
    assert (line["sequence"], line["time_s"]) == (0, 0.0)
    (vessel,) = line["seen"]["vessels"]
    assert abs(vessel["centre_px"][0] - 110) < 6
    notes = json.loads((tmp_path / "out" / "summary.json").read_text())["notes"]
    assert "A single picture: looked at 15 times, as at a frozen screen." in notes


def test_no_millimetre_of_an_uncalibrated_source_is_written_anywhere(tmp_path, capsys, given, monkeypatch):
    words: list[str] = []
    put = cv2.putText
    monkeypatch.setattr(cv2, "putText", lambda picture, text, *rest: (words.append(text), put(picture, text, *rest))[1])
    given(FileSource(Pictures(45), name="made up", find=whole))
    out = tmp_path / "out"
    assert run("x", "--out", str(out), "--procedure", "femoral_nerve_block") == 0
    told = capsys.readouterr()
    lines = lines_of(out)
    values: list[Any] = [*lines, json.loads((out / "summary.json").read_text())]
    values += [{"kind": event.kind, **event.fields} for event in read_journal(out / "journal.sqlite")]
    found = [pair for value in values for pair in walk(value)]
    assert len(found) > 1000
    assert [key for is_key, key in found if is_key and MM_KEY.search(key)] == []
    assert [text for is_key, text in found if not is_key and MM_TEXT.search(text)] == []
    assert [text for text in (*words, *told.out.splitlines(), *told.err.splitlines()) if MM_TEXT.search(text)] == []
    assert "no scale: not calibrated" in words
    vessels = [vessel for line in lines for vessel in line["seen"]["vessels"]]
    assert vessels
    x, y = np.median([vessel["centre_px"] for vessel in vessels], axis=0)
    assert abs(x - 110) < 6  # pixels of the picture as it is shown
    assert abs(y - 90) < 6
    assert abs(np.median([vessel["semi_axes_px"][0] for vessel in vessels]) - 28) < 8


def recording(path: Path, calibration: Calibration, frames: int = 4) -> Path:
    geometry = PictureGeometry(n_lines=300, n_samples=240, line_pitch_mm=0.15, sample_pitch_mm=0.15)
    info = SourceInfo(
        name="made up",
        simulated=False,
        calibration=calibration,
        procedure_id=None,
        side=None,
        probe_name="",
        n_lines=300,
        n_samples=240,
        width_mm=45.0,
        frame_rate_hz=20.0,
    )
    with Recorder(path, info) as recorder:
        for number in range(frames):
            frame = Frame(
                sequence=number,
                time_s=number / 20,
                pixels=np.ascontiguousarray(speckle(number).T[::-1]),
                geometry=geometry,
                calibration=calibration,
                signals=Signals(),
            )
            recorder.write(frame, Control())
    return path


def test_estimated_millimetres_are_marked_in_every_line(tmp_path, capsys):
    source = recording(tmp_path / "source", Calibration.ESTIMATED, frames=30)
    out = tmp_path / "out"
    assert run(str(source), "--out", str(out)) == 0
    lines = lines_of(out)
    assert all(line["scale"] == line["calibration"] == "estimated" for line in lines)
    assert any("tip_mm" in line["seen"]["needle"] for line in lines)
    summary = json.loads((out / "summary.json").read_text())
    assert summary["scale"] == "estimated"
    assert summary["width_mm"] == 45.0
    assert "45 x 36 mm (estimated)" in capsys.readouterr().out


def test_a_calibrated_recording_of_ours_is_read_in_millimetres(tmp_path):
    source = recording(tmp_path / "source", Calibration.CALIBRATED, frames=30)
    assert run(str(source), "--out", str(tmp_path / "out")) == 0
    lines = lines_of(tmp_path / "out")
    assert not any("scale" in line for line in lines)
    x, y = np.median([v["centre_mm"] for line in lines for v in line["seen"]["vessels"]], axis=0)
    assert abs(x - (150 - 110) * 0.15) < 0.9  # MF: the marked side, at the screen's left, is +x
    assert abs(y - 90 * 0.15) < 0.9


def test_what_breaks_midway_is_kept_and_marked(tmp_path, capsys, given):
    given(FileSource(Pictures(20, FormatError("Frame 20 is cut off.")), name="made up", find=whole))
    out = tmp_path / "out"
    assert run("x", "--out", str(out), "--json") == 2
    told = capsys.readouterr()
    assert told.err == f"inplane: Frame 20 is cut off. What was read before is kept in '{out}', marked so.\n"
    summary = json.loads(told.out)
    assert (summary["complete"], summary["reason"], summary["frames"]) == (False, "Frame 20 is cut off.", 20)
    assert json.loads((out / "summary.json").read_text()) == summary
    assert len(lines_of(out)) == len(decoded(out / "overlay.mp4")) == 20
    assert verify(out / "journal.sqlite")


def test_ctrl_c_keeps_what_was_read(tmp_path, given):
    given(FileSource(Pictures(20, KeyboardInterrupt()), name="made up", find=whole))
    out = tmp_path / "out"
    assert run("x", "--out", str(out)) == 130
    summary = json.loads((out / "summary.json").read_text())
    assert (summary["complete"], summary["reason"]) == (False, "Stopped from the keyboard.")
    assert summary["frames"] == 20


def test_a_fault_of_ours_is_not_hidden_and_loses_nothing(tmp_path, given, monkeypatch):
    step, calls = Perceiver.step, []

    def failing(self: Perceiver, frame: Frame) -> Any:
        calls.append(frame.sequence)
        if len(calls) > 12:
            raise ZeroDivisionError("by nothing")
        return step(self, frame)

    given(FileSource(Pictures(20), name="made up", find=whole))
    monkeypatch.setattr(Perceiver, "step", failing)
    with pytest.raises(ZeroDivisionError):
        main(["guide", "x", "--out", str(tmp_path / "out")])
    summary = json.loads((tmp_path / "out" / "summary.json").read_text())
    assert summary["complete"] is False
    assert "ZeroDivisionError: by nothing" in summary["reason"]
    assert summary["frames"] == len(lines_of(tmp_path / "out")) > 0


def test_a_full_disk_is_told_and_leaves_nothing_half_written(tmp_path, capsys, given, monkeypatch):
    def full(*_: Any, **__: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    given(FileSource(Pictures(20), name="made up", find=whole))
    monkeypatch.setattr("inplane.cli._guide_out.json.dumps", full)
    assert run("x", "--out", str(tmp_path / "out")) == 2
    said = capsys.readouterr().err
    assert "the disk is full. Nothing was left half-written." in said
    assert said.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_it_stops_after_the_seconds_asked_for(tmp_path, given):
    given(FileSource(Pictures(40), name="made up", find=whole))
    assert run("x", "--out", str(tmp_path / "out"), "--seconds", "0.5") == 0
    summary = json.loads((tmp_path / "out" / "summary.json").read_text())
    assert (summary["ended"], summary["complete"]) == ("seconds", True)
    assert 0.5 <= summary["seconds"] < 0.6


class Scanner:
    """A live source: two frames, silence, one frame more, then the peer goes."""

    problem = None

    def __init__(self) -> None:
        self._frames = 0
        self._silent_for = 0.0
        self.info = SourceInfo(
            name="live",
            simulated=False,
            calibration=Calibration.UNCALIBRATED,
            procedure_id=None,
            side=None,
            probe_name="",
            n_lines=300,
            n_samples=240,
            width_mm=40.0,
            frame_rate_hz=20.0,
            live=True,
        )

    def wait(self, timeout_s: float) -> bool:
        if self._frames == 2 and self._silent_for < 0.6:
            self._silent_for += timeout_s
            return False
        return True

    def next(self, _: Control) -> Frame | None:
        if self._frames == 3:
            return None
        self._frames += 1
        geometry = PictureGeometry(n_lines=300, n_samples=240, line_pitch_mm=0.15, sample_pitch_mm=0.15)
        return Frame(
            sequence=self._frames - 1,
            time_s=self._frames / 20,
            pixels=np.ascontiguousarray(speckle(self._frames).T),
            geometry=geometry,
            calibration=Calibration.UNCALIBRATED,
            signals=Signals(),
        )

    def status(self) -> StreamStatus:
        return StreamStatus(
            connected=True,
            age_s=self._silent_for,
            latency_s=None,
            received=self._frames,
            dropped=0,
            corrupt=0,
            stale=self._silent_for > 0.2,
            text="No frame comes.",
        )

    def close(self) -> None:
        pass


def test_a_stale_input_is_said_at_once_in_lines_and_on_screen(tmp_path, capsys, given):
    given(Scanner())
    out = tmp_path / "out"
    assert run("igtl://here", "--out", str(out)) == 0
    lines = lines_of(out)
    assert [line.get("event", line.get("sequence")) for line in lines] == [0, 1, "stale", "fresh", 2]
    assert lines[2]["age_s"] <= 0.2 + 1e-9
    assert "stream" in lines[0]
    assert "The input is stale: no picture for 0." in capsys.readouterr().err
    assert len(decoded(out / "overlay.mp4")) == 4  # the last picture once more, marked
    assert json.loads((out / "summary.json").read_text())["frames"] == 3


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (None, "does not exist. Expected a file, a folder, or igtl://host:port."),
        (b"", "'file.png' is empty: 0 bytes. Expected ultrasound as DICOM"),
        (b"PK\x03\x04" + bytes(100), "is called a still picture, but its content is a Zip archive."),
        (b"\x89PNG\r\n\x1a\n" + bytes(40), "file.png"),
        (b"hello there, this is a letter", "its content is text."),
        (bytes(600), "its content is zeros from its first byte on."),
        (b"\xff\xd8\xff\xe0" + bytes(80), "file.png"),
    ],
)
def test_what_cannot_be_read_is_told_in_one_line_and_leaves_nothing(tmp_path, capsys, monkeypatch, make, told):
    monkeypatch.chdir(tmp_path)
    if make is not None:
        Path("file.png").write_bytes(make)
    assert run("file.png") == 2
    said = capsys.readouterr()
    assert told in said.err
    assert said.err.count("\n") == 1
    assert "Traceback" not in said.err
    assert said.out == ""
    assert [found.name for found in tmp_path.iterdir()] == ([] if make is None else ["file.png"])


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["x.png", "--overlay", "loud"], "Unknown overlay level 'loud'. Expected one of: 'off', 'outline', 'full'."),
        (["x.png", "--width", "7"], "width is 7 px. Expected a number from 64 to 4096 px."),
        (["x.png", "--seconds", "0"], "seconds is 0.0 s. Expected a number from 0.05 to 86400 s."),
        (["x.png", "--procedure", "haircut"], "Unknown procedure 'haircut'."),
        (["x.png", "--procedure", "femoral_nerve_block", "--side", "up"], "Unknown side 'up'."),
        (["http://here/x.mp4"], "Unknown kind of address 'http://'. Expected 'igtl://host[:port][/device]' or a path."),
        (["igtl://here:99999"], "Port is '99999'. Expected a whole number from 1 to 65535."),
        (["igtl://:18944"], "No host in 'igtl://:18944'. Expected 'igtl://host[:port][/device]'."),
        (["."], "holds no still pictures: it is empty. Expected a folder of PNG"),
    ],
)
def test_what_cannot_be_asked_for_is_told_in_one_line(tmp_path, capsys, monkeypatch, words, told):
    monkeypatch.chdir(tmp_path)
    assert run(*words) == 2
    said = capsys.readouterr().err
    assert told in said
    assert said.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_a_folder_with_something_in_it_is_left_alone(tmp_path, capsys):
    cv2.imwrite(str(tmp_path / "still.png"), speckle())
    assert run(str(tmp_path / "still.png"), "--out", str(tmp_path)) == 2
    assert "exists already" in capsys.readouterr().err
    assert [found.name for found in tmp_path.iterdir()] == ["still.png"]
