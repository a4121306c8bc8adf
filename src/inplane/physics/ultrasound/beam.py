"""The beam and the receiver as tables over depth, for one setting of the knobs.

Widths are standard deviations of amplitude point spreads. A rectangular aperture's two-way amplitude is sinc², half as
high at 0.886 lambda F#: sigma = 0.376 lambda F#. A Gaussian spectrum, B wide at -6 dB, gives 0.441 c/B: sigma = 0.187
c/B. Szabo, Diagnostic Ultrasound Imaging, 2nd ed. 2014, chapters 6 and 10.
"""

from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from inplane.atlas import ProbeModel
from inplane.core import CurvedGeometry, FormatError, LinearGeometry, ScannerControl, require_range
from inplane.core.runtime import kernel
from inplane.physics.ultrasound.lines import Lines, lines_of
from inplane.physics.ultrasound.lookup import f32
from inplane.physics.ultrasound.tables import CELL_MM, SET_SIZE

SOUND_MM_S = 1.54e6
"""What a scanner assumes, mm/s (AIUM/IEC convention)."""
F_NUMBER = 2.0
"""Of transmit at its focus and of receive at all depths, until all elements are in use. chosen: as usual."""
SIGMA_LATERAL = 0.3762
SIGMA_AXIAL = 0.1873
HALF_WIDTH = 8
"""Lines either side that the lateral kernel reaches."""
PER_RESOLUTION_CELL = 3.25
"""Scatterers in an effective resolution cell, (2 pi)^1.5 sigma³. chosen: least that holds speckle SNR above 1.85."""
SLAB_SIGMAS = 2.475
"""Half width of the elevational slab in standard deviations of the lens's profile; (1 - (e/slab)²)² stands for it. With
this one slices correlate as a Gaussian's do, exp(-d²/(2 sigma²)) within 0.007 (fidelity check 6); with 2 they miss by
0.15."""
LEAST_IN_CELL = 4
HARMONIC_DB, HARMONIC_BUILD_MM, HARMONIC_CLEAN = -10.0, 8.0, 0.35
"""Second harmonic: level, depth over which it builds up, and side lobes and clutter against the fundamental's. chosen:
it is made on the axis and away from the wall, so it is cleaner and weaker near the face."""
HARMONIC_RAISED_DB = 13.0
"""What the receiver adds to a harmonic by itself, noise and all. chosen: it makes up for the level and for what is
built up by 20 mm, so that a picture is there as bright as the fundamental's."""
TGC_DB_CM_MHZ = 0.5
"""What the machine compensates by itself, one way. chosen: a little less than muscle, so that depth darkens."""


Floats: TypeAlias = NDArray[Any]


class Beam(NamedTuple):
    """Tables over samples (n,), float32, and scalars.

    Attributes:
        lateral: (2 HALF_WIDTH + 1, 2 n) lateral kernel, each coefficient twice (real, imaginary); sums to 1 over lines.
        axial: (m,) axial kernel; a point source becomes 1 at its peak.
        slab: half width of the elevational slab, mm.
        cells: (n, 3) for a scatterer cell at each depth: the slab again; the amplitude of one scatterer with which 0 dB
            tissue has mean power 1; how many of a set are used.
        tgc: amplitude gain over depth, own and sliders.
        wave: 2 / wavelength, cycles/mm of depth. pitch, sample: line and sample distance, mm. frequency_mhz: received;
            sent_mhz: what went out, half of it for a harmonic.
        kind, radius, middle: see lines.Lines, of which `pitch` above is the fourth; `fan` puts them together, since a
            tuple of numbers within a tuple cannot cross into a parallel loop.
    """

    lateral: NDArray[np.float32]
    axial: NDArray[np.float32]
    slab: NDArray[np.float32]
    cells: NDArray[np.float32]
    tgc: NDArray[np.float32]
    wave: float
    pitch: float
    sample: float
    frequency_mhz: float
    sent_mhz: float
    kind: int
    radius: float
    middle: float


@kernel(inline=True)
def fan(beam: Beam) -> Lines:
    """Where the beam's scan lines run."""
    return Lines(beam.kind, beam.radius, beam.pitch, beam.middle)


