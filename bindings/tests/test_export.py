"""export(): what is written has been proven equal; what differs, or does not fit its record, leaves no file."""

import json
import os
import warnings

import numpy as np
import pytest
import visionkit

from conftest import needs_runtime

torch = pytest.importorskip("torch")
nn = torch.nn
pytestmark = needs_runtime

LABELS = ["a", "b", "c"]
FIXED = {"visionkit": 1, "labels": LABELS, "input": {"resize": {"mode": "stretch", "width": 12, "height": 8}}}
FREE = {"visionkit": 1, "labels": LABELS}
EXAMPLE = torch.linspace(0, 1, 3 * 8 * 12).reshape(1, 3, 8, 12)


class Small(nn.Module):
    """Three means of channels, with whatever a test puts behind."""

    def __init__(self, tail=None, wrap=lambda x: x):
        super().__init__()
        torch.manual_seed(1)
        self.layer, self.drop = nn.Linear(3, 3), nn.Dropout()
        self.tail, self.wrap = tail or nn.Identity(), wrap

    def forward(self, x):
        return self.wrap(self.tail(self.layer(self.drop(x).mean((2, 3)))))


class Branching(nn.Module):
    """Bright pictures take another way: a trace of dark ones knows one way only."""

    def forward(self, x):
        y = x.mean((2, 3))
        if float(x.mean()) > 0.2:
            y = y * 2
        return y


def contents(path):
    files = {"visionkit.json": ""}
    torch.jit.load(str(path), _extra_files=files)
    return json.loads(files["visionkit.json"])


def test_a_module_becomes_a_file_that_needs_nothing_else(tmp_path):
    model = Small()
    exported = visionkit.export(model, EXAMPLE, tmp_path / "m.pt", FIXED)
    assert exported.path == str(tmp_path / "m.pt") and exported.method == "trace" and exported.difference <= 1e-6
    assert os.listdir(tmp_path) == ["m.pt"]
    record = contents(exported.path)
    assert {key: record[key] for key in FIXED} == FIXED
    picture = np.random.default_rng(1).integers(0, 256, (8, 12, 3), np.uint8)
    expected = model.eval()(torch.from_numpy(picture / np.float32(255)).permute(2, 0, 1)[None]).softmax(1)
    found = visionkit.Classifier(exported.path, all_scores=True).classify(picture)
    assert np.allclose(found.all_scores, expected.detach().numpy()[0], atol=1e-6) and found.names == tuple(LABELS)


def test_a_self_test_travels_with_the_file(tmp_path):
    path = visionkit.export(Small(), EXAMPLE, tmp_path / "m.pt", FIXED).path
    test = contents(path)["self_test"]
    assert len(test["output"]) == 3 and len(test["input_sha256"]) == 64
    record = contents(path)
    record["self_test"]["output"][1] += 1
    with pytest.raises(visionkit.Error, match="value 1 is") as caught:
        visionkit.Classifier(path, record=record)
    assert caught.value.code == "model_contract"
    assert "self_test" not in contents(visionkit.export(Small(), EXAMPLE, tmp_path / "m.pt", FIXED, self_test=False).path)
    assert "self_test" not in contents(visionkit.export(Small(), EXAMPLE, tmp_path / "m.pt", FREE).path)
    batch = visionkit.export(Small(), EXAMPLE.repeat(2, 1, 1, 1), tmp_path / "m.pt", {
        **FIXED, "input": {**FIXED["input"], "batch": 2}}).path
    assert len(contents(batch)["self_test"]["output"]) == 6
    kept = visionkit.export(Small(), EXAMPLE, tmp_path / "m.pt", {**FIXED, "self_test": test}).path
    assert contents(kept)["self_test"] == test


def test_the_file_keeps_its_weights_so_that_other_precisions_can_be_had(tmp_path):
    path = visionkit.export(Small(), EXAMPLE, tmp_path / "m.pt", FIXED).path
    assert visionkit.Classifier(path).describe().parameters == 12
    rounded = visionkit.Classifier(path, run={"precision": "bfloat16"}, all_scores=True)
    picture = np.full((8, 12, 3), 200, np.uint8)
    exact = visionkit.Classifier(path, all_scores=True).classify(picture).all_scores
    assert np.allclose(rounded.classify(picture).all_scores, exact, atol=0.02)


def test_the_module_stays_as_it_was(tmp_path):
    model = nn.Sequential(nn.Conv2d(3, 3, 3), nn.BatchNorm2d(3), nn.Dropout(0.9), nn.AdaptiveAvgPool2d(1), nn.Flatten())
    model[1].eval()
    state = {key: value.clone() for key, value in model.state_dict().items()}
    randoms = torch.get_rng_state()
    visionkit.export(model, EXAMPLE, tmp_path / "m.pt", FIXED)
    assert [part.training for part in model] == [True, False, True, True, True] and model.training
    assert all(torch.equal(value, state[key]) for key, value in model.state_dict().items())
    assert torch.equal(torch.get_rng_state(), randoms)
    assert all(parameter.requires_grad and not parameter.is_inference() for parameter in model.parameters())


