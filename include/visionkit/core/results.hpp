// What tasks answer: plain owning values without a link to the model or the picture. Names come from the task's
// labels().
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <visionkit/core/config.hpp>
#include <visionkit/core/geometry.hpp>
#include <visionkit/core/labels.hpp>
#include <visionkit/core/mask.hpp>

namespace visionkit {

/// What the numbers are in which a network says how sure it is.
enum class ScoreKind {
  logits,         ///< any real number: softmax (one label) or sigmoid (many labels) makes them probabilities
  probabilities,  ///< 0..1 already
  labels,         ///< none: the indices of the best classes; only segmentation networks answer so
};

/// One class and how sure the model is of it.
struct ClassScore {
  ClassId label;
  float score = 0;  ///< a probability, 0..1
  friend bool operator==(const ClassScore&, const ClassScore&) = default;
};

/// The answer for one image.
struct Classification {
  /// By falling score; equal scores by rising class index.
  std::vector<ClassScore> classes;
  /// The probability of every class in the model's order; filled only when asked for.
  std::vector<float> scores;

  [[nodiscard]] auto begin() const { return classes.begin(); }
  [[nodiscard]] auto end() const { return classes.end(); }
  friend bool operator==(const Classification&, const Classification&) = default;
};

/// An object found in a picture.
struct Detection {
  Box box;  ///< in the caller's picture
  ClassId label;
  float score = 0;  ///< 0..1
  /// Its pixels, of the caller's picture; only from models that answer masks.
  std::optional<Mask> mask = {};
  friend bool operator==(const Detection&, const Detection&) = default;
};

VISIONKIT_API std::string_view to_string(ScoreKind kind) noexcept;
VISIONKIT_API std::string to_string(const ClassScore& score);       ///< "7 0.93"
VISIONKIT_API std::string to_string(const Classification& result);  ///< "[7 0.93, 2 0.05]"
VISIONKIT_API std::string to_string(const Detection& detection);    ///< "7 0.93 [12.5, 30.0, 100.0, 80.0]"

}  // namespace visionkit
