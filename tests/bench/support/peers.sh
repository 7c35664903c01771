# Sourced by the run scripts: where a comparison gets its peers from. Python finds side_by_side.py here.
export PYTHONPATH=tests/bench

# pip_peers FILE: into the project's own Python.
pip_peers() { .venv/bin/python -m pip install --quiet --disable-pip-version-check -r "$1"; }

# debian_peers MODULES PACKAGE...: into Debian's Python.
debian_peers() {
  modules=$1
  shift
  if command -v apt-get >/dev/null && ! /usr/bin/python3 -c "import $modules" 2>/dev/null; then
    sudo=
    [ "$(id -u)" = 0 ] || sudo="sudo -n"
    $sudo env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends "$@" >/dev/null
  fi
}
