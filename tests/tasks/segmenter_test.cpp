#include <visionkit/segmenter.hpp>

#include <algorithm>
#include <cmath>
#include <thread>

#include <doctest/doctest.h>

#include "support/refusal.hpp"
#include "support/script_model.hpp"

using namespace visionkit;
using visionkit::test::contains;
using visionkit::test::refusal;
using visionkit::test::ScriptModel;

namespace {

// Scores of "dark" and "light" at half the resolution of the input, 8 x 8: the mean of each cell against 0.5.
const std::string cells =
    "def forward(self, x):\n"
    "  y = torch.avg_pool2d(torch.mean(x, [1], True), 2)\n"
    "  return torch.cat([0.5 - y, y - 0.5], 1)\n";
const std::string input =
    R"("input": {"resize": {"mode": "stretch", "width": 8, "height": 8, "interpolation": "opencv.linear"}})";
const std::string letterbox =
    R"("input": {"resize": {"mode": "letterbox", "width": 8, "height": 8, "interpolation": "opencv.linear", "letterbox": {"fill": 0}}})";

std::string record(const std::string& in, const std::string& output = R"("output": {})",
                   const std::string& labels = R"(["dark", "light"])") {
  return R"({"visionkit": 1, "task": "semantic_segmentation", "labels": )" + labels + ", " + in + ", " + output + "}";
}

Segmenter load(const SegmenterOptions& options = {}, const std::string& text = record(input),
               const std::string& code = cells) {
  return Segmenter::from_bytes(ScriptModel{.code = code, .extra_files = {{"visionkit.json", text}}}.save(), options);
}

// Light from column `from` on.
Image half_light(Size size, int from) {
  Image image(size, PixelFormat::rgb8);
  for (int y = 0; y < size.height; ++y) {
    std::fill(image.row(y) + 3 * static_cast<std::ptrdiff_t>(from), image.row(y) + image.stride(), std::uint8_t{255});
  }
  return image;
}

std::string row_of(const LabelMap& map, int y) {
  std::string text;
  for (int x = 0; x < map.size().width; ++x)
    text += map.at(x, y) == map.void_id() ? "." : std::to_string(map.at(x, y).value);
  return text;
}

}  // namespace

TEST_CASE("the answer has the size of the picture, or of the network's output") {
  const auto picture = half_light({16, 4}, 8);
  const auto map = load().segment(picture);
  CHECK(map.size() == Size{16, 4});
  for (int y = 0; y < 4; ++y) CHECK(row_of(map, y) == "0000000011111111");
  CHECK(map.fraction(ClassId(1)) == 0.5);
  const auto small = load({.resolution = MapResolution::network}).segment(picture);
  CHECK(small.size() == Size{4, 4});
  CHECK(row_of(small, 0) == "0011");
}

TEST_CASE("letterbox padding is undone exactly") {
  // 16 x 8 into 8 x 8: two rows of black filling above and below, which would count as dark.
  const auto light = half_light({16, 8}, 0);
  const auto map = load({}, record(letterbox)).segment(light);
  for (int y = 0; y < 8; ++y) CHECK(row_of(map, y) == "1111111111111111");
  const auto seen = load({.resolution = MapResolution::network}, record(letterbox)).segment(light);
  CHECK(row_of(seen, 0) == "0000");
  CHECK(row_of(seen, 1) == "1111");
  CHECK(row_of(seen, 3) == "0000");
}

TEST_CASE("what a center crop cut off is void") {
  const auto cropped = R"("input": {"resize": {"mode": "shorter_side", "side": 8, "interpolation": "opencv.linear"},
      "crop": {"width": 8, "height": 8}})";
  const auto map = load({}, record(cropped)).segment(half_light({16, 8}, 8));
  for (int y = 0; y < 8; ++y) CHECK(row_of(map, y) == "....00001111....");
}

