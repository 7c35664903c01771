// Shows what a model sees: writes the network's input as a picture beside the original, the part that is seen framed in
// green in the original, the filling of a letterbox framed off in the input. Needs no model.
//
//   preprocess photo.jpg                                   as torchvision's ImageNet models have it
//   preprocess photo.jpg --letterbox 640                   as Ultralytics' detectors have it
//   preprocess photo.jpg --record visionkit.json           as a model record says
//   preprocess photo.jpg --compare tensor.npy              is our tensor the one that Python made?
//
// Exit code: 0 done, and the tensors agree; 1 they differ; 2 nothing could be done.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <visionkit/visionkit.hpp>

#include "support.hpp"

namespace {

using visionkit::Image;
using visionkit::PreprocessOptions;

PreprocessOptions imagenet() {
  return {.resize = {.mode = visionkit::ResizeMode::shorter_side, .side = 256},
          .crop = visionkit::CropOptions{.size = {224, 224}},
          .mean = {0.485, 0.456, 0.406},
          .std = {0.229, 0.224, 0.225}};
}

PreprocessOptions letterbox(int side) {
  return {.resize = {.mode = visionkit::ResizeMode::letterbox,
                     .size = {side, side},
                     .interpolation = visionkit::Interpolation::opencv_linear}};
}

// The input before normalization, as a picture.
Image seen_picture(const Image& image, PreprocessOptions options) {
  options.layout = visionkit::TensorLayout::nhwc;
  options.dtype = visionkit::DType::uint8;
  options.scale = 1;
  options.mean = {0};
  options.std = {1};
  const auto [tensor, transform] = visionkit::preprocess(image, options);
  const auto format = options.channel_order == visionkit::ChannelOrder::gray  ? visionkit::PixelFormat::gray8
                      : options.channel_order == visionkit::ChannelOrder::bgr ? visionkit::PixelFormat::bgr8
                                                                              : visionkit::PixelFormat::rgb8;
  const auto [width, height] = transform.model_size();
  const visionkit::ImageView view{static_cast<const std::uint8_t*>(tensor.data()), width, height,
                                  std::ptrdiff_t{width} * channels(format), format};
  return visionkit::convert(view, visionkit::PixelFormat::rgb8);
}

// A green frame of one pixel, just inside the rectangle.
void frame(Image& image, const visionkit::Box& box) {
  const int left = std::clamp(static_cast<int>(box.x1), 0, image.width() - 1);
  const int top = std::clamp(static_cast<int>(box.y1), 0, image.height() - 1);
  const int right = std::clamp(static_cast<int>(box.x2) - 1, left, image.width() - 1);
  const int bottom = std::clamp(static_cast<int>(box.y2) - 1, top, image.height() - 1);
  const auto dot = [&](int x, int y) {
    const std::array<std::uint8_t, 3> green{0, 255, 0};
    std::copy(green.begin(), green.end(), image.row(y) + x * 3);
  };
  for (int x = left; x <= right; ++x) {
    dot(x, top);
    dot(x, bottom);
  }
  for (int y = top; y <= bottom; ++y) {
    dot(left, y);
    dot(right, y);
  }
}

void paste(const Image& part, int left, Image& whole) {
  for (int y = 0; y < part.height(); ++y) std::copy_n(part.row(y), part.width() * 3, whole.row(y) + left * 3);
}

// The original, as high as the input, and the input.
Image side_by_side(const Image& image, const PreprocessOptions& options) {
  auto seen = seen_picture(image, options);
  const auto transform = visionkit::Preprocessor(options).transform(image.size());
  const auto content = transform.content();
  const double zoom = static_cast<double>(seen.height()) / image.height();
  const int width = std::max(1, static_cast<int>(std::lround(image.width() * zoom)));
  auto original = visionkit::resize(image, {width, seen.height()}, visionkit::Interpolation::pillow_bilinear);

  const auto in_model = visionkit::ModelBox{static_cast<float>(content.x), static_cast<float>(content.y),
                                            static_cast<float>(content.x + content.width),
                                            static_cast<float>(content.y + content.height)};
  const auto in_image = transform.to_image_clipped(in_model);
  const auto scaled = [&](float value) { return static_cast<float>(value * zoom); };
  frame(original, {scaled(in_image.x1), scaled(in_image.y1), scaled(in_image.x2), scaled(in_image.y2)});
  if (visionkit::Size{content.width, content.height} != seen.size()) {
    frame(seen, {in_model.x1, in_model.y1, in_model.x2, in_model.y2});
  }
  constexpr int gap = 8;
  Image both({original.width() + gap + seen.width(), seen.height()}, visionkit::PixelFormat::rgb8);
  paste(original, 0, both);
  paste(seen, original.width() + gap, both);
  return both;
}

// A float32 array as numpy.save() writes it.
struct NumpyArray {
  visionkit::Shape shape;
  std::vector<float> values;
};

NumpyArray read_npy(const std::string& path) {
  const auto bytes = example::read_text(path);
  const auto refuse = [&](const std::string& why) { throw std::runtime_error("'" + path + "': " + why); };
  if (bytes.size() < 12 || bytes.compare(0, 6, "\x93NUMPY") != 0) refuse("no NumPy file");
  const auto byte = [&](std::size_t i) { return static_cast<std::size_t>(static_cast<unsigned char>(bytes[i])); };
  const std::size_t start = bytes[6] == 1 ? 10 : 12;
  const std::size_t length = byte(8) + 256 * byte(9);
  const auto header = bytes.substr(start, length);
  if (header.find("'<f4'") == std::string::npos || header.find("'fortran_order': False") == std::string::npos) {
    refuse("expected float32 in C order, as numpy.save(path, numpy.ascontiguousarray(x, 'float32')) writes it");
  }
  NumpyArray array;
  const char* at = std::strchr(header.c_str(), '(');
  while (at != nullptr && *at != 0 && *at != ')') {
    char* end = nullptr;
    const auto extent = std::strtoll(at + 1, &end, 10);
    if (end == at + 1) break;
    array.shape.push_back(extent);
    at = std::strpbrk(end, ",)");
  }
  const auto count = visionkit::element_count(array.shape);
  if (bytes.size() != start + length + count * sizeof(float)) refuse("the file is not as long as its header says");
  array.values.resize(count);
  std::memcpy(array.values.data(), bytes.data() + start + length, count * sizeof(float));
  return array;
}

double mean_difference(std::span<const float> a, std::span<const float> b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += std::abs(double{a[i]} - double{b[i]});
  return sum / static_cast<double>(a.size());
}

// One rule is changed at a time: which change brings our tensor nearest to the other one?
void suggest(const Image& image, const PreprocessOptions& options, const NumpyArray& other, double difference) {
  std::optional<std::string> best;
  const auto attempt = [&](const std::string& what, auto change) {
    auto changed = options;
    change(changed);
    try {
      const auto tensor = visionkit::preprocess(image, changed).tensor;
      if (tensor.floats().size() != other.values.size()) return;
      const auto found = mean_difference(tensor.floats(), other.values);
      if (found >= difference) return;
      difference = found;
      best = what;
    } catch (const visionkit::Error&) {
      // This change does not go together with the other rules.
    }
  };
  for (const auto interpolation : visionkit::interpolations()) {
    attempt(fmt::format("interpolation {}", to_string(interpolation)),
            [&](auto& changed) { changed.resize.interpolation = interpolation; });
  }
  for (const auto order : {visionkit::ChannelOrder::rgb, visionkit::ChannelOrder::bgr}) {
    attempt(fmt::format("channel order {}", to_string(order)), [&](auto& changed) { changed.channel_order = order; });
  }
  attempt("the other order of channels, mean and std", [](auto& changed) {
    changed.channel_order = changed.channel_order == visionkit::ChannelOrder::rgb ? visionkit::ChannelOrder::bgr
                                                                                  : visionkit::ChannelOrder::rgb;
    std::reverse(changed.mean.begin(), changed.mean.end());
    std::reverse(changed.std.begin(), changed.std.end());
  });
  for (const auto layout : {visionkit::TensorLayout::nchw, visionkit::TensorLayout::nhwc}) {
    attempt(fmt::format("layout {}", to_string(layout)), [&](auto& changed) { changed.layout = layout; });
  }
  attempt("no mean and std", [](auto& changed) { changed.mean = {0}, changed.std = {1}; });
  attempt("scale 1", [](auto& changed) { changed.scale = 1; });
  attempt("scale 1, no mean and std", [](auto& changed) { changed.scale = 1, changed.mean = {0}, changed.std = {1}; });
  if (best) fmt::print("  nearest with one rule changed: {} (mean difference {:.3g})\n", *best, difference);
}

// Prints where two tensors differ. A difference of 1e-6 is rounding: another order of the same float32 operations.
bool compare(const Image& image, const PreprocessOptions& options, const std::string& path) {
  const auto other = read_npy(path);
  const auto tensor = visionkit::preprocess(image, options).tensor;
  auto shape = tensor.shape();
  if (other.shape.size() + 1 == shape.size()) shape.erase(shape.begin());  // a tensor without its batch of one
  if (shape != other.shape) {
    fmt::print("shapes differ: ours is {}, the other {}\n", visionkit::to_string(shape),
               visionkit::to_string(other.shape));
    return false;
  }
  constexpr float tolerance = 1e-6F;
  const auto ours = tensor.floats();
  const auto size = visionkit::Preprocessor(options).transform(image.size()).model_size();
  const bool planes = options.layout == visionkit::TensorLayout::nchw;
  const auto channels = static_cast<std::size_t>(visionkit::channels(options.channel_order));
  const auto place = [&](std::size_t i) {
    const auto pixels = ours.size() / channels;
    const auto pixel = planes ? i % pixels : i / channels;
    const auto width = static_cast<std::size_t>(size.width);
    return fmt::format("channel {}, row {}, column {}: ours {:.6f}, the other {:.6f}",
                       planes ? i / pixels : i % channels, pixel / width, pixel % width, ours[i], other.values[i]);
  };
  std::vector<std::size_t> different;
  std::size_t worst = 0;
  for (std::size_t i = 0; i < ours.size(); ++i) {
    const auto difference = [&](std::size_t k) { return std::abs(ours[k] - other.values[k]); };
    if (!(difference(i) <= tolerance)) different.push_back(i);
    if (!(difference(i) <= difference(worst))) worst = i;
  }
  if (different.empty()) {
    fmt::print("equal: {} values, {}\n", ours.size(),
               std::equal(ours.begin(), ours.end(), other.values.begin()) ? "bit for bit" : "within 1e-6");
    return true;
  }
  fmt::print("different: {} of {} values\n  first at {}\n  worst at {}\n", different.size(), ours.size(),
             place(different.front()), place(worst));
  suggest(image, options, other, mean_difference(ours, other.values));
  return false;
}

}  // namespace

