// Image classification: one label or many, from a TorchScript file to sorted class scores.
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
#include <visionkit/core/labels.hpp>
#include <visionkit/core/results.hpp>
#include <visionkit/image/image.hpp>
#include <visionkit/model_description.hpp>
#include <visionkit/model_record.hpp>
#include <visionkit/profile.hpp>

namespace visionkit {

/// Empty fields ask the model's record, then the default that is named.
struct ClassifierOptions {
  /// At most this many classes in an answer, at least 1; more than there are classes means all.
  /// Default 5 for one label, all for many labels.
  std::optional<std::size_t> top_k = {};
  /// Classes below are left out: one value for all, or one for each class in the model's order. 0..1.
  /// Default 0 for one label, 0.5 for many labels.
  std::vector<float> score_thresholds = {};
  /// Only these classes may be answered; empty: all. Names from the labels.
  std::vector<std::string> allow = {};
  /// These classes are never answered.
  std::vector<std::string> deny = {};
  /// Also return the probability of every class, unfiltered, in Classification::scores.
  bool all_scores = false;
  /// Logits are divided by it before softmax or sigmoid; above 0. Default 1.
  std::optional<float> temperature = {};
  /// One label (softmax) or many (sigmoid), what the output holds, names, preprocessing.
  std::optional<Task> task = {};
  std::optional<ScoreKind> scores = {};
  std::optional<Labels> labels = {};
  std::optional<PreprocessOptions> input = {};
  /// Used instead of whatever the file or a sidecar says.
  std::optional<ModelRecord> record = {};
  RunOptions run = {};
};

/// A loaded classification model. Immutable: every member function is const and may be called from many threads at
/// once. Moved-from objects may only be destroyed or assigned to.
class VISIONKIT_API Classifier {
 public:
  /// Loads a TorchScript file, checks it against its record, and runs it once to warm up.
  /// Throws the codes of a failed read, model_*, invalid_option, non_finite_output, out_of_memory.
  explicit Classifier(const std::string& path, const ClassifierOptions& options = {});
  /// The same from memory; `name` stands for the path in messages.
  static Classifier from_bytes(std::span<const std::uint8_t> model, const ClassifierOptions& options = {},
                               const std::string& name = "model in memory");
  Classifier(Classifier&&) noexcept;
  Classifier& operator=(Classifier&&) noexcept;
  ~Classifier();

  /// Classifies one picture: preprocess, run, decode. Here and below, `timings` gets how long the steps took.
  /// Throws invalid_argument, model_contract, model_runtime, non_finite_output, out_of_memory.
  [[nodiscard]] Classification classify(const ImageView& image, CallTimings* timings = nullptr) const;
  /// Classifies one encoded picture (JPEG, PNG, WebP, BMP); also throws the codes of decode_image().
  [[nodiscard]] Classification classify(std::span<const std::uint8_t> encoded, CallTimings* timings = nullptr) const;
  /// Classifies pictures of any sizes in one forward call (one by one when the model takes a fixed batch of 1).
  /// The answers are those of single calls, up to the network's own rounding.
  [[nodiscard]] std::vector<Classification> classify(std::span<const ImageView> images,
                                                     CallTimings* timings = nullptr) const;
  [[nodiscard]] std::vector<Classification> classify(std::span<const Image> images,
                                                     CallTimings* timings = nullptr) const;

  [[nodiscard]] const Labels& labels() const noexcept;
  /// The options with every empty field resolved.
  [[nodiscard]] const ClassifierOptions& options() const noexcept;
  [[nodiscard]] const ModelDescription& describe() const noexcept;
  /// How long the steps of the last calls took.
  [[nodiscard]] Profile profile() const;
  /// Gives memory back to the system that the engine keeps for later calls, which then begin with getting it again, and
  /// what the allocator (glibc's, of the whole process) holds free.
  void trim() const;

 private:
  struct Impl;
  explicit Classifier(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace visionkit
