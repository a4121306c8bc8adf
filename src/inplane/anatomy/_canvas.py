"""A small volume that tissues are laid into one after the other, and what becomes of it: a `Patient`.

Lengths run in the block's own directions: u across its fibres or tubes, y away from the skin, w along them. Cut short,
u lies in the picture (x); cut long, w does.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inplane.anatomy._groin_shape import unit
from inplane.anatomy._materials import codes_of, echo_code, impedance_code, power_of
from inplane.anatomy._strands import Field, fill_noise, fill_septa, fill_strands
from inplane.anatomy.patient import Kind, Patient, Physiology, Structure

SIZE_MM = (44.0, 45.0, 12.0)
"""x, y, z. Chosen: a little wider than a linear probe's face, as deep as it is used, as thick as any slice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A label with the codes of its tissue."""

    label: int
    code: float
    stiff: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Canvas:
    """What is painted on; the arrays change in place.

    Args:
        seed, section, spacing_mm: see `build_block`.
        rng: of this block's shape.
        labels, power, stiff: (nz, nx, ny) labels, backscattered power relative to muscle's, impedance codes. Power is
            what adds up where tissues share a voxel; decibels do not, and lines drawn in them come out beaded.
        u, y, w: open grids of places (mm) that broadcast to that shape.
        structures: filled by `part`.
        chosen: numbers that describe the block, filled by `draw`.
        own_db: by tissue, how much brighter it is in this patient than in the atlas.
    """

    seed: int
    section: str
    spacing_mm: float
    rng: np.random.Generator
    labels: NDArray[np.uint8]
    power: Field
    stiff: Field
    u: Field
    y: Field
    w: Field
    structures: list[Structure] = field(default_factory=list[Structure])
    chosen: dict[str, float] = field(default_factory=dict[str, float])
    own_db: Mapping[str, float] = field(default_factory=dict[str, float])

    def draw(self, name: str, low: float, high: float) -> float:
        """A number between low and high, kept under its name among the block's parameters."""
        value = round(float(self.rng.uniform(low, high)), 4)
        self.chosen[name] = value
        return value

    def part(
        self,
        name: str,
        kind: Kind,
        tissue: str,
        *,
        whole: str = "",
        along: tuple[float, float, float] | None = None,
        tube: tuple[NDArray[np.float64], float] | None = None,
        louder_db: float = 0.0,
    ) -> Part:
        """A structure; `along` is its fibres' (u, y, w), `tube` its centreline (n, 3: u, y, w) and radius (mm).

        What is laid in several places under one name (ribs, fat about nerves) is one structure.
        """
        codes = {"code": echo_code(tissue, louder_db + self.own_db.get(tissue, 0.0)), "stiff": impedance_code(tissue)}
        for known in self.structures:
            if tube is None and (known.name, known.kind, known.belongs_to) == (name, kind, whole or name):
                return Part(label=known.label, **codes)
        label = len(self.structures) + 1
        line = None if tube is None else self._turned(tube[0])
        self.structures.append(
            Structure(
                label=label,
                name=name,
                kind=kind,
                tissue=tissue,
                belongs_to=whole or name,
                fiber_direction=None if along is None else self._turned(unit(np.array(along))),
                centreline_mm=line,
                radius_mm=None if tube is None or line is None else np.full(len(line), tube[1]),
            )
        )
        return Part(label=label, **codes)

    def _turned(self, uyw: NDArray[np.float64]) -> NDArray[np.float64]:
        """x, y, z of (..., 3) u, y, w."""
        return uyw if self.section == "short" else uyw[..., ::-1].copy()

    def across(self, along: tuple[float, float, float] = (0.0, 0.0, 1.0)) -> NDArray[np.float64]:
        """(3, 3) rows u, v, w: coordinates across and along fibres of a direction (u, y, w), of (x, y, z)."""
        w = unit(np.array(along))
        v = np.array([0.0, 1.0, 0.0]) - w[1] * w
        v = unit(v)
        u = np.array([v[1] * w[2] - v[2] * w[1], v[2] * w[0] - v[0] * w[2], v[0] * w[1] - v[1] * w[0]])
        return self._turned(np.stack([u, v, w]))

    def frame(self, salt: int) -> NDArray[np.float64]:
        """x, y, z of voxel [0, 0, 0], spacing, seed: what the kernels take."""
        x, z = (self.u, self.w) if self.section == "short" else (self.w, self.u)
        salted = float((self.seed * 31 + salt * 7919) % 1_000_003)
        return np.array([x.flat[0], self.y.flat[0], z.flat[0], self.spacing_mm, salted], np.float64)

    def window(self, u_mm: tuple[float, float], y_mm: tuple[float, float]) -> "Canvas":
        """The part of the block between two places across and two depths; painting it paints the block."""
        across = _between(self.u, u_mm)
        rows = (across, slice(None)) if self.section == "long" else (slice(None), across)
        volume = (*rows, _between(self.y, y_mm))
        u: Any = self.u[across] if self.section == "long" else self.u[:, across]
        return replace(
            self,
            labels=self.labels[volume],
            power=self.power[volume],
            stiff=self.stiff[volume],
            u=u,
            y=self.y[:, :, volume[2]],
        )

    def noise(self, size_mm: tuple[float, float, float], salt: int) -> Field:
        """Smooth noise in [-1, 1] with features of a size in u, y, w."""
        out = np.empty(self.labels.shape, np.float32)
        frame = self.frame(salt)
        fill_noise(out, frame, self.across() / np.array(size_mm)[:, None], int(frame[4]))
        return out

    def strands(
        self, where: NDArray[np.bool_], along: tuple[float, float, float], form: tuple[float, ...], salt: int
    ) -> tuple[Field, Field]:
        """Share of sheets between bundles and each bundle's hash; `form` as of `_strands.strands` but the spacing."""
        out = np.zeros((2, *self.labels.shape), np.float32)
        fill_strands(out, where, self.frame(salt), self.across(along), np.array([*form, self.spacing_mm]))
        return out[0], out[1]

    def septa(
        self, where: NDArray[np.bool_], cell_mm: tuple[float, float, float, float], salt: int
    ) -> tuple[Field, Field]:
        """Share of septa between lobules and each lobule's hash; the cell is u, y, w and a septum's thickness."""
        cell = np.array(cell_mm)
        if self.section == "long":
            cell = cell[[2, 1, 0, 3]]
        out = np.zeros((2, *self.labels.shape), np.float32)
        fill_septa(out, where, self.frame(salt), cell)
        return out[0], out[1]

    def lay(self, part: Part, distance_mm: Field, texture: Field | float = 0.0) -> None:
        """Lay a tissue where a signed distance is negative; an edge covers a voxel by clip(1/2 - d/h, 0, 1)."""
        share = np.clip(0.5 - distance_mm / np.float32(self.spacing_mm), 0, 1).astype(np.float32)
        self.mix(part, share, texture)
        self.labels[np.broadcast_to(distance_mm < 0, self.labels.shape)] = part.label

    def mix(self, part: Part, share: Field, texture: Field | float = 0.0) -> None:
        """Mix a share (0 to 1) of a tissue into brightness and impedance, leaving labels."""
        self.power[...] += (power_of(part.code + texture) - self.power) * share
        self.stiff[...] += (part.stiff - self.stiff) * share

    def sheet(self, part: Part, distance_mm: Field, thick_mm: float, share: Field | float = 1.0) -> None:
        """A thin sheet at distance zero, as bright and hard as its share of each voxel."""
        h = self.spacing_mm
        reach = 0.5 * thick_mm + 0.5 * h
        cover = np.clip((reach - np.abs(distance_mm)) / h, 0, min(1.0, thick_mm / h))
        self.mix(part, (cover * share).astype(np.float32))
        inside = (np.abs(distance_mm) <= max(0.5 * thick_mm, 0.5 * h)) & (np.asarray(share) > 0.3)
        self.labels[np.broadcast_to(inside, self.labels.shape)] = part.label

    def patient(self, region: str, physiology: Physiology) -> Patient:
        """What has been painted, as a patient; structures of which no voxel is left are dropped."""
        frame = self.frame(0)
        present = set(np.flatnonzero(np.bincount(self.labels.ravel(), minlength=256)).tolist())
        return Patient(
            region=region,
            seed=self.seed,
            parameters=dict(self.chosen),
            side="right",
            origin_mm=frame[:3],
            spacing_mm=self.spacing_mm,
            labels_zxy=self.labels,
            echogenicity_zxy=_whole(codes_of(self.power)),
            impedance_zxy=_whole(self.stiff),
            structures=tuple(s for s in self.structures if s.label in present),
            landmarks_mm={},
            targets_mm={},
            physiology=physiology,
            indication={},
        )


