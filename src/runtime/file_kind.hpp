// Names what a file is that should have been a TorchScript archive, and what its owner can do about it.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace visionkit {

/// A file that is no zip archive: "a JPEG picture", "an ONNX model; ...". Looks at the first bytes only.
std::string describe_foreign_file(std::span<const std::uint8_t> bytes);

/// A zip archive without the records of TorchScript, from the names of its records.
std::string describe_foreign_archive(std::span<const std::string_view> names);

}  // namespace visionkit
