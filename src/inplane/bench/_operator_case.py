"""One patient, one procedure, one operator: the case played, and what really came of it."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from time import process_time

import numpy as np

from inplane.anatomy import Kind, Patient
from inplane.atlas import Procedure, load_atlas
from inplane.case import Case, Journal, Loop, Step, Tick, complete_answers
from inplane.core import Control, InjectateField
from inplane.operators import GuidedOperator, LandmarkOperator, Skill, draw_palpation, palpated_view
from inplane.perception import Perceiver
from inplane.stream import SimulatedSource
from inplane.training import standard_plan
from inplane.world import Moment, TruthEvent, World
