// Parts of pictures: the pixels of the whole, and damage outside of the part reported as in the whole.
#include "image/decode.hpp"

#include <algorithm>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "encoded.hpp"

using namespace visionkit;
using namespace visionkit::test;

namespace {

struct Kind {
  std::string name;
  ByteVector bytes;
};

// What can be left out of, and what is decoded whole although only a part is wanted.
std::vector<Kind> all_kinds(Size size) {
  const auto colour = make_picture(size);
  const auto gray = make_picture(size, PixelFormat::gray8);
  const auto cmyk = make_picture(size, PixelFormat::rgba8);
  return {{"4:4:4", make_jpeg(colour, {.sampling = Size{1, 1}})},
          {"4:2:2", make_jpeg(colour, {.sampling = Size{2, 1}})},
          {"4:2:0", make_jpeg(colour, {.sampling = Size{2, 2}})},
          {"4:4:0", make_jpeg(colour, {.sampling = Size{1, 2}})},
          {"4:1:1", make_jpeg(colour, {.sampling = Size{4, 1}})},
          {"4:1:0", make_jpeg(colour, {.sampling = Size{4, 2}})},
          {"3 x 1", make_jpeg(colour, {.sampling = Size{3, 1}})},
          {"4:2:0 with restarts", make_jpeg(colour, {.restart_interval = 3, .sampling = Size{2, 2}})},
          {"4:4:4 with restarts", make_jpeg(colour, {.restart_interval = 1, .sampling = Size{1, 1}})},
          {"gray", make_jpeg(gray, {.sampling = Size{1, 1}})},
          {"gray with a sampling factor", make_jpeg(gray, {.restart_interval = 5, .sampling = Size{2, 2}})},
          {"progressive", make_jpeg(colour, {.is_progressive = true})},
          {"arithmetic", make_jpeg(colour, {.is_arithmetic = true})},
          {"several scans", make_jpeg(colour, {.scan_components = 1})},
          {"CMYK", make_jpeg(cmyk, {.is_cmyk = true})},
          {"turned", insert(make_jpeg(colour, {.sampling = Size{2, 2}}), 2, make_exif(6))},
          {"PNG", encode(colour, ImageFormat::png)}};
}

class RandomParts {
 public:
  explicit RandomParts(Size size) : size_(size) {}
  PicturePart next() {
    const auto [x, width] = span(size_.width);
    const auto [y, height] = span(size_.height);
    return {x, y, {width, height}};
  }

 private:
  int below(int limit) { return static_cast<int>(random_() % static_cast<unsigned>(limit)); }
  std::pair<int, int> span(int side) {
    const int longest = below(2) == 0 ? side : std::min(side, 9);
    const int length = 1 + below(longest);
    const int first = below(side - length + 1);
    return {below(4) == 0 ? side - length : first, length};  // the far end often
  }

  Size size_;
  std::mt19937 random_{1};
};

// The rows and columns that are there are those of the whole.
bool is_part_of(const PartialImage& part, const Image& whole) {
  if (part.size != whole.size()) return false;
  const auto row_bytes = std::ptrdiff_t{part.pixels.width} * channels(part.pixels.format);
  for (int y = part.y; y < part.y + part.pixels.height; ++y) {
    const auto* expected = whole.row(y) + std::ptrdiff_t{part.x} * channels(whole.format());
    if (!std::equal(expected, expected + row_bytes, part.row(y))) return false;
  }
  return true;
}

bool contains(const PartialImage& found, const PicturePart& wanted) {
  return found.x <= wanted.x && found.y <= wanted.y && found.x + found.pixels.width >= wanted.x + wanted.size.width &&
         found.y + found.pixels.height >= wanted.y + wanted.size.height;
}

struct Outcome {
  std::string message;
  ReadReport report;
  bool operator==(const Outcome&) const = default;
};

template <class Decode>
Outcome outcome_of(Decode decode) {
  try {
    return {"", decode()};
  } catch (const Error& error) {
    return {error.what(), {}};
  }
}

}  // namespace