int main(int argc, char** argv) {
  std::string picture;
  std::string output = "seen.png";
  std::string record;
  std::string other;
  int letterbox_side = 0;
  bool is_stored = false;
  CLI::App app("Shows what a model sees, and compares it with a tensor from Python.", "preprocess");
  app.add_option("picture", picture, "JPEG, PNG, WebP or BMP file")->required();
  auto* side = app.add_option("--letterbox", letterbox_side, "Ultralytics' letterbox of this side");
  app.add_option("--record", record, "Model record (JSON) whose rules are applied")->excludes(side);
  app.add_option("--output", output, "The picture to write")->capture_default_str();
  app.add_option("--compare", other, "float32 tensor in a .npy file");
  app.add_flag("--ignore-orientation", is_stored, "Take the pixels as stored, whatever EXIF says");
  return example::run_program(app, argc, argv, [&] {
    const auto options = !record.empty()     ? example::read_record(record).input
                         : side->count() > 0 ? letterbox(letterbox_side)
                                             : imagenet();
    visionkit::ReadOptions read;
    if (is_stored) read.orientation = visionkit::OrientationPolicy::ignore;
    const auto image = visionkit::read_image(picture, read);
    const auto transform = visionkit::Preprocessor(options).transform(image.size());
    const auto& geometry = transform.geometry();
    visionkit::write_image(output, side_by_side(image, options));
    fmt::print("{} is {}, resized to {}, seen as {}; written to {}\n", picture, geometry.image_size,
               geometry.resized_size, geometry.model_size, output);
    return other.empty() || compare(image, options, other) ? 0 : 1;
  });
}
