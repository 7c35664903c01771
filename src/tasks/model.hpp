// What all tasks share: a model file, its record, a running session and the preprocessing between pictures and it.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <visionkit/image/image.hpp>
#include <visionkit/model_description.hpp>
#include <visionkit/preprocess/preprocess.hpp>

#include "core/function_ref.hpp"
#include "runtime/model_file.hpp"
#include "runtime/session.hpp"
#include "tasks/call_log.hpp"
#include "tasks/record_source.hpp"

namespace visionkit {

/// What a task makes of the record that was found, before the network is loaded.
struct RecordUse {
  bool states_input = false;  ///< the caller says how pictures become the network's input
  InputKind input = InputKind::tensor;
};

struct ModelRequest {
  RunOptions run = {};
  std::optional<ModelRecord> record = {};  ///< the caller's
  /// Puts the caller's options into the record and checks that the task can work with it.
  std::function<RecordUse(FoundRecord&)> use_record = {};
};

class Model {
  // A network's input in memory that the calling thread uses again and again: nothing of it is needed once the network
  // has answered.
  struct Input {
    TensorView& view;
    std::span<std::byte> bytes;
  };

 public:
  Model(const ModelFile& file, const ModelRequest& request);

  [[nodiscard]] const ModelDescription& description() const { return description_; }
  [[nodiscard]] const ModelRecord& record() const { return description_.record; }
  [[nodiscard]] const Outputs& warm_up_outputs() const { return session_->report().warm_up_outputs; }

  /// Runs pictures of any sizes in as few forward calls as the network allows and hands over, call by call, how many
  /// pictures it took, what was done to each of them, and what came out. The clock gets preprocessing and network.
  using Receiver = FunctionRef<void(std::span<const AppliedTransform> images, const Outputs& outputs)>;
  void run(std::span<const ImageView> images, CallClock& clock, Receiver receive) const;
  /// The same for the bytes of a picture's file, of which only those pixels are decoded that the network sees.
  void run(EncodedImage image, CallClock& clock, Receiver receive) const;

  void trim() const;

  /// Plays the record's self-test, when it has one. Throws model_contract with the first value that differs.
  void self_test() const;

  /// The outputs that the record names, or all. Throws model_contract with what there is when one is missing.
  [[nodiscard]] std::vector<TensorView> named_outputs(const Outputs& outputs) const;
  /// The only one of them. Throws model_contract when there are several.
  [[nodiscard]] const Tensor& named_output(const Outputs& outputs) const;

  /// The output of that path. Throws model_contract with what there is when it is missing.
  [[nodiscard]] const Tensor& output(const Outputs& outputs, const std::string& path) const;
  /// The size of the network's input where it is the same for every picture.
  [[nodiscard]] std::optional<Size> fixed_input() const { return preprocessor_->fixed_size(); }

  /// The pictures that one call of the network answered: its batch, with the copies that fill a fixed one.
  [[nodiscard]] std::size_t batch_of(std::size_t images) const;

 private:
  [[nodiscard]] std::size_t pictures_per_call(std::size_t wanted) const;
  [[nodiscard]] Input input_for(Size image, std::size_t batch) const;

  ModelDescription description_;
  std::unique_ptr<const Session> session_;
  std::optional<Preprocessor> preprocessor_;
};

}  // namespace visionkit
