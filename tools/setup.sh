#!/bin/sh
# requirements.lock -> .venv, with every package checked against its hash and compiled to bytecode.
set -eu

if [ -L .venv ]; then  # `venv --clear` would empty the folder that it leads to, which others may work with
    echo "setup: .venv is a link to $(readlink .venv); nothing was changed" >&2
    echo "  expected: a folder of this clone, or none" >&2
    echo "  what to do: rm .venv, then run again" >&2
    exit 1
fi

fits='import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))'
python=
for candidate in ${PYTHON:-} python3 python3.13 python3.12 python3.11 python; do
    if "$candidate" -c "$fits" >/dev/null 2>&1; then
        python=$candidate
        break
    fi
done
if [ -z "$python" ]; then
    echo "setup: found $(python3 --version 2>/dev/null || echo 'no python3')" >&2
    echo "  expected: Python 3.11, 3.12 or 3.13" >&2
    echo "  what to do: install one, or name it: make setup PYTHON=/path/to/python3.12" >&2
    exit 1
fi
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    echo "setup: $python has no venv module" >&2
    echo "  expected: the standard library with venv and ensurepip" >&2
    echo "  what to do: sudo apt install python$version-venv (Debian, Ubuntu), then run again" >&2
    exit 1
fi

echo "setup: installing into .venv with $("$python" --version); about 700 MB to download, a few minutes the first time"
"$python" -m venv --clear .venv
# The lock names every package there is, so pip has nothing to resolve: asked to, pip 23 takes a release newer than the
# lock's for `coverage[toml]`, as soon as there is one, and stops because that one has no hash.
PIP_DISABLE_PIP_VERSION_CHECK=1 .venv/bin/python -m pip install \
    --quiet --no-compile --use-pep517 --no-deps --require-hashes --requirement requirements.lock
# Not left to pip, which PYTHONDONTWRITEBYTECODE may keep from it; without bytecode TensorFlow loads twice as slowly.
# A few packages carry files for other Pythons, which do not compile: no reason to stop.
.venv/bin/python -m compileall -qq -j 0 .venv/lib || true
.venv/bin/python tools/vega.py
touch .venv/ready
