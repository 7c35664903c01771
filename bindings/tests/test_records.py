"""Records made of torchvision's and timm's own preprocessing: the input that they describe is that tensor, bit for bit."""

import random
import types

import numpy as np
import pytest
import visionkit

PIL = pytest.importorskip("PIL.Image")
torch = pytest.importorskip("torch")
torch_models = pytest.importorskip("torch_models")  # before torchvision and timm
torchvision = pytest.importorskip("torchvision")

RANDOM = np.random.default_rng(5)
# Width and height; a crop is larger than some of them after resizing.
SIZES = [(320, 240), (233, 411), (64, 48), (500, 37), (224, 224), (1, 9)]


def picture(size):
    """Blobs and noise."""
    coarse = PIL.fromarray(RANDOM.integers(0, 256, (7, 9, 3), np.uint8)).resize(size, PIL.Resampling.BICUBIC)
    noise = RANDOM.integers(-20, 21, (size[1], size[0], 3))
    return PIL.fromarray((np.asarray(coarse).astype(int) + noise).clip(0, 255).astype(np.uint8))


def assert_equal_inputs(record, transform, sizes=SIZES, mode="RGB"):
    preprocessor = visionkit.Preprocessor(**visionkit.input_keywords(record))
    for size in sizes:
        image = picture(size).convert(mode)
        expected = transform(image).numpy()
        tensor, _ = preprocessor(image)
        assert tensor.dtype == np.float32 and tensor.shape == (1, *expected.shape), size
        assert np.array_equal(tensor[0], expected), f"{size}: {np.abs(tensor[0] - expected).max()}"


def torchvision_weights():
    """Of every network of torchvision that a record can describe, one for each set of preprocessing values."""
    found = {}
    for name in torchvision.models.list_models():
        for weights in torchvision.models.get_model_weights(name):
            found.setdefault(repr(weights.transforms()), weights)
    kinds = ("ImageClassification", "SemanticSegmentation", "ObjectDetection")
    return [weights for weights in found.values() if type(weights.transforms()).__name__ in kinds]


@pytest.mark.parametrize("weights", torchvision_weights(), ids=str)
def test_torchvisions_presets_give_torchvisions_tensors(weights):
    record = visionkit.record_from_torchvision(weights)
    assert_equal_inputs(record, weights.transforms(), SIZES[:3])


def test_a_torchvision_record_says_what_the_weights_say():
    models = torchvision.models
    record = visionkit.record_from_torchvision(models.ResNet50_Weights.IMAGENET1K_V2)
    assert record["name"] == "ResNet50_Weights.IMAGENET1K_V2" and record["task"] == "classification"
    assert record["labels"][0] == "tench" and len(record["labels"]) == 1000
    assert record["input"]["resize"] == {"mode": "shorter_side", "side": 232, "interpolation": "pillow.bilinear"}
    assert record == visionkit.record_from_torchvision("ResNet50_Weights.IMAGENET1K_V2")

    record = visionkit.record_from_torchvision(models.detection.MaskRCNN_ResNet50_FPN_Weights.DEFAULT)
    assert record["task"] == "instance_segmentation" and len(record["labels"]) == 80
    numbers = record["output"]["label_numbers"]
    assert (record["labels"][0], numbers[0], record["labels"][-1], numbers[-1]) == ("person", 1, "toothbrush", 90)

    record = visionkit.record_from_torchvision(models.segmentation.FCN_ResNet50_Weights.DEFAULT)
    assert record["task"] == "semantic_segmentation" and record["output"] == {"scores": "logits", "tensors": ["out"]}
    assert record["labels"][:2] == ["__background__", "aeroplane"] and "crop" not in record["input"]


def test_what_was_trained_further_has_its_own_labels_and_sizes():
    weights = torchvision.models.ResNet18_Weights.DEFAULT
    preset = weights.transforms(crop_size=96, resize_size=100)
    record = visionkit.record_from_torchvision(weights, transforms=preset, labels=["cat", "dog"], name="pets")
    assert (record["name"], record["labels"], record["input"]["crop"]["width"]) == ("pets", ["cat", "dog"], 96)
    assert_equal_inputs(record, preset)
    weights = torchvision.models.detection.FasterRCNN_ResNet50_FPN_Weights.DEFAULT
    record = visionkit.record_from_torchvision(weights, labels=["cat", "dog"])
    assert record["output"]["label_numbers"] == [1, 2]


def timm_config(**changes):
    values = {"input_size": (3, 224, 224), "interpolation": "bicubic", "crop_pct": 0.875, "crop_mode": "center",
              "mean": (0.485, 0.456, 0.406), "std": (0.229, 0.224, 0.225)}
    return {**values, **changes}


