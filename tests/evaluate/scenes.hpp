// The project's own models and labelled pictures, as truths for evaluate(), and a way to compare evaluations.
#pragma once

#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include <visionkit/dataset/coco.hpp>
#include <visionkit/evaluate.hpp>
#include <visionkit/image/io.hpp>

#include "support/files.hpp"

namespace visionkit::test {

inline std::string model_path(const char* name) { return (data_folder() / "models" / name).string(); }
inline std::string scene_images() { return (data_folder() / "scenes/images").string(); }

inline DetectionTruth scenes() {
  return {scene_images(), read_coco((data_folder() / "scenes/instances.json").string()).dataset};
}

inline SegmentationTruth semantic_scenes() {
  const auto masks = (data_folder() / "scenes/semantic").string();
  return {.images = scene_images(), .masks = masks, .pairs = read_mask_pairs(scene_images(), masks).pairs};
}

/// The bytes of a file as text.
inline std::string text_of(const std::filesystem::path& path) {
  const auto bytes = read_bytes(path);
  return {bytes.begin(), bytes.end()};
}

/// The first digits of the test sheet as PNG files in a folder, named by number.
class DigitFiles {
 public:
  explicit DigitFiles(std::size_t count) {
    constexpr int side = 8;
    const auto sheet = read_image((data_folder() / "digits/sheet.png").string(), {.format = PixelFormat::gray8});
    std::istringstream rows(text_of(data_folder() / "digits/labels.csv"));
    std::string row;
    std::getline(rows, row);  // the names of the columns
    while (digits_.size() < count && std::getline(rows, row)) {
      const int x = std::stoi(row);
      const int y = std::stoi(row.substr(row.find(',') + 1));
      const ImageView digit = {sheet.row(y * side) + x * side, side, side, sheet.stride(), PixelFormat::gray8};
      write_image((folder_ / file(digits_.size())).string(), digit);
      digits_.push_back(std::stoi(row.substr(row.rfind(',') + 1)));
    }
  }
  [[nodiscard]] std::string folder() const { return folder_.path().string(); }
  [[nodiscard]] const std::vector<int>& digits() const { return digits_; }
  [[nodiscard]] static std::string file(std::size_t number) { return "digit" + std::to_string(number) + ".png"; }

 private:
  TemporaryFolder folder_;
  std::vector<int> digits_;
};

/// The digits with the names of a model's labels.
inline ClassificationTruth named_digits(const DigitFiles& files, const Labels& labels) {
  ClassificationTruth truth = {.images = files.folder(),
                               .truth = {.classes = labels.names(), .images = {}, .notes = {}}};
  for (std::size_t i = 0; i < files.digits().size(); ++i)
    truth.truth.images.push_back({DigitFiles::file(i), {labels[ClassId(files.digits()[i])]}});
  return truth;
}

/// to_json() without what two runs of the same never share: times and threads.
inline nlohmann::json lasting_part(const Evaluation& evaluation) {
  auto json = nlohmann::json::parse(to_json(evaluation));
  for (const auto* key : {"reading", "predicting", "resumed"}) json.erase(key);
  for (const auto* key : {"began", "seconds", "threads"}) json["run"].erase(key);
  return json;
}

}  // namespace visionkit::test