@pytest.mark.parametrize(("record", "method", "used"), [
    (FIXED, "auto", "trace"), (FREE, "auto", "script"), (FIXED, "script", "script"), (FREE, "trace", "trace"),
])
def test_the_way_to_torchscript_may_be_chosen(record, method, used, tmp_path):
    model = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten())
    assert visionkit.export(model, EXAMPLE, tmp_path / "m.pt", record, method=method).method == used


def test_what_fails_one_way_or_answers_otherwise_goes_the_other(tmp_path):
    dark = EXAMPLE * 0.1
    assert visionkit.export(Small(), dark, tmp_path / "m.pt", FREE).method == "trace"  # a lambda cannot be scripted
    # The noise is as dark; only what is asked for both ways is compared.
    assert visionkit.export(Branching(), EXAMPLE, tmp_path / "m.pt", FREE).method == "script"
    path = visionkit.export(Branching(), EXAMPLE, tmp_path / "m.pt", FREE).path
    classifier = visionkit.Classifier(path, scores="logits", all_scores=True)
    picture = np.full((8, 12, 3), (10, 20, 30), np.uint8)
    assert np.allclose(classifier.classify(picture).all_scores, torch.tensor([10, 20, 30.]).div(255).softmax(0), atol=1e-6)


@pytest.mark.parametrize("make", [torch.jit.script, lambda m: torch.jit.freeze(torch.jit.script(m.eval())),
                                  lambda m: torch.jit.trace(m.eval(), EXAMPLE)])
