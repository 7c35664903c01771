// How the report looks.
#pragma once

#include <string_view>

namespace visionkit {

/// The style sheet: colours of Okabe and Ito (2008), darkened on white until lines have a contrast of 3 and letters of
/// 4.5; light and dark by the reader's system; wide tables scroll by themselves.
std::string_view report_style() noexcept;

}  // namespace visionkit
