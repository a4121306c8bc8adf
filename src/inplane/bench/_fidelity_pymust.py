"""PyMUST as the peer of check 16: an array like the probe's, one focused line at a time, beamformed here.

PyMUST's `pfield`, called as its `simus` calls it, gives the spectrum that each element receives from a list of
scatterers: per element and frequency a spherical wave, the element's directivity, and an elevation lens as a sum of
Gaussian beams (Garcia D, Comput Methods Programs Biomed 2022;218:106726). Here that is shaped to the engine's pulse
and delayed and summed.
"""

import warnings
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inplane.atlas import ProbeModel

SOUND_M_S = 1540.0
F_NUMBER = 2.0
"""Of transmit at its focus and of receive at all depths, as in the engine."""
FILL = 0.9
"""Width of an element over the pitch. chosen: usual; it sets only how fast the aperture's ends fade."""
WIDE_PERCENT = 140.0
"""Bandwidth that PyMUST's own transducer is given, so that it passes all of the pulse shaped here."""
N_TIMES = 4096


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Array:
    """A window of the probe's elements under one scan line, focused on it.

    Attributes:
        param: PyMUST's parameters. x_m: (elements,). delay_s: (1, elements) of transmit, from 0. start_s: when a wave
            from the middle would have left. window_s: time after which PyMUST's echoes repeat. bandwidth: at -6 dB,
            there and back, over the frequency. steer_rad: of the line.
    """

    param: Any
    x_m: NDArray[np.float64]
    delay_s: NDArray[np.float64]
    start_s: float
    window_s: float
    bandwidth: float
    steer_rad: float


def is_there() -> bool:
    """Whether PyMUST is installed (extra 'peers')."""
    return find_spec("pymust") is not None


def _pymust(name: str) -> Any:
    """One of its modules; its docstrings hold escape sequences that Python warns of when it first compiles them."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return import_module(f"pymust.{name}")


def array(
    probe: ProbeModel,
    *,
    frequency_hz: float,
    focus_mm: float,
    depth_mm: float,
    window_s: float,
    steer_rad: float = 0.0,
) -> Array:
    """The elements that F/2 needs down to a depth, focused at another.

    Args:
        probe: gives pitch, bandwidth and the elevation's lens.
        frequency_hz: centre of the pulse.
        focus_mm: of transmit.
        depth_mm: deepest that is received.
        window_s: longer than all echoes that are simulated last.
        steer_rad: of transmit and receive.
    """
    pitch_m = probe.width_mm.value / probe.n_elements.value / 1000.0
    half_mm = max(depth_mm, focus_mm) / (2.0 * F_NUMBER)
    n = 2 * (int(np.ceil(half_mm / 1000.0 / pitch_m)) + 1)
    x_m: NDArray[Any] = (np.arange(n) - (n - 1) / 2) * pitch_m
    focus_m, aside_m = focus_mm / 1000.0, focus_mm / 1000.0 * float(np.tan(steer_rad))
    early = (np.hypot(focus_m, aside_m) - np.hypot(focus_m, x_m - aside_m)) / SOUND_M_S
    param = _pymust("utils").Param()
    told = {"fc": frequency_hz, "pitch": pitch_m, "width": FILL * pitch_m, "Nelements": n, "radius": np.inf}
    told |= {"bandwidth": WIDE_PERCENT, "c": SOUND_M_S, "TXnow": 1.0, "RXdelay": np.zeros((1, n), np.float32)}
    told |= {"height": probe.elevation_aperture_mm.value / 1000.0, "focus": probe.elevation_focus_mm.value / 1000.0}
    param.update(told, TXapodization=_open(x_m, np.array([focus_mm / 1000.0])).T.astype(np.float32))
    return Array(
        param=param,
        x_m=x_m,
        delay_s=(early - early.min())[None],
        start_s=float(-early.min()),
        window_s=window_s,
        bandwidth=probe.bandwidth_fraction.value,
        steer_rad=steer_rad,
    )


def line(
    made: Array, places_mm: NDArray[np.float64], amplitude: NDArray[np.float64], depth_mm: NDArray[np.float64]
) -> NDArray[np.complex128]:
    """(depths,) the beamformed line that leaves the face at x = 0, as an analytic signal.

    Args:
        made: the array.
        places_mm: (n, 3) scatterers: along the array, depth, elevation.
        amplitude: (n,) of each.
        depth_mm: (depths,).
    """
    at, echoes = _spectra(made, places_mm / 1000.0, amplitude)
    carrier = made.param.fc
    padded = np.zeros((len(made.x_m), N_TIMES), np.complex128)
    step = at[1] - at[0]
    padded[:, np.rint((at - carrier) / step).astype(int) % N_TIMES] = echoes.T
    heard = np.fft.ifft(padded, axis=1)
    z_m = depth_mm[None] / 1000.0
    aside_m = z_m * np.tan(made.steer_rad)
    time_s = (np.hypot(z_m, aside_m) + np.hypot(z_m, made.x_m[:, None] - aside_m)) / SOUND_M_S + made.start_s
    sample = time_s * step * N_TIMES
    low = np.floor(sample).astype(int)
    part, rows = sample - low, np.arange(len(made.x_m))[:, None]
    value = heard[rows, low % N_TIMES] * (1.0 - part) + heard[rows, (low + 1) % N_TIMES] * part
    return (_open(made.x_m, depth_mm / 1000.0) * value * np.exp(2j * np.pi * carrier * time_s)).sum(axis=0)


def _open(x_m: NDArray[np.float64], depth_m: NDArray[np.float64]) -> NDArray[np.float64]:
    """(elements, depths) weights of a rectangular aperture of F/2, its ends within an element."""
    pitch = x_m[1] - x_m[0]
    return np.clip((depth_m[None] / (2.0 * F_NUMBER) - np.abs(x_m[:, None])) / pitch + 0.5, 0.0, 1.0)


def _spectra(
    made: Array, places_m: NDArray[np.float64], amplitude: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.complex128]]:
    """Frequencies (k,) and what each element receives (k, elements), shaped to a Gaussian pulse.

    One sub-element each: an element's far field begins at width²/(4 wavelength), 0.1 mm. PyMUST's own transducer is
    divided out, so that pulse and echo together have the spectrum 2^-(2 (f - f0) / (B f0))². Directivity is that at f0,
    but of steered arrays that at each frequency: what comes by grating lobes depends on it.
    """
    options = _pymust("utils").Options()
    options.update(CallFun="simus", dBThresh=-60, ElementSplitting=1, FrequencyStep=1.0 / made.window_s)
    options["RC"] = amplitude
    options["FullFrequencyDirectivity"] = made.steer_rad != 0.0
    x, y, z = places_m[:, 0], places_m[:, 2], places_m[:, 1]
    found = _pymust("pfield").pfield(x, y, z, made.delay_s.copy(), made.param.copy(), options)
    spectrum, kept = np.asarray(found[1], np.complex128), np.asarray(found[2], np.bool_)
    at = np.linspace(0.0, 2.0 * float(made.param.fc), len(kept))[kept]
    w = 2.0 * np.pi * at
    own = made.param.getPulseSpectrumFunction()(w) * made.param.getProbeFunction()(w) ** 2
    pulse = np.exp2(-((2.0 * (at / float(made.param.fc) - 1.0) / made.bandwidth) ** 2))
    return at, np.conj(spectrum) * (pulse / np.conj(own))[:, None]
