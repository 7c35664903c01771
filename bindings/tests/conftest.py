"""What the tests share. The package is found by PYTHONPATH (ctest) or because it is installed."""

import pathlib

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def root():
    return ROOT
