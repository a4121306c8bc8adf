#!/usr/bin/env bash
# Proves that a bare machine is enough: a minimal Debian in a chroot, with Python, git and make only, runs a fresh clone.
#
#   sudo tools/bare_machine.sh FOLDER      FOLDER lies outside this clone; the Debian in it is left for the next time,
#                                          the clone, its environment and its caches are always made anew
#
# Prints the seconds from `make run` to the first live frame, for the first and the second start, then runs `make test`.
# pip inside uses this machine's own pip settings, with the files that they name. Needs root, debootstrap and a
# development environment here (`make setup`), whose Python acts as the browser that waits for the frame.
#   INPLANE_BARE_COPY    further files or folders to bring along, separated by ':'
#   INPLANE_BARE_MIRROR  Debian mirror, if not debootstrap's own
#   INPLANE_BARE_SKIP    "test" leaves `make test` out, "run" leaves the two starts out
set -euo pipefail
cd "$(dirname "$0")/.."
root="${1:?usage: tools/bare_machine.sh FOLDER}"
if [ -e "$root" ] && [ ! -e "$root/etc/debian_version" ]; then
    echo "'$root' holds something else. Expected a new folder, or one that this script made." >&2
    exit 2
fi
mkdir -p "$root"
root="$(cd "$root" && pwd)"

mounted=()
cleanup() {
    local index
    for ((index = ${#mounted[@]} - 1; index >= 0; index--)); do umount --lazy "${mounted[index]}" || true; done
}
trap cleanup EXIT

bring() { # bring PATH: a file is copied, a folder is shown read-only
    if [ -f "$1" ]; then
        mkdir -p "$root$(dirname "$1")"
        cp --dereference "$1" "$root$1"
    elif [ -d "$1" ]; then
        mkdir -p "$root$1"
        mount --bind "$1" "$root$1"
        mounted+=("$root$1")
        mount --options remount,bind,ro "$root$1"
    fi
}

echo "== making a minimal Debian"
[ -e "$root/etc/debian_version" ] || debootstrap --variant=minbase --include=ca-certificates,git,make,python3,python3-venv bookworm "$root" \
    ${INPLANE_BARE_MIRROR:+"$INPLANE_BARE_MIRROR"} >"$root.log" 2>&1 || { tail -5 "$root.log" >&2; exit 1; }
mount -t proc proc "$root/proc" && mounted+=("$root/proc")
mkdir -p "$root/dev/shm"
mount -t tmpfs tmpfs "$root/dev/shm" && mounted+=("$root/dev/shm")
cp --dereference /etc/resolv.conf /etc/hosts "$root/etc/"

echo "== bringing pip's settings along"
settings=(/etc/pip.conf "$HOME/.config/pip/pip.conf" "$HOME/.pip/pip.conf")
variables="$(env | grep -iE '^(PIP_|SSL_CERT|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE|(https?|no|all)_proxy)' || true)"
named="$({ cat "${settings[@]}" 2>/dev/null || true; echo "$variables"; } | grep -oE '(file://)?/[[:alnum:]_./-]+' |
    sed 's,^file://,,' | grep -E '^/' | sort -u || true)"
for path in "${settings[@]}" $named; do
    case "$path" in //* | / | /bin* | /usr* | /etc/ssl/certs) ;; *) bring "$path" ;; esac
done
IFS=: read -ra extra <<<"${INPLANE_BARE_COPY:-}"
for path in "${extra[@]}"; do bring "$path"; done

echo "== cloning"
rm -rf --one-file-system "$root"/{inplane,root/.cache,root/.local}
git clone --quiet --no-hardlinks . "$root/inplane"
echo "$(chroot "$root" python3 --version), $(chroot "$root" dpkg-query -f . -W | wc -c) Debian packages," \
    "of gcc, node, npm, chromium, ffmpeg: $(chroot "$root" sh -c 'command -v gcc node npm chromium ffmpeg' || echo none)"

inside=(env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8)
while IFS= read -r line; do [ -z "$line" ] || inside+=("$line"); done <<<"$variables"
enter=(chroot "$root" "${inside[@]}" sh -c)

first_frame() { # first_frame LIMIT_S
    .venv/bin/python - "$1" "${enter[@]}" 'cd /inplane && exec make run ARGUMENTS="--port 0 --no-browser"' <<'PYTHON'
import sys
from pathlib import Path
from inplane.bench._first_frame import seconds_to_first_frame
from inplane.core import InplaneError
try:
    limit_s, *command = sys.argv[1:]
    spent_s = seconds_to_first_frame(command, folder=Path.cwd(), environment={}, limit_s=float(limit_s))
except InplaneError as error:
    sys.exit(str(error))
print(f"first live frame after {spent_s:.1f} s")
PYTHON
}
if [ "${INPLANE_BARE_SKIP:-}" != run ]; then
    echo "== make run, for the first time (the limit is 180 s)"
    first_frame 900
    echo "== make run, for the second time (the limit is 10 s)"
    first_frame 120
fi
if [ "${INPLANE_BARE_SKIP:-}" != test ]; then
    echo "== make test"
    "${enter[@]}" 'cd /inplane && make test'
fi
