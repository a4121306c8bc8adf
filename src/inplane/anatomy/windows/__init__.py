"""Windows of the body: the small virtual patients, one for each place that a probe is put on.

Each module offers one `Window`; what it lays is in a module of its own, `..._parts`, where it would be too long.
"""

from inplane.anatomy.window import Window
from inplane.anatomy.windows.ac_joint import ACROMIOCLAVICULAR
from inplane.anatomy.windows.axilla import AXILLA
from inplane.anatomy.windows.baker_cyst import BAKER_CYST
from inplane.anatomy.windows.beside_spine import BESIDE_SPINE
from inplane.anatomy.windows.biceps_groove import BICIPITAL_GROOVE
from inplane.anatomy.windows.c4_side import C4_SIDE
from inplane.anatomy.windows.c6_front import C6_FRONT
from inplane.anatomy.windows.elbow_outer import OUTER_ELBOW
from inplane.anatomy.windows.flank_wall import FLANK_WALL
from inplane.anatomy.windows.genicular import GENICULAR
from inplane.anatomy.windows.great_toe import GREAT_TOE
from inplane.anatomy.windows.heel_back import RETROCALCANEAL
from inplane.anatomy.windows.heel_sole import HEEL_SOLE
from inplane.anatomy.windows.hip_side import TROCHANTER
from inplane.anatomy.windows.iliac_crest import ILIAC_CREST
from inplane.anatomy.windows.iliac_spine import ILIAC_SPINE
from inplane.anatomy.windows.interscalene import INTERSCALENE
from inplane.anatomy.windows.knee_front import KNEE_FRONT
from inplane.anatomy.windows.knee_inner import INNER_KNEE
from inplane.anatomy.windows.laminae import LAMINAE
from inplane.anatomy.windows.lateral_thigh import LATERAL_THIGH
from inplane.anatomy.windows.levator import LEVATOR
from inplane.anatomy.windows.lumbar_facet import LUMBAR_FACET
from inplane.anatomy.windows.lumbar_front import LUMBAR_FRONT
from inplane.anatomy.windows.peng import PENG
from inplane.anatomy.windows.piriformis import PIRIFORMIS
from inplane.anatomy.windows.popliteal import POPLITEAL
from inplane.anatomy.windows.pudendal import PUDENDAL
from inplane.anatomy.windows.quadratus_lumborum import QUADRATUS_LUMBORUM
from inplane.anatomy.windows.rib_angle import RIB_ANGLE
from inplane.anatomy.windows.sacral_hiatus import SACRAL_HIATUS
from inplane.anatomy.windows.sacroiliac import SACROILIAC
from inplane.anatomy.windows.shoulder_back import POSTERIOR_SHOULDER
from inplane.anatomy.windows.shoulder_top import SUBACROMIAL
from inplane.anatomy.windows.suboccipital import SUBOCCIPITAL
from inplane.anatomy.windows.supraclavicular import SUPRACLAVICULAR
from inplane.anatomy.windows.suprascapular import SUPRASCAPULAR
from inplane.anatomy.windows.thigh import MID_THIGH
from inplane.anatomy.windows.thumb_base import THUMB_BASE
from inplane.anatomy.windows.trapezius import TRAPEZIUS
from inplane.anatomy.windows.wrist_radial import RADIAL_WRIST
from inplane.anatomy.windows.wrist_volar import VOLAR_WRIST

__all__ = [
    "ACROMIOCLAVICULAR",
    "AXILLA",
    "BAKER_CYST",
    "BESIDE_SPINE",
    "BICIPITAL_GROOVE",
    "C4_SIDE",
    "C6_FRONT",
    "FLANK_WALL",
    "GENICULAR",
    "GREAT_TOE",
    "HEEL_SOLE",
    "ILIAC_CREST",
    "ILIAC_SPINE",
    "INNER_KNEE",
    "INTERSCALENE",
    "KNEE_FRONT",
    "LAMINAE",
    "LATERAL_THIGH",
    "LEVATOR",
    "LUMBAR_FACET",
    "LUMBAR_FRONT",
    "MID_THIGH",
    "OUTER_ELBOW",
    "PENG",
    "PIRIFORMIS",
    "POPLITEAL",
    "POSTERIOR_SHOULDER",
    "PUDENDAL",
    "QUADRATUS_LUMBORUM",
    "RADIAL_WRIST",
    "RETROCALCANEAL",
    "RIB_ANGLE",
    "SACRAL_HIATUS",
    "SACROILIAC",
    "SUBACROMIAL",
    "SUBOCCIPITAL",
    "SUPRACLAVICULAR",
    "SUPRASCAPULAR",
    "THUMB_BASE",
    "TRAPEZIUS",
    "TROCHANTER",
    "VOLAR_WRIST",
    "WINDOWS",
]

WINDOWS: tuple[Window, ...] = (
    TRAPEZIUS,
    LEVATOR,
    SUPRASCAPULAR,
    POSTERIOR_SHOULDER,
    ACROMIOCLAVICULAR,
    SUBACROMIAL,
    BICIPITAL_GROOVE,
    AXILLA,
    OUTER_ELBOW,
    VOLAR_WRIST,
    RADIAL_WRIST,
    THUMB_BASE,
    QUADRATUS_LUMBORUM,
    ILIAC_CREST,
    SACROILIAC,
    PIRIFORMIS,
    PUDENDAL,
    TROCHANTER,
    PENG,
    LATERAL_THIGH,
    MID_THIGH,
    GENICULAR,
    KNEE_FRONT,
    INNER_KNEE,
    POPLITEAL,
    BAKER_CYST,
    RETROCALCANEAL,
    HEEL_SOLE,
    GREAT_TOE,
    SUBOCCIPITAL,
    C4_SIDE,
    C6_FRONT,
    INTERSCALENE,
    SUPRACLAVICULAR,
    RIB_ANGLE,
    BESIDE_SPINE,
    FLANK_WALL,
    ILIAC_SPINE,
    LUMBAR_FACET,
    SACRAL_HIATUS,
    LAMINAE,
    LUMBAR_FRONT,
)
"""Every window of the body: limbs, then neck and trunk; the groin is built by its own rules."""
