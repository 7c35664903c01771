"""Makes tests/data/models/tiny.pt, written by PyTorch, and tiny_appended.pt, two records added by Python's zipfile."""
import pathlib
import shutil
import zipfile

import torch


class Tiny(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.arange(24.0).reshape(2, 12))
        self.register_buffer("empty", torch.zeros(0, 4))

    def forward(self, x):
        return x.flatten(1) @ self.weight.t()


folder = pathlib.Path(__file__).parent.parent / "data" / "models"
folder.mkdir(parents=True, exist_ok=True)
tiny = folder / "tiny.pt"
torch.jit.save(
    torch.jit.script(Tiny().eval()),
    str(tiny),
    _extra_files={"visionkit.json": '{"schema": 1}', "empty.txt": "", "\u00fcber.txt": "non-ASCII name"},
)
appended = folder / "tiny_appended.pt"
shutil.copyfile(tiny, appended)
with zipfile.ZipFile(appended, "a") as archive:
    archive.writestr("tiny/extra/labels.txt", "cat\ndog\n")
    archive.writestr("tiny/extra/notes.txt", "a note " * 30, zipfile.ZIP_DEFLATED)
