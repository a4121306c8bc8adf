"""Muscles of the back, transverse processes, what lies between and beneath them, pleura; see `beside_spine`."""

from dataclasses import dataclass

import numpy as np

from inplane.anatomy import _scene as s
from inplane.anatomy._block_nerve import areolar
from inplane.anatomy._canvas import Canvas, Part
from inplane.anatomy._strands import Field
from inplane.anatomy.patient import Kind
from inplane.anatomy.window import Values
from inplane.anatomy.windows.girdle_parts import bed, everywhere, loose_plane, lung, muscle, ripple
from inplane.anatomy.windows.leg_parts import louder

TARGET_MM = 8.0
"""Middle of the upper process in the picture. Chosen: the lower one is in it as well."""
GAP_MM = 0.7
"""Between muscles. Chosen: a line that is seen."""
PLANE_DB, ERECTOR_DB, BETWEEN_DB, SPACE_DB = 12.0, -1.5, -2.0, -9.0
"""The plane and the paravertebral space against fat, muscles against others. Chosen: bright lines in dark muscle, and
a pleura that stands out from what lies before it."""
LINED = 0.5
"""Share of connective tissue of the fascia beneath erector spinae. Chosen: a bright line."""
LIGAMENT_MM, SPACE_MM = 7.0, 1.2
"""Depth of the superior costotransverse ligament below the processes' faces, and how thick it is. Chosen: halfway to
the pleura."""
REACH_MM = (-30.0, 15.0)
"""The processes along z: their tips, and where they become lamina. Chosen: the view cuts them near the tip."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Layers:
    """Depths (mm, (nz, nx, 1)): faces of trapezius, rhomboid major, erector spinae; of the plane's middle, of the
    processes, of the pleura."""

    muscles: tuple[tuple[Field, Field], ...]
    plane: Field
    bone: Field
    pleura: Field


def layers(c: Canvas, p: Values) -> Layers:
    """Where the layers lie: all but parallel, deeper towards the head."""
    front = p["skin_mm"] + p["fat_mm"] + 0.5 + 0.02 * (c.u + 60.0) - 1.2 + 0.4 * ripple(c, 26.0, 231) + 0.0 * c.w
    found: list[tuple[Field, Field]] = []
    for n, name in enumerate(("trapezius_mm", "rhomboid_mm", "erector_mm")):
        back = front + p[name] * (1.0 + 0.06 * ripple(c, 32.0, 233 + n))
        found.append((front, back))
        front = back + GAP_MM
    back = found[-1][1]
    bone = back + p["plane_mm"]
    return Layers(
        muscles=tuple(found),
        plane=back + 0.5 * p["plane_mm"],
        bone=bone,
        pleura=bone + p["pleura_mm"] + 0.2 * ripple(c, 24.0, 239),
    )


def muscles(c: Canvas, at: Layers, sheet: Part) -> None:
    """Trapezius, rhomboid major and erector spinae, whose fibers run along the picture."""
    names = (
        ("trapezius", (0.3, 0.0, 0.95)),
        ("rhomboid major", (0.5, 0.0, 0.85)),
        ("erector spinae", (1.0, 0.03, 0.1)),
    )
    for n, ((name, along), (front, back)) in enumerate(zip(names, at.muscles, strict=True)):
        d = everywhere(c, front - c.y, c.y - back)
        muscle(c, name, d.astype(np.float32), along, sheet, salt=301 + 20 * n)
    louder(c, "erector spinae", ERECTOR_DB)


def plane(c: Canvas, p: Values, at: Layers, sheet: Part) -> None:
    """Loose tissue between erector spinae and the processes."""
    d = everywhere(c, np.abs(c.y - at.plane) - 0.5 * p["plane_mm"])
    loose_plane(c, "erector spinae plane", d, sheet, louder_db=PLANE_DB, lined=LINED)


def _middles(p: Values) -> tuple[float, ...]:
    """Of the processes along the body, from the foot."""
    return tuple(TARGET_MM + n * p["level_mm"] for n in (-2, -1, 0, 1, 2))


def processes(c: Canvas, p: Values, at: Layers) -> None:
    """Flat-topped processes, one behind the other."""
    half, deep = 0.5 * p["process_mm"], 5.0
    row = at.bone[at.bone.shape[0] // 2, :, 0]
    middle, reach = 0.5 * sum(REACH_MM), 0.5 * (REACH_MM[1] - REACH_MM[0])
    for n, u in enumerate(_middles(p)):
        y = float(np.interp(u, c.u.ravel(), row)) + deep
        d = s.egg(c, (u, y, middle), (half, deep, reach), 3.2)
        if (d < 0).any():
            s.bone(c, "transverse process", d, salt=401 + 10 * n)


def beneath(c: Canvas, at: Layers, sheet: Part) -> None:
    """Between the processes: short muscles; the ligament behind the paravertebral space, its fat; pleura and lung."""
    d = everywhere(c, at.bone - 0.3 - c.y, c.y - at.bone - LIGAMENT_MM).astype(np.float32)
    muscle(c, "intertransversarii", d, (1.0, 0.1, 0.0), sheet, salt=421)
    louder(c, "intertransversarii", BETWEEN_DB)
    low, high = float(at.bone.min()) + LIGAMENT_MM - 1.0, float(at.pleura.max()) + 1.0
    v = c.window((-1e3, 1e3), (low, high))
    space = (at.bone + LIGAMENT_MM - v.y + np.zeros_like(v.power)).astype(np.float32)
    fat = v.part("thoracic paravertebral space", Kind.FAT, "fat", louder_db=SPACE_DB)
    areolar(v, fat, sheet, space, 441)
    ligament = v.part("superior costotransverse ligament", Kind.FASCIA, "tendon")
    across = np.abs(space + 0.5 * SPACE_MM) - 0.5 * SPACE_MM
    v.lay(ligament, across.astype(np.float32), 10.0 * v.noise((5.0, 0.5, 5.0), 451))
    lung(c, at.pleura)


def bundle(c: Canvas, p: Values, at: Layers, sheet: Part) -> None:
    """Intercostal vein, artery and nerve in the paravertebral space, below each process and above the next."""
    r = p["artery_radius_mm"]
    u = TARGET_MM - 0.5 * p["level_mm"]
    row = at.bone[at.bone.shape[0] // 2, :, 0]
    y = float(np.interp(u, c.u.ravel(), row)) + 0.5 * (LIGAMENT_MM + SPACE_MM + p["pleura_mm"])

    def along(x: float, half: tuple[float, float]) -> s.Course:
        return s.course(c, *((w, x - 0.05 * w, y - 0.03 * w, *half) for w in (-27.0, -9.0, 9.0, 27.0)))

    tubes = along(u + 3.4, (1.1 * r, 0.9 * r)), along(u, (r, r)), along(u - 3.4, (1.3, 1.0))
    for n, tube in enumerate(tubes):
        bed(c, tube, 0.6, sheet, salt=501 + 10 * n)
    s.vessel(c, "intercostal vein", tubes[0], sheet, artery=False, wall_mm=0.25, salt=541)
    s.vessel(c, "intercostal artery", tubes[1], sheet, artery=True, wall_mm=0.3, salt=551)
    s.nerve(c, "intercostal nerve", tubes[2], sheet, salt=561)