def require_scanner(scanner: ScannerControl, probe: ProbeModel) -> None:
    """Refuse knobs that this probe does not have.

    Raises:
        RangeError: frequency, depth or steering outside the probe's range, a focus deeper than the picture, or a
            harmonic that the probe cannot receive.
        FormatError: virtual convex on a probe that is no linear one, or compounding, or the needle's beam, with lines
            that fan out and so are steered already.
    """
    low, high = probe.frequency_min_hz.value, probe.frequency_max_hz.value
    require_range(f"frequency_hz of {probe.name}", scanner.frequency_hz, low, high, "Hz")
    require_range(
        f"depth_mm of {probe.name}", scanner.depth_mm, probe.depth_min_mm.value, probe.depth_max_mm.value, "mm"
    )
    require_range("focus_mm within the picture's depth", scanner.focus_mm, 3, scanner.depth_mm, "mm")
    if scanner.harmonic:
        require_range(f"frequency_hz for harmonics of {probe.name}", scanner.frequency_hz, low, high / 2.0, "Hz")
    most = probe.steer_max_rad.value
    require_range(f"color_steer_rad of {probe.name}", scanner.color_steer_rad, -most, most, "rad")
    if scanner.needle_steer_rad != 0.0 and (probe.shape != "linear" or scanner.virtual_convex):
        raise FormatError(
            f"needle_steer_rad of {probe.name} is {scanner.needle_steer_rad:g}. Expected 0: its lines fan out already."
        )
    require_range(f"needle_steer_rad of {probe.name}", scanner.needle_steer_rad, -most, most, "rad")
    if scanner.virtual_convex and probe.shape != "linear":
        raise FormatError(f"virtual_convex of {probe.name} is True. Expected False: its lines fan out already.")
    if scanner.compound_angles != 1 and (probe.shape == "phased" or scanner.virtual_convex):
        raise FormatError(
            f"compound_angles of {probe.name} is {scanner.compound_angles}. Expected 1: its lines are steered already."
        )


def aperture_mm(probe: ProbeModel) -> float:
    """Largest active aperture: the face; of a curved one what looks forward to within 30 degrees (its radius)."""
    width = probe.width_mm.value
    return min(width, probe.radius_mm.value) if probe.shape == "curved" else width


def lateral_sigma_mm(
    depth_mm: NDArray[np.float64], wavelengths_mm: tuple[float, float], focus_mm: float, most_mm: float
) -> NDArray[np.float64]:
    """Two-way lateral standard deviation over depth: transmit (fixed focus) times receive (dynamic), both Gaussian.

    One way, sigma = sqrt(2) 0.376 lambda F#; off focus the transmit beam adds its geometric width, a fifth of
    aperture |1 - depth/focus|. A harmonic is made by the square of the sent pressure: its beam is narrower by sqrt(2)
    (Averkiou, Roundhill & Powers 1997, IEEE Ultrasonics Symp., 1561).

    Args:
        depth_mm: (n,).
        wavelengths_mm: sent and received.
        focus_mm: of transmit. most_mm: largest aperture.
    """
    sent, received = (np.sqrt(2.0) * SIGMA_LATERAL * wavelength for wavelength in wavelengths_mm)
    open_mm = min(focus_mm / F_NUMBER, most_mm)
    transmit = np.hypot(sent * depth_mm / open_mm, 0.2 * open_mm * np.abs(1.0 - depth_mm / focus_mm))
    if wavelengths_mm[0] != wavelengths_mm[1]:
        transmit = transmit / np.sqrt(2.0)
    f_number = np.maximum(F_NUMBER * np.maximum(1.0, 1.5 / np.maximum(depth_mm, 0.5)), depth_mm / most_mm)
    return 1.0 / np.sqrt(1.0 / transmit**2 + 1.0 / (received * f_number) ** 2)


def side_lobes(
    offset_mm: NDArray[np.float64],
    depth_mm: NDArray[np.float64],
    wavelengths_mm: tuple[float, float],
    open_mm: tuple[float, float],
) -> NDArray[np.float64]:
    """(lines, n) side lobes of a rectangular aperture, amplitude over the peak: transmit times receive.

    One way, sinc(x / (lambda F#)) beyond its main lobe has the root mean square lambda F# / (sqrt(2) pi x). Farther
    from the focus than its depth of field, 2 lambda F#² (a quarter wave of error at the aperture's ends), transmit is
    even across its geometric width, aperture |depth - focus| / focus, and falls so only beyond: there the side lobes of
    receive stand alone, some -25 dB at a millimetre.

    Args:
        offset_mm: (lines, n) from the axis.
        depth_mm: (n,).
        wavelengths_mm: sent and received.
        open_mm: focus of transmit, largest aperture.
    """
    focus, most = open_mm
    aperture = min(focus / F_NUMBER, most)
    f_numbers = (depth_mm / aperture, np.maximum(F_NUMBER, depth_mm / most))
    off_focus = np.maximum(np.abs(depth_mm - focus) - 2.0 * wavelengths_mm[0] * (focus / aperture) ** 2, 0.0)
    beyond = np.maximum(np.abs(offset_mm) - 0.5 * aperture * off_focus / focus, 0.0)
    both = np.where(np.abs(offset_mm) < wavelengths_mm[1] * f_numbers[1], 0.0, 1.0)
    for x, wavelength, f_number in zip((beyond, np.abs(offset_mm)), wavelengths_mm, f_numbers, strict=True):
        lobe: Floats = wavelength * f_number / (np.sqrt(2.0) * np.pi)
        both = both * lobe / np.maximum(x, lobe)
    return both