TEST_CASE("every kind of output gives the same map") {
  const std::string mean = "  y = torch.avg_pool2d(torch.mean(x, [1], True), 2)\n";
  const auto forward = [&](const std::string& answer) {
    return "def forward(self, x):\n" + mean + "  return " + answer + "\n";
  };
  struct Case {
    const char* name;
    std::string code;
    std::string output;
  };
  const std::vector<Case> cases = {
      {"logits", cells, R"("output": {})"},
      {"probabilities", forward("torch.cat([1.0 - y, y], 1)"), R"("output": {"scores": "probabilities"})"},
      {"one channel of logits", forward("10.0 * (y - 0.5)"), R"("output": {})"},
      {"one channel of probabilities", forward("y"), R"("output": {"scores": "probabilities"})"},
      {"indices", forward("torch.argmax(torch.cat([0.5 - y, y - 0.5], 1), 1)"), R"("output": {"scores": "labels"})"},
      {"bytes", forward("(y > 0.5).byte().squeeze(1)"), R"("output": {"scores": "labels"})"},
      {"a dictionary", forward(R"({"out": torch.cat([0.5 - y, y - 0.5], 1), "aux": y})"),
       R"("output": {"tensors": ["out"]})"},
      {"a tuple", forward("(y, torch.cat([0.5 - y, y - 0.5], 1))"), R"("output": {"tensors": ["1"]})"},
  };
  const auto picture = half_light({8, 8}, 4);
  const auto expected = load().segment(picture);
  for (const auto& c : cases) {
    CAPTURE(c.name);
    CHECK(load({}, record(input, c.output), c.code).segment(picture) == expected);
  }
}

TEST_CASE("confidences and class scores come on request") {
  const auto picture = half_light({8, 8}, 4);
  CHECK(load().segment(picture).confidence().empty());
  const auto sure = load({.map_scores = SegmentationScores::all_classes}).segment(picture);
  REQUIRE(sure.confidence().size() == 64);
  CHECK(sure.class_scores().shape() == Shape{2, 8, 8});
  const auto scores = sure.class_scores().floats();
  for (std::size_t i = 0; i < 64; ++i) {
    CHECK(std::abs(scores[i] + scores[64 + i] - 1) < 1e-6F);
    CHECK(sure.confidence()[i] == std::max(scores[i], scores[64 + i]));
  }
  CHECK(sure.confidence()[0] == doctest::Approx(1 / (1 + std::exp(-1.0))));
}

TEST_CASE("a batch gives the answers of single calls") {
  const auto segmenter = load();
  const std::vector images = {half_light({16, 4}, 8), half_light({5, 9}, 2), half_light({8, 8}, 0)};
  const auto maps = segmenter.segment(images);
  REQUIRE(maps.size() == 3);
  for (std::size_t i = 0; i < 3; ++i) CHECK(maps[i] == segmenter.segment(images[i]));
  CHECK(segmenter.segment(std::vector<Image>()).empty());
}

TEST_CASE("tiles answer a large picture as its parts, with scores and in the order of the pictures") {
  const auto tiled = load({.map_scores = SegmentationScores::all_classes, .tiles = TileOptions{.overlap = 0.25}});
  const auto single = load({.map_scores = SegmentationScores::all_classes});
  const auto large = half_light({30, 20}, 12);
  const auto map = tiled.segment(large);
  REQUIRE(map.size() == Size{30, 20});
  for (int y = 0; y < 20; ++y) CHECK(row_of(map, y) == std::string(12, '0') + std::string(18, '1'));
  CHECK(map.confidence().size() == 600);
  CHECK(map.class_scores().shape() == Shape{2, 20, 30});
  // The left upper corner is answered by the first tile alone.
  Image corner({8, 8}, PixelFormat::rgb8);
  CHECK(map.confidence()[0] == single.segment(corner).confidence()[0]);
  const auto small = half_light({8, 6}, 4);
  const auto maps = tiled.segment(std::vector{small, large, small});
  REQUIRE(maps.size() == 3);
  CHECK(maps[0] == single.segment(small));
  CHECK(maps[1] == map);
  CHECK(maps[2] == maps[0]);
}