def test_torchscript_modules_are_taken(make, tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = make(nn.Sequential(nn.Dropout(), nn.AdaptiveAvgPool2d(1), nn.Flatten()))
    exported = visionkit.export(model, EXAMPLE, tmp_path / "m.pt", FIXED)
    assert exported.method == "given" and exported.difference <= 1e-6
    assert visionkit.Classifier(exported.path).labels == tuple(LABELS)


@pytest.mark.parametrize(("wrap", "tensors"), [
    (lambda y: {"aux": y * 2, "out": y}, ["out"]), (lambda y: (y, (y * 2, y * 3)), ["1.0"]), (lambda y: [y, y], ["1"]),
])
def test_answers_may_be_nested(wrap, tensors, tmp_path):
    record = {**FIXED, "output": {"tensors": tensors}}
    exported = visionkit.export(Small(wrap=wrap), EXAMPLE, tmp_path / "m.pt", record)
    names = [name for name, _ in visionkit.run_network(exported.path, EXAMPLE.numpy())]
    assert tensors[0] in names and len(names) > 1 and visionkit.Classifier(exported.path).labels == tuple(LABELS)


def test_bytes_in_labels_out(tmp_path):
    class Map(nn.Module):
        def forward(self, x):
            return (x.float().permute(0, 3, 1, 2).mean(1) > 100).long()

    record = {"visionkit": 1, "task": "semantic_segmentation", "labels": ["dark", "bright"],
              "input": {"dtype": "uint8", "scale": 1, "layout": "nhwc"}, "output": {"scores": "labels"}}
    example = torch.arange(8 * 12 * 3, dtype=torch.uint8).reshape(1, 8, 12, 3)
    path = visionkit.export(Map(), example, tmp_path / "m.pt", record).path
    picture = np.random.default_rng(1).integers(0, 256, (8, 12, 3), np.uint8)
    expected = picture.astype(np.float32).mean(2) > 100
    assert np.array_equal(visionkit.Segmenter(path).segment(picture).ids, expected)


def test_detectors_of_torchvision_take_lists(tmp_path):
    import torch_models  # noqa: F401, before torchvision
    from torchvision.models import detection

    torch.manual_seed(1)
    model = detection.fasterrcnn_mobilenet_v3_large_320_fpn(
        weights=None, weights_backbone=None, num_classes=4, min_size=64, max_size=96, box_score_thresh=0.2,
        rpn_post_nms_top_n_test=30)
    record = {"visionkit": 1, "task": "detection", "labels": LABELS, "score_thresholds": [0],
              "output": {"format": "torchvision", "tensors": ["1"], "label_numbers": [1, 2, 3]}}
    pictures = [torch.rand(3, 64, 80), torch.rand(3, 64, 80)]
    exported = visionkit.export(model, pictures, tmp_path / "m.pt", record)
    assert exported.method == "script"
    with pytest.raises(visionkit.Error, match="expected a list of pictures"):
        visionkit.export(model, pictures[0][None], tmp_path / "m.pt", record)
    assert visionkit.Detector(exported.path).labels == tuple(LABELS)


def failing(x):
    raise RuntimeError("no such thing\nat all")


@pytest.mark.parametrize(("module", "example", "record", "code", "words"), [
    (Small(), EXAMPLE, {**FIXED, "labels": LABELS + ["d"]}, "model_contract", "classes"),
    (Small(), EXAMPLE, {**FIXED, "lables": LABELS}, "model_record", "lables"),
    (Small(), EXAMPLE, {**FIXED, "output": {"tensors": ["out"]}}, "model_contract", "'out'"),
    (Small(), EXAMPLE, {**FIXED, "output": {"scores": "probabilities"}}, "model_contract", ""),
    (Small(), EXAMPLE[:, :, :4], FIXED, "shape", r"\[1, 3, 4, 12\]"),
    (Small(), EXAMPLE[:, :2], FREE, "shape", r"\[any, 3, any, any\]"),
    (Small(), EXAMPLE[0], FREE, "shape", r"\[3, 8, 12\]"),
    (Small(), EXAMPLE.double(), FREE, "dtype", "float64"),
    (Small(), [EXAMPLE[0]], FREE, "shape", "list"),
    (Small(wrap=failing), EXAMPLE, FIXED, "model_runtime", "RuntimeError: no such thing"),
    (Small(wrap=lambda y: y / 0), EXAMPLE, FIXED, "non_finite_output", "NaN or infinity"),
    (Small(wrap=lambda y: "nothing"), EXAMPLE, FIXED, "model_contract", "at least one"),
    (Small(wrap=lambda y: y + torch.rand(3)), EXAMPLE, FIXED, "model_contract", "differ"),
    (nn.Linear(3, 3, device="meta"), EXAMPLE, FIXED, "invalid_argument", "meta"),
], ids=[
    "classes", "key", "tensors", "probabilities", "size", "channels", "axes", "double", "list", "failing", "infinite", "text",
    "random", "device"])
def test_what_does_not_fit_is_refused_and_leaves_no_file(module, example, record, code, words, tmp_path):
    (tmp_path / "m.pt").write_text("what was there")
    with pytest.raises(visionkit.Error, match=words) as caught:
        visionkit.export(module, example, tmp_path / "m.pt", record)
    assert caught.value.code == code, str(caught.value)
    assert "\n" not in str(caught.value) and len(str(caught.value)) <= 300
    assert os.listdir(tmp_path) == ["m.pt"] and (tmp_path / "m.pt").read_text() == "what was there"


def test_cpp_that_answers_otherwise_is_noticed(tmp_path, monkeypatch):
    runtime = visionkit.runtime
    honest = runtime.run_network
    monkeypatch.setattr(runtime, "run_network", lambda *a, **k: [(name, y + 1e-3) for name, y in honest(*a, **k)])
    with pytest.raises(visionkit.Error, match="in Python, .* in C\\+\\+") as caught:
        visionkit.export(Small(), EXAMPLE, tmp_path / "m.pt", FIXED)
    assert caught.value.code == "model_contract" and os.listdir(tmp_path) == []
    loose = visionkit.export(Small(), EXAMPLE, tmp_path / "m.pt", FIXED, tolerance=1e-2)
    assert loose.difference == pytest.approx(1e-3, rel=0.01)


def test_a_trace_that_knows_one_way_only_is_refused(tmp_path):
    class Noticing(Branching):
        def forward(self, x):
            y = x.mean((2, 3))
            return y * 2 if float(x.min()) < 0 else y  # the noise goes below 0

    with pytest.raises(visionkit.Error, match="differ") as caught:
        visionkit.export(Noticing(), EXAMPLE, tmp_path / "m.pt", FIXED, method="trace")
    assert caught.value.code == "model_contract"
    assert visionkit.export(Noticing(), EXAMPLE, tmp_path / "m.pt", FIXED).method == "script"
    assert visionkit.export(Noticing(), torch.zeros_like(EXAMPLE), tmp_path / "m.pt", FIXED).method == "script"


@pytest.mark.parametrize(("folder", "code"), [("missing", "not_found"), ("file", "io")])
def test_a_path_that_cannot_be_written_is_said(folder, code, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(OSError) as caught:
        visionkit.export(Small(), EXAMPLE, tmp_path / folder / "m.pt", FIXED)
    assert caught.value.code == code


@pytest.mark.parametrize(("module", "example"), [
    (lambda x: x, EXAMPLE), (Small(), np.zeros((1, 3, 8, 12))), (Small(), None)])
def test_other_things_are_type_errors(module, example, tmp_path):
    with pytest.raises(TypeError):
        visionkit.export(module, example, tmp_path / "m.pt", FIXED)


def test_nothing_is_printed_or_warned_of(tmp_path, capfd):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        visionkit.export(Branching(), EXAMPLE, tmp_path / "m.pt", FIXED)
    assert caught == [] and capfd.readouterr() == ("", "")
