#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include <visionkit/decode/panoptic.hpp>

#include "core/fail.hpp"
#include "decode/row_pair.hpp"
#include "decode/segmentation_input.hpp"
#include "decode/segmentation_kernels.hpp"

namespace visionkit {
namespace {

// A query that names a class.
struct Query {
  std::size_t index = 0;
  ClassId label;
  float score = 0;
  std::uint64_t won = 0;     // pixels where it is the best
  std::uint64_t own = 0;     // pixels of its mask alone
  std::uint64_t inside = 0;  // pixels that are both
};

std::vector<Query> naming_queries(const TensorView& classes, float score_threshold) {
  const auto width = static_cast<std::size_t>(classes.shape[1]);
  const auto values = classes.floats();
  std::vector<Query> queries;
  for (std::size_t i = 0; i < values.size() / width; ++i) {
    const auto row = values.subspan(i * width, width);
    const auto best = std::max_element(row.begin(), row.end());
    if (best == row.end() - 1) continue;  // no object
    float sum = 0;
    for (const auto value : row) sum += std::exp(value - *best);
    if (!(1 / sum > score_threshold)) continue;
    queries.push_back({});
    queries.back().index = i;
    queries.back().label = ClassId(static_cast<std::int32_t>(best - row.begin()));
    queries.back().score = 1 / sum;
  }
  return queries;
}

// Two neighboring rows of the queries' masks, spread over the picture's columns.
class QueryRows {
 public:
  QueryRows(const SegmentationInput& masks, SampleAxis columns, const std::vector<Query>& queries)
      : masks_(masks), columns_(std::move(columns)), queries_(queries) {
    width_ = (columns_.first.size() + row_multiple - 1) / row_multiple * row_multiple;
    columns_.first.resize(width_);
    columns_.second.resize(width_);
    columns_.weights.resize(width_);
    rows_.resize(width_ * queries.size());
  }

  [[nodiscard]] std::size_t width() const { return width_; }

  // Of query k at [k * width()]; stays valid until a third row is asked for.
  const float* row(std::int32_t index, std::int32_t other) {
    return rows_.row(index, other, [&](float* values) {
      const auto cells = static_cast<std::size_t>(masks_.cells.width);
      const auto plane = cells * static_cast<std::size_t>(masks_.cells.height);
      const float* source = masks_.tensor.floats().data() + static_cast<std::size_t>(index) * cells;
      const ColumnTaps taps = {columns_.first.data(), columns_.second.data(), columns_.weights.data(), width_};
      for (std::size_t k = 0; k < queries_.size(); ++k)
        spread_columns(source + queries_[k].index * plane, taps, values + k * width_);
    });
  }

