// pycocotools walks over all predictions of a class once for each limit, area range and threshold. Here one walk serves
// all area ranges and thresholds: precision changes upwards only at a hit, and hits are few, so that the false
// positives in between are only counted, eight bits at once in the bytes of a word.
#include "metrics/detection/accumulate.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <numeric>

#include "core/parallel.hpp"
#include "metrics/detection/match.hpp"

namespace visionkit {
namespace {

constexpr std::size_t max_bits = 64;
constexpr double numpy_spacing = 0x1p-52;  // numpy.spacing(1)

// Counts the set bits of many words, place by place.
class BitCounter {
 public:
  void add(MatchBits bits) {
    for (std::size_t i = 0; i < bytes_.size(); ++i) bytes_[i] += spread(static_cast<std::uint8_t>(bits >> (8 * i)));
    if (++pending_ == 255) flush();
  }
  [[nodiscard]] std::uint32_t operator[](std::size_t bit) const {
    return counts_[bit] + static_cast<std::uint32_t>(bytes_[bit / 8] >> (8 * (bit % 8)) & 0xFFU);
  }

 private:
  // One byte of 0 or 1 for each bit.
  static std::uint64_t spread(std::uint8_t bits) {
    static const auto table = [] {
      std::array<std::uint64_t, 256> words{};
      for (std::uint64_t i = 0; i < words.size(); ++i) {
        for (unsigned bit = 0; bit < 8; ++bit) words[i] |= (i >> bit & 1U) << (8 * bit);
      }
      return words;
    }();
    return table[bits];
  }
  void flush() {
    for (std::size_t bit = 0; bit < max_bits; ++bit) {
      counts_[bit] += static_cast<std::uint32_t>(bytes_[bit / 8] >> (8 * (bit % 8)) & 0xFFU);
    }
    bytes_ = {};
    pending_ = 0;
  }

  std::array<std::uint64_t, max_bits / 8> bytes_{};
  std::array<std::uint32_t, max_bits> counts_{};
  int pending_ = 0;
};

struct Hit {
  double precision = 0;
  double score = 0;
};

class ClassAccumulator {
 public:
  ClassAccumulator(const detail::DetectionState& state, PrecisionArrays& arrays) : state_(state), arrays_(arrays) {}

  void run(std::size_t category, std::span<const std::uint32_t> order, std::span<const std::size_t> objects) {
    for (std::size_t limit = 0; limit < arrays_.limits; ++limit) {
      walk(order, static_cast<std::uint32_t>(state_.options.max_detections[limit]));
      for (std::size_t area = 0; area < arrays_.areas; ++area) {
        if (objects[area] == 0) continue;
        required_hits(objects[area], required_);
        for (std::size_t t = 0; t < arrays_.thresholds; ++t) store(category, area, t, limit, objects[area]);
      }
    }
  }

 private:
  void walk(std::span<const std::uint32_t> order, std::uint32_t limit) {
    const auto& rules = state_.rules;
    for (auto& list : hits_) list.clear();
    is_empty_ = true;
    BitCounter misses;
    for (const auto place : order) {
      const auto& record = state_.records.predictions[place];
      if (record.rank >= limit) continue;
      if (is_empty_) first_score_ = record.score;
      is_empty_ = false;
      for (auto bits = record.hits; bits != 0; bits &= bits - 1) {
        const auto bit = static_cast<std::size_t>(std::countr_zero(bits));
        auto& list = hits_[bit];
        const auto right = static_cast<double>(list.size() + 1);
        list.push_back({right / (misses[bit] + right + numpy_spacing), record.score});
      }
      misses.add(rules.all & ~(record.hits | record.ignored));
    }
  }

  void store(std::size_t category, std::size_t area, std::size_t t, std::size_t limit, std::size_t objects) {
    auto& list = hits_[area * arrays_.thresholds + t];
    const auto cell = (category * arrays_.areas + area) * arrays_.limits + limit;
    const auto stride = arrays_.classes * arrays_.areas * arrays_.limits;
    arrays_.recall[t * stride + cell] = static_cast<double>(list.size()) / static_cast<double>(objects);
    for (std::size_t i = list.size(); i-- > 1;) {
      list[i - 1].precision = std::max(list[i - 1].precision, list[i].precision);
    }
    const auto base = t * arrays_.recalls * stride + cell;
    for (std::size_t r = 0; r < arrays_.recalls; ++r) {
      const auto needed = required_[r];
      const auto at = base + r * stride;
      // Recall 0 is reached by the first prediction, whether it is right or not.
      const bool is_start = needed == 0 && !is_empty_;
      const bool is_reached = needed <= list.size() && !list.empty();
      arrays_.precision[at] = is_reached ? list[std::max<std::size_t>(needed, 1) - 1].precision : 0;
      arrays_.scores[at] = is_start ? first_score_ : is_reached ? list[needed - 1].score : 0;
    }
  }

