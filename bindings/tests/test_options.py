"""Parity with C++: every field of every options struct of the headers is a keyword with the same default, and every
enumerator a name."""

import re

import pytest
import visionkit
from visionkit import _core

from conftest import ROOT

HEADERS = ROOT / "include" / "visionkit"
STRUCT = re.compile(r"^struct (\w*(?:Options|Limits|Formats)) \{(.*?)^\};", re.MULTILINE | re.DOTALL)
FIELD = re.compile(r"^  (?!friend|static|using|\[\[)([\w:<>,* ()&]+?) (\w+)(?: = ([^;]*))?;", re.MULTILINE)
ENUM = re.compile(r"^enum class (\w+) \{(.*?)\}", re.MULTILINE | re.DOTALL)
HAS_RUNTIME = bool(_core.torch_version)
# What belongs to networks, though it stands among the headers of visionkit::core.
NETWORKS = {"RunOptions", "ModelLimits"}
# By the package itself, or by Python's own means.
GIVEN = {("LabelmeReadOptions", "decode_mask"), ("EvaluateOptions", "progress"), ("EvaluateOptions", "stop")}


def without_comments(text):
    return re.sub(r"//.*", "", text)


def headers():
    folders = ("core", "image", "preprocess", "decode", "metrics", "dataset", *[".", "evaluate"] * HAS_RUNTIME)
    return [path for folder in folders for path in sorted((HEADERS / folder).glob("*.hpp"))]


def modules():
    if not HAS_RUNTIME:
        return [_core]
    from visionkit import runtime

    return [_core, runtime._runtime]


def module_of(table, name):
    """The module whose table (_structs, _enums) has the name."""
    return next((module for module in modules() if name in getattr(module, table)), None)


def structs():
    for path in headers():
        for name, body in STRUCT.findall(without_comments(path.read_text())):
            if HAS_RUNTIME or name not in NETWORKS:
                yield name, [field for field in FIELD.findall(body) if (name, field[1]) not in GIVEN]


def value_of(text):
    """A default in C++ as a value of Python; None where it is no plain literal."""
    text = text.strip()
    if text in ("true", "false"):
        return text == "true"
    if re.fullmatch(r'"[^"]*"', text):
        return text[1:-1]
    if re.fullmatch(r"-?[\d'.]+F?", text):
        return float(text.replace("'", "").rstrip("F"))
    shifted = re.fullmatch(r"std::uint64_t\{(\d+)\} << (\d+)U", text)
    if shifted:
        return int(shifted[1]) << int(shifted[2])
    if re.fullmatch(r"[A-Z]\w+::\w+", text):
        return text.split("::")[1]
    if re.fullmatch(r"\{[\d., ]+\}", text):
        return tuple(float(part) for part in text[1:-1].split(","))
    return None


def enumerator_of(name):
    """C++'s word for a name of Python: `auto` is a keyword there."""
    return "automatic" if name == "auto" else name.replace(".", "_")


@pytest.mark.parametrize(("name", "fields"), list(structs()), ids=lambda value: value if isinstance(value, str) else "")
def test_every_field_is_a_keyword_with_the_same_default(name, fields):
    assert fields, "the parser finds no field"
    module = module_of("_structs", name)
    assert [field for field, _, _ in module._structs[name]] == [field for _, field, _ in fields]
    options = getattr(module, name)()
    for _, field, default in fields:
        expected, value = value_of(default), getattr(options, field)
        if expected is None:
            continue
        if isinstance(value, str):
            assert enumerator_of(value) == expected, field
        elif isinstance(expected, float) and not isinstance(value, tuple):
            assert value == pytest.approx(expected, rel=1e-6), field
        else:
            assert value == expected, field
    assert getattr(module, name)(**{field: getattr(options, field) for _, field, _ in fields}) == options
    assert repr(options).startswith(f"{name}(")


def test_the_parser_finds_the_structs_and_their_defaults():
    found = dict(structs())
    assert len(found) > 25
    assert [field for _, field, _ in found["NmsOptions"]][:2] == ["iou_threshold", "method"]
    compared = sum(value_of(default) is not None for fields in found.values() for _, _, default in fields)
    assert compared > 60


def test_every_enumerator_is_a_name():
    count = 0
    for path in headers():
        for name, body in ENUM.findall(without_comments(path.read_text())):
            module = module_of("_enums", name)
            if module is None:
                continue
            enumerators = [part.strip() for part in body.split(",") if part.strip()]
            assert [enumerator_of(member) for member in module._enums[name]] == enumerators, name
            count += 1
    assert count == sum(len(module._enums) for module in modules()) - 1  # ColorOrder is the package's own


def test_options_are_values():
    options = visionkit.NmsOptions(iou_threshold=0.25, method="soft_linear")
    assert options.iou_threshold == 0.25 and options != visionkit.NmsOptions()
    assert options.replace(method="greedy").replace(iou_threshold=0.5) == visionkit.NmsOptions()
    assert options == visionkit.NmsOptions(method="soft_linear", iou_threshold=0.25)
    with pytest.raises(AttributeError):
        options.iou_threshold = 1
    with pytest.raises(TypeError):
        hash(options)


def test_options_may_be_nested_structs_or_dictionaries():
    resize = visionkit.ResizeOptions(mode="letterbox", size=(64, 64))
    nested = visionkit.PreprocessOptions(resize={"mode": "letterbox", "size": [64, 64]})
    assert nested == visionkit.PreprocessOptions(resize=resize) and nested.crop is None
    assert nested.resize.letterbox.anchor == "center"


def test_help_says_the_defaults():
    import inspect

    parameters = inspect.signature(visionkit.nms).parameters
    assert parameters["iou_threshold"].default == 0.5
    assert parameters["iou_threshold"].kind is inspect.Parameter.KEYWORD_ONLY
    assert visionkit.nms.__doc__.startswith("The places")
