#!/bin/sh
# Installs what the build needs: system packages with apt, Python packages into .venv. Silent when nothing is to do.
#   cmake/setup.sh           for every preset but debian
#   cmake/setup.sh debian    that one, too: Debian's own LibTorch
set -eu
cd "$(dirname "$0")/.."

packages="g++ cmake ninja-build ccache pkg-config python3-venv python3-dev
  libfmt-dev nlohmann-json3-dev libsimdjson-dev libpugixml-dev libyaml-cpp-dev libopencv-dev libjpeg-dev libpng-dev libwebp-dev libtiff-dev libssl-dev zlib1g-dev libeigen3-dev
  libhwy-dev libxxhash-dev doctest-dev libbenchmark-dev libcli11-dev"
# A browser looks at the evaluation reports in a test, which is skipped without one. On Ubuntu chromium is a snap.
if grep -qx ID=debian /etc/os-release 2>/dev/null; then
  packages="$packages chromium"
fi
if [ "${1-}" = debian ]; then
  packages="$packages libtorch-dev libopenblas0-pthread"
fi

if command -v apt-get >/dev/null; then
  missing=
  for package in $packages; do
    if [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" != installed ]; then
      missing="$missing $package"
    fi
  done
  if [ -n "$missing" ]; then
    if [ "$(id -u)" = 0 ]; then
      sudo=
    elif sudo -n true 2>/dev/null; then
      sudo=sudo
    else
      echo "Some system packages are missing. Please run this, then try again:" >&2
      echo "  sudo apt-get install --no-install-recommends$missing" >&2
      exit 1
    fi
    echo "set-up: installing$missing"
    apt="$sudo env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0"
    # shellcheck disable=SC2086
    $apt install -y --no-install-recommends $missing >/dev/null 2>&1 ||
      { $apt update && $apt install -y --no-install-recommends $missing >/dev/null; }
  fi
fi

if ! cmp -s cmake/requirements.txt .venv/installed-requirements.txt; then
  echo "set-up: installing Python packages into .venv"
  [ -x .venv/bin/python ] || python3 -m venv .venv
  .venv/bin/python -m pip install --quiet --disable-pip-version-check -r cmake/requirements.txt
  cp cmake/requirements.txt .venv/installed-requirements.txt
fi
