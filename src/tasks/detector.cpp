#include <visionkit/detector.hpp>

#include <algorithm>
#include <utility>

#include <visionkit/image/io.hpp>

#include "core/fail.hpp"
#include "tasks/class_filter.hpp"
#include "tasks/load.hpp"
#include "tasks/model.hpp"
#include "tasks/tiling.hpp"

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
  if (options.mask_nms) (void)suppress_by_mask({}, {}, {}, *options.mask_nms);  // checks them
  if (options.tiles) check_options(*options.tiles);
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

  if (record.task != Task::detection && record.task != Task::instance_segmentation) {
    fail(ErrorCode::model_contract, "'{}' is a model for {}; a Detector takes detection or instance_segmentation", file,
         to_string(record.task));
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

Model load(const ModelFile& file, const DetectorOptions& options) {
  check(options);
  return Model(file, {.run = options.run, .record = options.record, .use_record = [&](FoundRecord& found) {
                        return use_record(options, found, file.name());
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
  fill(context.mask_rule, record.output.mask_rule);
  fill(context.mask_frame, record.output.mask_frame);
  return context;
}

std::vector<float> scores_of(std::span<const Detection> detections) {
  std::vector<float> scores;
  scores.reserve(detections.size());
  for (const auto& detection : detections) scores.push_back(detection.score);
  return scores;
}

std::vector<ClassId> labels_of(std::span<const Detection> detections) {
  std::vector<ClassId> labels;
  labels.reserve(detections.size());
  for (const auto& detection : detections) labels.push_back(detection.label);
  return labels;
}

std::vector<Detection> picked(std::span<const Detection> detections, std::span<const std::int32_t> indices) {
  std::vector<Detection> kept;
  kept.reserve(indices.size());
  for (const auto index : indices) kept.push_back(detections[static_cast<std::size_t>(index)]);
  return kept;
}

// From the pixels of a tile to those of the picture.
Detection moved(Detection detection, const PixelBox& tile, Size image) {
  const auto x = static_cast<float>(tile.x1);
  const auto y = static_cast<float>(tile.y1);
  auto& box = detection.box;
  box = {box.x1 + x, box.y1 + y, box.x2 + x, box.y2 + y};
  if (detection.mask) detection.mask = place(*detection.mask, tile.x1, tile.y1, image);
  return detection;
}

// The tensors of one picture as a decoder wants them.
struct PictureOutputs {
  std::vector<TensorView> views;
  std::vector<std::int64_t> labels;  // what one of the views looks at, when the network has numbers of its own
};

// The parts of several tiles as one list.
struct Tiled {
  std::vector<Detection> detections;
  std::vector<std::size_t> tile;  // of each
};

}  // namespace

struct Detector::Impl {
  Impl(const ModelFile& file, const DetectorOptions& given) : model(load(file, given)), options(given) {
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
    if (options.tiles) options.tiles = resolved_tiles(*options.tiles, model.fixed_input());
    check_numbers(options);
    if (!given.decoder) {
      const auto& format = find_detection_format(options.format);
      suppression = format.suppression;
      decoder = format.decode;
      mask_decoder = format.masks;
    }
    allowed = allowed_classes(options.allow, options.deny, record.labels);
    if (!model.warm_up_outputs().empty()) {  // a contract that does not fit and NaN are found at load
      const auto tensors = tensors_of(model.warm_up_outputs(), model.batch_of(1), 0);
      (void)decode(tensors, model.fixed_input().value());
    }
    model.self_test();
  }

  [[nodiscard]] PictureOutputs tensors_of(const Outputs& outputs, std::size_t batch, std::size_t index) const {
    if (options.format == torchvision) return dictionary_of(outputs, index);
    const auto views = model.named_outputs(outputs);
    return {.views = picture_of(views, static_cast<std::int64_t>(batch), static_cast<std::int64_t>(index)),
            .labels = {}};
  }

  // torchvision answers one dictionary a picture and has its own numbers for classes.
  [[nodiscard]] PictureOutputs dictionary_of(const Outputs& outputs, std::size_t index) const {
    const auto& place = model.record().output.tensors;
    const auto prefix = (place.empty() ? "" : place.front() + ".") + std::to_string(index) + ".";
    PictureOutputs tensors;
    for (const auto* name : {"boxes", "labels", "scores"})
      tensors.views.push_back(model.output(outputs, prefix + name).view());
    const auto masks = std::find_if(outputs.begin(), outputs.end(),
                                    [&](const auto& output) { return output.name == prefix + "masks"; });
    if (masks != outputs.end()) tensors.views.push_back(masks->tensor.view());
    const auto& numbers = model.record().output.label_numbers;
    auto& labels = tensors.views[1];
    if (!numbers.empty() && labels.dtype == DType::int64) {
      const std::span given(static_cast<const std::int64_t*>(labels.data), labels.count());
      for (const auto number : given) {
        const auto found = std::find(numbers.begin(), numbers.end(), number);
        if (found == numbers.end()) {
          fail(ErrorCode::model_contract, "'{}' answered the label {}, which is not among the record's label_numbers",
               model.description().file, number);
        }
        tensors.labels.push_back(found - numbers.begin());
      }
      labels.data = tensors.labels.data();
    }
    return tensors;
  }

  [[nodiscard]] DecodeContext context_for(Size input) const {
    auto context = options.decoding;
    context.input = input;
    return context;
  }

  // A decoder of the caller's own may say anything.
  [[nodiscard]] std::vector<ModelDetection> decode(const PictureOutputs& tensors, Size input) const {
    auto found = decoder(tensors.views, context_for(input));
    const auto classes = static_cast<std::int32_t>(model.record().labels.size());
    for (const auto& d : found) {
      if (d.label.value < 0 || d.label.value >= classes) {
        fail(ErrorCode::model_contract, "'{}': the decoder answered class {}, expected 0..{}", model.description().file,
             d.label.value, classes - 1);
      }
    }
    return found;
  }

  [[nodiscard]] std::vector<ModelDetection> chosen(std::vector<ModelDetection> found) const {
    if (!allowed.empty())
      std::erase_if(found, [&](const auto& d) { return !allowed[static_cast<std::size_t>(d.label.value)]; });
    if (suppression == FormatSuppression::needed) return suppress(found, options.nms);
    std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.score > b.score; });
    found.resize(std::min(found.size(), static_cast<std::size_t>(options.nms.max_detections)));
    return found;
  }

  void add_masks(std::vector<Detection>& detections, const PictureOutputs& tensors,
                 std::span<const ModelDetection> found, const AppliedTransform& transform) const {
    if (mask_decoder == nullptr) return;
    std::vector<Box> boxes;
    for (const auto& detection : detections) boxes.push_back(detection.box);
    const auto [width, height] = transform.image_size();
    auto masks =
        mask_decoder(tensors.views, context_for(transform.model_size()),
                     {.detections = found,
                      .boxes = boxes,
                      .content = transform.to_model(Box{0, 0, static_cast<float>(width), static_cast<float>(height)}),
                      .image = transform.image_size()});
    for (std::size_t i = 0; i < masks.size(); ++i) detections[i].mask = std::move(masks[i]);
  }

  [[nodiscard]] std::vector<Detection> detect_one(const PictureOutputs& tensors,
                                                  const AppliedTransform& transform) const {
    const auto found = chosen(decode(tensors, transform.model_size()));
    std::vector<Detection> detections;
    detections.reserve(found.size());
    for (const auto& d : found) detections.push_back({transform.to_image_clipped(d.box), d.label, d.score});
    add_masks(detections, tensors, found, transform);
    if (!options.mask_nms || detections.empty() || !detections.front().mask) return detections;
    std::vector<Mask> masks;
    for (auto& detection : detections) masks.push_back(*detection.mask);
    return picked(detections, suppress_by_mask(masks, scores_of(detections), labels_of(detections), *options.mask_nms));
  }

  // Of views, or of the bytes of a file.
  template <class Pictures>
  void run(Pictures images, CallClock& clock, FunctionRef<void(std::vector<Detection>)> receive) const {
    model.run(images, clock, [&](std::span<const AppliedTransform> transforms, const Outputs& outputs) {
      const auto batch = model.batch_of(transforms.size());
      for (std::size_t i = 0; i < transforms.size(); ++i)
        receive(detect_one(tensors_of(outputs, batch, i), transforms[i]));
    });
  }

  [[nodiscard]] std::vector<Detection> detect_tiles(const ImageView& image, CallClock& clock) const {
    check_view(image);
    const auto tiles = plan_tiles(image.size(), *options.tiles);
    Tiled all;
    for_tiles(image, tiles, [&](std::span<const ImageView> views, std::size_t next) {
      run(views, clock, [&](std::vector<Detection> found) {
        for (auto& detection : found) {
          all.detections.push_back(moved(std::move(detection), tiles[next], image.size()));
          all.tile.push_back(next);
        }
        ++next;
      });
    });
    return merged(all);
  }

  // Objects of one tile have been suppressed already; those of different tiles may be parts of each other.
  [[nodiscard]] std::vector<Detection> merged(const Tiled& all) const {
    const auto overlap = [&](std::int32_t kept, std::int32_t candidate) -> double {
      const auto a = static_cast<std::size_t>(kept);
      const auto b = static_cast<std::size_t>(candidate);
      if (all.tile[a] == all.tile[b]) return 0;
      const auto& one = all.detections[a];
      const auto& other = all.detections[b];
      const double boxes = box_overlap(one.box, other.box, BoxOverlap::smaller_area);
      if (boxes == 0 || !one.mask || !other.mask) return boxes;
      return mask_iou(*one.mask, *other.mask, OverlapRule::smaller_area);
    };
    return picked(all.detections, nms_by(scores_of(all.detections), labels_of(all.detections), overlap,
                                         {.iou_threshold = options.nms.iou_threshold,
                                          .scope = options.nms.scope,
                                          .max_detections = options.nms.max_detections}));
  }

  [[nodiscard]] std::vector<std::vector<Detection>> detect(std::span<const ImageView> images, CallClock& clock) const {
    return guarded("detecting", [&] {
      std::vector<std::vector<Detection>> results;
      results.reserve(images.size());
      run_tiled(
          images, options.tiles,
          [&](std::span<const ImageView> whole) {
            run(whole, clock, [&](std::vector<Detection> found) { results.push_back(std::move(found)); });
          },
          [&](const ImageView& image) { results.push_back(detect_tiles(image, clock)); });
      return results;
    });
  }

  [[nodiscard]] std::vector<Detection> detect(EncodedImage image, CallClock& clock) const {
    return guarded("detecting", [&] {
      std::vector<Detection> result;
      run(image, clock, [&](std::vector<Detection> found) { result = std::move(found); });
      return result;
    });
  }

  Model model;
  DetectorOptions options;
  DetectionDecoder decoder = options.decoder;
  decltype(DetectionFormat::masks) mask_decoder = nullptr;
  FormatSuppression suppression = FormatSuppression::needed;
  std::vector<bool> allowed;
  CallLog log;
};

Detector::Detector(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Detector::Detector(Detector&&) noexcept = default;
Detector& Detector::operator=(Detector&&) noexcept = default;
Detector::~Detector() = default;

Detector::Detector(const std::string& path, const DetectorOptions& options)
    : impl_(load_from_file<Impl>("loading a detector", path, options)) {}

Detector Detector::from_bytes(std::span<const std::uint8_t> model, const DetectorOptions& options,
                              const std::string& name) {
  return Detector(load_from_bytes<Impl>("loading a detector", model, options, name));
}

std::vector<Detection> Detector::detect(const ImageView& image, CallTimings* timings) const {
  return impl_->log.call(
      1, timings, [&](CallClock& clock) { return std::move(impl_->detect(std::span(&image, 1), clock).front()); });
}

std::vector<Detection> Detector::detect(std::span<const std::uint8_t> encoded, CallTimings* timings) const {
  return impl_->log.call(1, timings, [&](CallClock& clock) {
    if (!impl_->options.tiles) return impl_->detect(encoded, clock);
    const auto image = clock.time(&CallTimings::decode_ms, [&] { return decode_image(encoded); });
    const ImageView view = image;
    return std::move(impl_->detect(std::span(&view, 1), clock).front());
  });
}

std::vector<std::vector<Detection>> Detector::detect(std::span<const ImageView> images, CallTimings* timings) const {
  return impl_->log.call(images.size(), timings, [&](CallClock& clock) { return impl_->detect(images, clock); });
}

std::vector<std::vector<Detection>> Detector::detect(std::span<const Image> images, CallTimings* timings) const {
  return detect(std::vector<ImageView>(images.begin(), images.end()), timings);
}

Profile Detector::profile() const { return impl_->log.profile(); }
void Detector::trim() const { impl_->model.trim(); }
const Labels& Detector::labels() const noexcept { return impl_->model.record().labels; }
const DetectorOptions& Detector::options() const noexcept { return impl_->options; }
const ModelDescription& Detector::describe() const noexcept { return impl_->model.description(); }

}  // namespace visionkit
