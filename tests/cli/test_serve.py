"""`inplane serve`: what it refuses before any work, what it sends, and how it stops."""

import signal
import subprocess
import sys
import time
from contextlib import closing
from itertools import islice
from pathlib import Path
from threading import Thread

import numpy as np
import pytest

import inplane
from inplane.cli import main
from inplane.cli.serve import insertions
from inplane.core import Calibration, Control, Frame, LinearGeometry, ResourceError, Signals
from inplane.stream import SourceInfo, write_recording
from inplane.stream.igtl.plus import NEEDLE_TIP, PROBE, patient_pose
from inplane.stream.igtl.server import Server
from inplane.stream.igtl.source import IgtlSource

STILL = Control()


def run(*words: str) -> object:
    with pytest.raises(SystemExit) as stopped:
        main(["serve", *words])
    return stopped.value.code


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    """Twenty frames of noise at 50 a second, each brighter than the one before."""
    info = SourceInfo(
        name="noise",
        simulated=True,
        calibration=Calibration.CALIBRATED,
        procedure_id=None,
        side=None,
        probe_name="none",
        n_lines=64,
        n_samples=96,
        width_mm=32.0,
        frame_rate_hz=50.0,
    )
    rng = np.random.default_rng(0)
    frames = [
        Frame(
            sequence=number,
            time_s=0.02 * number,
            pixels=(rng.integers(0, 60, (64, 96)) + 5 * number).astype(np.uint8),
            geometry=LinearGeometry(n_lines=64, n_samples=96, width_mm=32.0, depth_mm=24.0),
            calibration=Calibration.CALIBRATED,
            signals=Signals(),
        )
        for number in range(20)
    ]
    write_recording(tmp_path / "noise", info, ((frame, STILL, None) for frame in frames))
    return tmp_path / "noise"


def free_port() -> int:
    with closing(Server(0)) as server:
        return server.port


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["nothing/here"], "'nothing/here' does not exist."),
        (["nothing/here"], "Or 'simulated' for the simulated patient."),
        (["simulated", "--procedure", "knee_surgery"], "Unknown procedure with a virtual patient 'knee_surgery'"),
        (["simulated", "--seed", "-1"], "seed is -1. Expected a whole number from 0"),
        (["simulated", "--rate", "0"], "rate is 0.0 Hz. Expected a number from 0.1 to 200 Hz."),
        (["simulated", "--seconds", "0"], "seconds is 0.0 s. Expected a number from 0.1"),
        (["ftp://somewhere"], "Unknown kind of address 'ftp://'"),
    ],
)
def test_what_cannot_be_is_told_in_one_line(capsys: pytest.CaptureFixture[str], words: list[str], told: str) -> None:
    assert run(*words, "--igtl", "0") == 2
    said = capsys.readouterr()
    assert told in said.err
    assert said.err.count("\n") == 1
    assert said.out == ""


def test_a_port_in_use_is_told_with_another(capsys: pytest.CaptureFixture[str], recording: Path) -> None:
    with closing(Server(0)) as server:
        assert run(str(recording), "--igtl", str(server.port)) == 2
        told = capsys.readouterr().err
    assert f"Port {server.port} of 127.0.0.1 cannot be listened at" in told
    assert f"such as {server.port + 1}" in told


def test_a_port_that_cannot_be(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("simulated", "--igtl", "70000") == 2
    assert "Port 70000. Expected 0 to 65535." in capsys.readouterr().err


def test_nobody_comes(capsys: pytest.CaptureFixture[str], recording: Path) -> None:
    port = free_port()
    assert run(str(recording), "--igtl", str(port), "--seconds", "0.2") == 0
    said = capsys.readouterr()
    assert said.out == f"igtl://127.0.0.1:{port}\n"
    assert "0 frames were sent." in said.err


def test_a_recording_is_sent_whole_to_the_first_who_comes(capsys: pytest.CaptureFixture[str], recording: Path) -> None:
    port, codes = free_port(), list[object]()
    thread = Thread(target=lambda: codes.append(run(str(recording), "--igtl", str(port))))
    thread.start()
    source = connected(port)
    frames = list(iter(lambda: source.next(STILL), None))
    source.close()
    thread.join()
    assert codes == [0]
    last = frames[-1]
    assert last.calibration is Calibration.CALIBRATED
    assert int(last.pixels.min()) >= 5 * 19
    assert last.signals.fields["FrameNumber"] == "19"
    assert {one.name: one.valid for one in last.signals.transforms} == {PROBE: False, NEEDLE_TIP: False}
    assert last.geometry.line_pitch_mm == pytest.approx(0.5, abs=1e-6)
    assert source.problem is None
    said = capsys.readouterr()
    assert "has connected." in said.err
    assert "20 frames were sent." in said.err


def connected(port: int) -> IgtlSource:
    """A source at a server that is only just starting; the first who comes gets the recording, so nobody knocks."""
    end_s = time.monotonic() + 60
    while True:
        try:
            return IgtlSource("127.0.0.1", port, look_s=0.05, patience_s=0.2)
        except ResourceError:
            assert time.monotonic() < end_s, "nobody listens"
            time.sleep(0.02)


def test_an_interrupt_stops_it_in_good_order(recording: Path) -> None:
    words = [sys.executable, "-m", "inplane", "serve", str(recording), "--igtl", "0", "--loop"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            port = int(process.stdout.readline().rsplit(":", 1)[1])
            source = IgtlSource("127.0.0.1", port, look_s=0.05, patience_s=0.2)
            assert source.next(STILL) is not None
            process.send_signal(signal.SIGINT)
            told = process.communicate(timeout=20)[1]
        finally:
            process.kill()
    while source.next(STILL) is not None:
        pass
    source.close()
    assert process.returncode == 0
    assert "Stopped." in told
    assert "Traceback" not in told
    assert source.problem is None


def test_another_address_than_this_machines_own_is_warned_of(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, recording: Path
) -> None:
    """Nothing is opened to the network here: the server listens at the loopback whatever it is told."""
    made: list[str] = []

    def local(port: int, host: str) -> Server:
        made.append(host)
        return Server(port)

    monkeypatch.setattr("inplane.cli.serve.Server", local)
    assert run(str(recording), "--igtl", "0", "--host", "192.0.2.1", "--seconds", "0.1") == 0
    assert set(made) == {"192.0.2.1"}
    assert "neither encryption nor passwords" in capsys.readouterr().err


@pytest.mark.slow
def test_the_simulated_patient_comes_with_a_tracked_probe_and_needle() -> None:
    """Over the network, the needle's tip lies where the simulation has it: in the picture's plane, on its shaft."""
    patient = inplane.patient("femoral_nerve_block", seed=3)
    source = inplane.simulate(patient, "femoral_nerve_block", seed=3, frame_rate_hz=4.0)
    shots = list(islice(insertions(source, patient, "femoral_nerve_block", 3), 12))  # three seconds
    early, told = ({one.name: one for one in shots[index].tracked} for index in (0, -1))
    truth = source.truth(shots[-1].frame.sequence)
    assert not early[NEEDLE_TIP].valid  # it waits outside the skin for the first second
    assert told[PROBE].valid
    assert told[NEEDLE_TIP].valid
    assert truth is not None
    assert truth.tip_image_mm is not None
    np.testing.assert_allclose(patient_pose(told[PROBE]), truth.T_patient_image.matrix(), atol=1e-12)
    tip = np.linalg.inv(told[PROBE].matrix) @ told[NEEDLE_TIP].matrix @ [0, 0, 0, 1]
    np.testing.assert_allclose(tip[:3], truth.tip_image_mm, atol=1e-6)