@pytest.mark.parametrize("changes", [
    {}, {"interpolation": "bilinear"}, {"crop_pct": 0.95}, {"crop_pct": 0.9, "input_size": (3, 299, 299)},
    {"crop_pct": 1.0}, {"crop_mode": "squash", "crop_pct": 1.0}, {"crop_mode": "squash", "input_size": (3, 96, 64)},
    {"mean": (0.5, 0.5, 0.5), "std": (0.5, 0.5, 0.5)}, {"interpolation": "lanczos"}, {"interpolation": "nearest"},
    {"interpolation": "box"}, {"interpolation": "hamming", "crop_pct": 0.7},
    {"crop_mode": "border", "crop_pct": 1.0, "mean": (0.5,) * 3, "std": (0.5,) * 3},
], ids=str)
def test_a_timm_configuration_gives_timms_tensor(changes):
    data = pytest.importorskip("timm.data")
    config = timm_config(**changes)
    assert_equal_inputs(visionkit.record_from_timm(config), data.create_transform(**config))


def test_gray_networks_of_timm_get_gray_pictures():
    data = pytest.importorskip("timm.data")
    config = timm_config(input_size=(1, 28, 28), mean=(0.13,), std=(0.3,))
    assert_equal_inputs(visionkit.record_from_timm(config), data.create_transform(**config), mode="L")


def test_every_pretrained_classifier_of_timm_gives_timms_tensor():
    timm = pytest.importorskip("timm")
    from timm.data import create_transform, resolve_data_config

    found = {}
    for name in timm.list_models(pretrained=True):
        config = timm.get_pretrained_cfg(name)
        for use_test_size in (False, True):
            data = resolve_data_config(pretrained_cfg=config.to_dict(), use_test_size=use_test_size)
            found.setdefault(str(data), (name, data, use_test_size))
    assert len(found) > 100
    for name, data, use_test_size in found.values():
        record = visionkit.record_from_timm(name, use_test_size=use_test_size)
        assert_equal_inputs(record, create_transform(**data), [random.Random(name).choice(SIZES[:3])])


def test_a_timm_record_says_what_the_configuration_says():
    timm = pytest.importorskip("timm")
    by_name = visionkit.record_from_timm("resnet18.a1_in1k")
    assert by_name["name"] == "resnet18.a1_in1k" and "labels" not in by_name
    assert by_name["input"]["resize"] == {"mode": "shorter_side", "side": 235, "interpolation": "pillow.bicubic"}
    assert visionkit.record_from_timm("resnet18.a1_in1k", use_test_size=True)["input"]["crop"]["width"] == 288
    model = timm.create_model("resnet18.a1_in1k", pretrained=False, num_classes=2)
    assert visionkit.record_from_timm(model)["input"] == by_name["input"]
    assert visionkit.record_from_timm(model, labels=["cat", "dog"])["labels"] == ["cat", "dog"]
    hub = {"architecture": "resnet18", "pretrained_cfg": model.pretrained_cfg, "label_names": ["n1", "n2"],
           "label_descriptions": {"n1": "cat"}}
    assert visionkit.record_from_timm(hub)["labels"] == ["cat", "n2"]
    labels = visionkit.record_from_timm(model, labels=["crane", "crane"])["labels"]
    assert labels == ["crane (0)", "crane (1)"]  # a bird and a machine, in ImageNet


def preset(kind="ImageClassification", **values):
    values = {"interpolation": "bilinear", "resize_size": [8], "crop_size": [8], "mean": [0.5], "std": [1.0], **values}
    return type(kind, (types.SimpleNamespace,), {})(**values)


@pytest.mark.parametrize(("call", "code", "words"), [
    (lambda: visionkit.record_from_torchvision(3), "invalid_argument", "type int, expected a member"),
    (lambda: visionkit.record_from_timm("no_such_model"), "invalid_argument", "'no_such_model'"),
    (lambda: visionkit.record_from_timm(3), "invalid_argument", "type int"),
    (lambda: visionkit.record_from_timm(timm_config(crop_mode="border")), "invalid_option", "nothing that a record"),
    (lambda: visionkit.record_from_timm(timm_config(input_size=(3, 64, 96))), "invalid_option", "96x64"),
    (lambda: visionkit.record_from_timm(timm_config(input_size=(4, 64, 64))), "invalid_option", "4 channels"),
    (lambda: visionkit.record_from_timm(timm_config(interpolation="random")), "invalid_option", "'random'"),
    (lambda: visionkit.record_from_torchvision(torchvision.models.ResNet18_Weights.DEFAULT, transforms=preset("OpticalFlow")),
     "invalid_option", "OpticalFlow"),
])
def test_what_a_record_cannot_say_is_refused(call, code, words):
    pytest.importorskip("timm")
    with pytest.raises(visionkit.Error, match=words) as caught:
        call()
    assert caught.value.code == code and "\n" not in str(caught.value) and len(str(caught.value)) <= 300
