#include <visionkit/detector.hpp>

#include <algorithm>
#include <array>
#include <utility>

#include <visionkit/image/io.hpp>

#include "core/fail.hpp"
#include "tasks/class_filter.hpp"
#include "tasks/model.hpp"

namespace visionkit {
namespace {

constexpr float default_score_threshold = 0.25F;
constexpr double default_iou_threshold = 0.45;
constexpr std::string_view torchvision = "torchvision";

// What a caller or a record may have put out of range.
void check_numbers(const DetectorOptions& options) {
  if (options.score_threshold && !(*options.score_threshold >= 0 && *options.score_threshold <= 1)) {
    fail(ErrorCode::invalid_option, "score_threshold is {}, expected 0..1", *options.score_threshold);
  }
  auto nms = options.nms;
  nms.iou_threshold = options.iou_threshold.value_or(nms.iou_threshold);
  check_options(nms);
}

// What does not depend on the model, before a file is opened.
void check(const DetectorOptions& options) {
  check_numbers(options);
  if (options.decoder && !options.format.empty()) {
    fail(ErrorCode::invalid_option, "format is '{}' and decoder is set, expected one of them", options.format);
  }
}

// Whatever the caller stated wins over the record; then the record must say all that a detector needs.
RecordUse use_record(const DetectorOptions& options, FoundRecord& found, const std::string& file) {
  auto& record = found.record;
  if (found.origin == RecordOrigin::none) record.task = Task::detection;
  if (!options.format.empty()) record.output.format = options.format;
  if (options.labels) record.labels = *options.labels;
  if (options.input) record.input = *options.input;
  if (options.score_threshold) record.score_thresholds = {*options.score_threshold};
  if (options.iou_threshold) record.iou_threshold = *options.iou_threshold;

  if (record.task != Task::detection) {
    fail(ErrorCode::model_contract, "'{}' is a model for {}; a Detector takes detection", file, to_string(record.task));
  }
  if (record.labels.empty()) {
    fail(ErrorCode::model_contract, "'{}': the record has no labels, which say how many classes there are", file);
  }
  if (record.score_thresholds.size() > 1) {
    fail(ErrorCode::model_record, "'{}': score_thresholds has {} values, a detector takes one", file,
         record.score_thresholds.size());
  }
  const auto numbers = record.output.label_numbers.size();
  if (numbers != 0 && numbers != record.labels.size()) {
    fail(ErrorCode::model_record, "'{}': label_numbers has {} values for {} labels", file, numbers,
         record.labels.size());
  }
  if (record.output.format.empty() && !options.decoder) {
    fail(ErrorCode::model_contract,
         "'{}': nothing says how the output is laid out; give the record's output.format or DetectorOptions::format",
         file);
  }
  return {.states_input = options.input.has_value(),
          .input = record.output.format == torchvision ? InputKind::image_list : InputKind::tensor};
}

Model load(const Archive& archive, const DetectorOptions& options) {
  check(options);
  return Model(archive, {.run = options.run, .record = options.record, .use_record = [&](FoundRecord& found) {
                           return use_record(options, found, archive.name());
                         }});
}

// What the record says goes where the caller said nothing.
DecodeContext decoding_of(const DetectorOptions& options, const ModelRecord& record, float score_threshold) {
  auto context = options.decoding;
  context.class_count = record.labels.size();
  context.score_threshold = score_threshold;
  const auto fill = [](auto& field, const auto& value) {
    if (!field) field = value;
  };
  fill(context.labels, record.output.labels_per_box);
  fill(context.coordinates, record.output.coordinates);
  fill(context.activation, record.output.activation);
  fill(context.encoding, record.output.encoding);
  return context;
}

}  // namespace

struct Detector::Impl {
  Impl(const Archive& archive, const DetectorOptions& given) : model(load(archive, given)), options(given) {
    const auto& record = model.record();
    options.score_threshold =
        record.score_thresholds.empty() ? default_score_threshold : record.score_thresholds.front();
    options.iou_threshold = record.iou_threshold.value_or(default_iou_threshold);
    options.nms.iou_threshold = *options.iou_threshold;
    options.format = record.output.format;
    options.labels = record.labels;
    options.input = record.input;
    options.record = record;
    options.decoding = decoding_of(options, record, *options.score_threshold);
    check_numbers(options);
    if (!given.decoder) {
      const auto& format = find_detection_format(options.format);
      suppression = format.suppression;
      decoder = format.decode;
    }
    allowed = allowed_classes(options.allow, options.deny, record.labels);
    if (!model.warm_up_outputs().empty()) {  // a contract that does not fit and NaN are found at load
      (void)decode(model.warm_up_outputs(), model.batch_of(1), 0, model.fixed_input().value());
    }
  }

