"""export(): a network of PyTorch as a file that visionkit loads, proven equal before it is there."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from visionkit import _core
from visionkit.records import input_keywords, refuse

if TYPE_CHECKING:
    import torch

    from visionkit._core import Path
    from visionkit._runtime import ModelRecord
    from visionkit.records import Record

Method = Literal["auto", "trace", "script"]
Way = Literal["trace", "script", "given"]
Answer = list[tuple[str, NDArray[Any]]]
RECORD_FILE = "visionkit.json"
SELF_TEST_VALUES = 16
# Of a self-test, relative to the largest value: what the runtime calls equal when it picks the fastest form of a network.
SELF_TEST_TOLERANCE = 1e-3


class Exported(NamedTuple):
    """What export() did: the file, how the module became TorchScript ("given": it was), and the largest difference between
    the answers of Python and C++, relative to the largest value of the tensor where that is above 1."""

    path: str
    method: Way
    difference: float


def export(
    module: torch.nn.Module,
    example: torch.Tensor | Sequence[torch.Tensor],
    path: Path,
    record: Record | ModelRecord | Mapping[str, Any],
    *,
    method: Method = "auto",
    tolerance: float = 1e-4,
    self_test: bool = True,
) -> Exported:
    """Writes `module` as TorchScript with its record (visionkit.json) to `path`, once C++ answers as Python does.

    The module is evaluated as it is in `eval()` and stays in the mode that it was in; ScriptModules are taken, too. It is on
    the CPU. `example` is what it takes: a batch of float32 or uint8 of the shape that the record describes, or, for
    detectors of torchvision (the format `torchvision`, scripted), a list of pictures [channels, height, width] of one size.

    "auto" traces where the record gives every picture the same size, else it scripts; what fails or answers otherwise is
    tried the other way. Frozen, the TorchScript module must answer the example and noise as `module` does, and so must
    C++ the example: the same tensors, each within `tolerance` times its largest value
    (or 1, when that is larger); of whole numbers that share may differ. Finally the file is loaded by the task that the
    record names. Then only it appears at `path`, replacing what was there.

    With `self_test`, a record that gives every picture the same size gets a check that is played at each load: the SHA-256
    of the input that a known picture becomes, and the first values of the answer.

    Raises TypeError for other modules and examples, and Error: model_record, shape, dtype, invalid_argument for a module
    that is not on the CPU, model_contract for answers that differ and networks that do not fit the record, model_runtime
    for modules that fail or become no TorchScript, non_finite_output, io and its like.
    """
    import torch

    if method not in ("auto", "trace", "script"):
        refuse("invalid_option", f"export(): method is {method!r}, expected 'auto', 'trace' or 'script'")
    check_module(module)
    contract: dict[str, Any] = json.loads(json.dumps(record) if isinstance(record, Mapping) else record.to_json())
    preprocessor = checked_input(contract)
    inputs = checked_example(example, contract, preprocessor)
    noise = [noise_like(tensor) for tensor in inputs]
    with evaluation(module), torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # TorchScript is deprecated, and what tracing warns of is compared below
        is_list = not isinstance(example, torch.Tensor)
        calls = [(inputs if is_list else inputs[0]), (noise if is_list else noise[0])]
        expected = [answer_of(module, call) for call in calls]
        for answer in expected:
            check_answer(flatten(answer))
        is_fixed = preprocessor.fixed_size is not None
        script, how, expected = scripted(module, calls, expected, order(module, method, is_list, is_fixed), tolerance)
        if self_test and is_fixed and not is_list and contract.get("self_test") is None:
            add_self_test(contract, module, preprocessor)
        batch = torch.stack(inputs) if is_list else inputs[0]
        difference = write(script, os.fspath(path), contract, batch, is_list, expected[0], tolerance)
    return Exported(os.fspath(path), how, difference)


def check_module(module: Any) -> None:
    import torch

    if not isinstance(module, torch.nn.Module):
        raise TypeError(f"export(): module is of the type {type(module).__name__}, expected a torch.nn.Module")
    tensors = [*module.parameters(), *module.buffers()]
    devices = {str(tensor.device) for tensor in tensors} - {"cpu"}
    if devices:
        refuse("invalid_argument", f"export(): module is on {', '.join(sorted(devices))}, expected cpu: call "
               "module.cpu() first")


def checked_input(contract: dict[str, Any]) -> _core.Preprocessor:
    """The record's preprocessing, once the record has been read by the rules of all records."""
    from visionkit import runtime

    runtime.parse_record(json.dumps(contract))
    return _core.Preprocessor(**input_keywords(contract))


