// What the system's files say about the processor and the memory.
#include "runtime/processor.hpp"

#include <vector>

#include <doctest/doctest.h>

#include "runtime/process_memory.hpp"

using namespace visionkit;

using Names = std::vector<std::string>;

TEST_CASE("name and instruction sets come from the first processor's lines") {
  const auto x86 = parse_processor(
      "processor\t: 0\nmodel name\t: Some(R) Chip\nflags\t\t: fpu sse4_2 avx2 avx512f avx512_bf16x amx_bf16\n\n"
      "processor\t: 1\nmodel name\t: Other\nflags\t\t: fma\n");
  CHECK(x86.name == "Some(R) Chip");
  CHECK(x86.instruction_sets == Names{"sse4_2", "avx2", "avx512f", "amx_bf16"});
  const auto arm = parse_processor("processor : 0\nFeatures\t: fp asimd i8mm\n");
  CHECK(arm.name == "");
  CHECK(arm.instruction_sets == Names{"asimd", "i8mm"});
}

TEST_CASE("texts that say nothing give nothing") {
  for (const auto* text : {"", "\n\n", "flags", "flags:", "model name\t:\n"}) {
    CAPTURE(text);
    CHECK(parse_processor(text).name == "");
    CHECK(parse_processor(text).instruction_sets.empty());
  }
}

TEST_CASE("memory that was written to is resident, and the peak remembers it") {
  const auto before = resident_bytes();
  REQUIRE(before > 0);
  constexpr std::size_t size = std::size_t{64} << 20U;
  {
    const std::vector<char> block(size, 1);
    CHECK(resident_bytes() >= before + size / 2);
  }
  CHECK(peak_resident_bytes() >= before + size / 2);
}
