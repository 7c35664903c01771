"""The programs of examples/*.py. Each is the twin of a C++ program, so the checks of tests/examples/examples.py, which see
only arguments, output and exit codes, are those of both."""

import contextlib
import importlib.util
import io
import os
import pathlib
import re
import runpy
import subprocess
import sys
import traceback
import types

import pytest
import visionkit

from conftest import ROOT, needs_runtime

EXAMPLES = ROOT / "examples"
SQUARES = pathlib.Path(visionkit.__file__).parents[2] / "tests" / "examples" / "visionkit_squares"
needs_squares = pytest.mark.skipif(not SQUARES.exists(), reason="no visionkit_squares beside the package")
needs_cv2 = pytest.mark.skipif(importlib.util.find_spec("cv2") is None, reason="cv2 is not installed")


def run_here(program, *arguments, code=0):
    """As examples.py runs a program, but in this process, which has imported torch already."""
    command = [str(program), *map(str, arguments)]
    if not command[0].endswith(".py"):
        return subprocess.run(command, check=True)
    out, err = io.StringIO(), io.StringIO()
    before = sys.argv
    sys.argv = command
    found = 0
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            runpy.run_path(command[0], run_name="__main__")
        except SystemExit as end:
            found = end.code or 0
        except BaseException:
            traceback.print_exc()
            found = 1
        finally:
            sys.argv = before
    done = types.SimpleNamespace(stdout=out.getvalue(), stderr=err.getvalue(), returncode=found)
    assert found == code, f"{command}\nexit code {found}, expected {code}\n{done.stdout}{done.stderr}"
    return done


@pytest.fixture
def checks(monkeypatch):
    spec = importlib.util.spec_from_file_location("example_checks", ROOT / "tests" / "examples" / "examples.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "run", run_here)
    monkeypatch.syspath_prepend(str(EXAMPLES))
    monkeypatch.setenv("PYTHONPATH", str(pathlib.Path(visionkit.__file__).parents[1]), prepend=os.pathsep)
    return module


@pytest.mark.parametrize("name", [
    pytest.param("score"),
    pytest.param("preprocess", marks=needs_runtime),
    pytest.param("classify", marks=needs_runtime),
    pytest.param("evaluate", marks=needs_runtime),
    pytest.param("benchmark", marks=needs_runtime),
    pytest.param("detect", marks=[needs_runtime, needs_squares]),
    pytest.param("segment", marks=[needs_runtime, needs_squares]),
    pytest.param("custom_decoder", marks=[needs_runtime, needs_squares]),
    pytest.param("video", marks=[needs_runtime, needs_squares, needs_cv2]),
])
def test_an_example_does_what_its_twin_does(name, checks):
    program = EXAMPLES / f"{name}.py"
    getattr(checks, name)(program, types.SimpleNamespace(squares=SQUARES))


@needs_runtime
def test_the_smallest_example_has_five_lines_and_its_twins_answer(checks):
    program = EXAMPLES / "minimal.py"
    assert len([line for line in program.read_text().splitlines() if line]) == 5
    lines = run_here(program, checks.DIGITS, checks.SINGLE / "seven.png").stdout.splitlines()
    assert len(lines) == 5 and re.fullmatch(r"seven +0\.\d{3}", lines[0])
    failed = run_here(program, checks.DIGITS, checks.SINGLE / "missing.png", code=1)
    assert "missing.png" in failed.stderr and not failed.stdout
    twin = pathlib.Path(visionkit.__file__).parents[2] / "examples" / "minimal"
    if twin.exists():
        assert subprocess.run([twin, checks.DIGITS, checks.SINGLE / "seven.png"], capture_output=True,
                              text=True).stdout.splitlines() == lines


def test_every_program_in_cpp_has_a_twin():
    assert {path.stem for path in EXAMPLES.glob("*.cpp")} <= {path.stem for path in EXAMPLES.glob("*.py")}


def test_mypy_accepts_the_examples():
    if importlib.util.find_spec("mypy") is None:
        pytest.skip("mypy is not installed")
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--cache-dir", os.devnull, *sorted(map(str, EXAMPLES.glob("*.py")))],
        text=True, capture_output=True, env={**os.environ, "MYPYPATH": str(ROOT / "bindings")})
    assert done.returncode == 0, done.stdout
