// Pictures drawn with replacement. A picture that is drawn twice counts twice, which needs no second sort: equal scores
// stand together anyway, and precision after the last of several equal hits is the highest of theirs.
#include "metrics/bootstrap.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

#include "core/fail.hpp"
#include "metrics/detection/accumulate.hpp"
#include "metrics/detection/summary.hpp"

namespace visionkit {
namespace {

constexpr const char* comparing = "comparing detection metrics";

// DetectionSummary::ap of one side, which is defined, for any weights of the pictures.
class WeightedPrecision {
 public:
  explicit WeightedPrecision(const detail::DetectionState& state)
      : thresholds_(state.rules.thresholds.size()), classes_(state.class_count()) {
    std::vector<std::uint32_t> places(state.image_ids.size());
    const IdIndex images(state.image_ids);
    for (std::size_t i = 0; i < places.size(); ++i) {
      places[i] = static_cast<std::uint32_t>(images.find(state.image_ids[i]));
    }
    const auto all = std::ranges::find(state.rules.areas, "all", &AreaRange::name) - state.rules.areas.begin();
    const auto shift = static_cast<std::size_t>(all) * thresholds_;
    for (const auto& object : state.records.objects) {
      if ((object.ignored >> shift & 1U) == 0) classes_[object.category].objects.push_back(places[object.image]);
    }
    const ScoreOrder order(state);
    for (std::size_t k = 0; k < classes_.size(); ++k) {
      for (const auto place : order[k]) {
        const auto& record = state.records.predictions[place];
        if (record.rank >= summary_detections) continue;
        const auto hits = record.hits >> shift & state.rules.one_area;
        const auto misses = state.rules.one_area & ~(hits | record.ignored >> shift);
        classes_[k].found.push_back({places[record.image], hits, misses});
      }
    }
  }

  double mean(const std::vector<std::uint32_t>& weights) {
    double sum = 0;
    std::size_t count = 0;
    for (const auto& each : classes_) {
      std::size_t objects = 0;
      for (const auto image : each.objects) objects += weights[image];
      if (objects == 0) continue;
      for (std::size_t t = 0; t < thresholds_; ++t) sum += precision(each, t, objects, weights);
      count += thresholds_;
    }
    return count == 0 ? std::numeric_limits<double>::quiet_NaN() : sum / static_cast<double>(count);
  }

 private:
  struct Found {
    std::uint32_t image;
    MatchBits hits;
    MatchBits misses;
  };
  struct Class {
    std::vector<std::uint32_t> objects;  // their pictures
    std::vector<Found> found;            // by falling score
  };
  struct Step {
    std::size_t hits;
    double precision;
  };

  double precision(const Class& each, std::size_t t, std::size_t objects, const std::vector<std::uint32_t>& weights) {
    steps_.clear();
    std::size_t hits = 0;
    std::size_t misses = 0;
    for (const auto& found : each.found) {
      misses += (found.misses >> t & 1U) * weights[found.image];
      if ((found.hits >> t & 1U) == 0 || weights[found.image] == 0) continue;
      hits += weights[found.image];
      steps_.push_back({hits, static_cast<double>(hits) / static_cast<double>(hits + misses)});
    }
    for (std::size_t i = steps_.size(); i-- > 1;) {
      steps_[i - 1].precision = std::max(steps_[i - 1].precision, steps_[i].precision);
    }
    double sum = 0;
    auto step = steps_.begin();
    for (const auto point : recall_points()) {
      while (step != steps_.end() && static_cast<double>(step->hits) / static_cast<double>(objects) < point) ++step;
      if (step == steps_.end()) break;
      sum += step->precision;
    }
    return sum / static_cast<double>(recall_points().size());
  }

  std::size_t thresholds_;
  std::vector<Class> classes_;
  std::vector<Step> steps_;
};

}  // namespace

ReportComparison DetectionMetrics::compare(const DetectionMetrics& after, const BootstrapOptions& options) const {
  return guarded(comparing, [&] {
    check(options);
    state_->check_comparable(*after.state_, comparing);
    if (IdIndex(state_->image_ids).ids() != IdIndex(after.state_->image_ids).ids()) {
      fail(ErrorCode::invalid_argument, "{}: the pictures differ", comparing);
    }
    auto comparison = compare_figures(figures(report()), figures(after.report()));
    comparison.is_paired = true;
    auto& ap = comparison.figures.front();
    if (std::isnan(ap.change)) return comparison;
    WeightedPrecision old_precision(*state_);
    WeightedPrecision new_precision(*after.state_);
    std::vector<std::uint32_t> weights(state_->image_ids.size());
    ap.interval = percentile_interval(options, [&](auto& generator) {
      std::ranges::fill(weights, 0U);
      for (std::size_t i = 0; i < weights.size(); ++i) ++weights[draw(generator, weights.size())];
      return new_precision.mean(weights) - old_precision.mean(weights);  // NaN: no object was drawn
    });
    return comparison;
  });
}

}  // namespace visionkit
