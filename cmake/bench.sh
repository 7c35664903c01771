#!/bin/sh
# Runs one side-by-side comparison: tests/bench/<name>/run. It gets the file to write.
set -eu
cd "$(dirname "$0")/.."
name=${1-}
script=tests/bench/$name/run
if [ -z "$name" ] || [ ! -f "$script" ]; then
  echo "usage: make bench BENCH=name, one of:" >&2
  ls tests/bench/*/run | sed 's|tests/bench/||; s|/run$||' >&2
  exit 2
fi
mkdir -p build/bench
exec "$script" "build/bench/$name.json"
