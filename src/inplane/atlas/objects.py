"""Things that procedures are made of: tissues, probes, drugs, thresholds, checklist items, structures."""

from dataclasses import dataclass
from math import asin, sin

from inplane.atlas.values import AtlasValue, CitedNumbers, Sourced
from inplane.core import GreyMap, ScannerControl, require_range


@dataclass(frozen=True, slots=True, kw_only=True)
class Tissue:
    """Acoustic properties of a tissue at body temperature.

    Args:
        name: its name everywhere.
        description: what it stands for, in words.
        sound_speed_m_s: m/s; `uncertainty` is one standard deviation between people where known.
        density_kg_m3: kg/m3.
        attenuation_db_cm_mhz: one way, dB/cm at 1 MHz.
        attenuation_exponent: b in attenuation = a f^b, f in MHz.
        echogenicity_db: mean backscatter relative to muscle, dB.
        backscatter_exponent: n in backscattered amplitude ~ f^n.
    """

    name: str
    description: str
    sound_speed_m_s: AtlasValue
    density_kg_m3: AtlasValue
    attenuation_db_cm_mhz: AtlasValue
    attenuation_exponent: AtlasValue
    echogenicity_db: AtlasValue
    backscatter_exponent: AtlasValue

    @property
    def impedance_mrayl(self) -> float:
        """Characteristic acoustic impedance: density times sound speed, in MRayl (1e6 kg/(m2 s))."""
        return self.density_kg_m3.value * self.sound_speed_m_s.value * 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeModel:
    """An ultrasound probe.

    Args:
        id, name: identifier, and the name that a user reads.
        shape: of the array: "linear", "curved" or "phased".
        n_elements, width_mm: elements and length of the array's face, along its arc where it is curved.
        radius_mm: of a curved face; 0 for a flat one.
        field_of_view_rad: full angle of the fan of lines; of a linear array the virtual convex's.
        steer_max_rad: largest steering angle, either way.
        frequency_min_hz, frequency_max_hz, frequency_default_hz: transmit centre frequency.
        bandwidth_fraction: -6 dB bandwidth over centre frequency of the pulse.
        elevation_focus_mm, elevation_aperture_mm: fixed lens across the imaging plane.
        depth_min_mm, depth_max_mm: image depths on offer.
    """

    id: str
    name: str
    shape: str
    n_elements: AtlasValue
    width_mm: AtlasValue
    radius_mm: AtlasValue
    field_of_view_rad: AtlasValue
    steer_max_rad: AtlasValue
    frequency_min_hz: AtlasValue
    frequency_max_hz: AtlasValue
    frequency_default_hz: AtlasValue
    bandwidth_fraction: AtlasValue
    elevation_focus_mm: AtlasValue
    elevation_aperture_mm: AtlasValue
    depth_min_mm: AtlasValue
    depth_max_mm: AtlasValue

    @property
    def pitch_mm(self) -> float:
        """Distance from element to element."""
        return self.width_mm.value / self.n_elements.value

    @property
    def chord_mm(self) -> float:
        """Length of the face, straight from end to end."""
        radius = self.radius_mm.value
        return self.width_mm.value if radius <= 0 else 2.0 * radius * sin(self.width_mm.value / (2.0 * radius))

    def default_scanner(self) -> ScannerControl:
        """Knobs that this probe can follow: its usual frequency, a middling depth, focus halfway."""
        low, high = self.depth_min_mm.value, self.depth_max_mm.value
        depth = max(low, min(40.0 if self.shape == "linear" else 0.6 * high, high))
        return ScannerControl(
            frequency_hz=self.frequency_default_hz.value,
            depth_mm=depth,
            focus_mm=depth / 2.0,
            compound_angles=1 if self.shape == "phased" else 3,
        )

    def grating_free_rad(self, wavelength_mm: float) -> float:
        """Largest steering, either way, that sends no grating lobe; 0 where none is free of one.

        The first lobe lies at sin(lobe) = sin(steer) - wavelength / pitch and comes into the plane at -1: Szabo,
        Diagnostic Ultrasound Imaging, 2nd ed. 2014, chapter 7. How far single elements look aside is left out.
        """
        return asin(min(max(wavelength_mm / self.pitch_mm - 1.0, 0.0), 1.0))