def elevation_sigma_mm(depth_mm: NDArray[np.float64], wavelength_mm: float, probe: ProbeModel) -> NDArray[np.float64]:
    """Two-way elevational standard deviation over depth: fixed lens, sqrt((0.376 lambda z/A)² + (0.2 A (1 - z/f))²)."""
    aperture, focus = probe.elevation_aperture_mm.value, probe.elevation_focus_mm.value
    return np.hypot(SIGMA_LATERAL * wavelength_mm * depth_mm / aperture, 0.2 * aperture * (1.0 - depth_mm / focus))


def axial_sigma_mm(frequency_hz: float, probe: ProbeModel) -> float:
    """Axial standard deviation of the pulse's envelope, 0.187 c/B."""
    return SIGMA_AXIAL * SOUND_MM_S / (probe.bandwidth_fraction.value * frequency_hz)


def build_beam(
    scanner: ScannerControl, probe: ProbeModel, geometry: LinearGeometry | CurvedGeometry, *, cell_mm: float = CELL_MM
) -> Beam:
    """All tables for one setting of the knobs; `cell_mm` is the edge of a scatterer cell."""
    lines = lines_of(geometry)
    depth: Floats = (np.arange(geometry.n_samples) + 0.5) * geometry.sample_pitch_mm
    across_mm = _pitch_mm(geometry, depth)
    received_hz = scanner.frequency_hz * (2.0 if scanner.harmonic else 1.0)
    wavelengths = (SOUND_MM_S / scanner.frequency_hz, SOUND_MM_S / received_hz)
    lateral = lateral_sigma_mm(depth, wavelengths, scanner.focus_mm, aperture_mm(probe))
    elevation = elevation_sigma_mm(depth, wavelengths[1], probe)
    axial = max(axial_sigma_mm(scanner.frequency_hz, probe), geometry.sample_pitch_mm / np.sqrt(6.0))
    offset = np.arange(-HALF_WIDTH, HALF_WIDTH + 1)[:, None] * across_mm
    skirt = side_lobes(offset, depth, wavelengths, (scanner.focus_mm, aperture_mm(probe)))
    kernel = _lateral_kernel(lateral, across_mm, skirt * (HARMONIC_CLEAN if scanner.harmonic else 1.0))
    pulse = _axial_kernel(axial, geometry.sample_pitch_mm)
    cell = (2 * np.pi) ** 1.5 * axial * np.maximum(lateral, across_mm / 2.0) * elevation
    count = np.clip(np.rint(PER_RESOLUTION_CELL * cell_mm**3 / cell), LEAST_IN_CELL, SET_SIZE)
    slab = SLAB_SIGMAS * elevation
    across = _energy(kernel, (66 / 120, 26 / 120, 1 / 120)) * across_mm
    energy: Floats = across * _energy(pulse[:, None], (2 / 3, 1 / 6)) * geometry.sample_pitch_mm
    scale = 1.0 / np.sqrt(count / cell_mm**3 * energy * slab * (256.0 / 315.0))
    gain = focus_gain(depth, scanner.focus_mm) * (harmonic_gain(depth) if scanner.harmonic else 1.0)
    return Beam(
        lateral=np.repeat(kernel, 2, axis=1).astype(np.float32),
        axial=pulse.astype(np.float32),
        slab=slab.astype(np.float32),
        cells=np.stack((slab, scale * gain, count), axis=-1).astype(np.float32),
        tgc=tgc_gain(scanner, depth).astype(np.float32),
        wave=f32(2.0 / wavelengths[1]),
        pitch=lines.pitch,
        sample=f32(geometry.sample_pitch_mm),
        frequency_mhz=f32(received_hz / 1e6),
        sent_mhz=f32(scanner.frequency_hz / 1e6),
        kind=lines.kind,
        radius=lines.radius,
        middle=lines.middle,
    )


