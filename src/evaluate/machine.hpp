// Where and when something ran, for reports.
#pragma once

#include <string>

namespace visionkit {

/// "AMD EPYC 7B13, 2 of 2 cores, Linux 6.1.0 x86_64". What the system does not tell is left out.
std::string machine_text();
/// Now in UTC: "2026-11-21T17:50:28Z".
std::string time_text();

}  // namespace visionkit
