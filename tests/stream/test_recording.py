"""Recordings: what goes in comes out, interruption is told, truth can be taken away, damage is refused."""

import io
import json
import shutil
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inplane.anatomy import Patient
from inplane.atlas import load_atlas
from inplane.core import (
    AspirationResult,
    Calibration,
    ColorFlow,
    Control,
    FormatError,
    Frame,
    GreyMap,
    InputError,
    LinearGeometry,
    Mode,
    NeedleControl,
    PictureGeometry,
    PlungerControl,
    Polygon,
    ProbeControl,
    ResourceError,
    ScannerControl,
    Sector,
    Signals,
    SpectralDoppler,
    TrackedTransform,
)
from inplane.stream import RecordedSource, Recorder, SimulatedSource, SourceInfo, write_recording
from inplane.stream.lines import control_of, frame_arrays, frame_line, frame_of, read_line
from inplane.stream.recorder import FRAMES_A_FILE
from inplane.stream.truth_lines import structures_of, truth_of_line
from inplane.world import Truth, World

GEOMETRY = LinearGeometry(n_lines=16, n_samples=32, width_mm=38, depth_mm=40)
INFO = SourceInfo(
    name="made by hand",
    simulated=False,
    calibration=Calibration.CALIBRATED,
    procedure_id=None,
    side=None,
    probe_name="none",
    n_lines=16,
    n_samples=32,
    width_mm=38.0,
    frame_rate_hz=30.0,
)


def make_frame(sequence: int, *, color: bool = False) -> Frame:
    rng = np.random.default_rng(sequence)
    flow = ColorFlow(
        first_line=2,
        first_sample=4,
        velocity=rng.integers(-127, 127, (5, 6), np.int8),
        has_flow=rng.random((5, 6)) > 0.5,
        nyquist_m_s=0.31,
    )
    return Frame(
        sequence=sequence,
        time_s=sequence / 3,
        pixels=rng.integers(0, 255, (16, 32), np.uint8),
        geometry=GEOMETRY,
        calibration=Calibration.CALIBRATED,
        signals=Signals(
            scanner=ScannerControl(gain_db=3.3),
            injected_ml=0.1 * sequence,
            aspirated=AspirationResult.BLOOD,
            hub_force_n=0.7 * sequence,
            hub_forces=tuple((sequence / 3 + 0.005 * k, 0.1 * sequence + k / 7) for k in range(sequence)),
        ),
        color=flow if color else None,
    )


def make_spectral(rows: int) -> SpectralDoppler:
    rng = np.random.default_rng(rows)
    return SpectralDoppler(
        spectrum=rng.integers(0, 255, (rows, 8), np.uint8),
        first_s=1 / 3,
        step_s=0.004,
        nyquist_m_s=0.7,
        prf_hz=3000.0,
        audio=rng.random((11 * rows, 2), np.float32) - 0.5,
    )


def make_control(sequence: int) -> Control:
    return Control(
        probe=ProbeControl(x_mm=0.1 * sequence, press_n=1 / 3),
        needle=NeedleControl(advance_mm=sequence / 7),
        plunger=PlungerControl(injected_ml=0.2 * sequence, aspirations=sequence),
        scanner=ScannerControl(mode=Mode.COLOR, tgc_db=(1.0, -2.0, 0, 0, 0, 0, 0, 0.5)),
    )


KNOBS = ScannerControl(
    mode=Mode.PW,
    depth_mm=160.0,
    frequency_hz=2e6,
    focus_mm=90.0,
    harmonic=True,
    compound_angles=5,
    needle_steer_rad=-0.21,
    virtual_convex=True,
    persistence=1 / 3,
    grey_map=GreyMap.CONTRAST,
    edge_enhancement=0.7,
    speckle_reduction=0.35,
    transmit_db=-4.5,
    gate_mm=(-3.3, 41.0),
    gate_length_mm=3.1,
    gate_angle_rad=-0.9,
)
"""Every knob that came later, other than by default."""
LATER_KNOBS = (
    "harmonic",
    "compound_angles",
    "needle_steer_rad",
    "virtual_convex",
    "persistence",
    "grey_map",
    "edge_enhancement",
    "speckle_reduction",
    "transmit_db",
    "gate_mm",
    "gate_length_mm",
    "gate_angle_rad",
)


