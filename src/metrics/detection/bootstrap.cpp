// Pictures drawn with replacement. A picture that is drawn twice counts twice, which needs no second sort: equal scores
// stand together anyway, and precision after the last of several equal hits is the highest of theirs.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/fail.hpp"
#include "metrics/detection/accumulate.hpp"

namespace visionkit {
namespace {

constexpr const char* comparing = "comparing detection metrics";

class SplitMix {
 public:
  explicit SplitMix(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next() {
    state_ += 0x9E3779B97F4A7C15U;
    auto z = state_;
    z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31U);
  }
  /// Below `count`, which has 32 bits.
  std::size_t below(std::size_t count) { return (next() >> 32U) * count >> 32U; }

 private:
  std::uint64_t state_;
};

// AP over all sizes of one side, for any weights of the pictures.
class WeightedPrecision {
 public:
  explicit WeightedPrecision(const detail::DetectionState& state)
      : thresholds_(state.rules.thresholds.size()), classes_(state.class_count()) {
    std::vector<std::uint32_t> places(state.image_ids.size());
    const IdIndex images(state.image_ids);
    for (std::size_t i = 0; i < places.size(); ++i) {
      places[i] = static_cast<std::uint32_t>(images.find(state.image_ids[i]));
    }
    for (const auto& object : state.records.objects) {
      if ((object.ignored & 1U) == 0) classes_[object.category].objects.push_back(places[object.image]);
    }
    const ScoreOrder order(state);
    for (std::size_t k = 0; k < classes_.size(); ++k) {
      for (const auto place : order[k]) {
        const auto& record = state.records.predictions[place];
        const auto misses = state.rules.one_area & ~(record.hits | record.ignored);
        classes_[k].found.push_back({places[record.image], record.hits & state.rules.one_area, misses});
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

// Linear between the two nearest ranks.
double quantile(const std::vector<double>& sorted, double share) {
  const auto place = share * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const auto above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (place - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

}  // namespace

BootstrapDifference DetectionMetrics::compare(const DetectionMetrics& other, const BootstrapOptions& options) const {
  return guarded(comparing, [&] {
    constexpr int max_rounds = 1'000'000;
    if (options.rounds < 1 || options.rounds > max_rounds) {
      fail(ErrorCode::invalid_option, "rounds is {}, expected 1..{}", options.rounds, max_rounds);
    }
    if (!(options.confidence > 0 && options.confidence < 1)) {
      fail(ErrorCode::invalid_option, "confidence is {}, expected above 0, below 1", options.confidence);
    }
    state_->check_comparable(*other.state_, comparing);
    if (IdIndex(state_->image_ids).ids() != IdIndex(other.state_->image_ids).ids()) {
      fail(ErrorCode::invalid_argument, "{}: the pictures differ", comparing);
    }
    WeightedPrecision ours(*state_);
    WeightedPrecision theirs(*other.state_);
    std::vector<std::uint32_t> weights(state_->image_ids.size(), 1);
    BootstrapDifference result = {.ap = ours.mean(weights), .other_ap = theirs.mean(weights)};
    result.difference = result.other_ap - result.ap;

    SplitMix random(options.seed);
    std::vector<double> differences;
    for (int round = 0; round < options.rounds; ++round) {
      std::ranges::fill(weights, 0U);
      for (std::size_t i = 0; i < weights.size(); ++i) ++weights[random.below(weights.size())];
      const auto change = theirs.mean(weights) - ours.mean(weights);
      if (!std::isnan(change)) differences.push_back(change);  // NaN: no object was drawn
    }
    if (differences.empty()) {
      result.lower = result.upper = result.share_above_zero = std::numeric_limits<double>::quiet_NaN();
      return result;
    }
    std::ranges::sort(differences);
    const auto above = differences.end() - std::ranges::upper_bound(differences, 0.0);
    result.share_above_zero = static_cast<double>(above) / static_cast<double>(differences.size());
    result.lower = quantile(differences, (1 - options.confidence) / 2);
    result.upper = quantile(differences, (1 + options.confidence) / 2);
    return result;
  });
}

}  // namespace visionkit
