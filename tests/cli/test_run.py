"""`inplane run`: what was asked for is checked first, and the link is printed on a line of its own."""

import os
import re
import signal
import subprocess
import sys
import threading
import urllib.request
from pathlib import Path

import pytest

from inplane.cli import main
from inplane.console import listen


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--port", "70000"], "port is 70000. Expected a number from 0 to 65535."),
        (["--procedure", "lobotomy"], "Unknown procedure with a virtual patient 'lobotomy'"),
        (["--side", "up"], "Unknown side 'up'"),
        (["--level", "9"], "level is 9. Expected a whole number from 0 to 4."),
        (["--seed", "-1"], "seed is -1. Expected a whole number from 0"),
    ],
)
def test_what_cannot_be_run_is_told_in_one_line(
    words: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["run", "--no-browser", *words])
    assert stopped.value.code == 2
    error = capsys.readouterr().err
    assert told in error
    assert error.count("\n") == 1


def test_a_port_in_use_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with listen(0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SystemExit) as stopped:
            main(["run", "--no-browser", "--port", str(port)])
    assert stopped.value.code == 2
    assert f"Cannot serve on port {port}" in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C is sent another way there")
def test_it_serves_prints_its_link_and_stops_cleanly(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "inplane", "run", "--no-browser", "--seed", "3", "--journals", str(tmp_path)]
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        start_new_session=True,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    progress: list[str] = []
    reader = threading.Thread(target=lambda: progress.extend(process.stderr or ()), daemon=True)
    reader.start()
    try:
        link = process.stdout.readline().strip()
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/\?token=[\w-]{20,}", link)
        with urllib.request.urlopen(link, timeout=10) as answer:
            assert b"SIMULATION" in answer.read()
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0
        reader.join(5)
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
        process.stderr.close()
    told = "".join(progress)
    assert "Patient 3" in told
    assert "Warming up" in told
    assert "Traceback" not in told
    assert told.rstrip().endswith("Stopped.")
