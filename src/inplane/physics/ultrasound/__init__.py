"""What an ultrasound scanner shows of a virtual patient: a linear probe's B-mode and colour Doppler.

    march     through, echo, surface   two-way attenuation, interfaces, bone, fibres, fluid, along each line
    splat     sum a w e^(-j 4 pi r / lambda)   implicit scatterers of the tissue, onto complex baseband
    needle    a capsule's walls, reverberations, bevel and shadow
    receive   gain, point spread, clutter, noise, detection, compounding, logarithm, grey map

`Scan.frame(view)` is the live path; `Scan.envelope(view)` is the detected amplitude that fidelity is measured on.
"""

from inplane.physics.ultrasound.scan import Scan
from inplane.physics.ultrasound.view import Picture, View

__all__ = ["Picture", "Scan", "View"]
