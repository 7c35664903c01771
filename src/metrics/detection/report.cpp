#include <utility>

#include "core/fail.hpp"
#include "metrics/detection/accumulate.hpp"
#include "metrics/detection/f1.hpp"
#include "metrics/detection/summary.hpp"

namespace visionkit {

PrecisionArrays DetectionMetrics::arrays() const {
  return guarded("detection metrics", [&] { return accumulate(*state_, ScoreOrder(*state_)); });
}

DetectionReport DetectionMetrics::report() const {
  return guarded("detection metrics", [&] {
    const auto& state = *state_;
    const ScoreOrder order(state);
    const auto arrays = accumulate(state, order);
    DetectionReport report = {.match_by = state.options.match_by,
                              .images = state.image_ids.size(),
                              .objects = 0,
                              .predictions = state.records.predictions.size(),
                              .summary = summarize(state.options, arrays),
                              .best_f1 = 0,
                              .best_f1_score = 0,
                              .classes = {}};
    const auto areas = state.rules.areas.size();
    const auto counts = count_objects(state);
    std::vector<std::size_t> objects(state.class_count());
    for (const auto& object : state.records.objects) objects[object.category] += object.is_crowd ? 0 : 1;
    const auto threshold = plain_threshold(state.options);
    std::size_t counted = 0;
    for (std::size_t k = 0; k < state.class_count(); ++k) {
      auto figures = summarize_class(state.options, arrays, k);
      const auto best = best_f1(state, order[k], threshold, counts[k * areas]);
      figures.category = state.category(k);
      figures.objects = objects[k];
      figures.predictions = order[k].size();
      figures.best_f1 = best.f1;
      figures.best_f1_score = best.score;
      report.objects += objects[k];
      counted += counts[k * areas];
      report.classes.push_back(std::move(figures));
    }
    const auto best = best_f1_of_all(state, order, threshold, counted);
    report.best_f1 = best.f1;
    report.best_f1_score = best.score;
    return report;
  });
}

}  // namespace visionkit
