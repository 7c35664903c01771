"""The network that train_digit_scenes.py trains: a small trunk and heads for boxes, masks and the class of every pixel.

A picture of side s, a multiple of 16, becomes features at a quarter and an eighth of it; those at an eighth, the cells,
know what lies around them, because features at a sixteenth are added to them.
"""

import torch
from torch import Tensor, nn

STRIDE = 8  # of the cells that may hold a digit
WIDTH = 40  # channels of those cells


def convolution(channels, filters, size=3, stride=1):
    return nn.Sequential(nn.Conv2d(channels, filters, size, stride, size // 2, bias=False), nn.BatchNorm2d(filters),
                         nn.ReLU(inplace=True))


def doubling(channels, filters):
    return nn.ConvTranspose2d(channels, filters, 2, 2)


class Residual(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.change = convolution(channels, channels)

    def forward(self, features: Tensor) -> Tensor:
        return features + self.change(features)


class Trunk(nn.Module):
    def __init__(self):
        super().__init__()
        self.to_half = convolution(3, 16, stride=2)
        self.to_quarter = convolution(16, 24, stride=2)
        self.to_eighth = nn.Sequential(convolution(24, 32, stride=2), Residual(32))
        self.around = nn.Sequential(convolution(32, 48, stride=2), Residual(48), Residual(48), doubling(48, 32))
        self.cells = convolution(32, WIDTH)

    def forward(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        quarter = self.to_quarter(self.to_half(pictures))
        eighth = self.to_eighth(quarter)
        return quarter, self.cells(eighth + self.around(eighth))


class Boxes(nn.Module):
    """For each cell the distances from its center to the four sides of a digit's box, and what is asked in addition."""

    def __init__(self, side, more):
        super().__init__()
        self.parts = [2, 2, more]
        self.predict = nn.Conv2d(WIDTH, sum(self.parts), 1)
        nn.init.constant_(self.predict.bias[4:], -4.0)  # nearly all cells hold nothing
        middle = (torch.arange(side // STRIDE) + 0.5) * STRIDE
        y, x = torch.meshgrid(middle, middle, indexing="ij")
        self.register_buffer("centers", torch.stack((x, y)).reshape(1, 2, -1), persistent=False)

    def forward(self, cells: Tensor) -> tuple[Tensor, Tensor]:
        """[pictures, 4, cells]: center, width, height in pixels of the input; [pictures, more, cells]: as they come."""
        near, far, rest = torch.split(self.predict(cells).flatten(2), self.parts, 1)
        near, far = torch.exp(near) * STRIDE, torch.exp(far) * STRIDE
        return torch.cat((self.centers + (far - near) / 2, near + far), 1), rest


class Network(nn.Module):
    def __init__(self, digits, coefficients, side):
        super().__init__()
        self.trunk, self.boxes = Trunk(), Boxes(side, digits)
        self.coefficients = nn.Conv2d(WIDTH, coefficients, 1)
        self.from_cells = doubling(WIDTH, 24)
        self.fine = convolution(24, 32)
        self.prototypes = nn.Conv2d(32, coefficients, 1)
        self.classes = doubling(32, 1 + digits)

    def forward(self, pictures: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """[pictures, 4 + digits + coefficients, cells]: center, width, height in pixels, a probability for each digit,
        and the weights of the prototypes, whose weighted sum is the logits of the digit's mask;
        [pictures, coefficients, side / 4, side / 4]: the prototypes; [pictures, 1 + digits, side / 2, side / 2]: logits
        of the classes, background first."""
        quarter, cells = self.trunk(pictures)
        boxes, scores = self.boxes(cells)
        found = torch.cat((boxes, torch.sigmoid(scores), self.coefficients(cells).flatten(2)), 1)
        fine = self.fine(quarter + self.from_cells(cells))
        return found, self.prototypes(fine), self.classes(fine)


class Detector(nn.Module):
    """The part that answers in the layout of YOLOv8."""

    def __init__(self, network):
        super().__init__()
        self.trunk, self.boxes = network.trunk, network.boxes

    def forward(self, pictures: Tensor) -> Tensor:
        boxes, scores = self.boxes(self.trunk(pictures)[1])
        return torch.cat((boxes, torch.sigmoid(scores)), 1)


class InstanceDetector(nn.Module):
    """The part that answers in the layout of YOLOv8-seg."""

    def __init__(self, network):
        super().__init__()
        self.network = network

    def forward(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        found, prototypes, _ = self.network(pictures)
        return found, prototypes


class Segmenter(nn.Module):
    """The part that answers with the class of every pixel."""

    def __init__(self, network):
        super().__init__()
        self.network = network

    def forward(self, pictures: Tensor) -> Tensor:
        return self.network(pictures)[2]
