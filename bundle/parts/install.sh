#!/bin/sh
# Finds a Python that this bundle has wheels for and hands over to tools/install.py.
cd "$(dirname "$0")" || exit 1
for name in @PYTHONS@ python3; do
    if command -v "$name" >/dev/null 2>&1 &&
        "$name" -c 'import sys, venv; sys.exit("%d.%d" % sys.version_info[:2] not in "@VERSIONS@".split())' 2>/dev/null; then
        exec "$name" tools/install.py "$@"
    fi
done
cat tools/no-python.txt >&2
exit 1