  // The tensors of one picture as its decoder wants them.
  [[nodiscard]] std::vector<ModelDetection> decode(const Outputs& outputs, std::size_t batch, std::size_t index,
                                                   Size input) const {
    auto context = options.decoding;
    context.input = input;
    if (options.format == torchvision) return decode_dictionary(outputs, index, context);
    const auto views = model.named_outputs(outputs);
    return decoder(picture_of(views, static_cast<std::int64_t>(batch), static_cast<std::int64_t>(index)), context);
  }

  // torchvision answers one dictionary a picture and has its own numbers for classes.
  [[nodiscard]] std::vector<ModelDetection> decode_dictionary(const Outputs& outputs, std::size_t index,
                                                              const DecodeContext& context) const {
    const auto& place = model.record().output.tensors;
    const auto prefix = (place.empty() ? "" : place.front() + ".") + std::to_string(index) + ".";
    auto boxes = model.output(outputs, prefix + "boxes");
    auto labels = model.output(outputs, prefix + "labels");
    auto scores = model.output(outputs, prefix + "scores");
    const auto& numbers = model.record().output.label_numbers;
    std::vector<std::int64_t> translated;
    if (!numbers.empty() && labels.dtype == DType::int64) {
      const std::span given(static_cast<const std::int64_t*>(labels.data), labels.count());
      for (const auto number : given) {
        const auto found = std::find(numbers.begin(), numbers.end(), number);
        if (found == numbers.end()) {
          fail(ErrorCode::model_contract, "'{}' answered the label {}, which is not among the record's label_numbers",
               model.description().file, number);
        }
        translated.push_back(found - numbers.begin());
      }
      labels.data = translated.data();
    }
    return decoder(std::array{boxes, labels, scores}, context);
  }

  [[nodiscard]] std::vector<Detection> finish(std::vector<ModelDetection> found,
                                              const AppliedTransform& transform) const {
    if (!allowed.empty())
      std::erase_if(found, [&](const auto& d) { return !allowed[static_cast<std::size_t>(d.label.value)]; });
    if (suppression == FormatSuppression::needed) {
      found = suppress(found, options.nms);
    } else {
      std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.score > b.score; });
      found.resize(std::min(found.size(), static_cast<std::size_t>(options.nms.max_detections)));
    }
    std::vector<Detection> detections;
    detections.reserve(found.size());
    for (const auto& d : found) detections.push_back({transform.to_image_clipped(d.box), d.label, d.score});
    return detections;
  }

  [[nodiscard]] std::vector<std::vector<Detection>> detect(std::span<const ImageView> images) const {
    return guarded("detecting", [&] {
      std::vector<std::vector<Detection>> results;
      model.run(images, [&](std::span<const AppliedTransform> transforms, const Outputs& outputs) {
        const auto batch = model.batch_of(transforms.size());
        for (std::size_t i = 0; i < transforms.size(); ++i) {
          results.push_back(finish(decode(outputs, batch, i, transforms[i].model_size()), transforms[i]));
        }
      });
      return results;
    });
  }

  Model model;
  DetectorOptions options;
  DetectionDecoder decoder = options.decoder;
  FormatSuppression suppression = FormatSuppression::needed;
  std::vector<bool> allowed;
};

Detector::Detector(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Detector::Detector(Detector&&) noexcept = default;
Detector& Detector::operator=(Detector&&) noexcept = default;
Detector::~Detector() = default;

Detector::Detector(const std::string& path, const DetectorOptions& options)
    : impl_(guarded("loading a detector", [&] {
        return std::make_unique<Impl>(Archive::from_file(path, options.run, {.newest = newest_file_format()}), options);
      })) {}

Detector Detector::from_bytes(std::span<const std::uint8_t> model, const DetectorOptions& options,
                              const std::string& name) {
  return Detector(guarded("loading a detector", [&] {
    return std::make_unique<Impl>(Archive::from_bytes(model, name, options.run, {.newest = newest_file_format()}),
                                  options);
  }));
}

std::vector<Detection> Detector::detect(const ImageView& image) const {
  return std::move(impl_->detect({&image, 1}).front());
}

std::vector<Detection> Detector::detect(std::span<const std::uint8_t> encoded) const {
  return detect(decode_image(encoded));
}

std::vector<std::vector<Detection>> Detector::detect(std::span<const ImageView> images) const {
  return impl_->detect(images);
}

std::vector<std::vector<Detection>> Detector::detect(std::span<const Image> images) const {
  return detect(std::vector<ImageView>(images.begin(), images.end()));
}

const Labels& Detector::labels() const noexcept { return impl_->model.record().labels; }
const DetectorOptions& Detector::options() const noexcept { return impl_->options; }
const ModelDescription& Detector::describe() const noexcept { return impl_->model.description(); }

}  // namespace visionkit
