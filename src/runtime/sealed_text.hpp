// Small text files whose damage is noticed: the SHA-256 of the rest stands in the first line.
#pragma once

#include <string>

namespace visionkit {

/// The text, of at most 4 MiB. Throws model_corrupt when it is not as it was written; not_found and its relatives as
/// read_file().
std::string read_sealed(const std::string& path, const char* what);
/// Throws as write_file().
void write_sealed(const std::string& path, const std::string& text, const char* what);

}  // namespace visionkit
