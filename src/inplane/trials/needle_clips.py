"""Simulated pictures of needles with where the needle is, drawn by seed: what the needle net learns from.

Hands, needles, probes and knobs vary more than any clinic's; a quarter of the needles miss the imaging plane, and some
pictures hold none. Patients of these seeds are nobody else's: benches and tests have their own.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import cos, pi, sin
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from inplane.atlas import Atlas, ProbeModel
from inplane.core import Control, Frame, GreyMap, ProbeControl, ScannerControl
from inplane.operators import Doses, StagedInsertion, draw_insertion
from inplane.perception.motion import Motion
from inplane.perception.needle_input import CHANGE_CAP, scaled
from inplane.perception.prepare import Prepared, prepare
from inplane.trials.bodies import Body, somebody
from inplane.trials.needle_samples import PATH_POINTS, Samples, along
from inplane.world import World, contrast_db

FIRST_SEED = 700_000
"""Patients from it on are the needle net's."""
BLOCK_SHARE, WINDOW_SHARE = 0.15, 0.6
"""Shares of the patients that are blocks of one tissue, in which needles are seen against other textures, and that come
for a procedure outside the groin. chosen: all places take part, and the groin as often as five of them."""
OWN_PROBE_SHARE = 0.6
"""Share of the rooms of such patients in which the procedure's own probe is held."""
PROBES = ("linear_12_4", "linear_15_6", "linear_12_3", "linear_22_10", "curved_6_2", "curved_5_1")
PROBE_SHARES = (0.3, 0.24, 0.1, 0.12, 0.16, 0.08)
NEEDLES = ("21g_50mm", "22g_50mm", "22g_80mm", "22g_80mm_echogenic", "20g_90mm", "20g_90mm_echogenic", "25g_40mm")
LONG_NEEDLES = ("22g_100mm", "20g_100mm", "22g_89mm_spinal", "25g_89mm_spinal", "18g_80mm_tuohy")
ROUNDS, PASSED_S, SHOWN = 11, 0.17, 3
"""Samples of a clip and one more, time that passes unseen before each, and frames shown then, the last of which is the
sample. chosen: a quarter of a second from one to the next, as neighbours teach little and what changed is kept as long;
persistence has settled."""
HARMONIC_SHARE = 0.3
"""Share of pictures made of the second harmonic. chosen: as many scanners begin with it."""
CLIPS_A_ROOM = 3
"""Insertions before probe and needle change."""
Kept: TypeAlias = tuple[Prepared, NDArray[np.float32] | None, NDArray[np.float64], NDArray[np.float32]]
"""A picture, what changed in it, the needle's path in IMAGE mm, and how plainly each place of it shows."""
SKIP_S, FRAME_S = 0.12, 1 / 30
HELD_GREY = GreyMap.CONTRAST
"""A renderer that is never learned from: this grey map, five angles; harmonic, as some that are learned from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hand:
    """How the probe moves in a clip: it trembles and slides about where it is held.

    Args:
        slide_mm: amplitudes along the picture and across it.
        rock_rad: amplitude of tilt.
        rate_hz: of all three.
        phase_rad: of the first; the others follow a third and two thirds of a turn behind.
    """

    slide_mm: tuple[float, float]
    rock_rad: float
    rate_hz: float
    phase_rad: float

    def at(self, probe: ProbeControl, time_s: float) -> ProbeControl:
        """Where the probe is at a time."""
        turn = 2 * pi * self.rate_hz * time_s + self.phase_rad
        return replace(
            probe,
            x_mm=probe.x_mm + self.slide_mm[0] * sin(turn),
            z_mm=probe.z_mm + self.slide_mm[1] * sin(turn + 2.1),
            tilt_rad=probe.tilt_rad + self.rock_rad * sin(turn + 4.2),
        )


def samples(atlas: Atlas, *, seed: int, index: int, clips: int) -> Iterator[Samples]:
    """The samples of each clip of one patient.

    Args:
        atlas: of probes and needles.
        seed: of everything; the patients of one seed are those of no other.
        index: which patient, below 1000.
        clips: how many.
    """
    number = FIRST_SEED + 1000 * seed + index
    rng = np.random.Generator(np.random.PCG64([0x9EED, number]))
    body = somebody(rng, number, blocks=BLOCK_SHARE, windows=WINDOW_SHARE)
    for begun in range(0, clips, CLIPS_A_ROOM):
        yield from _room(atlas, body, rng, min(CLIPS_A_ROOM, clips - begun))


def _room(atlas: Atlas, body: Body, rng: np.random.Generator, clips: int) -> Iterator[Samples]:
    """Insertions with one probe and one needle, each by another hand with other knobs."""
    patient, hold, probe = body.patient, body.hold, atlas.probe(str(rng.choice(PROBES, p=PROBE_SHARES)))
    own = atlas.procedure(body.procedure_id) if body.procedure_id and rng.random() < OWN_PROBE_SHARE else None
    probe = probe if own is None else atlas.probe(own.probe_id)
    names = LONG_NEEDLES if rng.random() < 0.25 else NEEDLES
    needle = atlas.needle(str(rng.choice(names)))
    world = World(patient, probe=probe, needle=needle, seed=int(rng.integers(1 << 30)), bare=True)
    for _ in range(clips):
        world.reset()
        view = wandered(hold, rng, 0.3 if hold == ProbeControl() else 1.0)
        scanner = drawn_knobs(rng, probe)
        if own is not None:
            depth_mm = float(rng.uniform(0.85, 1.3)) * own.preset.depth_mm.value
            depth_mm = min(max(depth_mm, probe.depth_min_mm.value), probe.depth_max_mm.value)
            scanner = replace(scanner, depth_mm=depth_mm, focus_mm=float(rng.uniform(0.3, 0.8)) * depth_mm)
        insertion = insertion_of(rng, view, probe, scanner, needle.length_mm.value)
        yield _clip(world, insertion, rng)


def _clip(world: World, insertion: StagedInsertion, rng: np.random.Generator) -> Samples:
    """A part of an insertion, begun at any time of it."""
    begin_s = float(rng.uniform(0.5, max(0.6, insertion.duration_s - 2.5)))
    hand, now_s = hand_of(rng), 0.0
    while now_s < begin_s:
        now_s += SKIP_S
        world.step(held(insertion.at(now_s), hand, now_s), SKIP_S)
    return _watched(world, insertion, hand, now_s)


def _watched(world: World, insertion: StagedInsertion, hand: Hand, now_s: float) -> Samples:
    """The samples of the frames from a time on."""
    motion, kept = Motion(), list[Kept]()
    for turn in range(ROUNDS):
        now_s += PASSED_S
        world.step(held(insertion.at(now_s), hand, now_s), PASSED_S)
        frames = [_next(world, insertion, hand, now_s + (k + 1) * FRAME_S) for k in range(SHOWN)]
        now_s += SHOWN * FRAME_S
        prepared = prepare(frames[-1])
        change = motion.step(prepared, frames[-1].time_s)
        if turn:
            shown = None if change is None else scaled(change, prepared.valid_coarse.shape)
            kept.append((prepared, shown, *_needle(world)))
    return _packed(kept)


def _next(world: World, insertion: StagedInsertion, hand: Hand, time_s: float) -> Frame:
    """The frame of a time."""
    world.step(held(insertion.at(time_s), hand, time_s), FRAME_S)
    return world.observe()


def _needle(world: World) -> tuple[NDArray[np.float64], NDArray[np.float32]]:
    """(PATH_POINTS, 3) IMAGE mm and (PATH_POINTS,) contrast of places along the needle as it is
    shown; (0, 3) and (0,) without one."""
    moment = world.moment()
    points = moment.needle_shown_mm
    if len(points) < 2:
        return np.zeros((0, 3)), np.zeros(0, np.float32)
    path = along(points, PATH_POINTS)
    found = [contrast_db(moment, place) for place in path]
    return path, np.array([np.nan if db is None else db for db in found], np.float32)


def _packed(kept: list[Kept]) -> Samples:
    """What was kept, as arrays."""
    grid = kept[0][0].grid
    paths = np.full((len(kept), PATH_POINTS, 3), np.nan, np.float32)
    contrasts = np.full((len(kept), PATH_POINTS), np.nan, np.float32)
    changes = np.zeros((len(kept), *kept[0][0].valid_coarse.shape), np.int8)
    for number, (_, change, path, contrast) in enumerate(kept):
        if change is not None:
            changes[number] = np.rint(change * (127 / CHANGE_CAP)).astype(np.int8)
        if len(path):
            x, y, across = path.T
            columns = (x + 0.5 * grid.width_mm) / grid.pixel_x_mm - 0.5
            paths[number] = np.stack((columns, y / grid.pixel_y_mm - 0.5, across), axis=1)
            contrasts[number] = contrast
    return Samples(
        fine=np.stack([prepared.fine for prepared, _, _, _ in kept]),
        valid=np.stack([prepared.valid_coarse for prepared, _, _, _ in kept]),
        change=changes,
        known=np.array([change is not None for _, change, _, _ in kept]),
        path=paths,
        contrast_db=contrasts,
        pixel_mm=grid.pixel_mm,
    )


def held(control: Control, hand: Hand, time_s: float) -> Control:
    """A control with the probe where the hand has it now."""
    return replace(control, probe=hand.at(control.probe, time_s))


def hand_of(rng: np.random.Generator) -> Hand:
    """Half of the hands are still, the others slide by up to some millimetres."""
    amount = 0.0 if rng.random() < 0.5 else float(rng.uniform(0.1, 1.5))
    return Hand(
        slide_mm=(amount * float(rng.normal(0, 0.6)), amount * float(rng.normal(0, 0.6))),
        rock_rad=amount * float(rng.normal(0, 0.01)),
        rate_hz=float(rng.uniform(0.1, 0.8)),
        phase_rad=float(rng.uniform(0, 2 * pi)),
    )


def wandered(hold: ProbeControl, rng: np.random.Generator, wander: float) -> ProbeControl:
    """A hold of the probe that strays from the standard one."""
    return replace(
        hold,
        x_mm=hold.x_mm + float(rng.normal(0, 6 * wander)),
        z_mm=hold.z_mm + float(rng.normal(0, 8 * wander)),
        rotate_rad=hold.rotate_rad + float(rng.normal(0, 0.15 * wander)),
        tilt_rad=hold.tilt_rad + float(rng.normal(0, 0.1 * wander)),
        press_n=float(rng.uniform(1, 7)),
    )


def drawn_knobs(rng: np.random.Generator, probe: ProbeModel, *, held_out: bool = False) -> ScannerControl:
    """Knobs within and beyond what clinics use; a beam that leans to one side in six of ten of linear arrays.

    Args:
        rng: draws them.
        probe: whose frequencies.
        held_out: as the renderer that is never learned from has them.
    """
    curved = probe.radius_mm.value > 0
    deepest_mm = min(120.0 if curved else 60.0, probe.depth_max_mm.value)
    depth_mm = float(rng.uniform(50 if curved else 25, deepest_mm))
    low, high = probe.frequency_min_hz.value, probe.frequency_max_hz.value
    harmonic = held_out or bool(rng.random() < HARMONIC_SHARE)
    high = 0.5 * high if harmonic else high  # the second harmonic has to be received
    lean_rad = float(rng.uniform(0.1, min(0.35, probe.steer_max_rad.value))) * float(rng.choice((-1, 1)))
    maps = [grey for grey in GreyMap if grey is not HELD_GREY]
    return ScannerControl(
        depth_mm=depth_mm,
        frequency_hz=float(rng.uniform(low + 0.2 * (high - low), high)),
        focus_mm=float(rng.uniform(0.3, 0.8)) * depth_mm,
        gain_db=float(rng.uniform(-8, 10)),
        dynamic_range_db=float(rng.uniform(45, 80)),
        tgc_db=tuple(float(v) for v in rng.normal(0, 2.0, 8)),
        compound_angles=1 if curved else 5 if held_out else int(rng.choice((1, 3))),
        harmonic=harmonic,
        needle_steer_rad=0.0 if curved or rng.random() < 0.4 else lean_rad,
        persistence=float(rng.uniform(0, 0.6)) if rng.random() < 0.4 else 0.0,
        grey_map=HELD_GREY if held_out else maps[int(rng.integers(len(maps)))],
        edge_enhancement=float(rng.uniform(0, 1)),
        speckle_reduction=float(rng.uniform(0, 0.8)),
    )


def insertion_of(
    rng: np.random.Generator, view: ProbeControl, probe: ProbeModel, scanner: ScannerControl, needle_mm: float
) -> StagedInsertion:
    """A staged insertion at 8 to 65 degrees from either side, by hands that miss the plane now and then."""
    width_mm = probe.width_mm.value
    doses = Doses(planned_ml=float(rng.choice((0.0, 0.0, 1.0, 3.0))))
    drawn = draw_insertion(rng, view, side="right", width_mm=width_mm, depth_mm=0.8 * scanner.depth_mm, doses=doses)
    angle_rad = float(rng.uniform(8, 65)) * pi / 180
    sign = 1.0 if drawn.entry_x_mm > 0 else -1.0
    if rng.random() < 0.5:
        sign = -sign
    entry_x_mm = sign * abs(drawn.entry_x_mm)
    run_mm = float(rng.uniform(0.25, 0.95)) * width_mm + abs(drawn.entry_x_mm) - 0.5 * width_mm
    depth_mm = min(run_mm * sin(angle_rad) / cos(angle_rad), 0.85 * scanner.depth_mm)
    run_mm = depth_mm * cos(angle_rad) / sin(angle_rad)
    wide = rng.random() < 0.2
    parameters = replace(
        drawn,
        angle_rad=angle_rad,
        entry_x_mm=entry_x_mm,
        target_mm=(entry_x_mm - sign * run_mm, depth_mm),
        speed_mm_s=float(rng.uniform(3, 20)),
        across_mm=float(rng.uniform(-4, 4)) if wide else float(rng.normal(0, 0.4)),
        heading_error_rad=float(rng.normal(0, 0.015)),
    )
    return StagedInsertion(
        0,
        view,
        width_mm=width_mm,
        depth_mm=scanner.depth_mm,
        doses=doses,
        scanner=scanner,
        needle_mm=needle_mm,
        parameters=parameters,
    )
