"""The half of visionkit that runs networks. Importing it imports torch, whose LibTorch it uses; `import visionkit` does
that when one of its names is first asked for."""

from __future__ import annotations

import os
from typing import Any

from visionkit import _core, errors


def _check_torch() -> None:
    built_for = _core.torch_version
    if not built_for:
        raise ImportError(
            "this visionkit was built without its networks; with torch installed: pip install --force-reinstall .")
    try:
        import torch
    except ImportError as error:
        raise ImportError(f"visionkit's networks need torch {built_for}: pip install torch=={built_for}") from error
    if torch.__version__.split("+")[0] != built_for:
        raise ImportError(f"visionkit was built for torch {built_for}, found {torch.__version__}: "
                          f"pip install torch=={built_for}, or build visionkit again: pip install --force-reinstall .")


_check_torch()

from visionkit import _runtime  # noqa: E402
from visionkit._runtime import *  # noqa: E402, F403


_TASKS: dict[str, type[Classifier] | type[Detector] | type[Segmenter]] = {
    "classification": Classifier,
    "multilabel_classification": Classifier,
    "detection": Detector,
    "instance_segmentation": Detector,
    "semantic_segmentation": Segmenter,
    "panoptic_segmentation": Segmenter,
}


def load(path: _core.Path, **options: Any) -> Classifier | Detector | Segmenter:
    """The Classifier, Detector or Segmenter that the record of a file says it is; the keywords are that class's."""
    record = read_record(path)
    if record is None:
        raise errors.by_code["model_contract"](
            f"load(): '{os.fspath(path)}' has no record of its task: load it by Classifier, Detector or Segmenter")
    return _TASKS[record.task](path, **options)


def describe(path: _core.Path, **options: Any) -> ModelDescription:
    """What a file with a record holds, and how it runs here: load(path).describe()."""
    return load(path, **options).describe()


def _restore(kind: str, path: str, digest: str, options: Any) -> Any:
    """A model out of a pickle, which is loaded by its first use."""
    return getattr(_runtime, kind)._restore(path, digest, options)
