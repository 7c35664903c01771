// The pictures of a data set, each of them once.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "evaluate/subject.hpp"

namespace visionkit {

class PictureList {
 public:
  explicit PictureList(std::string folder) : folder_(std::move(folder)) {}

  /// A results file knows pictures by their names: a name must be there, and only once.
  [[nodiscard]] std::optional<Error> problem_of(const std::string& file) const {
    if (file.empty()) return Error(ErrorCode::dataset_schema, "the data set names no file for this picture");
    if (taken_.contains(file))
      return Error(ErrorCode::dataset_schema, fmt::format("'{}' is in the data set twice; the first one counts", file));
    return std::nullopt;
  }
  void add(const std::string& file, std::optional<Error> problem) {
    taken_.insert(file);
    pictures_.push_back({file, (std::filesystem::path(folder_) / file).string(), std::move(problem)});
  }
  [[nodiscard]] std::vector<SubjectPicture> take() { return std::move(pictures_); }

 private:
  std::string folder_;
  std::unordered_set<std::string> taken_;
  std::vector<SubjectPicture> pictures_;
};

}  // namespace visionkit
