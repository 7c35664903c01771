"""Every family of classifiers that the package promises, of torchvision and of timm, with random weights: exported, and in
C++ within 1e-4 of Python. Small inputs, and fewer channels where a family is large: what counts is every kind of layer."""

import numpy as np
import pytest
import visionkit

torch = pytest.importorskip("torch")
import torch_models  # noqa: E402, before torchvision and timm
import torchvision  # noqa: E402

from conftest import needs_runtime  # noqa: E402

nn = torch.nn
CLASSES = 10
pytestmark = needs_runtime


@pytest.fixture(autouse=True)
def one_thread():
    """The networks are small, and threads that wait for each other are slow on busy machines."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


class LeNet(nn.Sequential):
    """Convolutions, pooling and three layers, as in 1998; 32 x 32, gray."""

    def __init__(self):
        super().__init__(nn.Conv2d(1, 6, 5), nn.Tanh(), nn.AvgPool2d(2), nn.Conv2d(6, 16, 5), nn.Tanh(), nn.AvgPool2d(2),
                         nn.Flatten(), nn.Linear(400, 120), nn.Tanh(), nn.Linear(120, 84), nn.Tanh(),
                         nn.Linear(84, CLASSES))


class ZfNet(nn.Sequential):
    """AlexNet with the first layers of Zeiler and Fergus and a narrow classifier."""

    def __init__(self):
        pool, norm = nn.MaxPool2d(3, 2, ceil_mode=True), nn.LocalResponseNorm(5)
        super().__init__(
            nn.Conv2d(3, 96, 7, 2, 1), nn.ReLU(), pool, norm, nn.Conv2d(96, 256, 5, 2), nn.ReLU(), pool, norm,
            nn.Conv2d(256, 384, 3, padding=1), nn.ReLU(), nn.Conv2d(384, 384, 3, padding=1), nn.ReLU(),
            nn.Conv2d(384, 256, 3, padding=1), nn.ReLU(), pool, nn.AdaptiveAvgPool2d(2), nn.Flatten(), nn.Dropout(),
            nn.Linear(1024, 256), nn.ReLU(), nn.Dropout(), nn.Linear(256, CLASSES))


def vgg(make):
    """torchvision's VGG with 64 instead of 4096 hidden values: 40 MB instead of 500."""
    model = torchvision.models.VGG(make, num_classes=CLASSES, init_weights=False)
    model.classifier = nn.Sequential(nn.Linear(512 * 49, 64), nn.ReLU(), nn.Dropout(), nn.Linear(64, CLASSES))
    return model


def alexnet():
    """torchvision's with as narrow a classifier."""
    model = torchvision.models.alexnet(weights=None)
    model.classifier = nn.Sequential(nn.Dropout(), nn.Linear(256 * 36, 64), nn.ReLU(), nn.Dropout(), nn.Linear(64, 64),
                                     nn.ReLU(), nn.Linear(64, CLASSES))
    return model


def vit():
    """torchvision's with 4 instead of 12 blocks and 192 instead of 768 channels."""
    return torchvision.models.VisionTransformer(
        image_size=64, patch_size=16, num_layers=4, num_heads=4, hidden_dim=192, mlp_dim=384, num_classes=CLASSES)


SMALL_SWIN = {"embed_dim": 48, "depths": [2, 2, 2, 2], "num_heads": [2, 4, 8, 16]}


def swin():
    """torchvision's with 2 instead of 6 blocks in the middle and half the channels; timm's below, too."""
    return torchvision.models.SwinTransformer(
        patch_size=[4, 4], window_size=[7, 7], num_classes=CLASSES, **SMALL_SWIN)


def of_torchvision(name, **settings):
    return lambda: torchvision.models.get_model(name, weights=None, num_classes=CLASSES, **settings)


def of_timm(name, **settings):
    return lambda: pytest.importorskip("timm").create_model(name, pretrained=False, num_classes=CLASSES, **settings)


def of_vgg(config, batch_norm):
    features = torchvision.models.vgg.make_layers
    return lambda: vgg(features(torchvision.models.vgg.cfgs[config], batch_norm))


