"""What an ultrasound scanner shows of a virtual patient: B-mode and Doppler of any probe.

    march     through, echo, surface   two-way attenuation, interfaces, bone, fibres, fluid, along each line
    splat     sum a w e^(-j 4 pi r / lambda)   implicit scatterers of the tissue, onto complex baseband
    needle    a capsule's walls, reverberations, bevel and shadow
    grating   ghosts of bone and needle aside, when the beam is steered
    receive   gain, point spread, clutter, noise, detection, compounding, logarithm, grey map
    doppler   colour and power in a box; the spectrum of a gate
    output    mechanical and thermal index

`Scan.frame(view)` is the live path; `Scan.envelope(view)` is the detected amplitude that fidelity is measured on.
"""

from inplane.physics.ultrasound.backend import BACKENDS, choose_backend
from inplane.physics.ultrasound.beam import require_scanner
from inplane.physics.ultrasound.lines import face_of
from inplane.physics.ultrasound.output import mechanical_index, prf_limit_hz, require_doppler, thermal_index
from inplane.physics.ultrasound.scan import Scan
from inplane.physics.ultrasound.view import Picture, View

__all__ = [
    "BACKENDS",
    "Picture",
    "Scan",
    "View",
    "choose_backend",
    "face_of",
    "mechanical_index",
    "prf_limit_hz",
    "require_doppler",
    "require_scanner",
    "thermal_index",
]