def _between(places: Field, ends_mm: tuple[float, float]) -> slice:
    low, high = np.searchsorted(places.ravel(), np.asarray(ends_mm, places.dtype))
    return slice(int(low), max(int(high), int(low) + 1))


def _whole(codes: Field) -> NDArray[np.uint8]:
    return np.clip(np.floor(codes + np.float32(0.5)), 0, 255).astype(np.uint8)


def make_canvas(
    seed: int, section: str, spacing_mm: float, salt: int, size_mm: tuple[float, float, float] = SIZE_MM
) -> Canvas:
    """An empty block of a size (x, y, z); the first voxel's top is the skin, x and z are centred on zero."""
    n = [round(edge / spacing_mm) for edge in size_mm]
    x = ((np.arange(n[0]) - (n[0] - 1) / 2) * spacing_mm).astype(np.float32)[None, :, None]
    y = ((np.arange(n[1]) + 0.5) * spacing_mm).astype(np.float32)[None, None, :]
    z = ((np.arange(n[2]) - (n[2] - 1) / 2) * spacing_mm).astype(np.float32)[:, None, None]
    shape = (n[2], n[0], n[1])
    return Canvas(
        seed=seed,
        section=section,
        spacing_mm=spacing_mm,
        rng=np.random.Generator(np.random.PCG64([0xB10C, salt, seed])),
        labels=np.zeros(shape, np.uint8),
        power=np.zeros(shape, np.float32),
        stiff=np.zeros(shape, np.float32),
        u=x if section == "short" else z,
        y=y,
        w=z if section == "short" else x,
    )
