// The model cards of the reference data: what they say, as options of this library. The layout is described in the
// README of that folder; any folder of the same layout works.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include <visionkit/model_record.hpp>

namespace visionkit::test {

struct ModelCard {
  std::filesystem::path root;   ///< of the reference data
  std::filesystem::path model;  ///< the TorchScript file
  nlohmann::json card;
  nlohmann::json reference;

  [[nodiscard]] std::string name() const { return card.at("name"); }
  [[nodiscard]] std::string task() const { return card.at("task"); }
  /// The image set, with its truth.
  [[nodiscard]] std::filesystem::path image_set() const {
    return root / card.at("measured").at("images").get<std::string>();
  }
  /// The folder that file names of pictures refer to.
  [[nodiscard]] std::filesystem::path images() const {
    const auto inside = image_set() / "images";
    return std::filesystem::is_directory(inside) ? inside : image_set();
  }
};

/// Every card of a folder, by name. Cards without their images or reference are left out and named in `skipped`.
std::vector<ModelCard> read_cards(const std::filesystem::path& root, std::vector<std::string>& skipped);

/// The card's preprocessing, labels and output as a record. Throws std::runtime_error for a rule that it cannot
/// express.
ModelRecord to_record(const ModelCard& card);

/// The COCO category of each class index.
std::vector<std::int64_t> coco_categories(const ModelCard& card);

/// The rows of a comma-separated file without quotes; the first one holds the names of the columns.
std::vector<std::vector<std::string>> read_csv(const std::filesystem::path& path);

}  // namespace visionkit::test
