#include <visionkit/preprocess/preprocess.hpp>

#include <cstdint>
#include <utility>

#include "core/fail.hpp"
#include "core/parallel.hpp"
#include "image/decode.hpp"
#include "preprocess/decoded_input.hpp"
#include "preprocess/geometry.hpp"
#include "preprocess/normalize.hpp"
#include "preprocess/pass.hpp"

namespace visionkit {
namespace {

Shape shape_of(const PreprocessOptions& options, std::size_t images, Size model) {
  const auto count = static_cast<std::int64_t>(images);
  const std::int64_t planes = channels(options.channel_order);
  if (options.layout == TensorLayout::nhwc) return {count, model.height, model.width, planes};
  return {count, planes, model.height, model.width};
}

std::size_t bytes_of(const PreprocessOptions& options, Size model) {
  return static_cast<std::size_t>(model.width) * static_cast<std::size_t>(model.height) *
         static_cast<std::size_t>(channels(options.channel_order)) * size_of(options.dtype);
}

// What is to be done for one picture: pixels that are there, or a file that is decoded on the way.
class PixelJob {
 public:
  explicit PixelJob(const ImageView& image) : image_(image) { check_view(image); }
  [[nodiscard]] Size size() const { return image_.size(); }
  void run(const PreprocessOptions& options, const Normalizer& normalizer, const TransformGeometry& geometry,
           std::byte* input) const {
    run_pass(options, normalizer, PartialImage(image_), geometry, input);
  }

 private:
  ImageView image_;
};

class FileJob {
 public:
  FileJob(EncodedImage bytes, const ReadOptions& read)
      : bytes_(bytes), read_(read), plan_(plan_decoding(bytes, read)) {}
  [[nodiscard]] Size size() const { return plan_.size; }
  void run(const PreprocessOptions& options, const Normalizer& normalizer, const TransformGeometry& geometry,
           std::byte* input) const {
    run_pass(options, normalizer, decode(options, geometry), geometry, input);
  }
  // What is needed of the picture, in memory that the thread's next one uses again.
  [[nodiscard]] PartialImage decode(const PreprocessOptions& options, const TransformGeometry& geometry) const {
    thread_local DecodeBuffers buffers;
    auto plan = plan_;
    leave_out_all_but(plan, needed_part(options, geometry));
    return decode_into(plan, bytes_, read_, buffers);
  }

 private:
  EncodedImage bytes_;
  const ReadOptions& read_;
  DecodePlan plan_;
};

// Every picture's transform; all of one model size.
template <class Job>
std::vector<AppliedTransform> plan_batch(const PreprocessOptions& options, const std::vector<Job>& jobs) {
  if (jobs.empty()) fail(ErrorCode::invalid_argument, "preprocessing a batch without images, expected at least one");
  std::vector<AppliedTransform> transforms;
  transforms.reserve(jobs.size());
  for (const auto& job : jobs) {
    transforms.push_back(plan_transform(options, job.size()));
    const auto first = transforms.front().model_size();
    if (transforms.back().model_size() != first) {
      fail(ErrorCode::shape,
           "preprocessing a batch: image 0 becomes an input of {} and image {} one of {}, expected one size",
           to_string(first), transforms.size() - 1, to_string(transforms.back().model_size()));
    }
  }
  return transforms;
}

void check_memory(const PreprocessOptions& options, std::span<const std::byte> input, std::size_t images, Size model) {
  const auto wanted = bytes_of(options, model) * images;
  if (input.size() != wanted) {
    fail(ErrorCode::shape, "preprocessing into memory of {} bytes, expected {} for {} {}", input.size(), wanted,
         to_string(shape_of(options, images, model)), to_string(options.dtype));
  }
  if (reinterpret_cast<std::uintptr_t>(input.data()) % size_of(options.dtype) != 0) {
    fail(ErrorCode::shape, "preprocessing into memory that is not aligned for {}", to_string(options.dtype));
  }
}

void check_batch_options(const BatchOptions& batch) {
  if (batch.threads < 1 || batch.threads > 1024) {
    fail(ErrorCode::invalid_option, "threads is {}, expected 1..1024", batch.threads);
  }
}

std::vector<PixelJob> pixel_jobs(std::span<const ImageView> images) { return {images.begin(), images.end()}; }

std::vector<FileJob> file_jobs(std::span<const EncodedImage> files, const ReadOptions& read) {
  std::vector<FileJob> jobs;
  jobs.reserve(files.size());
  for (const auto& bytes : files) jobs.emplace_back(bytes, read);
  return jobs;
}

}  // namespace

// The four public forms for one kind of picture: one or many, into new memory or the caller's.
struct Preprocessor::State {
  PreprocessOptions options;
  Normalizer normalizer;

  template <class Job>
  AppliedTransform run_into(const Job& job, std::span<std::byte> input) const {
    const auto transform = plan_transform(options, job.size());
    check_memory(options, input, 1, transform.model_size());
    job.run(options, normalizer, transform.geometry(), input.data());
    return transform;
  }

  template <class Job>
  PreprocessedImage run(const Job& job) const {
    const auto transform = plan_transform(options, job.size());
    const auto memory = allocate(1, transform.model_size());
    job.run(options, normalizer, transform.geometry(), memory.get());
    return {Tensor(options.dtype, shape_of(options, 1, transform.model_size()), memory), transform};
  }

