#include <visionkit/detector.hpp>

#include <algorithm>

#include <doctest/doctest.h>

#include "support/refusal.hpp"
#include "support/script_model.hpp"

using namespace visionkit;
using visionkit::test::contains;
using visionkit::test::refusal;
using visionkit::test::ScriptModel;

namespace {

// Two classes, four boxes in 8 x 8 input pixels, in columns as YOLOv8 has them: cx, cy, w, h, cat, dog. The second box
// overlaps the first one. A black picture gets scores of 0.
const Tensor answer({1, 6, 4}, {2,    2,    6,    6,     //
                                2,    2,    4,    2,     //
                                4,    4,    2,    2,     //
                                4,    4,    4,    4,     //
                                0.9F, 0.8F, 0.1F, 0.0F,  //
                                0.0F, 0.0F, 0.7F, 0.2F});
const std::string columns =
    "def forward(self, x):\n"
    "  light = (torch.amax(x, [1, 2, 3]) > 0.6).float().view(-1, 1, 1)\n"
    "  scores = self.answer[:, 4:] * light\n"
    "  return torch.cat([self.answer[:, :4].expand(x.size(0), 4, 4), scores], 1)\n";
const std::string record = R"({"visionkit": 1, "task": "detection", "labels": ["cat", "dog"],
    "input": {"resize": {"mode": "letterbox", "width": 8, "height": 8, "interpolation": "opencv.linear", "letterbox": {"fill": 0}}},
    "output": {"format": "yolov8"}})";

Detector load(const DetectorOptions& options = {}, const std::string& text = record) {
  return Detector::from_bytes(
      ScriptModel{.code = columns, .extra_files = {{"visionkit.json", text}}, .buffers = {{"answer", answer}}}.save(),
      options);
}

Image gray(Size size, int value) {
  Image image(size, PixelFormat::rgb8);
  std::fill(image.pixels().begin(), image.pixels().end(), static_cast<std::uint8_t>(value));
  return image;
}

std::string text_of(const std::vector<Detection>& found) {
  std::string text;
  for (const auto& d : found) text += to_string(d) + "; ";
  return text;
}

}  // namespace

TEST_CASE(
    "boxes come back in the caller's pixels, clipped, by falling score, without those that overlap a better one") {
  // 80 x 40 into 8 x 8: a tenth, two rows of filling above and below.
  CHECK(text_of(load().detect(gray({80, 40}, 255))) ==
        "0 0.90 [0.0, 0.0, 40.0, 20.0]; 1 0.70 [50.0, 0.0, 70.0, 40.0]; ");
  CHECK(text_of(load().detect(gray({8, 8}, 255))) == "0 0.90 [0.0, 0.0, 4.0, 4.0]; 1 0.70 [5.0, 2.0, 7.0, 6.0]; ");
}

TEST_CASE("thresholds, limits and class lists choose what is answered") {
  const auto picture = gray({8, 8}, 255);
  CHECK(load({.score_threshold = 0.75F}).detect(picture).size() == 1);
  CHECK(load({.score_threshold = 0.1F}).detect(picture).size() == 3);
  CHECK(load({.iou_threshold = 1.0}).detect(picture).size() == 3);
  CHECK(load({.nms = {.max_detections = 1}}).detect(picture).size() == 1);
  CHECK(text_of(load({.allow = {"dog"}}).detect(picture)) == "1 0.70 [5.0, 2.0, 7.0, 6.0]; ");
  CHECK(text_of(load({.deny = {"dog"}}).detect(picture)) == "0 0.90 [0.0, 0.0, 4.0, 4.0]; ");
}

TEST_CASE("a batch gives the answers of single calls, with empty pictures in every position") {
  const auto detector = load();
  const auto light = gray({20, 10}, 255);
  const auto dark = gray({7, 30}, 0);
  for (const auto& images :
       {std::vector{light, dark, light}, std::vector{dark, light, dark}, std::vector{dark, dark, light}}) {
    const auto results = detector.detect(images);
    REQUIRE(results.size() == images.size());
    for (std::size_t i = 0; i < images.size(); ++i) CHECK(results[i] == detector.detect(images[i]));
  }
  CHECK(detector.detect(dark).empty());
}

