#include <doctest/doctest.h>

#include <cmath>
#include <iostream>
#include <stdexcept>

#include <visionkit/image/io.hpp>
#include <visionkit/segmenter.hpp>

#include "support/files.hpp"
#include "tasks/reference_checks.hpp"

namespace visionkit::test {
namespace {

constexpr double min_equal_pixels = 0.999;
constexpr double metric_tolerance = 5e-4;
constexpr int ignored = 255;

Image read_ids(const std::filesystem::path& path) { return convert(read_stored(path), PixelFormat::gray8); }

std::filesystem::path truth_folder(const ModelCard& card) {
  for (const auto* name : {"labels", "voc_labels"}) {
    if (std::filesystem::is_directory(card.image_set() / name)) return card.image_set() / name;
  }
  throw std::runtime_error(card.image_set().string() + " has no folder with label maps");
}

// Truth by prediction, one row and column for every id but the ignored one. Pixels whose truth is no class of the
// measured ones count as false positives of what was predicted there, as the cards do.
class Counts {
 public:
  explicit Counts(std::size_t classes) : classes_(classes), truth_(classes), predicted_(classes), both_(classes) {}

  void add(std::span<const std::uint8_t> truth, std::span<const std::uint8_t> predicted) {
    REQUIRE(truth.size() == predicted.size());
    for (std::size_t i = 0; i < truth.size(); ++i) {
      if (truth[i] == ignored) continue;
      if (truth[i] < classes_) ++truth_[truth[i]], ++pixels_;
      if (predicted[i] < classes_) ++predicted_[predicted[i]];
      if (truth[i] == predicted[i] && truth[i] < classes_) ++both_[truth[i]], ++right_;
    }
  }
  [[nodiscard]] double mean_iou() const {
    double sum = 0;
    for (std::size_t c = 0; c < classes_; ++c) sum += both_[c] / (truth_[c] + predicted_[c] - both_[c]);
    return sum / static_cast<double>(classes_);
  }
  [[nodiscard]] double pixel_accuracy() const { return right_ / pixels_; }

 private:
  std::size_t classes_;
  std::vector<double> truth_;
  std::vector<double> predicted_;
  std::vector<double> both_;
  double pixels_ = 0;
  double right_ = 0;
};

}  // namespace

void check_segmentation(const ModelCard& card) {
  auto record = to_record(card);
  if (card.reference.contains("probe")) check_probe_input(card, record.input);
  const RunOptions run = {.sha256 = card.card.at("sha256")};
  const Segmenter at_network(card.model.string(), {.resolution = MapResolution::network, .record = record, .run = run});
  record.output.resize = SegmentationResize::labels;  // the cards resized label maps
  const Segmenter at_image(card.model.string(), {.record = record, .run = run});

  const auto truths = truth_folder(card);
  const auto maps = card.root / std::filesystem::path(card.card.at("reference").get<std::string>()).replace_extension();
  Counts counts(card.card.at("measured").at("classes"));
  double worst = 1;
  int compared = 0;
  for (const auto& name : card.reference.at("files")) {
    const std::filesystem::path file = name.get<std::string>();
    const auto picture = read_stored(card.images() / file);
    const auto stored = read_ids((maps / file).replace_extension(".png"));
    const auto map = at_network.segment(picture);
    REQUIRE(map.size() == stored.size());
    const auto ids = map.ids_8bit();
    std::size_t equal = 0;
    for (std::size_t i = 0; i < ids.size(); ++i) equal += ids[i] == stored.pixels()[i] ? 1 : 0;
    worst = std::min(worst, static_cast<double>(equal) / static_cast<double>(ids.size()));
    const auto truth = read_ids((truths / file).replace_extension(".png"));
    REQUIRE(truth.size() == picture.size());
    counts.add(truth.pixels(), at_image.segment(picture).ids_8bit());
    ++compared;
  }
  const auto& measured = card.card.at("measured");
  std::cout << "  " << compared << " label maps, at least " << worst << " of their pixels equal; mean IoU "
            << counts.mean_iou() << " (" << measured.at("mIoU") << "), pixel accuracy " << counts.pixel_accuracy()
            << " (" << measured.at("global_accuracy") << ")\n";
  CHECK(compared == measured.at("count").get<int>());
  CHECK(worst >= min_equal_pixels);
  CHECK(std::abs(counts.mean_iou() - measured.at("mIoU").get<double>()) <= metric_tolerance);
  CHECK(std::abs(counts.pixel_accuracy() - measured.at("global_accuracy").get<double>()) <= metric_tolerance);
}

}  // namespace visionkit::test
