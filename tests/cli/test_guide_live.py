"""`inplane guide igtl://...` beside a server of ours: frames, a pause that is said in time, and the peer's farewell."""

import json
import time
from pathlib import Path
from threading import Thread

import cv2
import numpy as np
import pytest

from inplane.cli import main
from inplane.core import Calibration, Frame, PictureGeometry, Signals
from inplane.stream.igtl.plus import messages_of, status_message
from inplane.stream.igtl.server import Server
from inplane.stream.igtl.text import SHUTDOWN

RATE_HZ, BEFORE, PAUSE_S, AFTER = 30, 45, 0.6, 15


def frame(number: int) -> Frame:
    rng = np.random.default_rng(number)
    grey = cv2.GaussianBlur(np.clip(90 * rng.rayleigh(0.8, (160, 200)), 0, 255).astype(np.uint8), (0, 0), 1.0)
    geometry = PictureGeometry(n_lines=200, n_samples=160, line_pitch_mm=0.2, sample_pitch_mm=0.2)
    return Frame(
        sequence=number,
        time_s=number / RATE_HZ,
        pixels=np.ascontiguousarray(grey.T),
        geometry=geometry,
        calibration=Calibration.CALIBRATED,
        signals=Signals(),
    )


def play(server: Server) -> None:
    """Waits for a client, sends, pauses, sends again, and says that it goes."""
    end = time.monotonic() + 30
    while not server.clients and time.monotonic() < end:
        time.sleep(0.01)
    for number in range(BEFORE + AFTER):
        for message in messages_of(frame(number), time_s=time.time()):
            server.send(message)
        time.sleep(PAUSE_S if number == BEFORE - 1 else 1 / RATE_HZ)
    server.send(status_message(SHUTDOWN, "done", time.time()))
    time.sleep(0.2)
    server.close()


def test_a_scanner_on_the_network_is_guided_until_it_goes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    server = Server(0)
    peer = Thread(target=play, args=(server,))
    peer.start()
    out = tmp_path / "out"
    with pytest.raises(SystemExit) as stopped:
        main(["guide", f"igtl://127.0.0.1:{server.port}", "--out", str(out), "--json", "--seconds", "20"])
    peer.join()
    assert stopped.value.code == 0
    told = capsys.readouterr()
    summary = json.loads(told.out)
    assert (summary["live"], summary["complete"], summary["ended"]) == (True, True, "end")
    assert summary["calibration"] == "calibrated"
    assert summary["frames"] > 20
    lines = [json.loads(line) for line in (out / "frames.jsonl").read_text().splitlines()]
    frames = [line for line in lines if "sequence" in line]
    assert len(frames) == summary["frames"]
    assert all(line["stream"]["latency_s"] is None or line["stream"]["latency_s"] < 5 for line in frames)
    stale = [line for line in lines if line.get("event") == "stale"]
    assert stale
    assert stale[0]["age_s"] < 0.25  # said as soon as a frame is 0.2 s old, here on a busy machine
    assert "The input is stale" in told.err
