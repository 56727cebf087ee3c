#!/bin/sh
# Starts PlanSeek; installs it first where that has not been done.
cd "$(dirname "$0")" || exit 1
[ -x env/bin/python ] || sh install.sh || exit 1
exec env/bin/python tools/start.py "$@"
