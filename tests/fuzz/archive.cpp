// libFuzzer: any bytes are either refused with an Error or a whole archive whose every record can be unpacked.
// Seeds: tests/data/models. Most changes break a checksum, so give it the seeds and a few minutes.
#include <visionkit/core/error.hpp>

#include <cstddef>
#include <cstdint>

#include "runtime/archive.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    visionkit::RunOptions options;
    options.limits.max_bytes = std::uint64_t{16} << 20U;
    const auto archive = visionkit::Archive::from_bytes({data, size}, "fuzzed", options);
    for (const auto& record : archive.records()) {
      if (archive.contents(record).size() != record.bytes) __builtin_trap();
    }
  } catch (const visionkit::Error&) {
    return 0;
  }
  return 0;
}
