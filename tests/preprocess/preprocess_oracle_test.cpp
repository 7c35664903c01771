// torchvision.json and letterbox.json of the oracle folder "preproc": transforms end to end and their geometry.
#include <array>
#include <cmath>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include <visionkit/core/error.hpp>
#include <visionkit/image/io.hpp>
#include <visionkit/preprocess/preprocess.hpp>

#include "support/digest.hpp"
#include "support/files.hpp"

namespace visionkit {
namespace {

using nlohmann::json;

// Counts the cases of a runner and prints one line at its end.
class Tally {
 public:
  explicit Tally(std::string name) : name_(std::move(name)) {}
  ~Tally() {
    MESSAGE("oracle.preproc ", name_, ": ", cases_, " cases, ", equal_, " equal");
    CHECK(cases_ > 0);
  }
  Tally(const Tally&) = delete;
  Tally& operator=(const Tally&) = delete;

  void add(bool equal, const json& what) {
    ++cases_;
    equal_ += equal ? 1 : 0;
    if (equal) return;
    auto shown = what;
    for (const auto* arrays : {"uint8_hwc", "uint8_hwc_rgb", "float_chw"}) shown.erase(arrays);
    FAIL_CHECK(name_, " differs: ", shown.dump().substr(0, 400));
  }

 private:
  std::string name_;
  int cases_ = 0;
  int equal_ = 0;
};

Size size_from_hw(const json& hw) { return {hw.at(1).get<int>(), hw.at(0).get<int>()}; }

std::vector<double> numbers(const json& values) { return values.get<std::vector<double>>(); }

bool is_set(const json& object, const char* key) { return object.contains(key) && !object[key].is_null(); }

// The values of a float tensor, or the bytes of a uint8 one, against a digest.
bool equals(const Tensor& tensor, const json& digest) {
  const auto shape = digest.at("shape").get<Shape>();
  if (Shape(tensor.shape().begin() + 1, tensor.shape().end()) != shape) return false;
  const std::span bytes(static_cast<const std::uint8_t*>(tensor.data()),
                        element_count(tensor.shape()) * size_of(tensor.dtype()));
  return test::has_digest(bytes, digest);
}

PreprocessOptions as_bytes(PreprocessOptions options) {
  options.layout = TensorLayout::nhwc;
  options.dtype = DType::uint8;
  options.scale = 1;
  options.mean = {0};
  options.std = {1};
  return options;
}

PreprocessOptions torchvision_options(const json& each, const json& file) {
  PreprocessOptions options{.mean = numbers(file.at("mean")), .std = numbers(file.at("std"))};
  const auto& resize = each.at("resize");
  if (resize.is_array()) {
    options.resize.mode = ResizeMode::stretch;
    options.resize.size = size_from_hw(resize);
  } else {
    options.resize.mode = ResizeMode::shorter_side;
    options.resize.side = resize.get<int>();
    if (is_set(each, "max_size")) options.resize.max_side = each["max_size"].get<int>();
  }
  options.resize.interpolation = interpolation_from_string("pillow." + each.at("interpolation").get<std::string>());
  if (is_set(each, "center_crop")) {
    const auto& crop = each["center_crop"];
    options.crop = CropOptions{.size = crop.is_array() ? size_from_hw(crop) : Size{crop.get<int>(), crop.get<int>()}};
  }
  return options;
}

PreprocessOptions letterbox_options(const json& each) {
  PreprocessOptions options;
  auto& resize = options.resize;
  resize.size = each.contains("new") ? size_from_hw(each["new"]) : Size{640, 640};
  resize.interpolation = Interpolation::opencv_linear;
  if (each.value("scale_fill", false)) {
    resize.mode = ResizeMode::stretch;
    return options;
  }
  resize.mode = ResizeMode::letterbox;
  resize.letterbox.scale_up = each.value("scaleup", true);
  resize.letterbox.stride = each.value("auto", false) ? 32 : 0;
  resize.letterbox.anchor = each.value("center", true) ? LetterboxAnchor::center : LetterboxAnchor::top_left;
  return options;
}

bool has_letterbox_geometry(const AppliedTransform& transform, const json& each) {
  const auto model = size_from_hw(each.at("out_hw"));
  const auto& resized = each.at("resized_wh");
  const auto content = transform.content();
  return transform.model_size() == model && content.width == resized.at(0) && content.height == resized.at(1) &&
         content.x == each.at("left") && content.y == each.at("top") &&
         model.width - content.x - content.width == each.at("right") &&
         model.height - content.y - content.height == each.at("bottom");
}

bool is_close(const Box& box, const json& expected, double tolerance) {
  const std::array found{box.x1, box.y1, box.x2, box.y2};
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (std::abs(double{found[i]} - expected.at(i).get<double>()) > tolerance) return false;
  }
  return true;
}

std::optional<std::filesystem::path> folder() {
  auto found = test::oracle_folder("preproc");
  if (!found) MESSAGE("oracle.preproc: skipped, the folder does not exist");
  return found;
}

TEST_SUITE("oracle.preproc") {
  TEST_CASE("torchvision's transforms on pictures give the same bytes and the same floats") {
    const auto root = folder();
    if (!root) return;
    const auto file = test::read_json(*root / "torchvision.json");
    Tally tally("torchvision.json cases");
    for (const auto& each : file.at("cases")) {
      const auto image = read_image((*root / each.at("input").get<std::string>()).string());
      const auto options = torchvision_options(each, file);
      if (is_set(each, "uint8_hwc"))
        tally.add(equals(preprocess(image, as_bytes(options)).tensor, each["uint8_hwc"]), each);
      if (is_set(each, "float_chw")) tally.add(equals(preprocess(image, options).tensor, each["float_chw"]), each);
    }
  }

  TEST_CASE("torchvision's sizes and crops") {
    const auto root = folder();
    if (!root) return;
    const auto file = test::read_json(*root / "torchvision.json");
    {
      Tally tally("torchvision.json resize_geometry");
      for (const auto& each : file.at("resize_geometry")) {
        PreprocessOptions options{.resize = {.mode = ResizeMode::shorter_side, .side = each.at("size").get<int>()}};
        if (is_set(each, "max_size")) options.resize.max_side = each["max_size"].get<int>();
        const auto transform = Preprocessor(options).transform(size_from_hw(each.at("hw")));
        tally.add(transform.model_size() == size_from_hw(each.at("out_hw")), each);
      }
    }
    Tally tally("torchvision.json center_crop_geometry");
    for (const auto& each : file.at("center_crop_geometry")) {
      const PreprocessOptions options{.crop = CropOptions{.size = size_from_hw(each.at("crop"))}};
      const auto geometry = Preprocessor(options).transform(size_from_hw(each.at("hw"))).geometry();
      const PixelRect window{each.at("src_left"), each.at("src_top"), each.at("cols"), each.at("rows")};
      tally.add(geometry.window == window && geometry.left == each.at("pad_left") && geometry.top == each.at("pad_top"),
                each);
    }
  }

  TEST_CASE("torchvision's normalization of every byte") {
    const auto root = folder();
    if (!root) return;
    const auto file = test::read_json(*root / "torchvision.json");
    Image bytes({256, 1}, PixelFormat::gray8);
    for (int value = 0; value < 256; ++value) bytes.row(0)[value] = static_cast<std::uint8_t>(value);
    const auto table = preprocess(bytes, {.mean = numbers(file.at("mean")), .std = numbers(file.at("std"))}).tensor;
    Tally tally("torchvision.json normalize_table_3x256");
    tally.add(test::has_digest(table.floats(), file.at("normalize_table_3x256")), file.at("normalize_table_3x256"));
  }

  TEST_CASE("letterbox geometry") {
    const auto root = folder();
    if (!root) return;
    const auto file = test::read_json(*root / "letterbox.json");
    Tally tally("letterbox.json geometry");
    for (const auto& each : file.at("geometry")) {
      const Preprocessor preprocessor(letterbox_options(each));
      if (each.contains("error")) {
        CHECK_THROWS_AS((void)preprocessor.transform(size_from_hw(each.at("hw"))), Error);
        tally.add(true, each);
        continue;
      }
      tally.add(has_letterbox_geometry(preprocessor.transform(size_from_hw(each.at("hw"))), each), each);
    }
  }

  TEST_CASE("letterbox pixels") {
    const auto root = folder();
    if (!root) return;
    const auto file = test::read_json(*root / "letterbox.json");
    Tally tally("letterbox.json pixels");
    for (const auto& each : file.at("pixels")) {
      const auto image = read_image((*root / each.at("input").get<std::string>()).string());
      const auto options = letterbox_options(each);
      const auto bytes = preprocess(image, as_bytes(options));
      tally.add(equals(bytes.tensor, each.at("uint8_hwc_rgb")) && has_letterbox_geometry(bytes.transform, each), each);
      tally.add(equals(preprocess(image, options).tensor, each.at("float_chw")), each);
    }
  }

  TEST_CASE("boxes leave a letterbox by both rules") {
    const auto root = folder();
    if (!root) return;
    const auto file = test::read_json(*root / "letterbox.json");
    const auto tolerance = file.at("tolerance_boxes").get<double>();
    Tally tally("letterbox.json boxes_back");
    for (const auto& each : file.at("boxes_back")) {
      for (const auto& [key, mapping] : {std::pair{"pad_float (v5)", BoxMapping::unrounded_padding},
                                         std::pair{"pad_rounded (v8)", BoxMapping::rounded_padding}}) {
        const auto transform = Preprocessor({.resize = {.mode = ResizeMode::letterbox,
                                                        .size = size_from_hw(each.at("input_hw")),
                                                        .letterbox = {.box_mapping = mapping}}})
                                   .transform(size_from_hw(each.at("image_hw")));
        const auto& boxes = each.at("boxes_xyxy");
        bool equal = true;
        for (std::size_t i = 0; i < boxes.size(); ++i) {
          const auto box = boxes[i].get<std::array<float, 4>>();
          const auto back = transform.to_image_clipped(ModelBox{box[0], box[1], box[2], box[3]});
          equal = equal && is_close(back, each.at(key).at(i), tolerance);
        }
        tally.add(equal, each);
      }
    }
  }
}

}  // namespace
}  // namespace visionkit
