// One LabelMe file where it lies.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include <visionkit/dataset/labelme.hpp>

namespace visionkit {

/// `folder`: that of the file, relative to the root; "" or with a slash behind it. File names are relative to the root.
LabelmePicture read_labelme_file(std::vector<std::uint8_t> bytes, std::string_view name, std::string_view folder,
                                 const LabelmeReadOptions& options);

}  // namespace visionkit