def _pitch_mm(geometry: LinearGeometry | CurvedGeometry, depth_mm: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n,) distance between neighbouring lines over depth."""
    if isinstance(geometry, LinearGeometry):
        return np.full_like(depth_mm, geometry.line_pitch_mm)
    return np.maximum((geometry.radius_mm + depth_mm) * geometry.line_pitch_rad, 0.01)


def harmonic_gain(depth_mm: NDArray[np.float64]) -> NDArray[np.float64]:
    """Amplitude of the second harmonic over depth, against the fundamental's: it has to build up on the way."""
    return 10.0 ** (HARMONIC_DB / 20.0) * depth_mm / (depth_mm + HARMONIC_BUILD_MM)


def focus_gain(depth_mm: NDArray[np.float64], focus_mm: float) -> NDArray[np.float64]:
    """Amplitude gained about the transmit focus: 2 dB at it. chosen: the visible but mild band of real pictures."""
    return 10.0 ** (2.0 * np.exp(-(((depth_mm - focus_mm) / (0.5 * focus_mm)) ** 2)) / 20.0)


def tgc_gain(scanner: ScannerControl, depth_mm: NDArray[np.float64]) -> NDArray[np.float64]:
    """Amplitude gain over depth: 2 TGC_DB_CM_MHZ f depth, at most 70 dB, and the sliders spread evenly over depth.

    A harmonic comes back at twice the frequency, and is raised by HARMONIC_RAISED_DB.
    """
    ways = 3.0 if scanner.harmonic else 2.0  # back at twice the frequency
    own = np.minimum(ways * TGC_DB_CM_MHZ * scanner.frequency_hz / 1e6 * depth_mm / 10.0, 70.0)
    own = own + (HARMONIC_RAISED_DB if scanner.harmonic else 0.0)
    centers = (np.arange(len(scanner.tgc_db)) + 0.5) / len(scanner.tgc_db) * scanner.depth_mm
    return 10.0 ** ((own + np.interp(depth_mm, centers, scanner.tgc_db)) / 20.0)


def spline(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Quadratic B-spline of unit spacing: how a scatterer is spread over three lines; its variance is 1/4."""
    x = np.abs(x)
    return np.where(x < 0.5, 0.75 - x**2, np.where(x < 1.5, 0.5 * (1.5 - x) ** 2, 0.0))


def _lateral_kernel(
    sigma_mm: NDArray[np.float64], pitch_mm: NDArray[np.float64], skirt: NDArray[np.float64]
) -> NDArray[np.float64]:
    """(lines, samples) Gaussian, or side lobes where they are more; sums to 1 over lines.

    The splat widens what the kernel makes. Where lines are coarse, variances do not tell the width at half, so the
    kernel's variance is looked up from the half width that spline and kernel have together.
    """
    offset = np.arange(-HALF_WIDTH, HALF_WIDTH + 1)[:, None]
    variance = np.geomspace(0.02, 60.0, 120)  # lines²
    tried = np.exp(-(offset**2) / (2.0 * variance))
    x = np.linspace(0.0, HALF_WIDTH, 1601)
    profile = spline(x[:, None] - offset.T) @ tried
    fallen = profile < 0.5 * profile[0]
    half = np.where(fallen.any(axis=0), x[np.argmax(fallen, axis=0)], HALF_WIDTH + 0.01 * variance)
    half_width: Floats = sigma_mm * np.sqrt(2.0 * np.log(2.0)) / pitch_mm
    wanted: Floats = np.interp(half_width, half, variance)  # pyright: ignore[reportUnknownVariableType]
    main = np.exp(-(offset**2) / (2.0 * wanted))
    both = np.maximum(main, skirt)
    return both / both.sum(axis=0)


def _axial_kernel(sigma_mm: float, pitch_mm: float) -> NDArray[np.float64]:
    """Gaussian whose variance lacks the splat's pitch²/6; its sum makes a point's mean peak 1."""
    variance = max(sigma_mm**2 - pitch_mm**2 / 6.0, (0.2 * pitch_mm) ** 2)
    reach = int(np.clip(np.ceil(3.0 * np.sqrt(variance) / pitch_mm), 1, 24))
    offset = np.arange(-reach, reach + 1) * pitch_mm
    shape = np.exp(-(offset**2) / (2.0 * variance))
    return shape / shape.sum() * np.sqrt(2 * np.pi) * sigma_mm / pitch_mm


def _energy(kernel: NDArray[np.float64], overlap: tuple[float, ...]) -> NDArray[np.float64]:
    """Integral of the squared response (in pitches) of splat plus kernel: sum k_i k_j T(i-j), T the splat's overlap."""
    total = overlap[0] * (kernel**2).sum(axis=0)
    for lag, value in enumerate(overlap[1:], start=1):
        total = total + 2.0 * value * (kernel[lag:] * kernel[:-lag]).sum(axis=0)
    return total
