#include "decode/segmentation_rows.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "decode/row_pair.hpp"
#include "decode/segmentation_kernels.hpp"

namespace visionkit {
namespace {

// Wide enough for long vector loops, narrow enough that two rows of 150 classes stay in the second-level cache.
constexpr std::size_t strip_width = 512;

float sigmoid(float value) { return 1 / (1 + std::exp(-value)); }

template <class Id>
struct Answer {
  Size size;
  std::vector<Id> ids;
  std::vector<float> confidence;
  std::vector<float> planes;

  [[nodiscard]] std::size_t offset(std::size_t x, int y) const {
    return static_cast<std::size_t>(y) * static_cast<std::size_t>(size.width) + x;
  }
};

// The columns [start, start + count) of a picture.
class Strip {
 public:
  Strip(const SegmentationInput& input, const SampleAxes& axes, const SegmentationDecodeOptions& options,
        std::size_t start, std::size_t count)
      : input_(input), axes_(axes), options_(options), start_(start), count_(count) {
    width_ = (count + row_multiple - 1) / row_multiple * row_multiple;
    const auto cut = [&](const auto& values) {
      auto part = values;
      part.assign(values.begin() + static_cast<std::ptrdiff_t>(start),
                  values.begin() + static_cast<std::ptrdiff_t>(start + count));
      part.resize(width_);
      return part;
    };
    first_ = cut(axes.x.first);
    second_ = cut(axes.x.second);
    weights_ = cut(axes.x.weights);
    rows_.resize(input.channels * width_);
    ids_.resize(best_rows * width_);
    best_.resize(best_rows * width_);
    sums_.resize(width_);
    if (options.activation == ScoreActivation::sigmoid)
      limit_ = std::log(options.threshold / (1 - options.threshold));
    else
      limit_ = options.threshold;
  }

  template <class Id>
  void decode(Answer<Id>& answer) {
    std::array<float, best_rows> weights;
    for (int y = axes_.y.begin; y < axes_.y.end;) {
      const auto at = static_cast<std::size_t>(y);
      std::size_t count = 0;
      while (count < best_rows && y + static_cast<int>(count) < axes_.y.end &&
             axes_.y.first[at + count] == axes_.y.first[at] && axes_.y.second[at + count] == axes_.y.second[at]) {
        weights[count] = axes_.y.weights[at + count];
        ++count;
      }
      const auto upper = row_of(axes_.y.first[at], axes_.y.second[at]);
      const auto lower = row_of(axes_.y.second[at], axes_.y.first[at]);
      const ScoreRows rows = {upper, lower, input_.channels, width_};
      if (input_.channels == 1)
        threshold_rows(rows, {weights.data(), count});
      else
        best_classes(rows, {weights.data(), count}, ids_.data(), best_.data());
      for (std::size_t k = 0; k < count; ++k) store(rows, weights[k], k, y + static_cast<int>(k), answer);
      y += static_cast<int>(count);
    }
  }

 private:
  // The scores of a row of the map, spread over the columns; stays valid until a third row is asked for.
  const float* row_of(std::int32_t index, std::int32_t other) {
    return rows_.row(index, other, [&](float* scores) {
      const auto width = static_cast<std::size_t>(input_.cells.width);
      const auto plane = width * static_cast<std::size_t>(input_.cells.height);
      const float* source = static_cast<const float*>(input_.tensor.data) + static_cast<std::size_t>(index) * width;
      const ColumnTaps taps = {first_.data(), second_.data(), weights_.data(), width_};
      for (std::size_t c = 0; c < input_.channels; ++c) spread_columns(source + c * plane, taps, scores + c * width_);
    });
  }

  static float blend(const ScoreRows& rows, std::size_t at, float weight) {
    return rows.upper[at] * (1 - weight) + rows.lower[at] * weight;
  }

  void threshold_rows(const ScoreRows& rows, std::span<const float> weights) {
    for (std::size_t k = 0; k < weights.size(); ++k) {
      for (std::size_t x = 0; x < width_; ++x) {
        const float score = blend(rows, x, weights[k]);
        best_[k * width_ + x] = score;
        ids_[k * width_ + x] = score > limit_ ? 1 : 0;
      }
    }
  }

