#include <visionkit/metrics/panoptic.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <unordered_map>
#include <utility>

#include "core/fail.hpp"
#include "metrics/table.hpp"

namespace visionkit {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

constexpr std::uint64_t pair_of(std::uint32_t truth, std::uint32_t predicted) {
  return std::uint64_t{truth} << 32U | predicted;
}

// Pixels of each pair of ids. Neighbors are mostly equal, so that runs are looked up, not pixels.
std::unordered_map<std::uint64_t, std::uint64_t> overlaps_of(std::span<const std::uint32_t> truth,
                                                             std::span<const std::uint32_t> predicted) {
  std::unordered_map<std::uint64_t, std::uint64_t> overlaps;
  for (std::size_t begin = 0; begin < truth.size();) {
    auto end = begin + 1;
    while (end < truth.size() && truth[end] == truth[begin] && predicted[end] == predicted[begin]) ++end;
    overlaps[pair_of(truth[begin], predicted[begin])] += end - begin;
    begin = end;
  }
  return overlaps;
}

struct Listed {
  PanopticSegment segment;
  std::uint64_t pixels = 0;
  bool is_matched = false;
};

// Segments in the order of their first mention, the last mention of an id winning, as in a Python dictionary.
class Segments {
 public:
  explicit Segments(std::span<const PanopticSegment> segments) {
    for (const auto& each : segments) {
      const auto [place, is_new] = index_.try_emplace(each.id, list_.size());
      if (is_new) {
        list_.push_back({each});
      } else {
        list_[place->second].segment = each;
      }
    }
  }

  [[nodiscard]] Listed* find(std::uint32_t id) {
    const auto found = index_.find(id);
    return found == index_.end() ? nullptr : &list_[found->second];
  }
  [[nodiscard]] std::vector<Listed>& list() { return list_; }

 private:
  std::vector<Listed> list_;
  std::unordered_map<std::uint32_t, std::size_t> index_;
};

PanopticQuality quality_of(const PanopticCounts& counts) {
  const auto tp = static_cast<double>(counts.true_positives);
  const double divisor =
      tp + 0.5 * static_cast<double>(counts.false_positives) + 0.5 * static_cast<double>(counts.false_negatives);
  if (divisor == 0) return {};
  return {.pq = counts.iou_sum / divisor, .sq = tp > 0 ? counts.iou_sum / tp : 0, .rq = tp / divisor, .classes = 1};
}

template <class Includes>
PanopticQuality mean_of(const std::vector<PanopticClassReport>& classes, Includes&& includes) {
  PanopticQuality mean;
  for (const auto& each : classes) {
    if (each.quality.classes == 0 || !includes(each.category.kind)) continue;
    mean.pq += each.quality.pq;
    mean.sq += each.quality.sq;
    mean.rq += each.quality.rq;
    ++mean.classes;
  }
  if (mean.classes == 0) return {nan, nan, nan, 0};
  for (auto* value : {&mean.pq, &mean.sq, &mean.rq}) *value /= mean.classes;
  return mean;
}

std::array<std::pair<const char*, PanopticQuality PanopticReport::*>, 3> groups() {
  return {{{"all", &PanopticReport::all}, {"things", &PanopticReport::things}, {"stuff", &PanopticReport::stuff}}};
}

}  // namespace

PanopticMetric::PanopticMetric(std::vector<PanopticCategory> categories) : categories_(std::move(categories)) {
  if (categories_.empty()) fail(ErrorCode::invalid_option, "a panoptic metric without a category");
  guarded("a panoptic metric", [&] {
    std::unordered_map<std::int32_t, int> times;
    for (const auto& each : categories_) {
      if (++times[each.id.value] > 1) fail(ErrorCode::invalid_option, "category {} is given twice", each.id.value);
    }
    counts_.resize(categories_.size());
  });
}