def checked_example(example: Any, contract: dict[str, Any], preprocessor: _core.Preprocessor) -> list[torch.Tensor]:
    """The tensors of the example, which must be an input as the record describes it."""
    import torch

    tensors = [example] if isinstance(example, torch.Tensor) else example
    if not isinstance(tensors, (list, tuple)) or not all(isinstance(tensor, torch.Tensor) for tensor in tensors):
        raise TypeError(f"export(): example is of the type {type(example).__name__}, expected a tensor, or a list of "
                        "tensors for a network that takes pictures one by one")
    takes_list = contract.get("output", {}).get("format") == "torchvision"
    if takes_list != (not isinstance(example, torch.Tensor)):
        refuse("shape", "export(): example is a " + ("tensor, expected a list of pictures: the record's format is "
               "torchvision" if takes_list else "list, which only networks of the format torchvision take"))
    options = preprocessor.options
    channels = 1 if options.channel_order == "gray" else 3
    size = preprocessor.fixed_size
    height, width = (size.height, size.width) if size is not None else (None, None)
    if options.layout == "nhwc":
        wanted: list[int | None] = [height, width, channels]
    else:
        wanted = [channels, height, width]
    batch = contract.get("input", {}).get("batch")
    if not takes_list:
        wanted = [batch, *wanted]
    names = {"uint8": torch.uint8, "float32": torch.float32}
    if options.dtype not in names:
        refuse("dtype", f"export(): the record's input is {options.dtype}; networks of float32 and uint8 are exported")
    if not tensors:
        refuse("shape", "export(): example is an empty list, expected at least one picture")
    for tensor in tensors:
        if tensor.dtype != names[options.dtype] or tensor.device.type != "cpu":
            refuse("dtype", f"export(): example is {tensor.dtype} on {tensor.device}, the record's input is "
                   f"{names[options.dtype]} on cpu")
        fits = len(tensor.shape) == len(wanted) and all(
            side == (want or side) for side, want in zip(tensor.shape, wanted))
        if not fits or tensor.numel() == 0 or tensor.shape != tensors[0].shape:
            shown = ", ".join("any" if want is None else str(want) for want in wanted)
            refuse("shape", f"export(): example has the shape {list(tensor.shape)}, the record's input is [{shown}]"
                   + (", of one size for all pictures" if takes_list else ""))
    return [tensor.detach().contiguous() for tensor in tensors]


def noise_like(tensor: torch.Tensor) -> torch.Tensor:
    """Another input of that shape, the same each time, without a touch on torch's own random numbers."""
    import torch

    generator = np.random.default_rng(1)
    if tensor.dtype == torch.uint8:
        return torch.from_numpy(generator.integers(0, 256, tuple(tensor.shape), np.uint8))
    noise = generator.standard_normal(tuple(tensor.shape), np.float32)
    spread = float(tensor.std(correction=0)) or 1.0  # examples are often zeros
    return torch.from_numpy(noise * np.float32(spread) + np.float32(tensor.mean()))


@contextlib.contextmanager
def evaluation(module: torch.nn.Module) -> Iterator[None]:
    """eval() for a while; every part goes back to the mode that it was in."""
    if not hasattr(module, "training"):  # it has been frozen
        yield
        return
    modes = [(part, part.training) for part in module.modules()]
    module.eval()
    try:
        yield
    finally:
        module.train(modes[0][1])  # which some modules do more for than to note it
        for part, mode in modes:
            part.training = mode