TEST_CASE("a decoder of one's own takes the place of a format") {
  const auto corner = [](std::span<const TensorView> tensors, const DecodeContext& context) {
    CHECK(tensors.size() == 1);
    CHECK(tensors[0].shape == Shape{6, 4});
    CHECK(context.class_count == 2);
    CHECK(context.input == Size{8, 8});
    return std::vector<ModelDetection>{{{0, 2, 4, 6}, ClassId(1), 0.5F}};
  };
  auto text = record;
  text.replace(text.find("\"format\": \"yolov8\""), 18, "");
  CHECK(text_of(load({.decoder = corner}, text).detect(gray({80, 40}, 255))) == "1 0.50 [0.0, 0.0, 40.0, 40.0]; ");
}

TEST_CASE("a decoder of one's own that answers a class without a label is refused") {
  const auto unknown = [](std::span<const TensorView>, const DecodeContext&) {
    return std::vector<ModelDetection>{{{0, 2, 4, 6}, ClassId(2), 0.5F}};
  };
  auto text = record;
  text.replace(text.find("\"format\": \"yolov8\""), 18, "");
  CHECK(contains(refusal([&] { (void)load({.allow = {"cat"}, .decoder = unknown}, text); }),
                 "the decoder answered class 2, expected 0..1"));
}

TEST_CASE("torchvision's answer of dictionaries is taken by its place and its own label numbers") {
  const std::string code =
      "def forward(self, x: List[Tensor]) -> Tuple[Dict[str, Tensor], List[Dict[str, Tensor]]]:\n"
      "  losses: Dict[str, Tensor] = {}\n"
      "  found: List[Dict[str, Tensor]] = []\n"
      "  for image in x:\n"
      "    scale = float(image.size(1))\n"
      "    found.append({\"scores\": torch.tensor([0.3, 0.8]), \"labels\": torch.tensor([18, 17]),\n"
      "                  \"boxes\": torch.tensor([[0.0, 0.0, 1.0, 1.0], [1.0, 2.0, scale, 4.0]])})\n"
      "  return losses, found\n";
  const auto text = [](const std::string& numbers, const std::string& place) {
    return R"({"visionkit": 1, "task": "detection", "labels": ["cat", "dog"], "output": {"format": "torchvision", "label_numbers": )" +
           numbers + R"(, "tensors": [)" + place + "]}}";
  };
  const auto make = [&](const std::string& numbers, const std::string& place) {
    return Detector::from_bytes(
        ScriptModel{.code = code, .extra_files = {{"visionkit.json", text(numbers, place)}}}.save());
  };
  const auto picture = gray({10, 6}, 9);
  CHECK(text_of(make("[17, 18]", "\"1\"").detect(picture)) ==
        "0 0.80 [1.0, 2.0, 6.0, 4.0]; 1 0.30 [0.0, 0.0, 1.0, 1.0]; ");
  CHECK(contains(refusal([&] { (void)make("[17, 19]", "\"1\"").detect(picture); }),
                 "model_contract: 'model in memory' answered the label 18"));
  CHECK(contains(refusal([&] { (void)make("[17, 18]", "").detect(picture); }),
                 "expected the output '0.boxes', got '1.0."));
}

