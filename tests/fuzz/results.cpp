// libFuzzer: any bytes as a file of results are either refused with an Error or read, and what was read is the same
// after it was written.
#include <cstddef>
#include <span>
#include <string>

#include <visionkit/dataset/results.hpp>

#include "refusal.hpp"

namespace {

using namespace visionkit;

constexpr ResultsReadOptions small = {.max_line_bytes = 1U << 16U, .max_pixels = 1U << 12U};

void check(const ResultsFile& file, std::size_t size) {
  fuzz::require(file.summary.whole_bytes + file.summary.broken_bytes == size);
  fuzz::require(file.summary.results == file.results.size());
  auto text = to_json_line(file.summary.header);
  for (const auto& result : file.results) text += to_json_line(result);
  const auto back = parse_results(text, small);
  fuzz::require(back.summary.header == file.summary.header && back.results == file.results);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = fuzz::text_of(data, size);
  fuzz::refused_or([&] { check(parse_results(text, small), size); });
  // Lines of results without the header that a file has.
  fuzz::refused_or([&] {
    const auto result = parse_result(text, small);
    fuzz::require(parse_result(to_json_line(result), small) == result);
  });
  return 0;
}