def same(a: Frame, b: Frame) -> bool:
    if (a.color is None) != (b.color is None):
        return False
    if a.color is not None and b.color is not None:
        np.testing.assert_array_equal(a.color.velocity, b.color.velocity)
        np.testing.assert_array_equal(a.color.has_flow, b.color.has_flow)
        assert (a.color.first_line, a.color.first_sample) == (b.color.first_line, b.color.first_sample)
        assert a.color.nyquist_m_s == b.color.nyquist_m_s
        np.testing.assert_array_equal(a.color.power, b.color.power)  # pyright: ignore[reportArgumentType]
    assert (a.spectral is None) == (b.spectral is None)
    if a.spectral is not None and b.spectral is not None:
        np.testing.assert_array_equal(a.spectral.spectrum, b.spectral.spectrum)
        np.testing.assert_array_equal(a.spectral.audio, b.spectral.audio)
        for name in ("first_s", "step_s", "nyquist_m_s", "prf_hz"):
            assert getattr(a.spectral, name) == getattr(b.spectral, name)
    np.testing.assert_array_equal(a.pixels, b.pixels)
    assert (a.rgb is None) == (b.rgb is None)
    if a.rgb is not None and b.rgb is not None:
        np.testing.assert_array_equal(a.rgb, b.rgb)
    for one, other in zip(a.signals.transforms, b.signals.transforms, strict=True):
        assert (one.name, one.valid) == (other.name, other.valid)
        assert one.matrix.tobytes() == other.matrix.tobytes()
    names = ("sequence", "time_s", "geometry", "calibration", "valid")
    return replace(a.signals, transforms=()) == replace(b.signals, transforms=()) and all(
        getattr(a, name) == getattr(b, name) for name in names
    )


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    """A few seconds made by hand, over more than one file."""
    path = tmp_path / "recording"
    frames = ((make_frame(i, color=i % 5 == 0), make_control(i), None) for i in range(FRAMES_A_FILE + 8))
    assert write_recording(path, INFO, frames) == FRAMES_A_FILE + 8
    return path


def test_every_frame_and_control_comes_back(recording: Path) -> None:
    source = RecordedSource(recording)
    assert source.complete
    assert source.info == INFO
    assert len(source) == FRAMES_A_FILE + 8
    for sequence in range(len(source)):
        frame = source.next(Control())  # what the operator does now changes nothing
        assert frame is not None
        assert same(frame, make_frame(sequence, color=sequence % 5 == 0))
        assert source.control == make_control(sequence)
        assert source.truth(sequence) is None
    assert source.next() is None
    source.rewind()
    again = source.next()
    assert again is not None
    assert again.sequence == 0
    source.close()


def test_power_and_spectral_doppler_come_back(tmp_path: Path) -> None:
    """Also a frame for which no time had passed, whose spectrum and sound are empty."""
    colored = make_frame(0, color=True)
    assert colored.color is not None
    power = replace(colored.color, power=np.arange(30, dtype=np.uint8).reshape(5, 6))
    frames = [
        replace(make_frame(0), color=power),
        replace(make_frame(1), spectral=make_spectral(0)),
        replace(make_frame(2), spectral=make_spectral(7)),
        make_frame(3, color=True),
    ]
    write_recording(tmp_path / "recording", INFO, [(frame, Control(), None) for frame in frames])
    for read, frame in zip(_all_frames(RecordedSource(tmp_path / "recording")), frames, strict=True):
        assert same(read, frame)


def test_doppler_that_does_not_fit_is_refused() -> None:
    frame = replace(make_frame(1, color=True), spectral=make_spectral(3))
    line, arrays = read_line(frame_line(frame, Control()), "here"), frame_arrays(frame)
    with pytest.raises(FormatError, match=r"Doppler power is \(2, 2\) of uint8. Expected \(5, 6\) of uint8"):
        frame_of(line, arrays | {"power": np.zeros((2, 2), np.uint8)})
    with pytest.raises(FormatError, match=r"Spectrum is \(9,\) of uint8. Expected \(times, velocities\) of uint8"):
        frame_of(line, arrays | {"spectrum": np.zeros(9, np.uint8)})
    with pytest.raises(FormatError, match=r"Doppler sound is \(9, 2\) of float64. Expected \(pulses, 2\) of float32"):
        frame_of(line, arrays | {"audio": np.zeros((9, 2))})
    with pytest.raises(FormatError, match="field 'spectral' is missing"):
        frame_of({name: value for name, value in line.items() if name != "spectral"}, arrays)