def flatten(value: Any, path: str = "") -> Answer:
    """The tensors of an answer by their paths, as C++ names them: "" for a bare one, "out", "1.scores"."""
    import torch

    if isinstance(value, torch.Tensor):
        return [(path, value.detach().numpy())]
    items: list[tuple[Any, Any]] = []
    if isinstance(value, Mapping):
        items = list(value.items())
    elif isinstance(value, (list, tuple)):
        items = list(enumerate(value))
    return [part for key, inner in items for part in flatten(inner, f"{path}.{key}" if path else str(key))]


def answer_of(module: Callable[[Any], Any], call: Any) -> Any:
    """What the module answers to a copy of the input, which some networks write into."""
    import torch

    copy = call.clone() if isinstance(call, torch.Tensor) else [tensor.clone() for tensor in call]
    try:
        return module(copy)
    except Exception as error:
        refuse("model_runtime", f"export(): the module failed on the example: {type(error).__name__}: {error}")


def check_answer(answer: Answer) -> None:
    if not answer:
        refuse("model_contract", "export(): the module answers without a tensor, expected at least one")
    for name, values in answer:
        if values.dtype.kind == "f" and not np.isfinite(values).all():
            refuse("non_finite_output", f"export(): the module answers NaN or infinity in '{name}', expected finite "
                   "numbers")


def order(module: torch.nn.Module, method: Method, is_list: bool, is_fixed: bool) -> list[Way]:
    """The ways to TorchScript that are tried."""
    import torch

    if isinstance(module, torch.jit.ScriptModule):
        return ["given"]
    if method != "auto":
        return [method]
    if is_list:
        return ["script"]
    return ["trace", "script"] if is_fixed else ["script", "trace"]


def scripted(
    module: torch.nn.Module, calls: list[Any], answers: list[Any], ways: list[Way], tolerance: float
) -> tuple[Any, Way, list[Answer]]:
    """The TorchScript module of the first way that, frozen, answers as the module does, the way, and the answers.

    The frozen one is not what is written: C++ freezes when it loads, once the weights have the precision that is asked
    for, which they could not take as constants.
    """
    import torch

    jit: Any = torch.jit  # of which torch has no types
    failures = []
    code = "model_runtime"
    for way in ways:
        try:
            script: Any = module
            if way == "trace":
                script = jit.trace(module, (calls[0],), check_trace=False, strict=False)
            elif way == "script":
                script = jit.script(module)
            frozen = jit.freeze(script) if hasattr(script, "training") else script  # what is frozen has no mode
            got = [answer_of(frozen, call) for call in calls]
            expected = [flatten(as_scripted(answer, other)) for answer, other in zip(answers, got)]
            for one, other in zip(expected, got):
                agree(one, flatten(other), tolerance, "the module", "its TorchScript")
            return script, way, expected
        except Exception as error:
            failures.append(f"{way}: {reason(error)}")
            if getattr(error, "code", "") == "model_contract":
                code = "model_contract"
    refuse(code, f"export(): the {type(module).__name__} becomes no TorchScript that answers as it does; "
           + "; ".join(failures))


def as_scripted(answer: Any, script_answer: Any) -> Any:
    """torchvision's detectors answer with detections, but with (losses, detections) once they are scripted."""
    if isinstance(answer, list) and isinstance(script_answer, tuple) and script_answer[:1] == ({},):
        return ({}, answer)
    return answer


