// What every detection format shares: checks of the contract, labels of one box, candidates.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include <visionkit/core/results.hpp>
#include <visionkit/decode/boxes.hpp>
#include <visionkit/decode/detection.hpp>

namespace visionkit {

/// One extent of an expected shape.
struct Extent {
  std::int64_t size;         ///< -1: any
  std::string_view meaning;  ///< "boxes"
};
inline constexpr std::int64_t any_extent = -1;

/// Throws invalid_option for a context that no format can use.
void check_context(const DecodeContext& context);

/// Throws model_contract unless there are as many tensors as names.
void expect_tensors(std::string_view format, std::span<const TensorView> tensors,
                    std::initializer_list<std::string_view> names);

/// Throws model_contract unless type and shape are these.
void expect_shape(std::string_view format, std::string_view name, const TensorView& tensor, DType dtype,
                  std::initializer_list<Extent> shape);

/// The elements of a float32 tensor of this shape. Throws model_contract.
std::span<const float> expect_floats(std::string_view format, std::string_view name, const TensorView& tensor,
                                     std::initializer_list<Extent> shape);

/// The number of anchors as an extent. Throws invalid_option when there are none.
std::int64_t anchors_of(std::string_view format, const DecodeContext& context);

/// The number of classes as an extent.
std::int64_t classes_of(const DecodeContext& context);

/// Collects detections: scales normalised boxes, refuses boxes that are not finite and scores outside 0..1.
class Candidates {
 public:
  Candidates(std::string_view format, const DecodeContext& context, BoxCoordinates own_coordinates);

  void add(ModelBox box, std::int64_t label, float score, std::size_t source);
  [[nodiscard]] std::vector<ModelDetection> take() { return std::move(found_); }

 private:
  std::string_view format_;
  float scale_x_ = 1;
  float scale_y_ = 1;
  std::vector<ModelDetection> found_;
};

/// The scores of one box after activation.
class LabelPicker {
 public:
  LabelPicker(const DecodeContext& context, ScoreActivation activation, LabelRule own_rule);

  /// The labels of a box by rising index: the best one (the lowest index of equal ones) or all, of those with a score
  /// above the threshold. `ignored`: the index of background or no object, which takes part in softmax only; -1 for
  /// none. Labels after it move down by one.
  [[nodiscard]] std::span<const ClassScore> pick(std::span<const float> scores, std::ptrdiff_t ignored = -1);

 private:
  float threshold_;
  float least_logit_;  // below it no sigmoid passes the threshold
  ScoreActivation activation_;
  LabelRule rule_;
  std::vector<ClassScore> picked_;
};

/// A box measured from an anchor: centre offsets in anchor sizes, and logarithms of relative sizes that are cut off at
/// 1000 / 16, as torchvision's BoxCoder.
ModelBox decode_offsets(const ModelBox& anchor, std::span<const float> offsets, float center_scale, float size_scale);

}  // namespace visionkit
