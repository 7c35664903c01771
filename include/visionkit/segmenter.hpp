// Semantic and panoptic segmentation: from a TorchScript file to the class, or the segment, of every pixel of the
// caller's picture. What happens inside is public, step by step: preprocess/preprocess.hpp, the network,
// decode/segmentation.hpp, decode/panoptic.hpp. Masks of single objects come from a Detector; merge_panoptic() of
// decode/panoptic.hpp makes a PanopticMap of both models' answers.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <visionkit/core/config.hpp>
#include <visionkit/core/device.hpp>
#include <visionkit/core/error.hpp>
#include <visionkit/core/label_map.hpp>
#include <visionkit/core/labels.hpp>
#include <visionkit/core/panoptic.hpp>
#include <visionkit/decode/segmentation.hpp>
#include <visionkit/image/image.hpp>
#include <visionkit/model_description.hpp>
#include <visionkit/model_record.hpp>
#include <visionkit/preprocess/tiles.hpp>
#include <visionkit/profile.hpp>

namespace visionkit {

/// How large the answered maps are.
enum class MapResolution {
  image,    ///< as the picture; letterbox and crop are undone, pixels that the network did not see are void
  network,  ///< as the network's output, filling included
};

VISIONKIT_API std::string_view to_string(MapResolution resolution) noexcept;

/// Empty fields ask the model's record, then the default that is named.
struct SegmenterOptions {
  MapResolution resolution = MapResolution::image;
  SegmentationScores map_scores = SegmentationScores::none;  ///< what is answered beside the classes
  /// Of networks with one channel: class 1 where its probability is greater, default 0.5. Of panoptic networks: queries
  /// with a class probability up to it are left out, default 0.8. 0..1
  std::optional<float> score_threshold = {};
  /// Cuts larger pictures into tiles; each pixel is answered by the tile in whose middle it lies. Not with
  /// MapResolution::network, and not of panoptic networks.
  std::optional<TileOptions> tiles = {};
  std::uint64_t max_pixels = 100'000'000;         ///< of an answer; times the classes with all_classes
  std::optional<ScoreKind> scores = {};           ///< what the output holds
  std::optional<CornerRule> corners = {};         ///< default half_pixel
  std::optional<SegmentationResize> resize = {};  ///< default scores
  std::vector<std::string> stuff = {};            ///< of panoptic networks: the classes that are not counted one by one
  std::optional<Labels> labels = {};
  std::optional<PreprocessOptions> input = {};
  std::optional<ModelRecord> record = {};  ///< used instead of whatever the file or a sidecar says
  RunOptions run = {};
};

/// A loaded segmentation model. Immutable: every member function is const and may be called from many threads at once.
/// Moved-from objects may only be destroyed or assigned to.
class VISIONKIT_API Segmenter {
 public:
  /// Loads a TorchScript file, checks it against its record, and runs it once to warm up.
  /// Throws the codes of a failed read, model_*, invalid_option, non_finite_output, out_of_memory.
  explicit Segmenter(const std::string& path, const SegmenterOptions& options = {});
  /// The same from memory; `name` stands for the path in messages.
  static Segmenter from_bytes(std::span<const std::uint8_t> model, const SegmenterOptions& options = {},
                              const std::string& name = "model in memory");
  Segmenter(Segmenter&&) noexcept;
  Segmenter& operator=(Segmenter&&) noexcept;
  ~Segmenter();

  /// The class of every pixel; of a panoptic network PanopticMap::label_map(). Here and below, `timings` gets how
  /// long the steps took. Throws invalid_argument, model_contract,
  /// model_runtime, non_finite_output, image_too_large, out_of_memory.
  [[nodiscard]] LabelMap segment(const ImageView& image, CallTimings* timings = nullptr) const;
  /// Of one encoded picture (JPEG, PNG, WebP, BMP), in the pixels of decode_image().
  [[nodiscard]] LabelMap segment(std::span<const std::uint8_t> encoded, CallTimings* timings = nullptr) const;
  /// Of pictures of any sizes, in one forward call where the network takes batches.
  [[nodiscard]] std::vector<LabelMap> segment(std::span<const ImageView> images, CallTimings* timings = nullptr) const;
  [[nodiscard]] std::vector<LabelMap> segment(std::span<const Image> images, CallTimings* timings = nullptr) const;

  /// The segment of every pixel, from a network whose record says panoptic_segmentation. Throws as segment(), and
  /// model_contract for another network.
  [[nodiscard]] PanopticMap segment_panoptic(const ImageView& image, CallTimings* timings = nullptr) const;
  [[nodiscard]] std::vector<PanopticMap> segment_panoptic(std::span<const ImageView> images,
                                                          CallTimings* timings = nullptr) const;

  [[nodiscard]] const Labels& labels() const noexcept;
  /// The options with every empty field resolved.
  [[nodiscard]] const SegmenterOptions& options() const noexcept;
  [[nodiscard]] const ModelDescription& describe() const noexcept;
  /// How long the steps of the last calls took.
  [[nodiscard]] Profile profile() const;
  /// Gives memory back to the system that the engine keeps for later calls, which then begin with getting it again, and
  /// what the allocator (glibc's, of the whole process) holds free.
  void trim() const;

 private:
  struct Impl;
  explicit Segmenter(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace visionkit