  const detail::DetectionState& state_;
  PrecisionArrays& arrays_;
  std::array<std::vector<Hit>, max_bits> hits_;  // by bit
  bool is_empty_ = true;
  double first_score_ = 0;
  std::vector<std::size_t> required_;
};

}  // namespace

ScoreOrder::ScoreOrder(const detail::DetectionState& state) : begins_(state.class_count() + 1) {
  const auto& records = state.records.predictions;
  // The records of a picture stand together.
  std::vector<std::size_t> first_of(state.image_ids.size(), records.size());
  for (auto i = records.size(); i-- > 0;) first_of[records[i].image] = i;
  std::vector<std::uint32_t> images(state.image_ids.size());
  std::iota(images.begin(), images.end(), 0U);
  std::ranges::sort(images, {}, [&](std::uint32_t image) { return state.image_ids[image]; });

  for (const auto& record : records) ++begins_[record.category + 1];
  std::partial_sum(begins_.begin(), begins_.end(), begins_.begin());
  struct Keyed {
    std::uint64_t key;
    std::uint32_t position;
    std::uint32_t place;
  };
  std::vector<Keyed> keyed(records.size());
  auto ends = begins_;
  for (const auto image : images) {
    for (auto i = first_of[image]; i < records.size() && records[i].image == image; ++i) {
      const auto at = ends[records[i].category]++;
      keyed[at] = {score_key(records[i].score), static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(i)};
    }
  }
  places_.resize(records.size());
  parallel_for(state.class_count(), state.options.threads, [&](std::size_t category) {
    const auto begin = keyed.begin() + static_cast<std::ptrdiff_t>(begins_[category]);
    const auto end = keyed.begin() + static_cast<std::ptrdiff_t>(begins_[category + 1]);
    std::sort(begin, end,
              [](const Keyed& a, const Keyed& b) { return a.key != b.key ? a.key < b.key : a.position < b.position; });
    std::transform(begin, end, places_.begin() + static_cast<std::ptrdiff_t>(begins_[category]),
                   [](const Keyed& each) { return each.place; });
  });
}

std::vector<std::size_t> count_objects(const detail::DetectionState& state) {
  const auto areas = state.rules.areas.size();
  std::vector<std::size_t> counts(state.class_count() * areas);
  for (const auto& object : state.records.objects) {
    for (std::size_t a = 0; a < areas; ++a) {
      counts[object.category * areas + a] += (object.ignored >> (a * state.rules.thresholds.size()) & 1U) == 0 ? 1 : 0;
    }
  }
  return counts;
}

std::span<const double> recall_points() {
  static const auto points = [] {
    std::array<double, 101> values{};
    for (std::size_t i = 0; i + 1 < values.size(); ++i) values[i] = static_cast<double>(i) * (1.0 / 100);
    values.back() = 1;
    return values;
  }();
  return points;
}

void required_hits(std::size_t objects, std::vector<std::size_t>& required) {
  required.clear();
  const auto all = static_cast<double>(objects);
  std::size_t hits = 0;
  for (const auto point : recall_points()) {
    while (static_cast<double>(hits) / all < point) ++hits;
    required.push_back(hits);
  }
}

PrecisionArrays accumulate(const detail::DetectionState& state, const ScoreOrder& order) {
  PrecisionArrays arrays = {.thresholds = state.rules.thresholds.size(),
                            .recalls = recall_points().size(),
                            .classes = state.class_count(),
                            .areas = state.rules.areas.size(),
                            .limits = state.options.max_detections.size(),
                            .precision = {},
                            .recall = {},
                            .scores = {}};
  const auto cells = arrays.thresholds * arrays.classes * arrays.areas * arrays.limits;
  arrays.recall.assign(cells, -1);
  arrays.precision.assign(cells * arrays.recalls, -1);
  arrays.scores.assign(cells * arrays.recalls, -1);
  const auto objects = count_objects(state);
  parallel_for(arrays.classes, state.options.threads, [&](std::size_t category) {
    ClassAccumulator accumulator(state, arrays);
    accumulator.run(category, order[category], std::span(objects).subspan(category * arrays.areas, arrays.areas));
  });
  return arrays;
}

}  // namespace visionkit
