"""Grating lobes of a linear array: strong reflectors are shown a second time, aside and faint.

Elements a pitch p apart add up wherever the way to neighbours differs by whole waves, so a transmit steered by t_s is
sent, and heard, also along

    sin(t_g) = sin(t_s) - m wavelength / p,    m = +1 or -1,

weakened both ways by how little an element looks there, sinc(width sin(t) / wavelength) cos(t) against that along t_s.
What lies at range r along t_g is shown at range r along t_s: r (sin(t_s) - sin(t_g)) aside. Over the N elements of an
aperture the way differs by N waves. A pulse of n waves does not last as long: each direction t_g is left with a narrow
band about its own wavelength, 1/N of the pulse's, twice the same one; so of the coherent amplitude n/N is left, there
and back, and lasts for N half wavelengths of range. Other wavelengths of the pulse meet along other directions, and a
point's ghost is as wide as the band. Szabo, Diagnostic Ultrasound Imaging, 2nd ed. 2014, chapter 7.

Near an aperture as wide as F/2 asks for, its elements see a place under angles that differ by 28 degrees, so `spots`
adds up the elements one by one instead, once for a setting of the knobs; tissue, which leaves a pulse its low
frequencies, is in it. Steered by 17 degrees at 9 to 12 MHz this gives -25 to -35 dB. Straight looks, and curved and
phased arrays, have none worth drawing (docs/reference/fidelity.md, 16).
"""

from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from inplane.atlas import ProbeModel
from inplane.core import ScannerControl
from inplane.physics.ultrasound.beam import F_NUMBER, SOUND_MM_S, TGC_DB_CM_MHZ
from inplane.physics.ultrasound.lookup import f32

FILL = 0.9
"""Width of an element over the pitch. chosen: usual."""
FLOOR_DB = -36.0
"""Fainter lobes are left out. chosen: by as much cortical bone, the brightest that there is, stands over muscle
(surfaces.SPECULAR): its ghost is then no louder than speckle, and less once three looks are averaged."""
SHARES = np.linspace(0.7, 1.3, 7)
"""Wavelengths of a pulse that are followed, over that of its middle. chosen: beyond, ghosts are 6 dB under the loudest
for a pulse 70 % wide."""
RAYS = 18
"""Directions between these along which a ghost is drawn. chosen: some two lines apart at 20 mm."""
NODES = np.array([0.35, 0.5, 0.7, 0.85, 1.0, 1.15, 1.3, 1.6, 2.2])
"""Depths at which ghosts are reckoned, over the focus. chosen: at the focus they are some 6 dB fainter than a fifth of
its depth before and behind it."""
BAND = 1.8
"""Reckoned part of the spectrum over its width at -6 dB: to a tenth of its amplitude."""
COARSE, FINE = 12, 16
"""Frequencies of it, in so many runs of so many. chosen: echoes repeat only after 150 waves of the way there and back,
twice the elements of an aperture for 30 mm at F/2 and the widest pitch."""
WAVES = COARSE * FINE
BEYOND_DB = 12.0
"""By how much the closed form may be too faint where there is something to draw. chosen: PyMUST finds up to 10 dB more
at 7 degrees, at 10 mm; where it is 20 dB more (straight ahead, in the elements' null), it is still below FLOOR_DB."""

Floats: TypeAlias = NDArray[Any]


class Lobes(NamedTuple):
    """Of one transmit, float32: directions from which ghosts come; none where all are below FLOOR_DB.

    Attributes:
        aside: (rays,) how far aside a ghost is shown, of its source's depth; wide: (rays,) how far the next ray is.
        deeper: (rays,) its depth over its source's. sine, cosine: (rays,) of the direction t_g.
        level: (rays, nodes) amplitude over the source's echo. late: (rays, nodes) mm by which its middle lies deeper
            still; half: (rays, nodes) mm from there to its end.
        nodes: (nodes,) depth of the source, mm. lean: tangent of the steering.
    """

    aside: NDArray[np.float32]
    wide: NDArray[np.float32]
    deeper: NDArray[np.float32]
    sine: NDArray[np.float32]
    cosine: NDArray[np.float32]
    level: NDArray[np.float32]
    late: NDArray[np.float32]
    half: NDArray[np.float32]
    nodes: NDArray[np.float32]
    lean: float


class Face(NamedTuple):
    """What grating lobes depend on: pitch, largest aperture, wavelength and focus, mm; bandwidth over frequency;
    steering, rad; what tissue takes, dB/cm/MHz one way."""

    pitch: float
    most: float
    wavelength: float
    focus: float
    band: float
    steer: float
    loss: float = TGC_DB_CM_MHZ


