#!/bin/sh
# Runs one side-by-side comparison: tests/bench/<name>/run or tests/bench/<name>.py. It gets the file to write.
set -eu
cd "$(dirname "$0")/.."
name=${1-}
script=
for candidate in "tests/bench/$name/run" "tests/bench/$name.py"; do
  if [ -n "$name" ] && [ -f "$candidate" ]; then script=$candidate; fi
done
if [ -z "$script" ]; then
  echo "usage: make bench BENCH=name, one of:" >&2
  ls tests/bench/*/run tests/bench/*.py 2>/dev/null | sed 's|tests/bench/||; s|/run$||; s|\.py$||' >&2
  exit 2
fi
mkdir -p build/bench
case $script in
  *.py) exec .venv/bin/python "$script" "build/bench/$name.json" ;;
  *) exec "$script" "build/bench/$name.json" ;;
esac