  template <class Job>
  std::vector<AppliedTransform> run_into(const std::vector<Job>& jobs, std::span<std::byte> input,
                                         const BatchOptions& batch) const {
    auto transforms = plan_batch(options, jobs);
    check_memory(options, input, jobs.size(), transforms.front().model_size());
    run_all(jobs, transforms, input.data(), batch);
    return transforms;
  }

  template <class Job>
  PreprocessedBatch run(const std::vector<Job>& jobs, const BatchOptions& batch) const {
    auto transforms = plan_batch(options, jobs);
    const auto model = transforms.front().model_size();
    const auto memory = allocate(jobs.size(), model);
    run_all(jobs, transforms, memory.get(), batch);
    return {Tensor(options.dtype, shape_of(options, jobs.size(), model), memory), std::move(transforms)};
  }

 private:
  [[nodiscard]] std::shared_ptr<std::byte[]> allocate(std::size_t images, Size model) const {
    return std::shared_ptr<std::byte[]>(new std::byte[bytes_of(options, model) * images]);
  }

  template <class Job>
  void run_all(const std::vector<Job>& jobs, const std::vector<AppliedTransform>& transforms, std::byte* input,
               const BatchOptions& batch) const {
    check_batch_options(batch);
    const auto bytes = bytes_of(options, transforms.front().model_size());
    parallel_for(jobs.size(), batch.threads,
                 [&](std::size_t i) { jobs[i].run(options, normalizer, transforms[i].geometry(), input + i * bytes); });
  }
};

Preprocessor::Preprocessor(const PreprocessOptions& options) {
  guarded("making a preprocessor", [&] {
    check(options);
    state_ = std::make_shared<const State>(State{options, Normalizer(options)});
  });
}

const PreprocessOptions& Preprocessor::options() const noexcept { return state_->options; }

std::optional<Size> Preprocessor::fixed_size() const {
  const auto& resize = state_->options.resize;
  if (state_->options.crop) return state_->options.crop->size;
  if (resize.mode == ResizeMode::stretch) return resize.size;
  if (resize.mode == ResizeMode::letterbox && resize.letterbox.stride == 0) return resize.size;
  return std::nullopt;
}

AppliedTransform Preprocessor::transform(Size image) const { return plan_transform(state_->options, image); }

Shape Preprocessor::input_shape(Size image) const {
  return shape_of(state_->options, 1, transform(image).model_size());
}

PreprocessedImage Preprocessor::run(const ImageView& image) const {
  return guarded("preprocessing an image", [&] { return state_->run(PixelJob(image)); });
}

PreprocessedBatch Preprocessor::run(std::span<const ImageView> images, const BatchOptions& batch) const {
  return guarded("preprocessing a batch", [&] { return state_->run(pixel_jobs(images), batch); });
}

PreprocessedImage Preprocessor::run_encoded(EncodedImage bytes, const ReadOptions& read) const {
  return guarded("preprocessing an image", [&] { return state_->run(FileJob(bytes, read)); });
}

PreprocessedBatch Preprocessor::run_encoded(std::span<const EncodedImage> files, const ReadOptions& read,
                                            const BatchOptions& batch) const {
  return guarded("preprocessing a batch", [&] { return state_->run(file_jobs(files, read), batch); });
}

AppliedTransform Preprocessor::run_into(const ImageView& image, std::span<std::byte> input) const {
  return guarded("preprocessing an image", [&] { return state_->run_into(PixelJob(image), input); });
}

std::vector<AppliedTransform> Preprocessor::run_into(std::span<const ImageView> images, std::span<std::byte> input,
                                                     const BatchOptions& batch) const {
  return guarded("preprocessing a batch", [&] { return state_->run_into(pixel_jobs(images), input, batch); });
}

AppliedTransform Preprocessor::run_encoded_into(EncodedImage bytes, std::span<std::byte> input,
                                                const ReadOptions& read) const {
  return guarded("preprocessing an image", [&] { return state_->run_into(FileJob(bytes, read), input); });
}

std::vector<AppliedTransform> Preprocessor::run_encoded_into(std::span<const EncodedImage> files,
                                                             std::span<std::byte> input, const ReadOptions& read,
                                                             const BatchOptions& batch) const {
  return guarded("preprocessing a batch", [&] { return state_->run_into(file_jobs(files, read), input, batch); });
}

DecodedInput::DecodedInput(const Preprocessor& preprocessor, EncodedImage bytes, const ReadOptions& read)
    : DecodedInput(preprocessor, guarded("decoding an image", [&] { return decode(preprocessor, bytes, read); })) {}

DecodedInput::DecodedInput(const Preprocessor& preprocessor, Decoded&& decoded)
    : preprocessor_(preprocessor), transform_(std::move(decoded.transform)), pixels_(decoded.pixels) {}

DecodedInput::Decoded DecodedInput::decode(const Preprocessor& preprocessor, EncodedImage bytes,
                                           const ReadOptions& read) {
  const auto& options = preprocessor.options();
  const FileJob job(bytes, read);
  const auto transform = plan_transform(options, job.size());
  return {transform, job.decode(options, transform.geometry())};
}

void DecodedInput::run_into(std::span<std::byte> input) const {
  guarded("preprocessing an image", [&] {
    const auto& state = *preprocessor_.state_;
    check_memory(state.options, input, 1, transform_.model_size());
    run_pass(state.options, state.normalizer, pixels_, transform_.geometry(), input.data());
  });
}

PreprocessedImage preprocess(const ImageView& image, const PreprocessOptions& options) {
  return Preprocessor(options).run(image);
}

}  // namespace visionkit