def _none() -> Lobes:
    empty, table = np.zeros(0, np.float32), np.zeros((0, NODES.size), np.float32)
    return Lobes(empty, empty, empty, empty, empty, table, table, table, NODES.astype(np.float32), f32(0.0))


NONE = _none()


def lobes_of(probe: ProbeModel, scanner: ScannerControl, steer_rad: float) -> Lobes:
    """The grating lobes of a transmit. Harmonics have none: they are made by the square of the pressure."""
    if probe.shape != "linear" or scanner.virtual_convex or scanner.harmonic:
        return NONE
    return lobes(
        Face(
            pitch=probe.pitch_mm,
            most=probe.width_mm.value,
            wavelength=SOUND_MM_S / scanner.frequency_hz,
            focus=scanner.focus_mm,
            band=probe.bandwidth_fraction.value,
            steer=steer_rad,
        )
    )


@lru_cache(maxsize=64)
def lobes(face: Face) -> Lobes:
    """The grating lobes of one setting, of both orders."""
    found = [_order(face, order) for order in (1, -1) if closed_form_db(face, order) > FLOOR_DB - BEYOND_DB]
    found = [each for each in found if each is not None]
    if not found:
        return NONE
    arrays = (np.concatenate(parts).astype(np.float32) for parts in zip(*found, strict=True))
    return Lobes(*arrays, (NODES * face.focus).astype(np.float32), f32(np.tan(face.steer)))


def closed_form_db(face: Face, order: int) -> float:
    """Loudest ghost of an order at half the focus, by n/N and the directivity of an element in the aperture's middle.

    A Gaussian spectrum B wide at -6 dB lasts n = 1 / (1.0645 B) waves: its peak over its integral.
    """
    sine = np.sin(face.steer) - order * SHARES * face.wavelength / face.pitch
    waves = 1.0 / SHARES
    there, own = _looks(face, sine, waves), _looks(face, np.sin(face.steer), np.ones(1))
    elements = max(0.5 * face.focus / F_NUMBER / face.pitch, 1.0)
    level: Floats = _spectrum(waves, face.band) * waves / (1.0645 * face.band * elements) * (there / own) ** 2
    return float(20.0 * np.log10(np.max(np.where(np.abs(sine) < 0.98, level, 0.0)) + 1e-9))


def _looks(face: Face, sine: Any, waves: Any) -> Floats:
    """How much an element sends and hears at an angle, at so many times the middle frequency: a rectangle in a soft
    baffle (Selfridge, Kino & Khuri-Yakub, Appl Phys Lett 1980;37:35)."""
    sine = np.clip(sine, -1.0, 1.0)
    return np.sinc(FILL * face.pitch / face.wavelength * waves * sine) * np.sqrt(1.0 - sine**2)


def _spectrum(waves: Floats, band: float) -> Floats:
    """Amplitude of the pulse, there and back, over frequency (1 = the middle)."""
    return np.exp2(-((2.0 * (waves - 1.0) / band) ** 2))


def _order(face: Face, order: int) -> tuple[Floats, ...] | None:
    """The rays of one order: the first eight fields of Lobes; None where none is loud enough.

    Nearer than it is apart, a place lies within the transmit beam, wide off its focus: that is beam.side_lobes' part.
    """
    steer, upright = np.sin(face.steer), np.cos(face.steer)
    shares = SHARES[np.abs(steer - order * SHARES * face.wavelength / face.pitch) < 0.98]
    if len(shares) < 2:
        return None
    depths = NODES * face.focus
    tables = spots(face, steer - order * shares * face.wavelength / face.pitch, 1.0 / shares, depths)
    open_mm = min(face.focus / F_NUMBER, face.most)
    apart = np.abs(order * shares[:, None] * face.wavelength / face.pitch) * depths
    wide_mm = 0.5 * open_mm * np.abs(1.0 - depths / face.focus)
    level: Floats = np.where((apart > wide_mm) & (tables[0] > 10.0 ** (FLOOR_DB / 20.0)), tables[0], 0.0)
    if not level.any():
        return None
    fine: Floats = np.linspace(float(shares[0]), float(shares[-1]), RAYS)
    sine: Floats = steer - order * fine * face.wavelength / face.pitch
    cosine: Floats = np.sqrt(1.0 - sine**2)
    aside: Floats = np.asarray((steer - sine) / cosine)
    wide: Floats = np.abs(np.gradient(aside))
    level, late, half = (_between(table, shares, fine) for table in (level, tables[1], tables[2]))
    return aside, wide, upright / cosine, sine, cosine, level, late * upright, half * upright