def _picture_frame(field: Sector | Polygon | None) -> Frame:
    """A picture of a screen, with all that a tracked real source says."""
    rng = np.random.default_rng(3)
    matrix = rng.normal(size=(4, 4)) * 1e-7
    matrix[0, 0] = -0.0
    lost = np.full((4, 4), np.nan)
    lost[0, 1] = -np.inf
    return Frame(
        sequence=4,
        time_s=0.1 + 0.2,
        pixels=rng.integers(0, 255, (40, 50), np.uint8),
        rgb=rng.integers(0, 255, (40, 50, 3), np.uint8),
        geometry=PictureGeometry(n_lines=40, n_samples=50, line_pitch_mm=1 / 3, sample_pitch_mm=0.1, field=field),
        calibration=Calibration.ESTIMATED,
        valid=False,
        signals=Signals(
            timestamp_s=1234567.000001,
            transforms=(
                TrackedTransform(name="ProbeToTracker", matrix=matrix),
                TrackedTransform(name="NeedleTipToReference", matrix=lost, valid=False),
            ),
            fields={"FrameNumber": "17", "ImageStatus": "INVALID", "Ä": '"'},
        ),
    )


@pytest.mark.parametrize(
    "field",
    [
        None,
        Sector(apex_mm=(0.0, -10.5), inner_mm=12.25, outer_mm=1 / 3 + 60, from_rad=-0.5, to_rad=0.6),
        Polygon(points_mm=((0.0, 0.0), (5.5, 0.0), (6.0, 20.0), (-1.0, 20.0))),
    ],
)
def test_a_tracked_picture_in_color_comes_back_to_the_bit(tmp_path: Path, field: Sector | Polygon | None) -> None:
    frame = _picture_frame(field)
    info = replace(INFO, notes=("Assumed.", "Odd."), live=True, orientation="UF", frames=1, format="by hand")
    write_recording(tmp_path / "recording", info, [(frame, Control(), None)])
    source = RecordedSource(tmp_path / "recording")
    assert source.info == info
    (read,) = _all_frames(source)
    assert same(read, frame)
    assert read.pixels.flags.writeable


def test_large_frames_share_a_file_with_fewer_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inplane.stream.recorder.BYTES_A_FILE", 3 * 16 * 32)
    write_recording(tmp_path / "recording", INFO, ((make_frame(i), make_control(i), None) for i in range(7)))
    source = RecordedSource(tmp_path / "recording")
    assert len(list((tmp_path / "recording").glob("*.npz"))) == 3
    assert all(same(frame, make_frame(i)) for i, frame in enumerate(_all_frames(source)))


def test_every_knob_comes_back(tmp_path: Path) -> None:
    """Of the operator's control and of the scanner's own report."""
    frame = replace(make_frame(0), signals=Signals(scanner=KNOBS))
    control = replace(make_control(0), scanner=KNOBS)
    write_recording(tmp_path / "knobs", INFO, [(frame, control, None)])
    source = RecordedSource(tmp_path / "knobs")
    back = source.next()
    assert back is not None
    assert back.signals.scanner == KNOBS
    assert source.control.scanner == KNOBS
    assert all(getattr(KNOBS, knob) != getattr(ScannerControl(), knob) for knob in LATER_KNOBS)


