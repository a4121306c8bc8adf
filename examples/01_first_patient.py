# %% [markdown]
# # A patient, a probe, a needle, a frame and its truth
# Simulated images from a virtual patient. Research and training software, not a medical device.
# %%
from dataclasses import replace
from math import hypot

import inplane

patient = inplane.patient("femoral_nerve_block", seed=7)
probe = inplane.probe("linear_12_4")
needle = inplane.needle("22g_80mm")
print(f"{patient.region}, {patient.side} side, {len(patient.structures)} structures, {patient.labels_zxy.shape} voxels")
print(f"{probe.name}; {needle.name}")
# %% [markdown]
# `inplane.simulate` puts both into a simulated room. What comes out is a source of frames: `next(control)` lets a
# thirtieth of a second pass and takes a picture. A `Control` is everything that an operator can do.
# %%
from inplane.atlas import load_atlas
from inplane.operators import scanner_for

procedure = load_atlas().procedure("femoral_nerve_block")
source = inplane.simulate(patient, procedure.id, probe=probe, needle=needle)
control = inplane.Control(probe=inplane.standard_view(patient, procedure.id), scanner=scanner_for(procedure))
for _ in range(6):  # the picture is compounded over the last frames
    frame = source.next(control)
print(frame.pixels.shape, frame.geometry)
# %% [markdown]
# The same frame with what the software recognises from its pixels. Nerves are not recognized in this version.
# %%
import cv2
from IPython.display import Image, display

from inplane.overlay import draw
from inplane.perception import Perceiver

perceiver = Perceiver()


def show(frame, scene, advice=None, level="full"):
    """The picture as a scanner would show it, 640 pixels wide."""
    picture = draw(frame, scene, advice, level=level, width_px=640, banner="SIMULATION")
    display(Image(cv2.imencode(".png", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))[1].tobytes()))


scene = perceiver.step(frame)
show(frame, scene)
for unknown in scene.cannot_tell:
    print(f"cannot tell: {unknown.subject}: {unknown.reason}")
# %% [markdown]
# Now a needle, in plane from the lateral side towards the nerve. Where the nerve is, only the model knows: we ask the
# source for the truth, as a script may and perception may not.
# %%
from inplane.operators import aim_in_plane

truth = source.truth(frame.sequence)
target_x_mm, target_y_mm, _ = truth.targets_image_mm[procedure.id]
held = aim_in_plane(control.probe, target_mm=(target_x_mm, target_y_mm), side=patient.side, offset_mm=18)
for step in range(70):
    control = replace(control, needle=replace(held, advance_mm=0.5 * step))
    frame = source.next(control)
    scene = perceiver.step(frame)
show(frame, scene)
print(scene.needle)
# %% [markdown]
# The truth of that frame: where the tip really is, in what, and how far from the imaging plane.
# %%
truth = source.truth(frame.sequence)
print(f"tip at {truth.tip_image_mm.round(2)} mm in {truth.tip_structure}")
if scene.needle.tip_mm is not None:
    error_mm = hypot(*(scene.needle.tip_mm - truth.tip_image_mm[:2]))
    print(f"recognized {error_mm:.2f} mm from there")
print("outlines in the plane:", ", ".join(sorted({outline.name for outline in truth.outlines})))
# %% [markdown]
# Inject: the plunger is a total that only grows. The fluid pushes tissue apart and shows dark.
# %%
for step in range(240):
    plunger = inplane.PlungerControl(injected_ml=min(3.0, step * 0.02))
    control = replace(control, plunger=plunger)
    frame = source.next(control)
    scene = perceiver.step(frame)
show(frame, scene)
print(f"injected {frame.signals.injected_ml:.1f} ml; spread: {scene.spread.state}")
for event in source.truth(frame.sequence).events:
    print(f"{event.time_s:5.1f} s  {event.kind}: {event.structure}")
