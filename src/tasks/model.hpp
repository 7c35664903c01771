// What all tasks share: a checked archive, its record, a running session and the preprocessing between pictures and it.
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

#include "runtime/archive.hpp"
#include "runtime/session.hpp"

namespace visionkit {

struct ModelRequest {
  RunOptions run = {};
  std::optional<ModelRecord> record = {};
  /// Puts the caller's options into the record that was found; says whether the caller stated the preprocessing.
  std::function<bool(ModelRecord&)> override_record = {};
};

class Model {
 public:
  Model(const Archive& archive, const ModelRequest& request);

  [[nodiscard]] const ModelDescription& description() const { return description_; }
  [[nodiscard]] const ModelRecord& record() const { return description_.record; }
  [[nodiscard]] const Outputs& warm_up_outputs() const { return session_->report().warm_up_outputs; }

  /// Runs pictures of any sizes in as few forward calls as the network allows and hands over, call by call, how many
  /// pictures it took and what came out.
  using Receiver = std::function<void(std::span<const ImageView> images, const Outputs& outputs)>;
  void run(std::span<const ImageView> images, const Receiver& receive) const;

  /// Plays the record's self-test, when it has one. Throws model_contract with the first value that differs.
  void self_test() const;

  /// The output that the record names. Throws model_contract with what there is when it is missing or not clear.
  [[nodiscard]] const Tensor& named_output(const Outputs& outputs) const;

 private:
  [[nodiscard]] std::size_t pictures_per_call(std::size_t wanted) const;

  ModelDescription description_;
  std::unique_ptr<const Session> session_;
  std::optional<Preprocessor> preprocessor_;
};

}  // namespace visionkit