 private:
  const SegmentationInput& masks_;
  SampleAxis columns_;
  const std::vector<Query>& queries_;
  std::size_t width_ = 0;
  RowPair rows_;
};

// Gives every pixel to a query, by number from 1, and counts.
std::vector<std::uint32_t> assign(const SegmentationInput& masks, const SampleAxes& axes, std::vector<Query>& queries) {
  const auto width = axes.x.first.size();
  std::vector<std::uint32_t> owners(width * axes.y.first.size(), panoptic_void);
  QueryRows rows(masks, axes.x, queries);
  std::vector<float> best(width);
  std::vector<std::uint32_t> winner(width);
  std::vector<std::uint8_t> is_inside(width);
  for (int y = axes.y.begin; y < axes.y.end; ++y) {
    const auto at = static_cast<std::size_t>(y);
    const auto* const upper = rows.row(axes.y.first[at], axes.y.second[at]);
    const auto* const lower = rows.row(axes.y.second[at], axes.y.first[at]);
    const float weight = axes.y.weights[at];
    const auto begin = static_cast<std::size_t>(axes.x.begin);
    const auto end = static_cast<std::size_t>(axes.x.end);
    std::fill(best.begin(), best.end(), -1.0F);
    for (std::size_t k = 0; k < queries.size(); ++k) {
      auto& query = queries[k];
      for (auto x = begin; x < end; ++x) {
        const auto from = k * rows.width() + x;
        const float logit = upper[from] * (1 - weight) + lower[from] * weight;
        const bool is_own = logit >= 0;
        query.own += is_own ? 1 : 0;
        const float probability = query.score / (1 + std::exp(-logit));
        if (!(probability > best[x])) continue;
        best[x] = probability;
        winner[x] = static_cast<std::uint32_t>(k);
        is_inside[x] = is_own ? 1 : 0;
      }
    }
    for (auto x = begin; x < end; ++x) {
      auto& query = queries[winner[x]];
      ++query.won;
      if (is_inside[x] == 0) continue;
      ++query.inside;
      owners[at * width + x] = winner[x] + 1;
    }
  }
  return owners;
}

void check(const TensorView& classes, const TensorView& masks, Size size, const PanopticQueryOptions& options) {
  for (const auto threshold : {static_cast<double>(options.score_threshold), options.overlap_threshold}) {
    if (!(threshold >= 0 && threshold <= 1)) {
      fail(ErrorCode::invalid_option, "score_threshold and overlap_threshold are {} and {}, expected 0..1",
           options.score_threshold, options.overlap_threshold);
    }
  }
  const auto& shape = classes.shape;
  const bool is_float = classes.dtype == DType::float32 && masks.dtype == DType::float32;
  if (!is_float || shape.size() != 2 || shape[1] < 2 || masks.shape.size() != 3 || masks.shape[0] != shape[0] ||
      classes.data == nullptr) {
    fail(ErrorCode::model_contract, "queries: {} {} and {} {}, expected float32 [n, classes + 1] and [n, h, w]",
         to_string(classes.dtype), to_string(shape), to_string(masks.dtype), to_string(masks.shape));
  }
  if (!all_finite(classes.floats())) {
    fail(ErrorCode::non_finite_output, "queries: NaN or infinity among the class logits {}", to_string(shape));
  }
  if (size.width < 1 || size.height < 1) {
    fail(ErrorCode::invalid_argument, "a panoptic map of {}, expected positive sides", to_string(size));
  }
  if (static_cast<std::uint64_t>(size.width) * static_cast<std::uint64_t>(size.height) > options.max_pixels) {
    fail(ErrorCode::image_too_large, "a panoptic map of {} is larger than max_pixels, {}", to_string(size),
         options.max_pixels);
  }
}

}  // namespace

PanopticMap decode_panoptic_queries(const TensorView& classes, const TensorView& masks, Size size,
                                    const PanopticQueryOptions& options) {
  return guarded("decoding panoptic queries", [&] {
    check(classes, masks, size, options);
    const SegmentationDecodeOptions sampling = {.input = options.input, .content = options.content};
    check_options(sampling);
    const auto input = segmentation_input(masks, sampling);
    auto queries = naming_queries(classes, options.score_threshold);
    if (queries.empty()) {
      const auto pixels = static_cast<std::size_t>(size.width) * static_cast<std::size_t>(size.height);
      return PanopticMap(std::vector<std::uint32_t>(pixels, panoptic_void), size, {});
    }
    auto ids = assign(input, sample_axes(input, size, sampling), queries);
    std::vector<PanopticSegment> segments;
    std::vector<std::uint32_t> id_of(queries.size() + 1, panoptic_void);
    std::map<ClassId, std::uint32_t> stuff;
    for (const auto label : options.stuff) stuff[label] = panoptic_void;
    for (std::size_t k = 0; k < queries.size(); ++k) {
      const auto& query = queries[k];
      if (query.inside == 0) continue;
      if (static_cast<double>(query.won) / static_cast<double>(query.own) < options.overlap_threshold) continue;
      const auto known = stuff.find(query.label);
      const bool is_stuff = known != stuff.end();
      if (is_stuff && known->second != panoptic_void) {
        id_of[k + 1] = known->second;
        continue;
      }
      segments.push_back({});
      auto& segment = segments.back();
      segment.id = id_of[k + 1] = static_cast<std::uint32_t>(segments.size());
      segment.label = query.label;
      segment.kind = is_stuff ? PanopticKind::stuff : PanopticKind::thing;
      segment.score = query.score;
      if (is_stuff) known->second = segment.id;
    }
    for (auto& id : ids) id = id_of[id];
    measure_segments(ids, size, segments);
    return PanopticMap(std::move(ids), size, std::move(segments));
  });
}

}  // namespace visionkit