  // The part of a row that the network saw, from where the kernels left it to where it belongs.
  template <class Id>
  void store(const ScoreRows& rows, float weight, std::size_t from, int y, Answer<Id>& answer) {
    const auto begin = std::max(static_cast<std::size_t>(axes_.x.begin), start_) - start_;
    const auto end = std::min(static_cast<std::size_t>(axes_.x.end), start_ + count_);
    if (end <= start_ + begin) return;
    const auto stop = end - start_;
    const auto target = answer.offset(start_, y);
    const auto* const ids = &ids_[from * width_];
    auto* const best = &best_[from * width_];
    for (std::size_t x = begin; x < stop; ++x) answer.ids[target + x] = static_cast<Id>(ids[x]);
    if (answer.confidence.empty()) return;
    const bool is_softmax = options_.activation == ScoreActivation::softmax;
    if (is_softmax) sum_exponentials(rows, weight, best, sums_.data());
    for (std::size_t x = begin; x < stop; ++x) {
      answer.confidence[target + x] = is_softmax ? 1 / sums_[x] : of_class(activated(best[x]), ids[x]);
    }
    if (answer.planes.empty()) return;
    const auto plane = answer.ids.size();
    for (std::size_t c = 0; c < rows.classes; ++c) {
      auto* const to = answer.planes.data() + c * plane + target;
      for (std::size_t x = begin; x < stop; ++x) {
        const float score = blend(rows, c * width_ + x, weight);
        to[x] = is_softmax ? std::exp(score - best[x]) / sums_[x] : activated(score);
      }
    }
  }

  [[nodiscard]] float activated(float score) const {
    return options_.activation == ScoreActivation::sigmoid ? sigmoid(score) : score;
  }
  // One channel scores class 1.
  [[nodiscard]] float of_class(float score, std::uint16_t id) const {
    return input_.channels == 1 && id == 0 ? 1 - score : score;
  }

  const SegmentationInput& input_;
  const SampleAxes& axes_;
  const SegmentationDecodeOptions& options_;
  std::size_t start_;
  std::size_t count_;
  std::size_t width_ = 0;  // count, rounded up
  float limit_ = 0;        // of one channel, before activation
  std::vector<std::int32_t> first_;
  std::vector<std::int32_t> second_;
  std::vector<float> weights_;
  RowPair rows_;
  std::vector<std::uint16_t> ids_;
  std::vector<float> best_;
  std::vector<float> sums_;
};

template <class Index, class Id>
void copy_indices(const SegmentationInput& input, const SampleAxes& axes, Answer<Id>& answer) {
  const auto* const source = static_cast<const Index*>(input.tensor.data);
  for (int y = axes.y.begin; y < axes.y.end; ++y) {
    const auto* const row = source + std::ptrdiff_t{axes.y.first[static_cast<std::size_t>(y)]} * input.cells.width;
    auto* const to = answer.ids.data() + answer.offset(0, y);
    for (int x = axes.x.begin; x < axes.x.end; ++x) {
      const auto index = row[axes.x.first[static_cast<std::size_t>(x)]];
      const bool is_void = sizeof(Index) == 1 && index == static_cast<Index>(0xFF);
      to[x] = is_void ? std::numeric_limits<Id>::max() : static_cast<Id>(index);
    }
  }
}

}  // namespace

template <class Id>
LabelMap decode_rows(const SegmentationInput& input, const SampleAxes& axes, const SegmentationDecodeOptions& options) {
  Answer<Id> answer;
  answer.size = {static_cast<int>(axes.x.first.size()), static_cast<int>(axes.y.first.size())};
  const auto width = axes.x.first.size();
  const auto pixels = width * axes.y.first.size();
  answer.ids.assign(pixels, std::numeric_limits<Id>::max());
  if (options.scores != SegmentationScores::none) answer.confidence.resize(pixels);
  if (options.scores == SegmentationScores::all_classes) answer.planes.resize(pixels * input.channels);
  switch (input.tensor.dtype) {
    case DType::uint8: copy_indices<std::uint8_t>(input, axes, answer); break;
    case DType::int32: copy_indices<std::int32_t>(input, axes, answer); break;
    case DType::int64: copy_indices<std::int64_t>(input, axes, answer); break;
    default:
      for (std::size_t start = 0; start < width; start += strip_width) {
        Strip(input, axes, options, start, std::min(strip_width, width - start)).decode(answer);
      }
  }
  LabelScores scores = {.confidence = std::move(answer.confidence)};
  if (options.scores == SegmentationScores::all_classes) {
    Shape shape = {static_cast<std::int64_t>(input.channels), answer.size.height, answer.size.width};
    scores.classes = Tensor(std::move(shape), std::move(answer.planes));
  }
  return {std::move(answer.ids), answer.size, std::move(scores)};
}

template LabelMap decode_rows<std::uint8_t>(const SegmentationInput&, const SampleAxes&,
                                            const SegmentationDecodeOptions&);
template LabelMap decode_rows<std::uint16_t>(const SegmentationInput&, const SampleAxes&,
                                             const SegmentationDecodeOptions&);

}  // namespace visionkit