TEST_CASE("a part of a picture has the pixels of the whole") {
  DecodeBuffers buffers;
  for (const Size size : {Size{1, 1}, Size{3, 70}, Size{70, 3}, Size{16, 16}, Size{33, 47}, Size{97, 131},
                          Size{128, 96}, Size{201, 160}, Size{75, 301}}) {
    for (const auto& kind : all_kinds(size)) {
      const auto& bytes = kind.bytes;
      CAPTURE(kind.name);
      CAPTURE(to_string(size));
      for (const auto format : {PixelFormat::rgb8, PixelFormat::bgra8, PixelFormat::gray8}) {
        const ReadOptions options{.format = format};
        const auto whole = decode_image(bytes, options);
        RandomParts parts(whole.size());
        for (int i = 0; i < 12; ++i) {
          const auto part = parts.next();
          CAPTURE(part.x);
          CAPTURE(part.y);
          CAPTURE(to_string(part.size));
          auto plan = plan_decoding(bytes, options);
          leave_out_all_but(plan, part);
          const auto found = decode_into(plan, bytes, options, buffers);
          CHECK(contains(found, part));
          CHECK(is_part_of(found, whole));
        }
      }
    }
  }
}

TEST_CASE("a part of a reduced JPEG has the pixels of the whole") {
  DecodeBuffers buffers;
  for (const int reduction : {2, 4, 8}) {
    for (const auto& kind : all_kinds({203, 165})) {
      const auto& bytes = kind.bytes;
      CAPTURE(kind.name);
      const ReadOptions options{.jpeg_reduction = reduction};
      const auto whole = decode_image(bytes, options);
      RandomParts parts(whole.size());
      for (int i = 0; i < 5; ++i) {
        auto plan = plan_decoding(bytes, options);
        leave_out_all_but(plan, parts.next());
        CHECK(is_part_of(decode_into(plan, bytes, options, buffers), whole));
      }
    }
  }
}

TEST_CASE("damage outside of a part is reported like damage of the whole") {
  const Size size{180, 190};
  ScratchBuffer scratch;
  ByteVector pixels(std::size_t{180} * 190 * 3);
  std::mt19937 random(7);
  for (const auto& kind : all_kinds(size)) {
    const auto& good = kind.bytes;
    CAPTURE(kind.name);
    RandomParts parts(size);
    const auto begin = scan_start(good);
    for (int i = 0; i < 60; ++i) {
      auto bytes = good;
      const auto place = begin + random() % (good.size() - begin);
      if (i % 3 == 0) bytes.resize(place);
      if (i % 3 == 1) bytes[place] = static_cast<std::uint8_t>(random());
      if (i % 3 == 2) bytes.insert(bytes.begin() + static_cast<std::ptrdiff_t>(place), 200, 0);
      CAPTURE(place);
      CAPTURE(i % 3);
      const auto wanted = parts.next();
      for (const auto strictness : {Strictness::strict, Strictness::lenient}) {
        const ReadOptions options{.strictness = strictness};
        Image whole;
        const auto expected = outcome_of([&] {
          auto result = decode_image_with_report(bytes, options);
          whole = std::move(result.image);
          return result.report;
        });
        const auto found = outcome_of([&] {
          auto plan = plan_decoding(bytes, options);
          leave_out_all_but(plan, wanted);
          const auto report = decode_planned(plan, bytes, options, scratch, pixels.data());
          const auto& [x, y, there] = plan.part;
          const ImageView view{pixels.data(), there.width, there.height, std::ptrdiff_t{there.width} * 3,
                               options.format};
          if (!plan.is_turned) CHECK(is_part_of({view, plan.size, plan.part}, whole));
          return report;
        });
        CHECK(found.message == expected.message);
        CHECK(found.report == expected.report);
      }
    }
  }
}
