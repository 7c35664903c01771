// Every file of the decoding oracle against the pixels that Pillow and OpenCV made of it.
#include <visionkit/core/error.hpp>
#include <visionkit/image/io.hpp>

#include <doctest/doctest.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <map>

#include "support/files.hpp"

using namespace visionkit;

namespace {

std::string crc32_of(std::span<const std::uint8_t> bytes) {
  std::array<char, 9> text{};
  std::snprintf(text.data(), text.size(), "%08lx", ::crc32(0, bytes.data(), static_cast<uInt>(bytes.size())));
  return text.data();
}

bool is_answer(const nlohmann::json& test_case, const char* key, const Image& image) {
  if (!test_case.contains(key) || test_case[key].is_null()) return false;
  const auto& answer = test_case[key];
  const auto& shape = answer.at("shape");
  return shape.at(0) == image.height() && shape.at(1) == image.width() &&
         answer.at("crc32") == crc32_of(image.pixels());
}

}  // namespace

TEST_SUITE("oracle.decode") {
  TEST_CASE("files decode to the pixels of Pillow or OpenCV") {
    const auto folder = test::oracle_folder("preproc");
    if (!folder) {
      std::puts("oracle.decode: skipped, there is no oracle folder");
      return;
    }
    int equal = 0, reported = 0, refused_by_pillow = 0;
    std::map<std::string, int> skipped;
    const auto cases = test::read_json(*folder / "decode.json");
    for (const auto& test_case : cases) {
      const auto file = test_case.at("file").get<std::string>();
      CAPTURE(file);
      const auto bytes = test::read_bytes(*folder / file);
      const bool is_good = !test_case.contains("pillow_error");
      const bool has_answer =
          test_case.contains("pillow_rgb") || (test_case.contains("opencv_rgb") && !test_case["opencv_rgb"].is_null());
      ReadOptions options{.orientation = OrientationPolicy::ignore, .formats = {.tiff = true}};
      try {
        const auto result = decode_image_with_report(bytes, options);
        const auto upright = read_image((*folder / file).string(), {.formats = {.tiff = true}});
        if (test_case.contains("upright_rgb")) CHECK(is_answer(test_case, "upright_rgb", upright));
        const bool is_equal = is_answer(test_case, "pillow_rgb", result.image) ||
                              is_answer(test_case, "opencv_rgb", result.image) ||
                              (test_case.contains("upright_rgb") && is_answer(test_case, "upright_rgb", upright));
        CHECK(is_equal);
        equal += is_equal ? 1 : 0;
        refused_by_pillow += is_good ? 0 : 1;
      } catch (const Error& error) {
        CAPTURE(error.what());
        if (error.code() == ErrorCode::unsupported_image) {  // by the table of src/docs/images.md
          ++skipped[error.what()];
          continue;
        }
        if (is_good) {  // a reference that overlooks damage: the lenient reading must be equal
          CHECK((error.code() == ErrorCode::image_corrupt || error.code() == ErrorCode::image_truncated));
          options.strictness = Strictness::lenient;
          const auto result = decode_image_with_report(bytes, options);
          CHECK((result.report.is_corrupt || result.report.is_truncated));
          CHECK((is_answer(test_case, "pillow_rgb", result.image) || is_answer(test_case, "opencv_rgb", result.image)));
        } else if (has_answer && error.code() == ErrorCode::image_truncated) {
          options.strictness = Strictness::lenient;
          CHECK(is_answer(test_case, "opencv_rgb", decode_image(bytes, options)));
        }
        ++reported;
      }
    }
    std::printf("oracle.decode: %zu cases, %d equal (%d of them refused by Pillow), %d reported as damaged\n",
                cases.size(), equal, refused_by_pillow, reported);
    for (const auto& [reason, count] : skipped) std::printf("oracle.decode: %d skipped: %s\n", count, reason.c_str());
    CHECK(equal > 0);
  }

  TEST_CASE("gray from colour is Pillow's") {
    const auto folder = test::oracle_folder("preproc");
    if (!folder) return;
    const auto colour = test::read_json(*folder / "colour.json");
    const auto rgb = test::read_npy(*folder / colour.at("rgb").at("file").get<std::string>());
    const auto gray = test::read_npy(*folder / colour.at("pillow_L").at("file").get<std::string>());
    const int width = static_cast<int>(rgb.shape.at(1)), height = static_cast<int>(rgb.shape.at(0));
    const ImageView view{rgb.bytes.data(), width, height, std::ptrdiff_t{width} * 3, PixelFormat::rgb8};
    const auto converted = convert(view, PixelFormat::gray8);
    CHECK(std::ranges::equal(converted.pixels(), gray.bytes));
  }
}