def test_a_recording_without_the_later_knobs_is_still_read(recording: Path) -> None:
    """They are then as ScannerControl has them by default."""
    lines = [json.loads(line) for line in (recording / "frames.jsonl").read_text().splitlines()]
    for line in lines:
        for scanner in (line["signals"]["scanner"], line["control"]["scanner"]):
            for knob in LATER_KNOBS:
                scanner.pop(knob)
    (recording / "frames.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    _reseal(recording)
    source = RecordedSource(recording)
    frame = source.next()
    assert frame is not None
    assert same(frame, make_frame(0, color=True))
    assert source.control == make_control(0)


@pytest.mark.parametrize(
    ("knob", "value", "told"),
    [
        ("grey_map", "purple", "'purple' is not a valid GreyMap"),
        ("compound_angles", 4, "compound_angles is 4"),
        ("gate_mm", [1.0], "argument 2 is shorter"),
        ("persistence", 2.0, "persistence is 2.0"),
        ("warp", 1.0, "unexpected keyword argument 'warp'"),
    ],
)
def test_a_knob_that_cannot_be_is_refused(recording: Path, knob: str, value: object, told: str) -> None:
    line = json.loads((recording / "frames.jsonl").read_text().splitlines()[0])
    line["control"]["scanner"][knob] = value
    with pytest.raises(FormatError, match=f"A recorded control cannot be read: .*({told})"):
        control_of(line)


def test_a_recording_of_version_1_is_still_read(recording: Path) -> None:
    def older(manifest: dict) -> None:
        manifest["version"] = 1
        for later in ("calibration", "live", "frames", "format", "orientation", "notes"):
            manifest["source"].pop(later)
        manifest["source"]["calibrated"] = True

    _edit(older)(recording)
    lines = [json.loads(line) for line in (recording / "frames.jsonl").read_text().splitlines()]
    for line in lines:
        line["calibrated"] = line.pop("calibration") == "calibrated"
        line.pop("valid")
        for later in ("transforms", "timestamp_s", "fields"):
            line["signals"].pop(later)
    (recording / "frames.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    _reseal(recording)
    source = RecordedSource(recording)
    assert source.info == INFO
    assert same(_all_frames(source)[7], make_frame(7))


def test_arrays_that_lie_about_their_size_ask_for_no_memory(recording: Path) -> None:
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": "|u1", "fortran_order": False, "shape": (1 << 40, 2)})
    with zipfile.ZipFile(recording / "pixels-00000.npz", "w") as archive:
        archive.writestr("pixels_000000.npy", header.getvalue() + b"few")
    _reseal(recording)
    with pytest.raises(FormatError, match=r"says \(1099511627776, 2\) of uint8, and holds 131 bytes"):
        RecordedSource(recording).next()


def test_arrays_beyond_the_bound_are_refused(recording: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inplane.stream.replay.LARGEST_FILE", 1000)
    with pytest.raises(FormatError, match="holds more than 1000 bytes"):
        RecordedSource(recording).next()


@given(
    gain=st.floats(-40, 40),
    injected=st.one_of(st.none(), st.floats(0, 100)),
    aspirated=st.sampled_from([None, *AspirationResult]),
    advance=st.floats(0, 200),
)
def test_a_line_comes_back_to_the_bit(
    gain: float, injected: float | None, aspirated: AspirationResult | None, advance: float
) -> None:
    signals = Signals(scanner=ScannerControl(gain_db=gain), injected_ml=injected, aspirated=aspirated)
    frame = replace(make_frame(3), signals=signals)
    control = Control(needle=NeedleControl(advance_mm=advance))
    line = read_line(frame_line(frame, control), "here")
    assert same(frame_of(line, {"pixels": frame.pixels}), frame)
    assert control_of(line) == control


@pytest.fixture(scope="module")
def simulated(block: Patient) -> list[tuple[Frame, Control, Truth | None]]:
    """A needle into the block, with some fluid."""
    atlas = load_atlas()
    probe, needle = atlas.probe("linear_12_4"), atlas.needle("22g_80mm")
    source = SimulatedSource(World(block, probe=probe, needle=needle, seed=5, n_lines=32, n_samples=64))
    out = []
    for step in range(6):
        control = Control(
            scanner=ScannerControl(depth_mm=40.0),
            needle=NeedleControl(entry_x_mm=-25, steepness_rad=0.9, advance_mm=4.0 * step),
            plunger=PlungerControl(injected_ml=0.02 * step),
        )
        frame = source.next(control)
        out.append((frame, control, source.truth(frame.sequence)))
    return out


def test_truth_comes_back_and_can_be_taken_away(
    tmp_path: Path, block: Patient, simulated: list[tuple[Frame, Control, Truth | None]]
) -> None:
    path = tmp_path / "recording"
    write_recording(path, INFO, simulated, structures=block.structures)
    source = RecordedSource(path)
    for _, _, truth in simulated:
        assert truth is not None
        read = source.truth(truth.sequence)
        assert read is not None
        _same_truth(read, truth)
    frames = _all_frames(source)
    assert source.truth(77) is None
    shutil.rmtree(path / "truth")
    bare = RecordedSource(path)
    assert all(same(a, b) for a, b in zip(frames, _all_frames(bare), strict=True))
    assert bare.truth(2) is None


def _same_truth(read: Truth, truth: Truth) -> None:
    np.testing.assert_array_equal(read.labels_line_sample, truth.labels_line_sample)
    np.testing.assert_array_equal(read.spread_line_sample, truth.spread_line_sample)
    np.testing.assert_array_equal(read.needle_points_image_mm, truth.needle_points_image_mm)
    np.testing.assert_array_equal(read.needle_shown_image_mm, truth.needle_shown_image_mm)
    for name in ("events", "injected_ml", "tip_structure", "vein_open", "label_names", "tip_contrast_db", "time_s"):
        assert getattr(read, name) == getattr(truth, name)
    for a, b in zip(read.outlines, truth.outlines, strict=True):
        assert (a.name, a.kind) == (b.name, b.kind)
        np.testing.assert_array_equal(a.points_mm, b.points_mm)


def _all_frames(source: RecordedSource) -> list[Frame]:
    frames = []
    while (frame := source.next()) is not None:
        frames.append(frame)
    return frames


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError])
def test_an_interrupted_recording_is_kept_and_says_so(tmp_path: Path, error: type[BaseException]) -> None:
    path = tmp_path / "recording"
    with pytest.raises(error), Recorder(path, INFO) as recorder:
        for sequence in range(5):
            recorder.write(make_frame(sequence), make_control(sequence))
        raise error
    source = RecordedSource(path)
    assert not source.complete
    assert len(_all_frames(source)) == 5
    assert [found.name for found in tmp_path.iterdir()] == ["recording"]


def test_what_broke_before_its_first_frame_is_not_kept(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="no frame"), Recorder(tmp_path / "recording", INFO):
        raise RuntimeError("no frame came")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("when", ["while it runs", "at its end"])
def test_a_full_disk_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, when: str) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("inplane.stream.recorder._save", full)
    frames = FRAMES_A_FILE + 1 if when == "while it runs" else 3
    with pytest.raises(ResourceError, match=r"Cannot write .*: the disk is full"):
        write_recording(tmp_path / "recording", INFO, ((make_frame(i), make_control(i), None) for i in range(frames)))
    assert list(tmp_path.iterdir()) == []


