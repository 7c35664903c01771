#include "runtime/processor.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>

namespace visionkit {
namespace {

constexpr std::array known_sets = {
    // x86
    "sse4_2", "avx", "avx2", "fma", "f16c", "avx_vnni", "avx512f", "avx512_vnni", "avx512_bf16", "avx512_fp16",
    "amx_int8", "amx_bf16",
    // ARM
    "asimd", "asimdhp", "asimddp", "bf16", "i8mm", "sve", "sve2"};

// The value of the first line with that key.
std::string_view value_of(std::string_view cpuinfo, std::string_view key) {
  while (!cpuinfo.empty()) {
    const auto line = cpuinfo.substr(0, cpuinfo.find('\n'));
    cpuinfo.remove_prefix(std::min(line.size() + 1, cpuinfo.size()));
    if (!line.starts_with(key)) continue;
    const auto begin = line.find_first_not_of(" \t", line.find(':') + 1);
    return begin == std::string_view::npos ? "" : line.substr(begin);
  }
  return "";
}

bool has_word(std::string_view text, std::string_view word) {
  while (!text.empty()) {
    const auto next = text.substr(0, text.find(' '));
    if (next == word) return true;
    text.remove_prefix(std::min(next.size() + 1, text.size()));
  }
  return false;
}

}  // namespace

Processor parse_processor(std::string_view cpuinfo) {
  Processor processor = {.name = std::string(value_of(cpuinfo, "model name"))};
  auto flags = value_of(cpuinfo, "flags");
  if (flags.empty()) flags = value_of(cpuinfo, "Features");
  for (const auto* set : known_sets) {
    if (has_word(flags, set)) processor.instruction_sets.emplace_back(set);
  }
  return processor;
}

Processor this_processor() {
  std::ifstream file("/proc/cpuinfo");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  return parse_processor(text);
}

}  // namespace visionkit
