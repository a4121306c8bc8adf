"""Damages files guided by coverage, where atheris is installed; ends at the first error that is not ours.

python tests/fuzz/run_atheris.py metaimage -max_total_time=600 tests/corpus/fuzz/metaimage
"""

import sys
import tempfile
from pathlib import Path

import atheris

sys.path.insert(0, str(Path(__file__).parent))
with atheris.instrument_imports(include=["inplane.stream"], exclude=["inplane.stream.files.dicom_rle"]):  # a kernel
    from fuzz_readers import TARGETS, run


def main() -> None:
    """Runs libFuzzer on the target that is named first, from its seeds and the corpus that is named."""
    target = TARGETS[sys.argv.pop(1)]
    folder, seeds = Path(tempfile.mkdtemp()), Path(tempfile.mkdtemp())
    for number, data in enumerate(target.seeds(folder)):
        (seeds / str(number)).write_bytes(data)
    atheris.Setup([*sys.argv, str(seeds)], lambda data: (run(target, folder, data), None)[1])
    atheris.Fuzz()


if __name__ == "__main__":
    main()
