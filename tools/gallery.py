"""What the simulated scanner shows of each tissue, beside real pictures of it where the recordings lie.

Simulated pictures alone go to docs/img/gallery.png (--write). Real images are never kept in this repository: the sheet
that holds them is made into site/img (or the folder given), by `make docs`.
"""

import argparse
import os
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

import inplane
from inplane.anatomy import build_block
from inplane.atlas import load_atlas
from inplane.bench._fidelity_needle import laid
from inplane.core import Control, Frame, PlungerControl, ProbeControl, ScannerControl, runtime
from inplane.operators import aim_in_plane
from inplane.overlay import scan_convert
from inplane.overlay.picture import canvas_of
from inplane.physics.ultrasound import Scan, View
from inplane.stream import open_source
from inplane.world import World

ROOT = Path(__file__).resolve().parent.parent
TILE_PX = 330
BLOCKS = (
    ("muscle", "long"),
    ("muscle", "short"),
    ("nerve", "short"),
    ("nerve", "long"),
    ("vessel", "short"),
    ("vessel", "long"),
    ("tendon", "long"),
    ("tendon", "short"),
    ("bone", "short"),
    ("pleura", "long"),
    ("cartilage", "short"),
    ("node", "short"),
)
REAL = (
    ("muscle, GE ML6-15", "timtrack-muscle/timtrack-paper/dataset 1/S2/S2_L20_step_025.png"),
    ("nerve and vessel, Mindray L14-6", "usgra-seg/images/0013.png"),
    ("nerve and vessel, Mindray L14-6", "usgra-seg/images/0023.png"),
    ("carotid", "ctu-carotids/segmentation_samples/transverse"),
    ("carotid, lengthwise", "ctu-carotids/segmentation_samples/longitudinal"),
    ("bone, L14", "plus-tracked/BoneUltrasound_L14.igs.mha"),
    ("supraclavicular: first rib, pleura", "sparq-supraclavicular/cine"),
    ("needle out of plane, phantom", "needle-vessel-phantom/img33.jpg"),
)
"""Real pictures: what they show, and a file or the first file of a folder."""


def fitted(picture: NDArray[np.uint8], name: str) -> NDArray[np.uint8]:
    """The picture in a square tile, its name beneath."""
    grey = picture if picture.ndim == 2 else cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    scale = (TILE_PX - 24) / max(grey.shape)
    small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    tile = np.zeros((TILE_PX, TILE_PX), np.uint8)
    left = (TILE_PX - small.shape[1]) // 2
    tile[: small.shape[0], left : left + small.shape[1]] = small
    cv2.putText(tile, name, (6, TILE_PX - 8), cv2.FONT_HERSHEY_SIMPLEX, 0.42, 255, 1, cv2.LINE_AA)
    return tile


def shown(frame: Frame) -> NDArray[np.uint8]:
    """A frame as the console draws it."""
    return scan_convert(frame, canvas_of(frame.geometry, 2 * TILE_PX, flip=False))


def settled(world: World, control: Control, frames: int = 8) -> NDArray[np.uint8]:
    """The picture after some frames of compounding."""
    for _ in range(frames):
        world.step(control, 1 / 30)
        frame = world.observe()
    return shown(frame)


def block(kind: str, section: str) -> NDArray[np.uint8]:
    """A block of one tissue under a high-frequency linear probe."""
    probe = load_atlas().probe("linear_15_6")
    world = World(build_block(kind, seed=5, section=section), probe=probe, needle=_needle(), seed=1, n_lines=256)
    knobs = replace(probe.default_scanner(), depth_mm=38.0, focus_mm=18.0, frequency_hz=11e6)
    return settled(world, Control(probe=ProbeControl(press_n=2.0), scanner=knobs))


def _needle():
    return load_atlas().needle("22g_80mm")


def needle(angle_deg: float) -> NDArray[np.uint8]:
    """A 22 gauge needle in plane in muscle."""
    probe = load_atlas().probe("linear_12_4")
    made = Scan(build_block("muscle", seed=5, section="short"), probe, seed=1)
    view = View(
        T_patient_probe=ProbeControl().pose(),
        scanner=ScannerControl(depth_mm=40.0, frequency_hz=10e6, focus_mm=20.0),
        time_s=0.0,
        sequence=0,
        needle=laid(np.deg2rad(angle_deg), 22),
    )
    for sequence in range(3):
        picture = made.frame(replace(view, sequence=sequence))
    height = round(TILE_PX * picture.geometry.depth_mm / picture.geometry.width_mm)
    return cv2.resize(picture.pixels.T, (TILE_PX, height), interpolation=cv2.INTER_AREA)


