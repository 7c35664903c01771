// What kind of processor this is.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace visionkit {

struct Processor {
  std::string name = {};  ///< "AMD EPYC 7B13"; empty where the system does not tell
  std::vector<std::string> instruction_sets =
      {};  ///< those that decide about the speed of networks: "avx2", "amx_bf16"
};

Processor this_processor();
/// By the text of /proc/cpuinfo.
Processor parse_processor(std::string_view cpuinfo);

}  // namespace visionkit
