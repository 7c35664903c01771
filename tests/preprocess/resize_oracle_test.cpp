// pillow_resize.json, opencv_resize.json and the tensor_resize part of torchvision.json of the oracle folder "preproc".
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <visionkit/image/io.hpp>
#include <visionkit/preprocess/resize.hpp>

#include "support/digest.hpp"
#include "support/files.hpp"

namespace visionkit {
namespace {

using nlohmann::json;
using Bytes = std::vector<std::uint8_t>;

class Tally {
 public:
  explicit Tally(std::string name) : name_(std::move(name)) {}
  ~Tally() {
    MESSAGE("oracle.preproc ", name_, ": ", cases_, " cases, ", equal_, " equal, ", skipped_, " skipped", reason_);
    CHECK(cases_ > 0);
  }
  Tally(const Tally&) = delete;
  Tally& operator=(const Tally&) = delete;

  void add(bool equal, json what) {
    ++cases_;
    equal_ += equal ? 1 : 0;
    if (equal) return;
    what.erase("out");
    FAIL_CHECK(name_, " differs: ", what.dump());
  }

  void skip(const std::string& reason) {
    ++cases_;
    ++skipped_;
    reason_ = " (" + reason + ")";
  }

 private:
  std::string name_;
  int cases_ = 0;
  int equal_ = 0;
  int skipped_ = 0;
  std::string reason_;
};

// The answers for one array: all values when there is a file, else every `sample_step`th and a checksum.
struct Expected {
  std::size_t step = 1;
  std::vector<double> values;
};

Expected expected(const std::filesystem::path& root, const json& out) {
  Expected result;
  if (!out.contains("file")) {
    result.step = out.at("sample_step").get<std::size_t>();
    result.values = out.at("samples").get<std::vector<double>>();
    return result;
  }
  const auto array = test::read_npy(root / out["file"].get<std::string>());
  if (array.dtype == "|u1") {
    result.values.assign(array.bytes.begin(), array.bytes.end());
  } else {
    const auto floats = array.as<float>();
    result.values.assign(floats.begin(), floats.end());
  }
  return result;
}

bool is_close(std::span<const float> found, const Expected& expected, double tolerance) {
  for (std::size_t i = 0; i < expected.values.size(); ++i) {
    const std::size_t at = i * expected.step;
    if (at >= found.size() || !(std::abs(found[at] - expected.values[i]) <= tolerance)) return false;
  }
  return !expected.values.empty();
}

Size size_of(const json& each) { return {each.at("size_wh").at(0).get<int>(), each.at("size_wh").at(1).get<int>()}; }

Shape shape_of(const json& each) { return each.at("out").at("shape").get<Shape>(); }

// The picture in as many channels as the answer has; gray with alpha as color with alpha.
Image read_input(const std::filesystem::path& root, const json& each, std::size_t channels) {
  const auto format = channels == 1 ? PixelFormat::gray8 : channels == 3 ? PixelFormat::rgb8 : PixelFormat::rgba8;
  return read_image((root / each.at("input").get<std::string>()).string(), {.format = format});
}

std::size_t channels_of(const json& each) {
  const auto shape = shape_of(each);
  return shape.size() == 2 ? 1 : static_cast<std::size_t>(shape[2]);
}

// The large pictures of the oracle, from their formula.
Image formula_picture(const json& each) {
  int height = 0;
  int width = 0;
  int channels = 0;
  REQUIRE(std::sscanf(each.at("formula").get<std::string>().c_str(), "h=%d w=%d c=%d", &height, &width, &channels) ==
          3);
  REQUIRE(channels == 3);
  Image image({width, height}, PixelFormat::rgb8);
  for (std::int64_t y = 0; y < height; ++y) {
    auto* row = image.row(static_cast<int>(y));
    for (std::int64_t x = 0; x < width; ++x) {
      for (std::int64_t k = 0; k < channels; ++k) {
        const auto value = ((x * (3 + k) + y * (7 - k)) / 5 + ((x * y) >> 6) + 40 * k) & 255;
        const auto noise = ((x * 2654435761 + y * 40503 + k * 97) >> 7) & 31;
        *row++ = static_cast<std::uint8_t>(value + noise);
      }
    }
  }
  return image;
}

bool equals(const Image& image, const json& each) {
  if (channels_of(each) != 2) return test::has_digest(image.pixels(), each.at("out"));
  Bytes gray_and_alpha;
  for (std::size_t i = 0; i < image.pixels().size(); i += 4) {
    gray_and_alpha.insert(gray_and_alpha.end(), {image.pixels()[i], image.pixels()[i + 3]});
  }
  return test::has_digest(gray_and_alpha, each.at("out"));
}

// Bytes as a tensor of floats, [height, width, channels] or [channels, height, width].
Tensor as_floats(const Image& image, float divisor, bool planes) {
  const auto count = static_cast<std::size_t>(channels(image.format()));
  const auto pixels = image.pixels();
  std::vector<float> values(pixels.size());
  for (std::size_t i = 0; i < pixels.size(); ++i) {
    const std::size_t at = planes ? i % count * (pixels.size() / count) + i / count : i;
    values[at] = static_cast<float>(pixels[i]) / divisor;
  }
  const std::int64_t height = image.height();
  const std::int64_t width = image.width();
  const auto channel_count = static_cast<std::int64_t>(count);
  return Tensor(planes ? Shape{channel_count, height, width} : Shape{height, width, channel_count}, std::move(values));
}

Interpolation torch_interpolation(const json& each) {
  const bool antialias = each.at("antialias").is_boolean() && each["antialias"].get<bool>();
  return interpolation_from_string("torch." + each.at("interpolation").get<std::string>() +
                                   (antialias ? "_antialias" : ""));
}

// Equal, or one level apart where the exact value is within 1e-3 of a half.
bool is_rounded_from(std::span<const float> bytes, std::span<const float> exact, const Expected& expected) {
  for (std::size_t i = 0; i < expected.values.size(); ++i) {
    const std::size_t at = i * expected.step;
    const double difference = std::abs(bytes[at] - expected.values[i]);
    const double to_half = std::abs(exact[at] - std::floor(exact[at]) - 0.5);
    if (difference > 1 || (difference == 1 && to_half > 1e-3)) return false;
  }
  return !expected.values.empty();
}

TEST_SUITE("oracle.preproc") {
  TEST_CASE("Pillow's resize, byte for byte") {
    const auto root = test::oracle_folder("preproc");
    if (!root) return;
    const auto file = test::read_json(*root / "pillow_resize.json");
    Tally tally("pillow_resize.json");
    for (const auto& each : file.at("cases")) {
      if (each.contains("reducing_gap")) {
        tally.skip("reducing_gap is not offered");
        continue;
      }
      const auto image = read_input(*root, each, channels_of(each));
      const auto interpolation = interpolation_from_string("pillow." + each.at("filter").get<std::string>());
      if (each.contains("box")) {
        const auto box = each["box"].get<std::vector<float>>();
        tally.add(equals(resize(image, Box{box[0], box[1], box[2], box[3]}, size_of(each), interpolation), each), each);
      } else {
        tally.add(equals(resize(image, size_of(each), interpolation), each), each);
      }
    }
    for (const auto& each : file.at("big")) {
      const auto interpolation = interpolation_from_string("pillow." + each.at("filter").get<std::string>());
      tally.add(equals(resize(formula_picture(each), size_of(each), interpolation), each), each);
    }
  }

  TEST_CASE("OpenCV's resize, byte for byte, and its floats") {
    const auto root = test::oracle_folder("preproc");
    if (!root) return;
    const auto file = test::read_json(*root / "opencv_resize.json");
    Tally tally("opencv_resize.json");
    for (const auto& each : file.at("cases")) {
      const auto image = read_input(*root, each, channels_of(each));
      const auto interpolation = interpolation_from_string("opencv." + each.at("interpolation").get<std::string>());
      if (each.at("dtype") == "uint8") {
        tally.add(equals(resize(image, size_of(each), interpolation), each), each);
      } else {
        const auto result = resize(as_floats(image, 255, false).view(), size_of(each), interpolation);
        tally.add(is_close(result.floats(), expected(*root, each.at("out")), each.at("tolerance").get<double>()), each);
      }
    }
    for (const auto& each : file.at("big")) {
      const auto interpolation = interpolation_from_string("opencv." + each.at("interpolation").get<std::string>());
      tally.add(equals(resize(formula_picture(each), size_of(each), interpolation), each), each);
    }
  }

  TEST_CASE("torchvision's resize of tensors") {
    const auto root = test::oracle_folder("preproc");
    if (!root) return;
    const auto file = test::read_json(*root / "torchvision.json");
    Tally tally("torchvision.json tensor_resize");
    for (const auto& each : file.at("tensor_resize")) {
      const auto channels = static_cast<std::size_t>(shape_of(each).front());
      const auto image = read_input(*root, each, channels);
      const Size size{each.at("out_hw").at(1).get<int>(), each.at("out_hw").at(0).get<int>()};
      const auto answer = expected(*root, each.at("out"));
      const auto interpolation = torch_interpolation(each);
      if (each.at("dtype") == "uint8") {
        const auto bytes = as_floats(resize(image, size, interpolation), 1, true);
        const auto exact = resize(as_floats(image, 1, true).view(), size, interpolation);
        tally.add(is_rounded_from(bytes.floats(), exact.floats(), answer), each);
      } else {
        const auto result = resize(as_floats(image, 255, true).view(), size, interpolation);
        tally.add(is_close(result.floats(), answer, each.at("tolerance").get<double>()), each);
      }
    }
  }
}

}  // namespace
}  // namespace visionkit
