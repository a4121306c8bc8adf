"""Small files of every kind that is read, for damaging them: only InplaneError may come out.

`run_atheris.py` does so guided by coverage, the tests beside it a bounded share of the same with hypothesis. A new
reader is a new line in TARGETS; what once broke it is kept in tests/corpus/fuzz/NAME.
"""

import gzip
import io
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import module_from_spec, spec_from_file_location
from itertools import islice
from pathlib import Path
from types import ModuleType

import numpy as np
from PIL import Image

from inplane.core import Calibration, Control, Frame, InplaneError, PictureGeometry, Sector, Signals, TrackedTransform
from inplane.stream import RecordedSource, SourceInfo, write_recording
from inplane.stream.files.clarius import ClariusReader
from inplane.stream.files.dicom import DicomReader
from inplane.stream.files.media import MediaInfo, Picture
from inplane.stream.files.metaimage import MetaImageReader
from inplane.stream.files.nrrd import NrrdReader
from inplane.stream.files.plus_config import read_config, scale_of
from inplane.stream.files.sequence import read_sequence, write_sequence
from inplane.stream.files.stills import StillsReader
from inplane.stream.files.video import VideoReader
from inplane.stream.recorder import sha256_of

CORPUS = Path(__file__).resolve().parents[1] / "corpus" / "fuzz"
MOST_PICTURES = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Something that reads files.

    Args:
        name: of the file that it is given.
        seeds: whole files to begin from.
        read: reads one to its end.
        place: puts the data where `read` finds them; None writes them to the file.
    """

    name: str
    seeds: Callable[[Path], list[bytes]]
    read: Callable[[Path], object]
    place: Callable[[Path, bytes], None] | None = None


def run(target: Target, folder: Path, data: bytes) -> bool:
    """Whether these data were read to their end; False where they were refused as they should be."""
    path = folder / target.name
    if target.place is None:
        path.write_bytes(data)
    else:
        target.place(path, data)
    try:
        target.read(path)
    except InplaneError:
        return False
    return True


def pictures(*, color: bool = False) -> list[Picture]:
    rng = np.random.default_rng(2)
    shape = (16, 18, 3) if color else (16, 18)
    pose = TrackedTransform(name="ProbeToTracker", matrix=np.eye(4))
    return [
        Picture(
            pixels=rng.integers(0, 256, shape).astype(np.uint8),
            time_s=k / 7,
            valid=k != 1,
            transforms=(pose,),
            fields={"FrameNumber": str(k)},
        )
        for k in range(3)
    ]


def sequence_seeds(folder: Path, name: str) -> list[bytes]:
    seeds = []
    for color in (False, True):
        info = MediaInfo(format="", rows=16, columns=18, color=color, frames=3, rate_hz=None, orientation="UFA")
        for compress in (False, True):
            write_sequence(folder / name, pictures(color=color), info, compress=compress)
            seeds.append((folder / name).read_bytes())
    return seeds


def rf_seeds(_: Path) -> list[bytes]:
    head = "NDims = 2\nDimSize = 64 16\nElementType = MET_SHORT\nUltrasoundImageOrientation = FM\n"
    return [
        f"{head}UltrasoundImageType = {kind}\nElementDataFile = LOCAL\n".encode() + bytes(range(256)) * 8
        for kind in ("RF_REAL", "RF_IQ_LINE", "RF_I_LINE_Q_LINE")
    ]


def shuffled_seeds(_: Path) -> list[bytes]:
    head = b"NRRD0005\ntype: float\ndimension: 3\nsizes: 2 16 16\nkinds: list domain domain\nspacings: nan 0.5 0.5\n"
    return [
        head + b"encoding: gzip\n\n" + gzip.compress(bytes(2048), mtime=0),
        head + b"encoding: raw\n\n" + bytes(2048),
    ]


CONFIG = b"""<PlusConfiguration version="2.3"><ScanConversion TransducerName="x" TransducerGeometry="CURVILINEAR"
RadiusStartMm="10" RadiusStopMm="50" ThetaStartDeg="-45" ThetaStopDeg="45" OutputImageSizePixel="40 30"
TransducerCenterPixel="20 5" OutputImageSpacingMmPerPixel="2 2"/><CoordinateDefinitions><Transform From="Image"
To="Probe" Matrix="2 0 0 1 0 2 0 2 0 0 2 3 0 0 0 1"/></CoordinateDefinitions><VolumeReconstruction
ClipRectangleOrigin="0 0" ClipRectangleSize="40 30"/></PlusConfiguration>"""


def video_seeds(folder: Path) -> list[bytes]:
    import av

    seeds = []
    for name, codec in (("a.mp4", "mpeg4"), ("a.avi", "mjpeg"), ("a.mkv", "mpeg4"), ("a.ts", "mpeg2video")):
        with av.open(str(folder / name), "w") as out:
            stream = out.add_stream(codec, rate=25)
            stream.width, stream.height = 32, 16
            stream.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
            for k in range(4):
                rgb = np.full((16, 32, 3), 40 * k, np.uint8)
                out.mux(stream.encode(av.VideoFrame.from_ndarray(rgb, format="rgb24").reformat(format=stream.pix_fmt)))
            out.mux(stream.encode(None))
        seeds.append((folder / name).read_bytes())
    return seeds


RECORDED = ("manifest.json", "frames.jsonl", "pixels-00000.npz")


def recording_seeds(folder: Path) -> list[bytes]:
    """Each file of a recording with the number of its name before it."""
    _record(folder / "made")
    return [bytes([number]) + (folder / "made" / name).read_bytes() for number, name in enumerate(RECORDED)]


def _record(path: Path) -> None:
    if path.exists():
        return
    field = Sector(apex_mm=(0.0, -5.0), inner_mm=6.0, outer_mm=20.0, from_rad=-0.5, to_rad=0.5)
    geometry = PictureGeometry(n_lines=16, n_samples=18, line_pitch_mm=0.5, sample_pitch_mm=0.5, field=field)
    info = SourceInfo(
        name="made",
        simulated=False,
        calibration=Calibration.ESTIMATED,
        procedure_id=None,
        side=None,
        probe_name="",
        n_lines=16,
        n_samples=18,
        width_mm=8.0,
        frame_rate_hz=10.0,
        notes=("made",),
    )
    frames = [
        Frame(
            sequence=k,
            time_s=k / 10,
            pixels=picture.pixels,
            geometry=geometry,
            calibration=Calibration.ESTIMATED,
            signals=Signals(transforms=picture.transforms, fields=picture.fields, timestamp_s=picture.time_s),
            valid=picture.valid,
        )
        for k, picture in enumerate(pictures())
    ]
    write_recording(path, info, [(frame, Control(), None) for frame in frames])


def place_recording(path: Path, data: bytes) -> None:
    """A recording of which one file is replaced, its hashes made anew as a forger would."""
    made = path.parent / "recording-made"
    _record(made)
    shutil.rmtree(path, ignore_errors=True)
    shutil.copytree(made, path)
    name = RECORDED[data[0] % len(RECORDED)] if data else RECORDED[0]
    (path / name).write_bytes(data[1:])
    if name != "manifest.json":
        manifest = json.loads((path / "manifest.json").read_text())
        manifest["sha256"] = {known: sha256_of(path / known) for known in manifest["sha256"]}
        (path / "manifest.json").write_text(json.dumps(manifest))


def read_pictures(reader: type) -> Callable[[Path], object]:
    def read(path: Path) -> object:
        opened = reader(path)
        try:
            return list(islice(opened.pictures(), MOST_PICTURES))
        finally:
            opened.close()

    return read


def read_recording(path: Path) -> object:
    source = RecordedSource(path)
    return [source.next() for _ in range(min(len(source), MOST_PICTURES))], source.truth(0)


def made_for_tests(name: str) -> ModuleType:
    """A maker of small files that the readers' own tests use."""
    path = Path(__file__).resolve().parents[1] / "stream" / "files" / f"{name}.py"
    spec = spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def dicom_seeds(folder: Path) -> list[bytes]:
    """Plain with a region, JPEG, and run lengths."""
    make = made_for_tests("dicom_make")
    pixels = make.scene(24, 32, 2, color=True)
    whole = make.dataset(pixels, "RGB", FrameTime=40, SequenceOfUltrasoundRegions=[make.region()])
    seeds = [make.save(whole, folder / "plain.dcm").read_bytes()]
    streams = [make.jpeg(frame) for frame in pixels]
    one = make.dataset(pixels, "RGB", FrameTime=40)
    seeds.append(make.compressed(one, folder / "jpeg.dcm", "1.2.840.10008.1.2.4.50", streams).read_bytes())
    squeezed = make.dataset(pixels, "RGB")
    squeezed.compress("1.2.840.10008.1.2.5", generate_instance_uid=False)
    return [*seeds, make.save(squeezed, folder / "rle.dcm").read_bytes()]