TEST_CASE("a panoptic network gives segments in the picture's pixels, and their classes as a label map") {
  // Query 0 is a thing on what is light, query 1 stuff on what is dark, query 2 nothing.
  const std::string code =
      "def forward(self, x):\n"
      "  light = 20.0 * (torch.avg_pool2d(torch.mean(x, [1], True), 2) - 0.5)\n"
      "  masks = torch.cat([light, -light, light], 1)\n"
      "  classes = torch.tensor([[9.0, 0.0, 0.0], [0.0, 9.0, 0.0], [0.0, 0.0, 9.0]])\n"
      "  return classes.expand(x.size(0), 3, 3), masks\n";
  const auto text = R"({"visionkit": 1, "task": "panoptic_segmentation", "labels": ["lamp", "night"], )" + input +
                    R"(, "output": {"stuff": ["night"]}})";
  const auto segmenter = load({}, text, code);
  const auto picture = half_light({16, 4}, 8);
  const auto map = segmenter.segment_panoptic(picture);
  REQUIRE(map.segments().size() == 2);
  CHECK(map.size() == Size{16, 4});
  CHECK(map.segments()[0].label == ClassId(0));
  CHECK(map.segments()[0].kind == PanopticKind::thing);
  CHECK(map.segments()[0].box == Box{8, 0, 16, 4});
  CHECK(map.segments()[1].label == ClassId(1));
  CHECK(map.segments()[1].kind == PanopticKind::stuff);
  CHECK(map.segments()[1].area == 32);
  CHECK(row_of(segmenter.segment(picture), 0) == "1111111100000000");
  const std::vector<ImageView> batch = {picture, picture};
  CHECK(segmenter.segment_panoptic(batch)[1] == map);
  CHECK(contains(refusal([&] { (void)load().segment_panoptic(picture); }), "expected panoptic_segmentation"));
  CHECK(contains(refusal([&] { (void)load({.stuff = {"day"}}, text, code); }), "stuff names 'day'"));
  CHECK(contains(refusal([&] { (void)load({.tiles = TileOptions{}}, text, code); }), "a panoptic network"));
  CHECK(contains(refusal([&] { (void)load({}, text, cells); }), "expected class logits [queries, 3]"));
}

TEST_CASE("calls from many threads give the answers of one") {
  const auto segmenter = load();
  const auto picture = half_light({16, 4}, 8);
  const auto expected = segmenter.segment(picture);
  std::vector<int> different(4, 0);
  std::vector<std::thread> threads;
  for (auto& count : different) {
    threads.emplace_back([&] {
      for (int i = 0; i < 20; ++i) count += segmenter.segment(picture) == expected ? 0 : 1;
    });
  }
  for (auto& thread : threads) thread.join();
  for (const auto count : different) CHECK(count == 0);
}

TEST_CASE("a contract that does not fit is refused when the model is loaded") {
  const auto three = R"(["a", "b", "c"])";
  CHECK(contains(refusal([&] { (void)load({}, record(input, R"("output": {})", three)); }), "model_contract"));
  CHECK(contains(refusal([&] { (void)load({}, record(input, R"("output": {"scores": "labels"})")); }),
                 "the record says that the output holds labels, expected uint8, int32 or int64 for that, got float32"));
  CHECK(contains(refusal([&] { (void)load({}, record(input, R"("output": {"scores": "probabilities"})")); }),
                 "expected probabilities 0..1"));
  CHECK(contains(
      refusal([&] { (void)load({}, record(input), "def forward(self, x):\n  return torch.mean(x, [1, 2, 3])\n"); }),
      "model_contract"));
  CHECK(contains(
      refusal([&] { (void)load({}, record(input), "def forward(self, x):\n  return torch.log(-x[:, :2] - 1.0)\n"); }),
      "non_finite_output"));
  CHECK(contains(refusal([&] { (void)load({.score_threshold = 1.5F}); }), "score_threshold is 1.5, expected 0..1"));
  CHECK(contains(refusal([&] { (void)load({.resolution = MapResolution::network, .tiles = TileOptions{}}); }),
                 "expected resolution image"));
  CHECK(contains(refusal([&] { (void)load({.max_pixels = 50}).segment(half_light({8, 8}, 4)); }), "image_too_large"));
  auto other = record(input);
  other.replace(other.find("semantic_segmentation"), 21, "detection");
  CHECK(contains(refusal([&] { (void)load({}, other); }), "a Segmenter takes semantic_segmentation"));
}

TEST_CASE("resolved options can be read back") {
  const auto segmenter = load({.tiles = TileOptions{}});
  CHECK(segmenter.options().score_threshold == 0.5F);
  CHECK(segmenter.options().corners == CornerRule::half_pixel);
  CHECK(segmenter.options().resize == SegmentationResize::scores);
  CHECK(segmenter.options().tiles->size == Size{8, 8});
  CHECK(segmenter.labels() == Labels({"dark", "light"}));
  CHECK(segmenter.describe().record.task == Task::semantic_segmentation);
}
