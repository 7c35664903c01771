#!/usr/bin/env python3
"""Writes the stubs of the compiled modules from what they note about themselves: _core.pyi, _runtime.pyi and errors.pyi
in bindings/visionkit.

    PYTHONPATH=build/release/bindings .venv/bin/python bindings/make_stubs.py           writes them
    ... bindings/make_stubs.py --check                                                  says whether they are up to date
"""

from __future__ import annotations

import difflib
import math
import pathlib
import sys

HEAD = '''"""Made by bindings/make_stubs.py. The docstrings are in the module."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Literal, Protocol, TypeAlias, overload

import numpy as np
import PIL.Image
from numpy.typing import ArrayLike, NDArray

from visionkit.classification import Classification
from visionkit.detections import Detections
from visionkit.values import {values}
'''

CORE = '''
__version__: str
torch_version: str

class _Array(Protocol):
    @property
    def __array_interface__(self) -> dict[str, Any]: ...

class _Dlpack(Protocol):
    def __dlpack__(self) -> Any: ...

# A file by its path; a file by its path or its bytes; a picture in any form: a file, an array [height, width, channels] of
# uint8, a Pillow image, a tensor of the CPU.
Path: TypeAlias = str | os.PathLike[str]
Source: TypeAlias = Path | bytes | bytearray | memoryview
Picture: TypeAlias = Source | _Array | _Dlpack | PIL.Image.Image
'''

RUNTIME = '''
from visionkit._core import *
'''


def keywords(core, options, known):
    """The fields of an options struct as keyword parameters."""
    defaults = getattr(core, options)()
    parts = []
    for name, hint, _ in core._structs[options]:
        if name not in known:
            value = getattr(defaults, name)
            text = repr(value) if isinstance(value, (bool, int, float, str, tuple, list, type(None))) else "..."
            text = "..." if isinstance(value, float) and not math.isfinite(value) else text
            text = "..." if isinstance(value, tuple) and hasattr(value, "_fields") else text
            text = "..." if isinstance(value, list) and any(type(item).__module__.startswith("visionkit") for item in value) else text
            parts.append(f"{name}: {hint} = {text}")
    return parts


def callable_line(core, signature, options):
    if options is None:
        return f"def {signature}: ..."
    start, result = signature.rsplit(") ->", 1)
    inside = start.split("(", 1)[1]
    known = {part.split(":")[0].strip() for part in inside.split(",")}
    mark = [] if "*" in known else ["*"]
    return f"def {', '.join([start, *mark, *keywords(core, options, known)]).replace('(, ', '(')}) ->{result}: ..."


def class_lines(core, name, notes):
    lines = [f"class {name}:"]
    if name in core._structs:
        fields = core._structs[name]
        lines.append(f"    def {callable_line(core, '__init__(self) -> None', name).removeprefix('def ')}")
        lines += [line for field, _, hint in fields for line in ("    @property", f"    def {field}(self) -> {hint}: ...")]
        lines.append(f"    def replace(self, **changes: Any) -> {name}: ...")
    overloaded = {signature.split("(")[0] for kind, signature, _ in notes if kind == "overload"}
    for kind, signature, options in notes:
        if kind == "property":
            field, hint = signature.split(": ", 1)
            lines += ["    @property", f"    def {field}(self) -> {hint}: ..."]
        else:
            is_overloaded = signature.split("(")[0] in overloaded
            lines += ["    @staticmethod"] * (kind == "static") + ["    @overload"] * is_overloaded
            # A str is a picture as well as an iterable of them.
            lines.append("    " + callable_line(core, signature, options)
                         + "  # type: ignore[overload-overlap]" * (is_overloaded and kind == "overload"))
    return lines


def stub(module, head):
    from visionkit import values

    notes = {}
    for owner, kind, signature, options in module._stubs:
        notes.setdefault(owner, []).append((kind, signature, options))
    names = sorted(name for name, value in vars(values).items() if isinstance(value, type) and hasattr(value, "_fields"))
    lines = [HEAD.format(values=", ".join(names)) + head]
    for name, members in sorted(module._enums.items()):
        lines.append(f"{name}: TypeAlias = Literal[{', '.join(repr(member) for member in members)}]")
    for name in [name for name, value in vars(module).items() if isinstance(value, type)]:
        lines += ["", *class_lines(module, name, notes.get(name, []))]
    lines.append("")
    lines += [callable_line(module, signature, options) for _, signature, options in notes[None]]
    return "\n".join(lines) + "\n"


def errors_stub():
    from visionkit import errors

    lines = ['"""Made by bindings/make_stubs.py."""', "", "class Error(Exception):", "    code: str", ""]
    lines += [f"class {kind.__name__}(Error, {kind.__mro__[2].__name__}): ..." for kind in errors.by_code.values()]
    return "\n".join([*lines, "", "by_code: dict[str, type[Error]]", ""])


def main():
    sys.path.pop(0)  # beside this script lie the sources, without the compiled module
    from visionkit import _core

    texts = {"_core.pyi": stub(_core, CORE), "errors.pyi": errors_stub()}
    if _core.torch_version:
        from visionkit import runtime

        texts["_runtime.pyi"] = stub(runtime._runtime, RUNTIME)
    folder = pathlib.Path(__file__).resolve().parent / "visionkit"
    stale = []
    for name, text in texts.items():
        path = folder / name
        old = path.read_text() if path.exists() else ""
        if "--check" not in sys.argv:
            path.write_text(text)
        elif old != text:
            stale.append("".join(difflib.unified_diff(old.splitlines(True), text.splitlines(True), name, "the module")))
    if stale:
        sys.exit("the stubs are not those of the module; run bindings/make_stubs.py\n" + "\n".join(stale))


if __name__ == "__main__":
    main()
