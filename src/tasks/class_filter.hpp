// Which classes a task may answer, from the names that the caller allows and denies.
#pragma once

#include <string>
#include <vector>

#include <visionkit/core/labels.hpp>

namespace visionkit {

/// One entry for each label, or none when all are allowed. Throws invalid_option for a name that is no label.
std::vector<bool> allowed_classes(const std::vector<std::string>& allow, const std::vector<std::string>& deny,
                                  const Labels& labels);

}  // namespace visionkit