def injection() -> NDArray[np.uint8]:
    """Local anesthetic about the femoral nerve."""
    patient = inplane.patient("femoral_nerve_block", seed=7)
    probe = load_atlas().probe("linear_12_4")
    world = World(patient, probe=probe, needle=_needle(), seed=1)
    view = inplane.standard_view(patient, "femoral_nerve_block")
    target = view.pose().inverse().apply(patient.targets_mm["femoral_nerve_block"])
    aim = aim_in_plane(view, target_mm=(float(target[0]), float(target[1])), side=patient.side)
    knobs = replace(probe.default_scanner(), depth_mm=40.0, focus_mm=22.0)
    control = Control(probe=view, scanner=knobs)
    entry = np.array([aim.entry_x_mm, 0.0, aim.entry_z_mm])  # the skin is the plane y = 0
    reach_mm = float(np.linalg.norm(patient.targets_mm["femoral_nerve_block"] - entry))
    for deep in np.linspace(0.0, reach_mm, 60):
        world.step(replace(control, needle=replace(aim, advance_mm=float(deep))), 1 / 30)
    for amount in np.linspace(0.0, 8.0, 240):
        held = replace(
            control,
            needle=replace(aim, advance_mm=reach_mm),
            plunger=PlungerControl(injected_ml=float(amount)),
        )
        world.step(held, 1 / 10)
    return settled(world, held)


def curved() -> NDArray[np.uint8]:
    """The groin under a curved array."""
    patient = inplane.patient("hip_joint_injection", seed=7)
    probe = load_atlas().probe("curved_6_2")
    world = World(patient, probe=probe, needle=_needle(), seed=1, n_samples=1024)
    view = replace(inplane.standard_view(patient, "hip_joint_injection"), press_n=8.0)
    knobs = replace(probe.default_scanner(), depth_mm=75.0, focus_mm=40.0)
    return settled(world, Control(probe=view, scanner=knobs))


def real_tiles(data: Path) -> list[NDArray[np.uint8]]:
    """Real pictures, cropped as the program crops them."""
    tiles: list[NDArray[np.uint8]] = []
    for name, place in REAL:
        path = data / place
        files = sorted(path.iterdir()) if path.is_dir() else [path]
        source = open_source(str(next(file for file in files if file.is_file())))
        frame = source.next(Control())
        source.close()
        if frame is not None:
            tiles.append(fitted(shown(frame), f"real: {name}"))
    return tiles


def sheet(tiles: list[NDArray[np.uint8]], columns: int = 4) -> NDArray[np.uint8]:
    """Tiles in rows, the last row filled up."""
    tiles = tiles + [np.zeros_like(tiles[0])] * (-len(tiles) % columns)
    return np.vstack([np.hstack(tiles[at : at + columns]) for at in range(0, len(tiles), columns)])


def main() -> None:
    """Writes docs/img/gallery.png, and the sheet beside real images where there are any."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--beside", type=Path, default=ROOT / "site" / "img", help="folder for the sheet with real ones"
    )
    parser.add_argument("--write", action="store_true", help="write docs/img/gallery.png anew")
    chosen = parser.parse_args()
    runtime.start()
    tiles = [fitted(block(kind, section), f"{kind}, {section} axis") for kind, section in BLOCKS]
    tiles += [fitted(needle(angle), f"22 G needle at {angle:g} degrees") for angle in (0, 15, 30, 45)]
    tiles += [fitted(injection(), "8 ml about the femoral nerve"), fitted(curved(), "hip, curved array")]
    if chosen.write:
        cv2.imwrite(str(ROOT / "docs" / "img" / "gallery.png"), sheet(tiles))
        print("wrote docs/img/gallery.png")
    data = Path(os.environ.get("INPLANE_DATA") or ROOT.parent / "shared" / "data")
    if not data.is_dir():
        print(f"no real images at '{data}': no sheet beside them")
        return
    beside: Path = chosen.beside
    beside.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(beside / "gallery-beside-real.png"), sheet(real_tiles(data) + tiles))
    print("wrote gallery-beside-real.png")


if __name__ == "__main__":
    main()
