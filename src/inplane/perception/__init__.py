"""What is in the picture, from its pixels alone: needle, vessels, bone, spread, and what cannot be told.

Nothing is said on one sign alone. A needle's tip is what the trained net shows (`needle_model`, `needle_maps`) and what
also went on along its own shaft (`needle_suspects`, `needle_watch`); a vessel is dark and walled all round (`vessels`)
and stays (`vessel_track`); a bone is a bright line and the shadow behind it (`bone`); spread is darkness that grew at
the tip while fluid was given (`spread`).
"""

from inplane.perception.anatomy_model import AnatomyModel
from inplane.perception.needle_model import NeedleModel
from inplane.perception.perceiver import Perceiver

__all__ = ["AnatomyModel", "NeedleModel", "Perceiver"]
