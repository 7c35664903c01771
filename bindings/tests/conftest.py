"""What the tests share. The package is found by PYTHONPATH (ctest) or because it is installed."""

import pathlib
import threading

import pytest
import visionkit

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
MODELS = ROOT / "tests" / "data" / "models"


@pytest.fixture
def root():
    return ROOT


needs_runtime = pytest.mark.skipif(not visionkit._core.torch_version, reason="built without LibTorch")


@pytest.fixture(scope="session")
def steady(tmp_path_factory):
    """How models run whose answers are compared bit by bit with those of another load: in one form, which the cache
    keeps, and on as many threads."""
    return {"engine": "libtorch", "threads": 1, "cache_folder": str(tmp_path_factory.mktemp("cache"))}


def in_threads(work, count=4):
    """Does it in so many threads at a time."""
    threads = [threading.Thread(target=work) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