def reason(error: Exception) -> str:
    """The first line that says something, short enough for two of them in one message."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    text = f"{type(error).__name__}: {lines[0] if lines else ''}"
    return text if len(text) <= 110 else text[:107] + "..."


def agree(expected: Answer, got: Answer, tolerance: float, ours: str, theirs: str) -> float:
    """The largest difference. Raises model_contract where it is too large."""
    names = [name for name, _ in expected]
    if names != [name for name, _ in got]:
        refuse("model_contract", f"export(): the answers differ: {ours} gives the tensors {names}, {theirs} "
               f"{[name for name, _ in got]}")
    worst = 0.0
    for (name, want), (_, have) in zip(expected, got):
        if want.shape != have.shape or want.dtype != have.dtype:
            refuse("model_contract", f"export(): the answers differ: '{name}' of {ours} is {want.dtype} "
                   f"{list(want.shape)}, of {theirs} {have.dtype} {list(have.shape)}")
        if want.size == 0:
            continue
        if want.dtype.kind != "f":
            share = float(np.mean(want != have))
            if share > tolerance:
                refuse("model_contract", f"export(): the answers differ: {share:.2g} of the values of '{name}' are others "
                       f"in {ours} than in {theirs}, accepted {tolerance:g}")
            worst = max(worst, share)
            continue
        apart = np.abs(want.astype(np.float64) - have)
        place = int(np.argmax(apart)) if not np.isnan(apart).any() else int(np.argmax(np.isnan(apart)))
        difference = float(apart.flat[place]) / max(1.0, float(np.abs(want).max()))
        if not difference <= tolerance:
            refuse("model_contract", f"export(): the answers differ: value {place} of '{name}' is {want.flat[place]:g} in "
                   f"{ours}, {have.flat[place]:g} in {theirs}; accepted {tolerance:g} of the largest value or 1")
        worst = max(worst, difference)
    return worst


def known_picture(width: int, height: int) -> NDArray[np.uint8]:
    """The picture of self-tests."""
    y, x, c = np.meshgrid(np.arange(height), np.arange(width), np.arange(3), indexing="ij")
    return ((7 * x + 13 * y + 29 * c + x * y // 8) % 256).astype(np.uint8)


def add_self_test(contract: dict[str, Any], module: torch.nn.Module, preprocessor: _core.Preprocessor) -> None:
    """The answer to the known picture, where it is of float32."""
    import torch

    size = preprocessor.fixed_size
    assert size is not None
    width, height = size.width * 5 // 4 + 3, size.height * 9 // 8 + 1  # so that every step has something to do
    tensor, _ = preprocessor(known_picture(width, height))
    batch = torch.from_numpy(tensor).repeat(contract.get("input", {}).get("batch") or 1, 1, 1, 1)
    answers = dict(flatten(answer_of(module, batch)))
    names = contract.get("output", {}).get("tensors") or list(answers)
    values = answers.get(names[0])
    if values is None or values.dtype != np.float32 or not np.isfinite(values).all():
        return  # what is wrong with that is said when the file is loaded
    contract["self_test"] = {
        "width": width,
        "height": height,
        "input_sha256": hashlib.sha256(tensor.tobytes()).hexdigest(),
        "output": [float(value) for value in values.flat[:SELF_TEST_VALUES]],
        "tolerance": SELF_TEST_TOLERANCE * max(1.0, float(np.abs(values).max())),
    }


def write(
    script: Any, path: str, contract: dict[str, Any], batch: torch.Tensor, is_list: bool, expected: Answer, tolerance: float,
) -> float:
    """Saves beside `path`, asks C++, and moves it there when all is well; the largest difference."""
    import torch

    from visionkit import runtime

    folder, name = os.path.split(path)
    try:
        with tempfile.TemporaryDirectory(prefix=".visionkit-", dir=folder or os.curdir) as draft_folder:
            draft = os.path.join(draft_folder, name)  # under its own name, which the archive keeps
            extra = {RECORD_FILE: json.dumps(contract, indent=1).encode()}
            torch.jit.save(script, draft, _extra_files=extra)
            got = runtime.run_network(draft, batch.numpy(), image_list=is_list, engine="libtorch")
            difference = agree(expected, got, tolerance, "Python", "C++")
            runtime.load(draft)  # as a program will: the network is compared with all that its record says
            os.replace(draft, path)
    except OSError as error:
        code = {FileNotFoundError: "not_found", PermissionError: "permission_denied"}.get(type(error), "io")
        refuse(code, f"export(): '{path}' cannot be written: {error.strerror or error}")
    return difference