std::vector<PanopticMetric::Counts> PanopticMetric::judge(const PanopticView& prediction,
                                                          const PanopticView& truth) const {
  std::unordered_map<std::int32_t, std::size_t> index;
  for (std::size_t i = 0; i < categories_.size(); ++i) index.emplace(categories_[i].id.value, i);
  std::vector<Counts> counts(categories_.size());
  const auto overlaps = overlaps_of(truth.ids, prediction.ids);
  const auto overlap = [&](std::uint32_t true_id, std::uint32_t predicted_id) {
    const auto found = overlaps.find(pair_of(true_id, predicted_id));
    return found == overlaps.end() ? 0 : found->second;
  };

  Segments truths(truth.segments);
  Segments predictions(prediction.segments);
  for (const auto& [pair, pixels] : overlaps) {
    const auto predicted_id = static_cast<std::uint32_t>(pair);
    if (auto* predicted = predictions.find(predicted_id)) {
      predicted->pixels += pixels;
    } else if (predicted_id != panoptic_void) {
      fail(ErrorCode::invalid_argument, "the predicted map has segment {}, which is not listed", predicted_id);
    }
    if (auto* real = truths.find(static_cast<std::uint32_t>(pair >> 32U))) real->pixels += pixels;
  }
  for (const auto& each : predictions.list()) {
    if (each.pixels == 0)
      fail(ErrorCode::invalid_argument, "the predicted segment {} has no pixel in the map", each.segment.id);
    if (!index.contains(each.segment.label.value)) {
      fail(ErrorCode::invalid_argument, "the predicted segment {} has the unknown category {}", each.segment.id,
           each.segment.label.value);
    }
  }

  for (const auto& [pair, pixels] : overlaps) {
    auto* real = truths.find(static_cast<std::uint32_t>(pair >> 32U));
    auto* predicted = predictions.find(static_cast<std::uint32_t>(pair));
    if (real == nullptr || predicted == nullptr || real->segment.is_crowd ||
        real->segment.label != predicted->segment.label) {
      continue;
    }
    const auto area = real->segment.area == 0 ? real->pixels : real->segment.area;
    // Signed: a stated area may be smaller than the overlap.
    const auto unions =
        static_cast<std::int64_t>(predicted->pixels + area - pixels - overlap(panoptic_void, predicted->segment.id));
    if (unions == 0) {
      fail(ErrorCode::invalid_argument, "the true segment {} states {} pixels, of which {} overlap with one prediction",
           real->segment.id, area, pixels);
    }
    const double iou = static_cast<double>(pixels) / static_cast<double>(unions);
    if (!(iou > 0.5)) continue;
    auto& own = counts[index.at(real->segment.label.value)];
    ++own.true_positives;
    own.iou_sum.add(iou);
    real->is_matched = predicted->is_matched = true;
  }

  std::unordered_map<std::int32_t, std::uint32_t> crowds;  // of each category, the last listed
  for (const auto& [real, unused, is_matched] : truths.list()) {
    if (is_matched) continue;
    if (real.is_crowd) {
      crowds[real.label.value] = real.id;
    } else if (const auto found = index.find(real.label.value); found != index.end()) {
      ++counts[found->second].false_negatives;
    }
  }
  for (const auto& [predicted, pixels, is_matched] : predictions.list()) {
    if (is_matched) continue;
    auto excused = overlap(panoptic_void, predicted.id);
    if (const auto crowd = crowds.find(predicted.label.value); crowd != crowds.end())
      excused += overlap(crowd->second, predicted.id);
    if (2 * excused <= pixels) ++counts[index.at(predicted.label.value)].false_positives;
  }
  return counts;
}

void PanopticMetric::add(const PanopticView& prediction, const PanopticView& truth, std::int64_t sample) {
  if (prediction.ids.size() != truth.ids.size()) {
    fail(ErrorCode::shape, "judging a panoptic map of {} pixels by a truth of {}", prediction.ids.size(),
         truth.ids.size());
  }
  guarded("judging a panoptic map", [&] {
    const auto counts = judge(prediction, truth);
    per_sample_.push_back({sample, report_of(counts).all.pq});
    ++images_;
    add_counts(counts);
  });
}

void PanopticMetric::add(const PanopticMap& prediction, const PanopticMap& truth, std::int64_t sample) {
  if (prediction.size() != truth.size()) {
    fail(ErrorCode::shape, "judging a panoptic map of {} by a truth of {}", to_string(prediction.size()),
         to_string(truth.size()));
  }
  add(PanopticView{prediction.ids(), prediction.segments()}, PanopticView{truth.ids(), truth.segments()}, sample);
}

void PanopticMetric::merge(const PanopticMetric& other) {
  const auto is_same = [](const PanopticCategory& a, const PanopticCategory& b) {
    return a.id == b.id && a.kind == b.kind;
  };
  if (!std::equal(categories_.begin(), categories_.end(), other.categories_.begin(), other.categories_.end(), is_same))
    fail(ErrorCode::invalid_argument, "merging a panoptic metric with other categories");
  guarded("merging panoptic metrics", [&] {
    const auto added = other.per_sample_;
    per_sample_.insert(per_sample_.end(), added.begin(), added.end());
    images_ += other.images_;
    add_counts(other.counts_);
  });
}