TEST_CASE("masks come in the picture's pixels, in tiles too, and may suppress each other") {
  // Two boxes over the whole input, 8 x 8, whose masks are the first prototype: its left half.
  const Tensor head({1, 7, 2}, {4, 4, 4, 4, 8, 8, 8, 8, 0.9F, 0.8F, 1, 1, 0, 0});
  const Tensor prototypes({1, 2, 4, 4}, {1, 1, -1, -1, 1, 1, -1, -1, 1,  1,  -1, -1, 1,  1,  -1, -1,
                                         1, 1, 1,  1,  1, 1, 1,  1,  -1, -1, -1, -1, -1, -1, -1, -1});
  const std::string code =
      "def forward(self, x):\n"
      "  light = (torch.amax(x, [1, 2, 3]) > 0.6).float().view(-1, 1, 1)\n"
      "  scores = self.head[:, 4:5] * light\n"
      "  head = torch.cat([self.head[:, :4].expand(x.size(0), 4, 2), scores, self.head[:, 5:].expand(x.size(0), 2, "
      "2)], 1)\n"
      "  return head, self.prototypes.expand(x.size(0), 2, 4, 4)\n";
  const std::string text = R"({"visionkit": 1, "task": "instance_segmentation", "labels": ["cat"],
      "input": {"resize": {"mode": "stretch", "width": 8, "height": 8, "interpolation": "opencv.linear"}},
      "output": {"format": "yolov8_seg"}})";
  const auto make = [&](const DetectorOptions& options) {
    return Detector::from_bytes(ScriptModel{.code = code,
                                            .extra_files = {{"visionkit.json", text}},
                                            .buffers = {{"head", head}, {"prototypes", prototypes}}}
                                    .save(),
                                options);
  };
  const auto picture = gray({80, 40}, 255);
  const auto both = make({.iou_threshold = 1.0}).detect(picture);
  REQUIRE(both.size() == 2);
  for (const auto& found : both) {
    REQUIRE(found.mask.has_value());
    CHECK(found.mask->size() == Size{80, 40});
    CHECK(found.mask->bounding_box() == Box{0, 0, 40, 40});
    CHECK(found.mask->area() == 1600);
  }
  CHECK(make({.iou_threshold = 1.0, .mask_nms = MaskNmsOptions{}}).detect(picture).size() == 1);
  CHECK(make({}).detect(std::vector{picture, gray({9, 9}, 0)})[1].empty());

  // Four tiles without overlap: one object in each, masks in the large picture.
  const auto tiled = make({.tiles = TileOptions{.size = {40, 20}, .overlap = 0}}).detect(picture);
  REQUIRE(tiled.size() == 4);
  for (const auto& found : tiled) {
    CHECK(found.mask->size() == Size{80, 40});
    CHECK(found.mask->area() == 400);
    CHECK(found.mask->bounding_box().x1 == found.box.x1);
    CHECK(found.mask->bounding_box().y1 == found.box.y1);
  }
  CHECK(contains(refusal([&] { (void)make({.mask_nms = MaskNmsOptions{.overlap_threshold = 2}}); }),
                 "overlap_threshold"));
}

TEST_CASE("of the objects that several tiles found, the best one stays") {
  // 12 x 8 in two tiles that share four columns: the objects of one label are 4 apart and do not overlap.
  const auto picture = gray({12, 8}, 255);
  const auto apart = load({.tiles = TileOptions{.overlap = 0.5}}).detect(picture);
  CHECK(text_of(apart) ==
        "0 0.90 [0.0, 0.0, 4.0, 4.0]; 0 0.90 [4.0, 0.0, 8.0, 4.0]; 1 0.70 [5.0, 2.0, 7.0, 6.0]; "
        "1 0.70 [9.0, 2.0, 11.0, 6.0]; ");
  // Tiles that share six columns: the boxes of label 0 overlap by half of their area, those of label 1 not at all.
  const auto close = load({.iou_threshold = 0.4, .tiles = TileOptions{.overlap = 0.75}}).detect(gray({10, 8}, 255));
  CHECK(text_of(close) == "0 0.90 [0.0, 0.0, 4.0, 4.0]; 1 0.70 [5.0, 2.0, 7.0, 6.0]; 1 0.70 [7.0, 2.0, 9.0, 6.0]; ");
}

TEST_CASE("what a detector cannot know is refused, not guessed") {
  const auto without = [](const std::string& part) {
    auto text = record;
    text.replace(text.find(part), part.size(), "");
    return text;
  };
  CHECK(contains(refusal([&] { (void)load({}, without("\"format\": \"yolov8\"")); }),
                 "nothing says how the output is laid out"));
  CHECK(contains(refusal([&] { (void)load({}, without(", \"labels\": [\"cat\", \"dog\"]")); }), "no labels"));
  CHECK(contains(refusal([&] { (void)load({.format = "yolov99"}); }), "invalid_option"));
  CHECK(contains(refusal([&] { (void)load({.format = "yolov5"}); }), "model_contract"));
  DetectorOptions relabeled;
  relabeled.labels = Labels({"a", "b", "c"});
  CHECK(contains(refusal([&] { (void)load(relabeled); }), "model_contract"));
  CHECK(contains(refusal([&] { (void)load({.score_threshold = 40.0F}); }), "score_threshold is 40, expected 0..1"));
  CHECK(contains(refusal([&] { (void)load({.iou_threshold = -0.5}); }), "iou_threshold"));
  CHECK(contains(refusal([&] {
                   (void)load({.format = "yolov8",
                               .decoder = [](auto, const auto&) { return std::vector<ModelDetection>(); }});
                 }),
                 "expected one of them"));
}

TEST_CASE("resolved options can be read back") {
  const auto detector = load();
  CHECK(detector.options().score_threshold == 0.25F);
  CHECK(detector.options().iou_threshold == 0.45);
  CHECK(detector.options().format == "yolov8");
  CHECK(detector.describe().record.task == Task::detection);
}