def _between(table: Floats, shares: Floats, fine: Floats) -> Floats:
    """(rays, nodes) a table of (shares, nodes) at other shares."""
    made: Floats = np.zeros((len(fine), table.shape[1]))
    for node in range(table.shape[1]):
        made[:, node] = np.interp(fine, shares, table[:, node])
    return made


def spots(face: Face, sine: Floats, waves: Floats, depths_mm: Floats) -> tuple[Floats, Floats, Floats]:
    """What points along some directions add to the line that is steered elsewhere, element by element.

    Args:
        face: see there.
        sine: (directions,) of the points. waves: (directions,) frequency that meets there, over the middle one.
        depths_mm: (depths,).

    Returns:
        (directions, depths) each: level over the echo of a point on the line itself, at the same depth; mm of range by
        which its middle (of power) is late; mm of half its length, were it a triangle of the same peak and energy.
    """
    sine = np.append(sine, np.sin(face.steer))[:, None]
    waves = np.append(waves, 1.0)[:, None]
    spectrum = np.stack([_heard(face, sine, waves, depth) for depth in depths_mm], axis=1)
    shown = 4 * WAVES
    envelope = np.abs(np.fft.fftshift(np.fft.ifft(spectrum, shown, axis=2), axes=2))
    step_mm = (WAVES - 1) / (BAND * face.band) / shown * face.wavelength / 2.0
    at_mm = (np.arange(shown) - shown // 2) * step_mm
    power, peak = envelope**2, envelope.max(axis=2)
    energy: Floats = power.sum(axis=2)
    late = (power @ at_mm) / energy
    half = 1.5 * energy * step_mm / peak**2
    return (peak / peak[-1])[:-1], late[:-1], half[:-1]


def _heard(face: Face, sine: Floats, waves: Floats, depth: float) -> NDArray[np.complex128]:
    """(directions, WAVES) spectrum of a line's echo from points at a depth: transmit times receive, each summed over
    the elements of its aperture, as time differs from that of a point on the line at the same range."""
    lean, range_ = np.tan(face.steer), depth / np.sqrt(1.0 - sine**2)
    shown = range_ * np.cos(face.steer)
    n = 2 * (int(min(max(float(shown.max()), face.focus) / F_NUMBER, face.most) / 2.0 / face.pitch) + 1)
    x = (np.arange(n) - (n - 1) / 2.0) * face.pitch
    to_point = np.hypot(x - range_ * sine, depth)
    looks = _looks(face, (x - range_ * sine) / to_point, waves)
    focus = np.hypot(face.focus, face.focus * lean) - np.hypot(x - face.focus * lean, face.focus)
    back = range_ - np.hypot(x - shown * lean, shown)
    aperture_mm = ((face.focus, to_point + focus - range_), (shown, to_point + back - range_))
    sent, received = (_summed(face, open_mm, (x, looks), way) for open_mm, way in aperture_mm)
    frequencies = _frequencies(face)
    lost_db = 2.0 * face.loss * SOUND_MM_S / face.wavelength / 1e6 * depth / 10.0 * (frequencies - 1.0)
    return sent * received * _spectrum(frequencies, face.band) * 10.0 ** (-lost_db / 20.0)


def _frequencies(face: Face) -> Floats:
    """(WAVES,) over the middle one."""
    return 1.0 + face.band * BAND * (np.arange(WAVES) / (WAVES - 1) - 0.5)


def _summed(face: Face, depth: Any, elements: tuple[Floats, Floats], way: Floats) -> NDArray[np.complex128]:
    """(directions, WAVES) sum over the elements that F/2 opens for a depth; `way` in mm, (directions, elements)."""
    x, looks = elements
    aperture = np.clip((np.minimum(depth / F_NUMBER, face.most) / 2.0 - np.abs(x)) / face.pitch + 0.5, 0.0, 1.0)
    frequencies = _frequencies(face)
    turns = -2j * np.pi * way / face.wavelength
    runs = (aperture * looks)[:, None, :] * np.exp(turns[:, None, :] * frequencies[::FINE, None])
    within = np.exp(turns[:, :, None] * (frequencies[:FINE] - frequencies[0]))
    return (runs @ within).reshape(len(way), WAVES)
