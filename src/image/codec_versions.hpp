// Which versions of the libraries behind image/io.hpp this process runs.
#pragma once

#include <string>
#include <vector>

#include <visionkit/core/config.hpp>

namespace visionkit {

struct CodecVersion {
  std::string library;  ///< "libpng"
  std::string version;  ///< "1.6.39"
};

/// Of libjpeg-turbo, which does not tell, the version that visionkit was compiled with.
VISIONKIT_API std::vector<CodecVersion> codec_versions();

}  // namespace visionkit