# What makes the network, the side of its input, and the way to TorchScript where it is asked for.
FAMILIES = {
    "lenet": (LeNet, 32, "auto"),
    "alexnet torchvision": (alexnet, 96, "auto"),
    "zfnet": (ZfNet, 96, "auto"),
    "googlenet torchvision": (of_torchvision("googlenet", aux_logits=False, init_weights=False), 96, "auto"),
    "vgg11 torchvision": (of_vgg("A", False), 64, "script"),
    "vgg13_bn torchvision": (of_vgg("B", True), 64, "auto"),
    "resnet18 torchvision": (of_torchvision("resnet18"), 64, "script"),
    "resnet50 torchvision": (of_torchvision("resnet50"), 64, "auto"),
    "resnet26d timm": (of_timm("resnet26d"), 64, "auto"),
    "inception_v3 torchvision": (of_torchvision("inception_v3", init_weights=False), 128, "auto"),
    "inception_v3 timm": (of_timm("inception_v3"), 128, "auto"),
    "mobilenet_v2 torchvision": (of_torchvision("mobilenet_v2"), 64, "script"),
    "mobilenetv2_100 timm": (of_timm("mobilenetv2_100"), 64, "auto"),
    "mobilenet_v3_small torchvision": (of_torchvision("mobilenet_v3_small"), 64, "script"),
    "mobilenetv3_small_100 timm": (of_timm("mobilenetv3_small_100"), 64, "auto"),
    "efficientnet_b0 torchvision": (of_torchvision("efficientnet_b0"), 64, "auto"),
    "efficientnet_lite0 timm": (of_timm("efficientnet_lite0"), 64, "auto"),
    "tf_efficientnetv2_b0 timm": (of_timm("tf_efficientnetv2_b0"), 64, "auto"),
    "convnext_tiny torchvision": (of_torchvision("convnext_tiny"), 64, "auto"),
    "convnext_atto timm": (of_timm("convnext_atto"), 64, "auto"),
    "vit torchvision": (vit, 64, "auto"),
    "vit_tiny timm": (of_timm("vit_tiny_patch16_224", img_size=64), 64, "auto"),
    "swin torchvision": (swin, 64, "auto"),
    "swin_tiny timm": (of_timm("swin_tiny_patch4_window7_224", img_size=112, **SMALL_SWIN), 112, "auto"),
}


@pytest.mark.parametrize(("make", "side", "method"), FAMILIES.values(), ids=FAMILIES)
def test_a_family_answers_as_in_python(make, side, method, tmp_path):
    torch.manual_seed(3)
    model = make()
    is_gray = isinstance(model, LeNet)
    record = {
        "visionkit": 1, "labels": [f"class {i}" for i in range(CLASSES)],
        "input": {"resize": {"mode": "shorter_side", "side": side}, "crop": {"width": side, "height": side},
                  "color": "gray" if is_gray else "rgb", "mean": [0.45], "std": [0.25]},
    }
    preprocessor = visionkit.Preprocessor(**visionkit.input_keywords(record))
    pictures = [np.random.default_rng(seed).integers(0, 256, (90, 70 + 10 * seed, 3), np.uint8) for seed in range(8)]
    batch = torch.from_numpy(np.concatenate([preprocessor(picture)[0] for picture in pictures]))
    torch_models.settle(model, batch)
    pictures, batch = pictures[:2], batch[:2]
    with torch.no_grad():
        expected = model(batch).softmax(1).numpy()
    exported = visionkit.export(model, batch, tmp_path / "model.pt", record, method=method)
    assert exported.difference <= 1e-4 and exported.method == (method if method != "auto" else "trace")

    classifier = visionkit.Classifier(exported.path, all_scores=True)
    got = np.stack([found.all_scores for found in classifier.classify(pictures)])
    assert np.abs(got - expected).max() <= 1e-4
    assert np.ptp(expected[0]) > 1e-3 and np.abs(expected[0] - expected[1]).max() > 1e-3  # an answer that can be wrong