void PanopticMetric::add_counts(const std::vector<Counts>& more) {
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    counts_[i].true_positives += more[i].true_positives;
    counts_[i].false_positives += more[i].false_positives;
    counts_[i].false_negatives += more[i].false_negatives;
    counts_[i].iou_sum.merge(more[i].iou_sum);
  }
}

PanopticReport PanopticMetric::report_of(const std::vector<Counts>& counts) const {
  PanopticReport report;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const PanopticCounts own = {.true_positives = counts[i].true_positives,
                                .false_positives = counts[i].false_positives,
                                .false_negatives = counts[i].false_negatives,
                                .iou_sum = counts[i].iou_sum.value()};
    report.classes.push_back({categories_[i], own, quality_of(own)});
  }
  report.all = mean_of(report.classes, [](PanopticKind) { return true; });
  report.things = mean_of(report.classes, [](PanopticKind kind) { return kind == PanopticKind::thing; });
  report.stuff = mean_of(report.classes, [](PanopticKind kind) { return kind == PanopticKind::stuff; });
  return report;
}

PanopticReport PanopticMetric::report() const {
  return guarded("a panoptic report", [&] {
    auto report = report_of(counts_);
    report.images = images_;
    report.per_sample = {.name = "image_pq", .values = per_sample_};
    sort_samples(report.per_sample.values);
    return report;
  });
}

std::vector<Figure> figures(const PanopticReport& report) {
  std::vector<Figure> list;
  for (const auto& [name, group] : groups()) {
    const auto& quality = report.*group;
    list.push_back({fmt::format("{}_pq", name), quality.pq});
    list.push_back({fmt::format("{}_sq", name), quality.sq});
    list.push_back({fmt::format("{}_rq", name), quality.rq});
  }
  list.push_back({"image_pq", mean_value(report.per_sample)});
  return list;
}

std::string to_string(const PanopticReport& report, const Labels& labels) {
  TextTable table({"", "PQ", "SQ", "RQ", "TP", "FP", "FN"});
  const auto row = [&](std::string name, const PanopticQuality& quality, const PanopticCounts& counts) {
    table.row({std::move(name), figure_text(quality.pq), figure_text(quality.sq), figure_text(quality.rq),
               fmt::format("{}", counts.true_positives), fmt::format("{}", counts.false_positives),
               fmt::format("{}", counts.false_negatives)});
  };
  for (const auto& [name, group] : groups()) {
    PanopticCounts sum;
    for (const auto& each : report.classes) {
      if (group == &PanopticReport::things && each.category.kind == PanopticKind::stuff) continue;
      if (group == &PanopticReport::stuff && each.category.kind == PanopticKind::thing) continue;
      sum.true_positives += each.counts.true_positives;
      sum.false_positives += each.counts.false_positives;
      sum.false_negatives += each.counts.false_negatives;
    }
    row(name, report.*group, sum);
  }
  for (const auto& each : report.classes) {
    if (each.quality.classes > 0) row(labels[each.category.id], each.quality, each.counts);
  }
  return fmt::format("{} images\n\n", report.images) + table.text();
}

std::string to_json(const PanopticReport& report, const Labels& labels) {
  return guarded("writing a report as JSON", [&] {
    const auto write_quality = [](Json& to, const PanopticQuality& quality) {
      to["pq"] = quality.pq;
      to["sq"] = quality.sq;
      to["rq"] = quality.rq;
    };
    auto json = report_json("panoptic");
    json["images"] = report.images;
    for (const auto& [name, group] : groups()) {
      write_quality(json[name], report.*group);
      json[name]["classes"] = (report.*group).classes;
    }
    auto& classes = json["classes"] = Json::array();
    for (const auto& each : report.classes) {
      auto& row = classes.emplace_back(Json{{"class", each.category.id.value},
                                            {"name", labels[each.category.id]},
                                            {"kind", to_string(each.category.kind)}});
      write_quality(row, each.quality);
      row["iou_sum"] = each.counts.iou_sum;
      row["true_positives"] = each.counts.true_positives;
      row["false_positives"] = each.counts.false_positives;
      row["false_negatives"] = each.counts.false_negatives;
    }
    write(json, report.per_sample);
    return text_of(json);
  });
}

}  // namespace visionkit
