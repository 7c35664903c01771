#include "tasks/model.hpp"

#include <malloc.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>

#include <fmt/ranges.h>

#include <visionkit/image/io.hpp>

#include "core/fail.hpp"
#include "image/decode.hpp"
#include "preprocess/decoded_input.hpp"
#include "runtime/process_memory.hpp"
#include "runtime/trust.hpp"

namespace visionkit {
namespace {

using Clock = std::chrono::steady_clock;

double ms_since(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

Image self_test_picture(Size size) {
  Image image(size, PixelFormat::rgb8);
  for (int y = 0; y < size.height; ++y) {
    auto* row = image.row(y);
    for (int x = 0; x < size.width; ++x) {
      for (int c = 0; c < 3; ++c)
        row[3 * x + c] = static_cast<std::uint8_t>((7 * x + 13 * y + 29 * c + x * y / 8) % 256);
    }
  }
  return image;
}

Image noise_picture(Size size) {
  Image image(size, PixelFormat::rgb8);
  std::uint32_t state = 12345;
  for (auto& value : image.pixels()) {
    state = state * 1664525U + 1013904223U;
    value = static_cast<std::uint8_t>(state >> 24U);
  }
  return image;
}

// What the network will be tried on: noise, and something with the gradients of a picture.
std::vector<Tensor> probes(const Preprocessor& preprocessor, std::size_t batch) {
  std::vector<Tensor> inputs;
  const auto size = preprocessor.fixed_size();
  if (!size) {
    try {
      for (const auto open : {Size{256, 192}, Size{192, 256}, Size{320, 320}})
        inputs.push_back(preprocessor.run(std::vector<ImageView>(batch, noise_picture(open))).tensor);
    } catch (const Error&) {  // pictures of other sizes are expected
      return {};
    }
    return inputs;
  }
  for (const auto& picture : {noise_picture(*size), self_test_picture(*size)}) {
    inputs.push_back(preprocessor.run(std::vector<ImageView>(batch, picture)).tensor);
  }
  return inputs;
}

std::string names_of(const Outputs& outputs) {
  std::vector<std::string> names;
  for (const auto& [name, tensor] : outputs) names.push_back(fmt::format("'{}' {}", name, to_string(tensor.shape())));
  return fmt::format("{}", fmt::join(names, ", "));
}

}  // namespace

Model::Model(const ModelFile& file, const ModelRequest& request) {
  const auto start = Clock::now();
  const auto resident = resident_bytes();
  auto found = find_record(file, request.record);
  const auto use = request.use_record(found);
  if (found.origin == RecordOrigin::none && !use.states_input) {
    fail(ErrorCode::model_contract,
         "'{}' has no record of how pictures become its input{}: add visionkit.json, a sidecar, or give the options' "
         "input",
         file.name(), found.notes.empty() ? "" : " (" + found.notes.front() + ")");
  }
  auto& record = found.record;
  auto run = request.run;
  if (!run.precision) run.precision = record.run.value_or(RecordedRun{}).precision;
  preprocessor_.emplace(record.input);
  const bool is_size_open = !preprocessor_->fixed_size();
  SessionOptions options{.run = run, .input = use.input, .is_size_open = is_size_open};
  // Networks that take lists of pictures have no other form.
  if (!is_size_open || use.input == InputKind::tensor)
    options.probes = probes(*preprocessor_, static_cast<std::size_t>(record.batch.value_or(1)));
  session_ = load_torchscript(file, options);

  const auto& report = session_->report();
  description_ = {.file = file.name(),
                  .bytes = file.size(),
                  .sha256 = file.digest(),
                  .record = std::move(record),
                  .record_origin = found.origin,
                  .engine = report.engine,
                  .device = run.device,
                  .precision = *run.precision,
                  .input = {.dtype = preprocessor_->options().dtype,
                            .shape = is_size_open ? Shape{} : options.probes.front().shape()},
                  .parameters = report.parameters,
                  .optimization = report.optimization,
                  .trials = report.trials,
                  .notes = std::move(found.notes),
                  .keeps_state = report.keeps_state,
                  .warm_up_ms = report.warm_up_ms};
  description_.notes.insert(description_.notes.end(), report.notes.begin(), report.notes.end());
  for (const auto& [name, tensor] : report.warm_up_outputs)
    description_.outputs.push_back({name, tensor.dtype(), tensor.shape()});
  const auto grown = [&](std::uint64_t now) { return now > resident ? now - resident : 0; };
  description_.resident_bytes = grown(resident_bytes());
  description_.load_peak_bytes = grown(peak_resident_bytes()) + file.held_bytes();  // which were there before
  description_.load_ms = ms_since(start);
}

std::size_t Model::pictures_per_call(std::size_t wanted) const {
  if (record().batch) return static_cast<std::size_t>(*record().batch);
  return session_->report().takes_batches && preprocessor_->fixed_size() ? wanted : 1;
}

Model::Input Model::input_for(Size image, std::size_t batch) const {
  thread_local ScratchBuffer memory;
  thread_local TensorView view;
  view.dtype = preprocessor_->options().dtype;
  const auto& fixed = description_.input.shape;
  if (fixed.empty())
    view.shape = preprocessor_->input_shape(image);
  else
    view.shape.assign(fixed.begin(), fixed.end());  // in the memory that it has
  view.shape.front() = static_cast<std::int64_t>(batch);
  const auto size = view.count() * size_of(view.dtype);
  auto* bytes = reinterpret_cast<std::byte*>(memory.reserve(size));
  view.data = bytes;
  return {view, {bytes, size}};
}

void Model::run(std::span<const ImageView> images, CallClock& clock, Receiver receive) const {
  const auto answer = [&](const Input& input) {
    return clock.time(&CallTimings::network_ms, [&] { return session_->run(input.view); });
  };
  const auto step = pictures_per_call(std::max<std::size_t>(images.size(), 1));
  std::vector<ImageView> filled;
  for (std::size_t start = 0; start < images.size(); start += step) {
    const auto chunk = images.subspan(start, std::min(step, images.size() - start));
    if (step == 1) {
      AppliedTransform transform;
      const auto input = clock.time(&CallTimings::preprocess_ms, [&] {
        check_view(chunk.front());
        const auto made = input_for(chunk.front().size(), 1);
        transform = preprocessor_->run_into(chunk.front(), made.bytes);
        return made;
      });
      receive({&transform, 1}, answer(input));
      continue;
    }
    auto batch = chunk;
    if (chunk.size() < step && record().batch) {  // a fixed batch is filled up with a picture that is there anyway
      filled.assign(chunk.begin(), chunk.end());
      filled.resize(step, chunk.back());
      batch = filled;
    }
    std::vector<AppliedTransform> transforms;
    const auto input = clock.time(&CallTimings::preprocess_ms, [&] {
      for (const auto& image : batch) check_view(image);
      const auto made = input_for(batch.front().size(), batch.size());
      transforms = preprocessor_->run_into(batch, made.bytes);
      return made;
    });
    receive(std::span(transforms).first(chunk.size()), answer(input));
  }
}

void Model::run(EncodedImage image, CallClock& clock, Receiver receive) const {
  if (batch_of(1) > 1) {
    const auto decoded = clock.time(&CallTimings::decode_ms, [&] { return decode_image(image); });
    const ImageView view = decoded;
    run({&view, 1}, clock, receive);
    return;
  }
  const auto pixels = clock.time(&CallTimings::decode_ms, [&] { return DecodedInput(*preprocessor_, image); });
  const auto& transform = pixels.transform();
  const auto input = clock.time(&CallTimings::preprocess_ms, [&] {
    const auto made = input_for(transform.image_size(), 1);
    pixels.run_into(made.bytes);
    return made;
  });
  const auto outputs = clock.time(&CallTimings::network_ms, [&] { return session_->run(input.view); });
  receive({&transform, 1}, outputs);
}

void Model::trim() const {
  session_->trim();
  ::malloc_trim(0);
}

std::size_t Model::batch_of(std::size_t images) const {
  return record().batch ? static_cast<std::size_t>(*record().batch) : images;
}

const Tensor& Model::output(const Outputs& outputs, const std::string& path) const {
  const auto found =
      std::find_if(outputs.begin(), outputs.end(), [&](const auto& output) { return output.name == path; });
  if (found == outputs.end()) {
    fail(ErrorCode::model_contract, "'{}': expected the output '{}', got {}", description_.file, path,
         names_of(outputs));
  }
  return found->tensor;
}

std::vector<TensorView> Model::named_outputs(const Outputs& outputs) const {
  std::vector<TensorView> views;
  views.reserve(outputs.size());
  for (const auto& path : record().output.tensors) views.push_back(output(outputs, path).view());
  if (views.empty()) {
    for (const auto& [name, tensor] : outputs) views.push_back(tensor.view());
  }
  return views;
}

const Tensor& Model::named_output(const Outputs& outputs) const {
  const auto& paths = record().output.tensors;
  for (const auto& path : paths) {
    const auto& found = output(outputs, path);
    if (paths.size() == 1) return found;
  }
  if (!paths.empty() || outputs.size() != 1 || !outputs.front().name.empty()) {
    fail(ErrorCode::model_contract,
         "'{}': expected one bare tensor (or a record that names one by output.tensors), got {}", description_.file,
         names_of(outputs));
  }
  return outputs.front().tensor;
}

void Model::self_test() const {
  const auto& test = record().self_test;
  if (!test) return;
  const auto picture = self_test_picture(test->size);
  const auto input = preprocessor_->run(picture).tensor;
  const auto bytes =
      std::span(static_cast<const std::uint8_t*>(input.data()), element_count(input.shape()) * size_of(input.dtype()));
  if (!test->input_sha256.empty()) {
    const auto digest = sha256_hex(bytes);
    if (digest != test->input_sha256) {
      fail(ErrorCode::model_contract,
           "self-test of '{}': the input tensor's SHA-256 is {}, expected {}: another preprocessing made the model's "
           "input",
           description_.file, digest.substr(0, 16), test->input_sha256.substr(0, 16));
    }
  }
  // The recorded values are float32's; with less precision the test still tells another network.
  auto tolerance = test->tolerance;
  if (description_.precision != Precision::float32) {
    constexpr float rounding = 0.05F;  // of the largest value
    float largest = 0;
    for (const auto value : test->output) largest = std::max(largest, std::abs(value));
    tolerance = std::max(tolerance, rounding * largest);
  }
  const std::array<ImageView, 1> pictures = {picture};
  CallClock clock;
  run(pictures, clock, [&](std::span<const AppliedTransform>, const Outputs& outputs) {
    const auto values = named_outputs(outputs).front().floats();
    if (values.size() < test->output.size()) {
      fail(ErrorCode::model_contract, "self-test of '{}': expected at least {} values, got {}", description_.file,
           test->output.size(), values.size());
    }
    for (std::size_t i = 0; i < test->output.size(); ++i) {
      if (!(std::abs(values[i] - test->output[i]) <= tolerance)) {
        fail(ErrorCode::model_contract, "self-test of '{}': value {} is {}, expected {} within {}", description_.file,
             i, values[i], test->output[i], tolerance);
      }
    }
  });
}

}  // namespace visionkit
