#include <visionkit/core/results.hpp>

#include <fmt/format.h>

namespace visionkit {

std::string_view to_string(ScoreKind kind) noexcept {
  switch (kind) {
    case ScoreKind::logits: return "logits";
    case ScoreKind::probabilities: return "probabilities";
    case ScoreKind::labels: return "labels";
  }
  return "unknown";
}

std::string to_string(const ClassScore& score) { return fmt::format("{} {:.2f}", score.label.value, score.score); }

std::string to_string(const Detection& detection) {
  return fmt::format("{} {:.2f} {}", detection.label.value, detection.score, to_string(detection.box));
}

std::string to_string(const Classification& result) {
  std::string text = "[";
  for (const auto& entry : result.classes) {
    if (text.size() > 1) text += ", ";
    text += to_string(entry);
  }
  return text + "]";
}

}  // namespace visionkit
