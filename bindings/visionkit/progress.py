"""A line on the terminal for work that takes long."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from visionkit._runtime import EvaluationProgress


def terminal_progress() -> Callable[[EvaluationProgress], None] | None:
    """A function that keeps a line on standard error up to date, and clears it at the end; None where standard error is
    no terminal."""
    stream = sys.stderr
    if stream is None or not stream.isatty():
        return None

    def show(progress: EvaluationProgress) -> None:
        width = shutil.get_terminal_size().columns - 1
        line = "" if progress.done == progress.total else progress.line(width)
        stream.write(f"\r{line:<{width}}{'' if line else chr(13)}")
        stream.flush()

    return show