def still_seeds(_: Path) -> list[bytes]:
    seeds = []
    for kind in ("PNG", "JPEG", "BMP", "TIFF", "GIF"):
        into = io.BytesIO()
        Image.fromarray(pictures(color=kind != "GIF")[0].pixels).save(into, kind)
        seeds.append(into.getvalue())
    return seeds


def clarius_seeds(folder: Path) -> list[bytes]:
    """The raw file and its parameters, each with the number of its name before it."""
    make = made_for_tests("clarius_make")
    raw = make.save(folder, np.stack([p.pixels for p in pictures()[:2]]), make.parameters(16, 18))
    return [b"\0" + raw.read_bytes(), b"\1" + raw.with_suffix(".yml").read_bytes()]


def place_clarius(path: Path, data: bytes) -> None:
    """Clarius data of which the raw file or its parameters are replaced."""
    make = made_for_tests("clarius_make")
    raw = make.save(path.parent, np.stack([p.pixels for p in pictures()[:2]]), make.parameters(16, 18), name=path.stem)
    (raw if not data or data[0] % 2 == 0 else raw.with_suffix(".yml")).write_bytes(data[1:])


TARGETS: dict[str, Target] = {
    "metaimage": Target(
        name="made.igs.mha",
        seeds=lambda folder: sequence_seeds(folder, "seed.mha") + rf_seeds(folder),
        read=lambda path: (read_sequence(path), read_pictures(MetaImageReader)(path)),
    ),
    "nrrd": Target(
        name="made.igs.nrrd",
        seeds=lambda folder: sequence_seeds(folder, "seed.nrrd") + shuffled_seeds(folder),
        read=lambda path: (read_sequence(path), read_pictures(NrrdReader)(path)),
    ),
    "plus_config": Target(
        name="config.xml", seeds=lambda _: [CONFIG], read=lambda path: scale_of(read_config(path), 40, 30)
    ),
    "video": Target(name="made.mp4", seeds=video_seeds, read=read_pictures(VideoReader)),
    "dicom": Target(name="made.dcm", seeds=dicom_seeds, read=read_pictures(DicomReader)),
    "still": Target(name="made.png", seeds=still_seeds, read=read_pictures(StillsReader)),
    "clarius": Target(name="made_env.raw", seeds=clarius_seeds, read=read_pictures(ClariusReader), place=place_clarius),
    "recording": Target(name="recording", seeds=recording_seeds, read=read_recording, place=place_recording),
}
