// Segmenters, judged by label maps.
#include <algorithm>
#include <filesystem>

#include "core/fail.hpp"
#include "evaluate/geometry_rules.hpp"
#include "evaluate/picture_list.hpp"
#include "evaluate/run.hpp"
#include "evaluate/settings.hpp"

namespace visionkit {
namespace {

// A map with ids of as many bits, where they fit.
LabelMap with_bits(const LabelMap& map, int bits) {
  if (map.bits() == bits) return map;
  if (bits == 16) {
    std::vector<std::uint16_t> wide(map.ids_8bit().begin(), map.ids_8bit().end());
    std::replace(wide.begin(), wide.end(), std::uint16_t{0xFF}, std::uint16_t{0xFFFF});
    return {std::move(wide), map.size()};
  }
  std::vector<std::uint8_t> narrow;
  narrow.reserve(map.ids_16bit().size());
  for (const auto id : map.ids_16bit()) {
    if (id >= 0xFF && id != 0xFFFF) return map;
    narrow.push_back(static_cast<std::uint8_t>(std::min<std::uint16_t>(id, 0xFF)));
  }
  return {std::move(narrow), map.size()};
}

class SegmentationSubject final : public Subject {
 public:
  SegmentationSubject(const Segmenter& segmenter, const SegmentationTruth& truth, const EvaluateOptions& options)
      : segmenter_(segmenter), truth_(truth) {
    check_geometry(options.reading);
    check_resolution(segmenter);
    if (segmenter.options().record->task != Task::semantic_segmentation) {
      fail(ErrorCode::invalid_argument,
           "evaluating '{}', a model for {}, with label maps; expected a semantic one, or a PanopticTruth",
           segmenter.describe().file, to_string(segmenter.options().record->task));
    }
    PictureList list(truth.images);
    for (const auto& pair : truth.pairs) list.add(pair.image, list.problem_of(pair.image));
    pictures = list.take();
    header = {.task = std::string(to_string(Task::semantic_segmentation)),
              .model_sha256 = segmenter.describe().sha256,
              .settings = settings_text(segmenter.options(), segmenter.describe(), options),
              .labels = segmenter.labels().names()};
    quality = "mean IoU of the picture";
    kind_of_answer = LabelMap{};
    circumstances.task = Task::semantic_segmentation;
    circumstances.model = segmenter.describe();
    limits_ = options.reading.limits;
  }

  void make_accumulators(std::size_t count) override { metrics_.assign(count, make_metric()); }

  [[nodiscard]] std::vector<Answer> predict(std::span<const Image> images) const override {
    auto results = segmenter_.segment(images);
    return {std::make_move_iterator(results.begin()), std::make_move_iterator(results.end())};
  }

  double judge(std::size_t accumulator, std::size_t picture, Size size, const Answer& answer) override {
    auto one = make_metric();
    const auto& map = std::get<LabelMap>(answer);
    one.add(map, with_bits(truth_map(picture, size), map.bits()), static_cast<std::int64_t>(picture));
    metrics_[accumulator].merge(one);
    return one.report().per_sample.values.front().value;
  }

  [[nodiscard]] PictureContent truth_content(std::size_t picture, Size size) const override {
    return truth_map(picture, size);
  }
  [[nodiscard]] PictureContent answer_content(const Answer& answer) const override {
    return std::get<LabelMap>(answer);
  }

  void finish(Evaluation& evaluation) override {
    for (std::size_t i = 1; i < metrics_.size(); ++i) metrics_.front().merge(metrics_[i]);
    evaluation.labels = segmenter_.labels();
    evaluation.scores = metrics_.front().report();
  }

 private:
  [[nodiscard]] SegmentationMetric make_metric() const {
    return SegmentationMetric(static_cast<int>(segmenter_.labels().size()), truth_.counting);
  }

  [[nodiscard]] LabelMap truth_map(std::size_t picture, Size size) const {
    const auto classes = segmenter_.labels().size();
    const auto& ignored = truth_.counting.ignore_index;
    const bool is_above = ignored && ignored->value >= static_cast<int>(classes);
    const auto path = (std::filesystem::path(truth_.masks) / truth_.pairs[picture].mask).string();
    auto map = read_label_map(path, {.class_count = is_above ? 0 : classes,
                                     .file = {.size = size, .palette = truth_.palette, .limits = limits_}});
    if (!is_above) return map;
    for (const auto& [label, pixels] : map.areas()) {
      if (label.value < static_cast<int>(classes) || label == *ignored || label == map.void_id()) continue;
      fail(ErrorCode::dataset_schema, "'{}': {} pixels have the id {}; expected 0..{}, {} (ignored) or {} (void)", path,
           pixels, label.value, classes - 1, ignored->value, map.void_id().value);
    }
    return map;
  }

  const Segmenter& segmenter_;
  const SegmentationTruth& truth_;
  ImageLimits limits_;
  std::vector<SegmentationMetric> metrics_;
};

}  // namespace

Evaluation evaluate(const Segmenter& segmenter, const SegmentationTruth& truth, const EvaluateOptions& options) {
  return guarded("evaluating a segmenter", [&] {
    SegmentationSubject subject(segmenter, truth, options);
    return run_evaluation(subject, options);
  });
}

}  // namespace visionkit
