// The shared libraries of this process that matter to the speed of networks.
#pragma once

#include <string>
#include <vector>

namespace visionkit {

/// Paths of all shared libraries that are loaded, in the order of loading.
std::vector<std::string> loaded_libraries();

/// The last part of a path.
std::string file_name(const std::string& path);

/// "SkylakeX": the kernels that a loaded OpenBLAS chose; empty when the library at `path` does not tell.
std::string openblas_core(const std::string& path);

}  // namespace visionkit
