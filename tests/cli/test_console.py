"""`inplane console`: a source that cannot be used is told in one line; a recording is served until Ctrl-C."""

import os
import re
import signal
import subprocess
import sys
import threading
import urllib.request
from pathlib import Path

import numpy as np
import pytest

from inplane.case import read_journal
from inplane.cli import main
from inplane.core import Calibration, Control, Frame, PictureGeometry, Signals
from inplane.stream import Recorder, SourceInfo


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three pictures of noise."""
    folder = tmp_path_factory.mktemp("console") / "noise"
    geometry = PictureGeometry(n_lines=64, n_samples=48, line_pitch_mm=0.3, sample_pitch_mm=0.3)
    info = SourceInfo(
        name="noise",
        simulated=False,
        calibration=Calibration.UNCALIBRATED,
        procedure_id=None,
        side=None,
        probe_name="none",
        n_lines=64,
        n_samples=48,
        width_mm=geometry.width_mm,
        frame_rate_hz=10.0,
    )
    rng = np.random.default_rng(2)
    with Recorder(folder, info) as recorder:
        for number in range(3):
            frame = Frame(
                sequence=number,
                time_s=number / 10,
                pixels=rng.integers(1, 255, (64, 48), dtype=np.uint8),
                geometry=geometry,
                calibration=Calibration.UNCALIBRATED,
                signals=Signals(),
            )
            recorder.write(frame, Control())
    return folder


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--source", "/no/such/file"], "'/no/such/file' does not exist"),
        (["--source", "ftp://scanner"], "Unknown kind of address 'ftp://'"),
        (["--source", "{recording}", "--procedure", "lobotomy"], "Unknown procedure 'lobotomy'"),
        (["--source", "{recording}", "--port", "70000"], "port is 70000. Expected a number from 0 to 65535."),
    ],
)
def test_what_cannot_be_shown_is_told_in_one_line(
    words: list[str], told: str, recording: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = [word.format(recording=recording) for word in words]
    with pytest.raises(SystemExit) as stopped:
        main(["console", "--no-browser", "--journals", str(tmp_path), *asked])
    assert stopped.value.code == 2
    error = capsys.readouterr().err
    assert told in error
    assert "Traceback" not in error
    assert [line for line in error.splitlines() if line.startswith("inplane:")] == error.splitlines()[-1:]


def test_a_source_must_be_named(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["console", "--no-browser"])
    assert stopped.value.code == 2
    assert "--source" in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C is sent another way there")
def test_it_serves_a_recording_prints_its_link_and_stops_cleanly(recording: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "inplane", "console", "--source", str(recording), "--no-browser", "--loop"]
    process = subprocess.Popen(
        [*command, "--journals", str(tmp_path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        start_new_session=True,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    told: list[str] = []
    reader = threading.Thread(target=lambda: told.extend(process.stderr or ()), daemon=True)
    reader.start()
    try:
        link = process.stdout.readline().strip()
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/\?token=[\w-]{20,}", link), told
        with urllib.request.urlopen(link, timeout=10) as answer:
            assert b"Not a medical device" in answer.read()
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0
        reader.join(5)
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
        process.stderr.close()
    text = "".join(told)
    assert "Opening the source" in text
    assert "Traceback" not in text
    assert text.rstrip().endswith("Stopped.")
    (journal,) = tmp_path.glob("*-recording.sqlite")
    kinds = [event.kind for event in read_journal(journal)]
    assert kinds[:2] == ["case_opened", "source"]
