#include "image/decode.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <thread>

#include "encoded.hpp"
#include "image/jpeg.hpp"
#include "support/refusal.hpp"

using namespace visionkit;
using namespace visionkit::test;

TEST_CASE("decoding into reused memory gives the pictures of decode_image, also after a failure") {
  DecodeBuffers buffers;
  const auto exif = insert(make_jpeg(make_picture({30, 20})), 2, make_exif(6));
  for (const auto& bytes :
       {encode(make_picture({64, 64}), ImageFormat::jpeg), exif, encode(make_picture({5, 5}), ImageFormat::png)}) {
    for (const auto format : {PixelFormat::rgb8, PixelFormat::gray8}) {
      const ReadOptions options{.format = format};
      const auto found = decode_into(plan_decoding(bytes, options), bytes, options, buffers);
      CHECK(Image(found.pixels) == decode_image(bytes, options));
    }
    const auto plan = plan_decoding(bytes, {});
    CHECK(code_of([&] { (void)decode_into(plan, std::span(bytes).first(30), {}, buffers); }) ==
          ErrorCode::image_corrupt);
  }
}

TEST_CASE("a JPEG can be read row by row and left in the middle") {
  const auto bytes = make_jpeg(make_picture({40, 30}));
  const auto whole = decode_image(bytes);
  JpegReader reader;
  for (int round = 0; round < 3; ++round) {
    reader.start(bytes, {}, PixelFormat::rgb8);
    REQUIRE(reader.size() == Size{40, 30});
    Image part({40, 10}, PixelFormat::rgb8);
    for (int y = 0; y < 10; y += 5) reader.read_rows(part.row(y), part.stride(), 5);
    CHECK(std::ranges::equal(part.pixels(), whole.pixels().first(part.pixels().size())));
  }
}

TEST_CASE("many threads may read at once") {
  const auto jpeg = make_jpeg(make_picture({80, 60}));
  const auto png = encode(make_picture({80, 60}), ImageFormat::png);
  const auto expected_jpeg = decode_image(jpeg), expected_png = decode_image(png);
  std::vector<int> wrong(4);
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < wrong.size(); ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 20; ++i) {
        wrong[t] += decode_image(jpeg) == expected_jpeg && decode_image(png) == expected_png ? 0 : 1;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(wrong == std::vector<int>(4));
}
