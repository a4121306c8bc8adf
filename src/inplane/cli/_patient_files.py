"""What `inplane patient show --out` writes: the view's labels as a picture with its legend, and the scene as glTF."""

from pathlib import Path
from typing import Any

import numpy as np
import trimesh as trimesh_library
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from inplane.anatomy import Patient, slice_labels
from inplane.anatomy.surfaces import Surface, surfaces
from inplane.atlas import load_atlas

trimesh: Any = trimesh_library  # its types are mostly unknown
PIXEL_MM, ROW = 0.05, 16
"""Of the picture; height of a line of its legend, pixels. Chosen: fine enough for a nerve's fascicles."""
COLORS = {
    "bone": (230, 220, 190, 255),
    "cartilage": (150, 200, 220, 255),
    "muscle": (170, 80, 70, 110),
    "tendon": (240, 235, 225, 255),
    "nerve": (245, 215, 60, 255),
    "artery": (215, 40, 40, 255),
    "vein": (60, 90, 200, 255),
    "fluid": (90, 190, 200, 150),
    "lung": (235, 170, 180, 110),
    "node": (150, 120, 170, 255),
    "dura": (200, 160, 220, 160),
}
"""Red, green, blue, opacity by a surface's look. Chosen: as anatomy atlases print them."""


def write_files(patient: Patient, procedure: str, folder: Path) -> list[str]:
    """Writes `view.png` and `scene.glb`; what was written, in words.

    Args:
        patient: whose.
        procedure: whose view.
        folder: made if it is not there.

    Raises:
        OSError: the folder cannot be written to.
    """
    folder.mkdir(parents=True, exist_ok=True)
    _view(patient, procedure).save(folder / "view.png")
    made = surfaces(patient)
    (folder / "scene.glb").write_bytes(as_gltf(made))
    count = sum(len(each.triangles) for each in made)
    return [
        f"'{folder / 'view.png'}': labels of the standard view, at rest.",
        f"'{folder / 'scene.glb'}': {len(made)} structures, {count} triangles, glTF 2.0 in meters, head up (y), "
        "front to the viewer (z).",
    ]


def as_gltf(made: tuple[Surface, ...]) -> bytes:
    """A binary glTF 2.0 file of surfaces, one named node each; meters, y up, as that standard asks.

    References:
        Khronos Group. glTF 2.0 specification, 3.4 coordinate system and units. 2021.
    """
    scene = trimesh.Scene()
    for each in made:
        x, y, z = each.points_mm.T / 1000.0
        mesh = trimesh.Trimesh(np.stack([x, z, -y], axis=1), each.triangles, process=False)
        material = trimesh.visual.material.PBRMaterial(
            baseColorFactor=COLORS[each.look], roughnessFactor=0.8, metallicFactor=0.0, alphaMode="BLEND"
        )
        mesh.visual = trimesh.visual.TextureVisuals(material=material)
        scene.add_geometry(mesh, node_name=f"{each.name} ({each.look})", geom_name=f"{each.name} ({each.look})")
    data: bytes = scene.export(file_type="glb")
    return data


def _view(patient: Patient, procedure: str) -> Image.Image:
    """Labels of the standard view, each in a color of its own, with names beside them."""
    entry = load_atlas().procedure(procedure)
    width_mm = load_atlas().probe(entry.probe_id).chord_mm
    depth_mm = entry.preset.depth_mm.value
    shape = round(width_mm / PIXEL_MM), round(depth_mm / PIXEL_MM)
    pose = patient.views[procedure].pose(0.0)
    labels = slice_labels(patient, pose, width_mm=width_mm, depth_mm=depth_mm, shape=shape)
    palette = _palette()
    there = [part for part in patient.structures if (labels == part.label).any()]
    height = max(shape[1], ROW * (len(there) + 1))
    picture = Image.new("RGB", (shape[0] + 330, height), (0, 0, 0))
    picture.paste(Image.fromarray(palette[labels.T]), (0, 0))
    draw = ImageDraw.Draw(picture)
    for row, part in enumerate(there):
        top = ROW * row + 4
        color = tuple(int(value) for value in palette[part.label])
        draw.rectangle((shape[0] + 8, top, shape[0] + 20, top + 11), fill=color)
        draw.text((shape[0] + 28, top), part.name, fill=(220, 220, 220))
    return picture


def _palette() -> NDArray[np.uint8]:
    """(256, 3) colors, each far from its neighbors; 0, outside the body, is black."""
    rng = np.random.default_rng(5)
    colors = rng.integers(50, 256, (256, 3)).astype(np.uint8)
    colors[0] = 0
    return colors
