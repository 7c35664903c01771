"""The one exception of visionkit, Error, and a class for each of its codes that is also the fitting built-in:

    try:
        visionkit.read_image(path)
    except FileNotFoundError: ...        # visionkit.errors.NotFoundError
    except visionkit.Error as error:     # everything else
        print(error.code)                # "image_corrupt"
"""

from __future__ import annotations

from visionkit import _core

_BUILTIN = {
    "invalid_argument": ValueError,
    "invalid_option": ValueError,
    "shape": ValueError,
    "dtype": ValueError,
    "not_found": FileNotFoundError,
    "permission_denied": PermissionError,
    "not_regular_file": OSError,
    "io": OSError,
    "out_of_memory": MemoryError,
    "internal": RuntimeError,
    "model_runtime": RuntimeError,
    "cancelled": RuntimeError,
}


class Error(Exception):
    """Raised by everything that fails. The message is one line: what was tried, on what, what was found, what is
    accepted."""

    code: str = "internal"


by_code = {}
for _code, _meaning in _core.error_codes():
    _name = "".join(_part.capitalize() for _part in _code.split("_")) + "Error"
    # What is wrong with the content of a file or a model is a wrong value.
    _bases = (Error, _BUILTIN.get(_code, ValueError))
    by_code[_code] = type(_name, _bases, {"code": _code, "__doc__": _meaning, "__module__": __name__})
    globals()[_name] = by_code[_code]

__all__ = ["Error", *(_class.__name__ for _class in by_code.values())]
