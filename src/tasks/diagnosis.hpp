// What doctor() concludes from its facts.
#pragma once

#include <vector>

#include <visionkit/doctor.hpp>

namespace visionkit {

/// Warnings first. Looks at nothing but the report.
std::vector<Finding> diagnosis(const DoctorReport& report);

}  // namespace visionkit
