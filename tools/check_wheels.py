"""Fails if an installed wheel needs a system library that a bare Linux machine lacks.

Asks `ldd` about every compiled file in this environment's site-packages. Allowed from the system is only what Python
itself cannot do without; everything else has to come with a wheel. Usage: python tools/check_wheels.py
"""

import subprocess
import sys
import sysconfig
from pathlib import Path

# What `python3` on a minimal Debian (debootstrap --variant=minbase) already brings: the C library's family, the
# compiler's run time, and what the interpreter links to itself.
BARE = {
    *(
        "linux-vdso",
        "ld-linux-x86-64",
        "ld-linux-aarch64",
        "libc",
        "libm",
        "libdl",
        "librt",
        "libpthread",
        "libutil",
        "libmvec",
    ),
    *("libresolv", "libgcc_s", "libstdc++", "libz", "libexpat"),
}
OPTIONAL = {
    "playwright/driver/node": "drives Chromium, which a bare machine lacks as well; .ci/run brings both",
    "numba/np/ufunc/tbbpool": "Numba's TBB threading layer; inplane uses `workqueue`",
    "numba/np/ufunc/omppool": "Numba's OpenMP threading layer; inplane uses `workqueue`",
}


def needs(path: Path) -> list[tuple[str, str]]:
    """Name and place of each library that a compiled file needs; place is "" where it was not found."""
    told = subprocess.run(["ldd", str(path)], capture_output=True, text=True, check=False).stdout
    found: list[tuple[str, str]] = []
    for line in told.splitlines():
        name, _, rest = line.strip().partition(" => ")
        found.append((Path(name.split(" ")[0]).name, "" if "not found" in rest else rest.split(" (")[0] or name))
    return [(name, place) for name, place in found if ".so" in name]


def is_compiled(path: Path) -> bool:
    """Whether a file is a library or a program of this kind of system (ELF)."""
    if path.suffix in (".py", ".pyc", ".pyi") or not path.is_file():
        return False
    with path.open("rb") as handle:
        return handle.read(4) == b"\x7fELF"


def is_bare(name: str) -> bool:
    """Whether a bare machine has this library."""
    return name.split(".so")[0] in BARE


def main() -> int:
    """Prints what each distribution takes from the system; returns the exit status."""
    site = Path(sysconfig.get_path("platlib")).resolve()
    files = sorted({path.resolve() for path in site.rglob("*") if is_compiled(path)})
    faults: list[str] = []
    taken: dict[str, set[str]] = {}
    for path in files:
        relative = path.relative_to(site)
        from_system = taken.setdefault(relative.parts[0], set())
        for name, place in needs(path):
            if place.startswith(str(site)) or (not place and path.with_name(name).exists()):
                continue  # it came with the wheel
            from_system.add(name.split(".so")[0])
            told = f"{relative} needs {name}: {place or 'not found'}"
            excuse = next((why for start, why in OPTIONAL.items() if str(relative).startswith(start)), None)
            if not is_bare(name) and excuse:
                print(f"left out: {told} ({excuse})")
            elif not is_bare(name) or not place:
                faults.append(told)
    for package, names in sorted(taken.items()):
        print(f"{package}: {', '.join(sorted(names - {'linux-vdso'})) or '-'}")
    print(f"{len(files)} compiled files in {len(taken)} places; {len(faults)} need what a bare machine lacks")
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults or not files else 0


if __name__ == "__main__":
    sys.exit(main())
