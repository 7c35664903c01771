#include <doctest/doctest.h>

#include <cmath>
#include <iostream>
#include <stdexcept>

#include <visionkit/image/io.hpp>
#include <visionkit/image/mask_io.hpp>
#include <visionkit/metrics/segmentation.hpp>
#include <visionkit/segmenter.hpp>

#include "support/files.hpp"
#include "tasks/reference_checks.hpp"

namespace visionkit::test {
namespace {

constexpr double min_equal_pixels = 0.999;
constexpr double metric_tolerance = 5e-4;

LabelMap read_ids(const std::filesystem::path& path) {
  return read_label_map(path.string(), {.file = {.palette = PaletteRule::use_indices}});
}

std::filesystem::path truth_folder(const ModelCard& card) {
  for (const auto* name : {"labels", "voc_labels"}) {
    if (std::filesystem::is_directory(card.image_set() / name)) return card.image_set() / name;
  }
  throw std::runtime_error(card.image_set().string() + " has no folder with label maps");
}

}  // namespace

void check_segmentation(const ModelCard& card, Engine engine) {
  auto record = to_record(card);
  if (card.reference.contains("probe")) check_probe_input(card, record.input);
  const RunOptions run = {.engine = engine, .sha256 = card.card.at("sha256")};
  const Segmenter at_network(card.model.string(), {.resolution = MapResolution::network, .record = record, .run = run});
  record.output.resize = SegmentationResize::labels;  // the cards resized label maps
  const Segmenter at_image(card.model.string(), {.record = record, .run = run});

  const auto truths = truth_folder(card);
  const auto maps = card.root / std::filesystem::path(card.card.at("reference").get<std::string>()).replace_extension();
  // Void pixels of the truth do not count. Where a card has labels after the measured classes, whatever was predicted
  // on the first of them is a false positive.
  const auto& measured = card.card.at("measured");
  const int classes = measured.at("classes");
  SegmentationOptions options;
  if (static_cast<int>(record.labels.size()) > classes)
    options = {.ignore_index = ClassId(classes), .unlabelled = UnlabelledRule::false_positive};
  SegmentationMetric metric(classes, options);
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
    for (std::size_t i = 0; i < ids.size(); ++i) equal += ids[i] == stored.ids_8bit()[i] ? 1 : 0;
    worst = std::min(worst, static_cast<double>(equal) / static_cast<double>(ids.size()));
    metric.add(at_image.segment(picture), read_ids((truths / file).replace_extension(".png")));
    ++compared;
  }
  const auto report = metric.report();
  std::cout << "  " << compared << " label maps, at least " << worst << " of their pixels equal; mean IoU "
            << report.rates.macro.iou << " (" << measured.at("mIoU") << "), pixel accuracy "
            << report.rates.micro.recall << " (" << measured.at("global_accuracy") << ")\n";
  CHECK(compared == measured.at("count").get<int>());
  CHECK(worst >= min_equal_pixels);
  CHECK(std::abs(report.rates.macro.iou - measured.at("mIoU").get<double>()) <= metric_tolerance);
  CHECK(std::abs(report.rates.macro.recall - measured.at("class_accuracy").get<double>()) <= metric_tolerance);
  CHECK(std::abs(report.rates.micro.recall - measured.at("global_accuracy").get<double>()) <= metric_tolerance);
}

}  // namespace visionkit::test
