// Which class of a model is which class of a data set.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include <visionkit/core/labels.hpp>
#include <visionkit/core/truth.hpp>
#include <visionkit/evaluate.hpp>

namespace visionkit {

class ClassMatching {
 public:
  /// `classes` are those of the data set, `model_classes` says how many the model has, with or without labels. Throws
  /// dataset_reference when nothing is in common.
  ClassMatching(const Labels& labels, std::size_t model_classes, const std::vector<std::string>& classes,
                ClassMatch match);

  /// The model's class that is the data set's class number `index`.
  [[nodiscard]] std::optional<ClassId> to_model(std::size_t index) const { return to_model_[index]; }
  /// The number of the data set's class that is a class of the model.
  [[nodiscard]] std::optional<std::size_t> to_dataset(ClassId label) const;
  /// Classes that only one of both has.
  [[nodiscard]] const std::vector<DatasetNote>& notes() const { return notes_; }

 private:
  std::vector<std::optional<ClassId>> to_model_;
  std::vector<std::optional<std::size_t>> to_dataset_;
  std::vector<DatasetNote> notes_;
};

/// Names that may be Labels: an empty name becomes `number(i)` as text, one that is there already gets it behind.
Labels unique_labels(const std::vector<std::string>& names, const std::vector<std::int64_t>& numbers);

}  // namespace visionkit