def test_what_is_there_already_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "note").write_text("mine")
    with pytest.raises(InputError, match="exists already"):
        Recorder(tmp_path / "full", INFO)
    (tmp_path / "empty").mkdir()
    write_recording(tmp_path / "empty", INFO, [(make_frame(0), make_control(0), None)])
    assert len(RecordedSource(tmp_path / "empty")) == 1


def test_writing_needs_the_block(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not open"):
        Recorder(tmp_path / "recording", INFO).write(make_frame(0), make_control(0))


Damage = Callable[[Path], None]


def _edit(change: Callable[[dict], None]) -> Damage:
    def damage(path: Path) -> None:
        manifest = json.loads((path / "manifest.json").read_text())
        change(manifest)
        (path / "manifest.json").write_text(json.dumps(manifest))

    return damage


def _cut(name: str) -> Damage:
    return lambda path: (path / name).write_bytes((path / name).read_bytes()[:-9])


def _reseal(path: Path) -> None:
    """Hashes of what is there now, as a forger would write them."""
    from inplane.stream.recorder import sha256_of

    manifest = json.loads((path / "manifest.json").read_text())
    manifest["sha256"] = {name: sha256_of(path / name) for name in manifest["sha256"]}
    (path / "manifest.json").write_text(json.dumps(manifest))


def _cut_and_reseal(name: str) -> Damage:
    def damage(path: Path) -> None:
        _cut(name)(path)
        _reseal(path)

    return damage


def _rewrite_line(change: Callable[[dict], object]) -> Damage:
    def damage(path: Path) -> None:
        lines = (path / "frames.jsonl").read_text().splitlines()
        line = json.loads(lines[0])
        change(line)
        (path / "frames.jsonl").write_text("\n".join([json.dumps(line), *lines[1:]]) + "\n")
        _reseal(path)

    return damage


REJECTED: dict[str, tuple[Damage, str]] = {
    "no manifest": (lambda path: (path / "manifest.json").unlink(), r"has no manifest\.json"),
    "manifest cut": (_cut("manifest.json"), "is not JSON"),
    "another format": (_edit(lambda m: m.update(format="holiday pictures")), "does not say that its format"),
    "another version": (_edit(lambda m: m.update(version=99)), r"has version 99\. Expected 1 to 2"),
    "no hashes": (_edit(lambda m: m.pop("sha256")), "lists no hash"),
    "no source": (_edit(lambda m: m.pop("source")), "does not tell the source: field 'calibrated' is missing"),
    "a source of another kind": (
        _edit(lambda m: m["source"].update(n_lines="many")),
        "'n_lines' is 'many'. Expected int",
    ),
    "no frames a file": (_edit(lambda m: m.update(frames_a_file=0)), "has 0 frames a file"),
    "a file elsewhere": (_edit(lambda m: m["sha256"].update({"../other": "0"})), "is missing"),
    "wrong count": (_edit(lambda m: m.update(frames=3)), "Expected 3 by its manifest"),
    "lines cut": (_cut("frames.jsonl"), "truncated or changed"),
    "pixels cut": (_cut("pixels-00000.npz"), "truncated or changed"),
    "pixels missing": (lambda path: (path / "pixels-00001.npz").unlink(), "is missing"),
    "hash of another file": (_edit(lambda m: m["sha256"].update({"frames.jsonl": "0" * 64})), "Expected 000000000000"),
    "pixels cut and sealed": (_cut_and_reseal("pixels-00000.npz"), "cannot be read"),
    "lines cut and sealed": (_cut_and_reseal("frames.jsonl"), "is not JSON"),
    "frame without time": (_rewrite_line(lambda line: line.pop("time_s")), "field 'time_s' is missing"),
    "unknown signal": (_rewrite_line(lambda line: line["signals"].update(mood="good")), "cannot be read"),
    "unknown calibration": (_rewrite_line(lambda line: line.update(calibration="sure")), "is not a valid Calibration"),
    "sequence is a list": (_rewrite_line(lambda line: line.update(sequence=[1])), r"'sequence' is \[1\]"),
    "color beyond the picture": (_rewrite_line(lambda line: line["color"].update(first_line=14)), "within the picture"),
    "transform of three numbers": (
        _rewrite_line(lambda line: line["signals"].update(transforms=[["ProbeToTracker", True, [1, 2, 3]]])),
        "cannot reshape",
    ),
    "a volume in words": (
        _rewrite_line(lambda line: line["signals"].update(injected_ml="much")),
        "'injected_ml' is 'much'. Expected int or float or NoneType",
    ),
    "impossible control": (_rewrite_line(lambda line: line["control"]["probe"].update(press_n=99)), "press_n is 99"),
    "control without needle": (_rewrite_line(lambda line: line["control"].pop("needle")), "'needle' is missing"),
    "lines in no code": (
        lambda path: ((path / "frames.jsonl").write_bytes(b"\xff\xfe\x00"), _reseal(path), None)[-1],
        "is not text",
    ),
    "line is a list": (
        lambda path: (
            (path / "frames.jsonl").write_text("[]\n" * (FRAMES_A_FILE + 8)),
            _reseal(path),
            None,
        )[-1],
        "Expected an object",
    ),
}


@pytest.mark.parametrize("reason", REJECTED)
def test_a_damaged_recording_is_refused_with_its_reason(recording: Path, reason: str) -> None:
    damage, message = REJECTED[reason]
    damage(recording)
    with pytest.raises(FormatError, match=message):
        _all_frames(RecordedSource(recording))


def test_damaged_truth_is_refused_when_asked_for_and_not_before(
    tmp_path: Path, block: Patient, simulated: list[tuple[Frame, Control, Truth | None]]
) -> None:
    path = tmp_path / "recording"
    write_recording(path, INFO, simulated, structures=block.structures)
    _cut("truth/labels-00000.npz")(path)
    source = RecordedSource(path)
    assert len(_all_frames(source)) == len(simulated)
    with pytest.raises(FormatError, match="truncated or changed"):
        source.truth(0)


def test_truth_without_its_maps_is_refused(
    tmp_path: Path, block: Patient, simulated: list[tuple[Frame, Control, Truth | None]]
) -> None:
    path = tmp_path / "recording"
    write_recording(path, INFO, simulated, structures=block.structures)
    np.savez_compressed(path / "truth" / "labels-00000.npz", labels_000000=np.zeros((4, 4), np.uint8))
    _reseal(path / "truth")
    with pytest.raises(FormatError, match="the maps of frame 0 cannot be read"):
        RecordedSource(path).truth(0)


def test_a_table_or_truth_of_another_shape_is_refused() -> None:
    with pytest.raises(FormatError, match="table of structures"):
        structures_of([[1, "vein"]])
    with pytest.raises(FormatError, match="recorded truth cannot be read"):
        truth_of_line({}, np.zeros((16, 16), np.uint8), np.zeros((16, 16), bool), (), GEOMETRY)


def test_no_such_folder(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is not a folder"):
        RecordedSource(tmp_path / "nowhere")


def test_only_what_json_knows_is_written() -> None:
    from inplane.stream.lines import to_json

    with pytest.raises(TypeError, match="Path has no place|PosixPath has no place"):
        to_json({"a": Path("x")})