@dataclass(frozen=True, slots=True, kw_only=True)
class ScannerPreset(Sourced):
    """The scanner's knobs to begin with, for one probe over one region; the source is that of its words.

    Args:
        id, name: identifier, and the name that a user reads.
        probe: the probe's id.
        region: as procedures name it, such as "groin".
        text: what it is for.
        harmonic, virtual_convex, grey_map: as in `core.ScannerControl`, as all that follow.
        tgc_db: eight sliders, near to far.
    """

    id: str
    name: str
    probe: str
    region: str
    text: str
    harmonic: bool
    virtual_convex: bool
    grey_map: str
    depth_mm: AtlasValue
    focus_mm: AtlasValue
    frequency_hz: AtlasValue
    gain_db: AtlasValue
    dynamic_range_db: AtlasValue
    tgc_db: CitedNumbers
    compound_angles: AtlasValue
    persistence: AtlasValue
    edge_enhancement: AtlasValue
    speckle_reduction: AtlasValue

    def scanner(self) -> ScannerControl:
        """The knobs, in B-mode."""
        return ScannerControl(
            depth_mm=self.depth_mm.value,
            focus_mm=self.focus_mm.value,
            frequency_hz=self.frequency_hz.value,
            gain_db=self.gain_db.value,
            dynamic_range_db=self.dynamic_range_db.value,
            tgc_db=self.tgc_db.values,
            harmonic=self.harmonic,
            virtual_convex=self.virtual_convex,
            grey_map=GreyMap(self.grey_map),
            compound_angles=int(self.compound_angles.value),
            persistence=self.persistence.value,
            edge_enhancement=self.edge_enhancement.value,
            speckle_reduction=self.speckle_reduction.value,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class DoseLimit:
    """The most of a drug that a patient may be given now: the smaller of the limit by weight and the absolute one."""

    limit_mg: float
    basis: AtlasValue


@dataclass(frozen=True, slots=True, kw_only=True)
class Drug:
    """Something that is injected.

    Args:
        id, name: identifier, and the name that a user reads.
        family: "local anesthetic", "steroid" or "diluent".
        concentrations_mg_ml: as sold; the first is the default.
        max_mg_per_kg, max_mg: limits without adrenaline; None where none is stated.
        adrenaline_max_mg_per_kg, adrenaline_max_mg: limits with adrenaline; None where none is stated.
        max_24h_mg: limit a day, or None.
    """

    id: str
    name: str
    family: str
    concentrations_mg_ml: CitedNumbers
    max_mg_per_kg: AtlasValue | None
    max_mg: AtlasValue | None
    adrenaline_max_mg_per_kg: AtlasValue | None
    adrenaline_max_mg: AtlasValue | None
    max_24h_mg: AtlasValue | None

    @property
    def limits(self) -> tuple[AtlasValue, ...]:
        """Every limit that is stated."""
        all_limits = (
            self.max_mg_per_kg,
            self.max_mg,
            self.adrenaline_max_mg_per_kg,
            self.adrenaline_max_mg,
            self.max_24h_mg,
        )
        return tuple(limit for limit in all_limits if limit is not None)

    @property
    def provisional(self) -> bool:
        """Whether any limit still waits for a label or a guideline."""
        return any(limit.provisional for limit in self.limits)

    def limit(self, *, weight_kg: float, adrenaline: bool = False) -> DoseLimit | None:
        """The single-dose limit for a patient: the smaller of weight times mg/kg and the absolute cap.

        With adrenaline, a limit that is not stated falls back on the one without: adrenaline never lowers a limit.

        Args:
            weight_kg: 1 to 300.
            adrenaline: whether the solution holds adrenaline.

        Raises:
            RangeError: the weight is outside its range.
        """
        require_range("weight_kg", weight_kg, 1, 300, "kg")
        per_kg, cap = self.max_mg_per_kg, self.max_mg
        if adrenaline:
            per_kg, cap = self.adrenaline_max_mg_per_kg or per_kg, self.adrenaline_max_mg or cap
        found = [DoseLimit(limit_mg=cap.value, basis=cap)] if cap else []
        if per_kg:
            found.append(DoseLimit(limit_mg=per_kg.value * weight_kg, basis=per_kg))
        return min(found, key=lambda limit: limit.limit_mg) if found else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """A number that advice is measured against.

    Args:
        name: identifier, with its unit at the end.
        meaning: what happens on which side of it.
        value: the number.
    """

    name: str
    meaning: str
    value: AtlasValue


@dataclass(frozen=True, slots=True, kw_only=True)
class ChecklistItem(Sourced):
    """One line of a checklist.

    Args:
        id: identifier.
        checklist: which list it belongs to.
        text: the line.
    """

    id: str
    checklist: str
    text: str
