"""Sources and sinks of frames: the simulated room behind a clock, real files, scanners on the network, our recordings.

Whatever runs on a live source runs on a recording: both are a `Source`, and neither puts the truth into a frame.
`open_source` takes a path or an address.
"""

from inplane.stream.open import open_source
from inplane.stream.recorder import Recorder, Sink, require_free, write_recording
from inplane.stream.replay import RecordedSource
from inplane.stream.source import STALE_S, FrameSource, SimulatedSource, Source, SourceInfo, StreamStatus
from inplane.stream.wire import encode_frame

__all__ = [
    "STALE_S",
    "FrameSource",
    "RecordedSource",
    "Recorder",
    "SimulatedSource",
    "Sink",
    "Source",
    "SourceInfo",
    "StreamStatus",
    "encode_frame",
    "open_source",
    "require_free",
    "write_recording",
]
