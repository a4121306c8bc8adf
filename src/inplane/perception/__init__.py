"""What is in the picture, from its pixels alone: needle, vessels, bone, spread, and what cannot be told.

Classical witnesses with trackers, no trained model. Each finding needs two witnesses of different kinds before it is
said: a needle is a thin straight ridge (`ridge`, `needle_find`) that also appeared or grew along its own axis
(`motion`, `needle_track`); a vessel is dark and walled all round (`vessels`) and stays (`vessel_track`); a bone is a
bright line and the shadow behind it (`bone`); spread is darkness that grew at the tip while fluid was given (`spread`).
"""

from inplane.perception.perceiver import Perceiver

__all__ = ["Perceiver"]
