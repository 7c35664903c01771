// What the figures mean, for readers who do not know their names.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include <visionkit/model_record.hpp>

namespace visionkit {

/// Half a sentence; empty for a name that is not known. A "mask_" in front is understood.
std::string meaning_of(std::string_view figure);

/// A figure that the page begins with.
struct KeyFigure {
  std::string_view figure;
  std::string_view title;  ///< as people say it
};

/// Those of a task.
std::span<const KeyFigure> key_figures(Task task);

}  // namespace visionkit
