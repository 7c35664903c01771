// Writes what the examples are tried on into a folder: models that find red and blue squares, and pictures of them.
//
//   squares FOLDER
//
//   centernet.pt        answers CenterNet's three maps, for which visionkit has no name
//   yolov8.pt           answers the same in the layout yolov8
//   yolov8_seg.pt       with masks
//   classes.pt          the class of every pixel
//   pictures/           two.png (128 x 128: a red and a blue square), none.jpg, deep/wide.png (256 x 128: a red one)
//   frames/             12 pictures of 64 x 64: a red square on its way from left to right
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <string>

#include <fmt/format.h>

#include <visionkit/image/io.hpp>

#include "support/files.hpp"
#include "support/script_model.hpp"

namespace {

namespace fs = std::filesystem;
using visionkit::Image;
using visionkit::test::ScriptModel;

// Squares have 16 of the input's 64 pixels and lie on a grid of 4. The heat of a cell is the share of the color around
// its center, so that neighbors of the right cell have 0.75.
constexpr auto maps =
    "def maps(self, x):\n"
    "  colors = torch.cat([x[:, 0:1] - x[:, 2:3], x[:, 2:3] - x[:, 0:1]], 1)\n"
    "  heat = torch.avg_pool2d(torch.clamp(colors, 0.0, 1.0), [16, 16], [4, 4], [6, 6])\n"
    "  flat = torch.zeros_like(heat)\n"
    "  return heat, flat + 16.0, flat + 0.5\n";
constexpr auto centernet =
    "def forward(self, x):\n"
    "  heat, size, offset = self.maps(x)\n"
    "  return {\"heat\": heat, \"size\": size, \"offset\": offset}\n";
constexpr auto boxes =
    "def boxes(self, x):\n"
    "  heat, size, offset = self.maps(x)\n"
    "  steps = torch.arange(16, device=x.device, dtype=x.dtype)\n"
    "  columns = steps.view(1, 1, 1, 16).expand(x.size(0), 1, 16, 16)\n"
    "  rows = steps.view(1, 1, 16, 1).expand(x.size(0), 1, 16, 16)\n"
    "  center = (torch.cat([columns, rows], 1) + offset) * 4.0\n"
    "  return torch.cat([center, size, heat], 1).flatten(2)\n";
constexpr auto yolov8 =
    "def forward(self, x):\n"
    "  return self.boxes(x)\n";

// The prototypes are what is red and what is blue; each box takes the one of its color.
constexpr auto yolov8_seg =
    "def forward(self, x):\n"
    "  heat, size, offset = self.maps(x)\n"
    "  red = x[:, 0:1] - x[:, 2:3]\n"
    "  own = torch.cat([heat[:, 0:1] > heat[:, 1:2], heat[:, 1:2] > heat[:, 0:1]], 1).float()\n"
    "  return torch.cat([self.boxes(x), own.flatten(2)], 1), torch.cat([red, -red], 1)\n";
constexpr auto classes =
    "def forward(self, x):\n"
    "  red = x[:, 0:1] - x[:, 2:3]\n"
    "  return {\"out\": torch.cat([torch.full_like(red, 0.5), red, -red], 1)}\n";

std::string record(const std::string& task, const std::string& labels, const std::string& output) {
  return R"({"visionkit": 1, "task": ")" + task + R"(", "name": "squares", "labels": )" + labels + R"(,
 "input": {"resize": {"mode": "letterbox", "width": 64, "height": 64, "interpolation": "opencv.linear"}},
 "score_thresholds": [0.6], "output": )" +
         output + "}";
}

void fill(Image& image, int left, int top, int side, int channel) {
  for (int y = top; y < top + side; ++y) {
    for (int x = left; x < left + side; ++x) {
      for (int c = 0; c < 3; ++c) image.row(y)[x * 3 + c] = c == channel ? 255 : 0;
    }
  }
}

Image gray(visionkit::Size size) {
  Image image(size, visionkit::PixelFormat::rgb8);
  std::fill(image.pixels().begin(), image.pixels().end(), std::uint8_t{90});
  return image;
}

void write(const fs::path& folder) {
  fs::create_directories(folder / "pictures/deep");
  fs::create_directories(folder / "frames");
  const std::string squares = R"(["red square", "blue square"])";
  const auto save = [&](const char* name, const std::string& code, const std::string& text) {
    visionkit::test::write_bytes(folder / name,
                                 ScriptModel{.code = code, .extra_files = {{"visionkit.json", text}}}.save());
  };
  const std::string with_boxes = std::string(maps) + boxes;
  save("centernet.pt", std::string(maps) + centernet,
       record("detection", squares, R"({"tensors": ["heat", "size", "offset"]})"));
  save("yolov8.pt", with_boxes + yolov8, record("detection", squares, R"({"format": "yolov8"})"));
  save("yolov8_seg.pt", with_boxes + yolov8_seg,
       record("instance_segmentation", squares, R"({"format": "yolov8_seg"})"));
  save("classes.pt", classes,
       record("semantic_segmentation", R"(["background", "red", "blue"])", R"({"tensors": ["out"]})"));

  auto two = gray({128, 128});
  fill(two, 12, 20, 32, 0);  // half of this in the input: 6 and 10, which is 4 times a whole number and 6
  fill(two, 76, 60, 32, 2);
  visionkit::write_image((folder / "pictures/two.png").string(), two);
  visionkit::write_image((folder / "pictures/none.jpg").string(), gray({50, 40}));
  auto wide = gray({256, 128});
  fill(wide, 24, 24, 64, 0);
  visionkit::write_image((folder / "pictures/deep/wide.png").string(), wide);
  for (int i = 0; i < 12; ++i) {
    auto frame = gray({64, 64});
    fill(frame, 2 + 4 * i, 22, 16, 0);
    visionkit::write_image((folder / "frames" / fmt::format("{:02}.png", i)).string(), frame);
  }
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 2) return fmt::print(stderr, "usage: {} FOLDER\n", argv[0]), 2;
  write(argv[1]);
} catch (const std::exception& error) {
  return fmt::print(stderr, "{}\n", error.what()), 1;
}
