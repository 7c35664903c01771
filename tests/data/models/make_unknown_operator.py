"""Writes unknown_operator.pt: a TorchScript model that calls an operator which only this script registers."""
import pathlib

import torch

library = torch.library.Library("nobody", "DEF")
library.define("has_this(Tensor x) -> Tensor")
library.impl("has_this", lambda x: x.mean([2, 3]), "CompositeExplicitAutograd")


class Model(torch.nn.Module):
    def forward(self, x):
        return torch.ops.nobody.has_this(x)


torch.jit.save(torch.jit.script(Model()), str(pathlib.Path(__file__).with_name("unknown_operator.pt")))
