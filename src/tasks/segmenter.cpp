#include <visionkit/segmenter.hpp>

#include <utility>

#include <visionkit/decode/panoptic.hpp>
#include <visionkit/image/io.hpp>

#include "core/fail.hpp"
#include "tasks/load.hpp"
#include "tasks/model.hpp"
#include "tasks/mosaic.hpp"
#include "tasks/tiling.hpp"

namespace visionkit {
namespace {

constexpr float default_score_threshold = 0.5F;
constexpr float default_query_threshold = 0.8F;

// What does not depend on the model, before a file is opened.
void check(const SegmenterOptions& options) {
  if (options.score_threshold && !(*options.score_threshold >= 0 && *options.score_threshold <= 1))
    fail(ErrorCode::invalid_option, "score_threshold is {}, expected 0..1", *options.score_threshold);
  if (options.tiles) check_options(*options.tiles);
  if (options.tiles && options.resolution == MapResolution::network)
    fail(ErrorCode::invalid_option, "tiles are set and resolution is network, expected resolution image");
}

// Whatever the caller stated wins over the record.
RecordUse use_record(const SegmenterOptions& options, FoundRecord& found, const std::string& file) {
  auto& record = found.record;
  if (found.origin == RecordOrigin::none) record.task = Task::semantic_segmentation;
  if (options.scores) record.output.scores = *options.scores;
  if (options.corners) record.output.corners = *options.corners;
  if (options.resize) record.output.resize = *options.resize;
  if (options.labels) record.labels = *options.labels;
  if (options.input) record.input = *options.input;
  if (options.score_threshold) record.score_thresholds = {*options.score_threshold};

  if (!options.stuff.empty()) record.output.stuff = options.stuff;
  if (record.task != Task::semantic_segmentation && record.task != Task::panoptic_segmentation) {
    fail(ErrorCode::model_contract,
         "'{}' is a model for {}; a Segmenter takes semantic_segmentation or panoptic_segmentation", file,
         to_string(record.task));
  }
  if (record.task == Task::panoptic_segmentation && (options.tiles || options.resolution == MapResolution::network)) {
    fail(ErrorCode::invalid_option, "tiles or resolution network are set for '{}', which is a panoptic network", file);
  }
  if (record.score_thresholds.size() > 1) {
    fail(ErrorCode::model_record, "'{}': score_thresholds has {} values, a segmenter takes one", file,
         record.score_thresholds.size());
  }
  return {.states_input = options.input.has_value()};
}

Model load(const ModelFile& file, const SegmenterOptions& options) {
  check(options);
  return Model(file, {.run = options.run, .record = options.record, .use_record = [&](FoundRecord& found) {
                        return use_record(options, found, file.name());
                      }});
}

// The whole picture in the network's input.
ModelBox content_of(const AppliedTransform& transform) {
  const auto [width, height] = transform.image_size();
  return transform.to_model(Box{0, 0, static_cast<float>(width), static_cast<float>(height)});
}

}  // namespace

struct Segmenter::Impl {
  Impl(const ModelFile& file, const SegmenterOptions& given) : model(load(file, given)), options(given) {
    const auto& record = model.record();
    const auto& thresholds = record.score_thresholds;
    is_panoptic = record.task == Task::panoptic_segmentation;
    const auto default_threshold = is_panoptic ? default_query_threshold : default_score_threshold;
    options.score_threshold = thresholds.empty() ? default_threshold : thresholds.front();
    options.scores = record.output.scores;
    options.corners = record.output.corners.value_or(CornerRule::half_pixel);
    options.resize = record.output.resize.value_or(SegmentationResize::scores);
    options.stuff = record.output.stuff;
    options.labels = record.labels;
    options.input = record.input;
    options.record = record;
    if (options.tiles) options.tiles = resolved_tiles(*options.tiles, model.fixed_input());
    decoding = {.class_count = record.labels.size(),
                .threshold = *options.score_threshold,
                .corners = *options.corners,
                .resize = *options.resize,
                .scores = options.map_scores,
                .max_pixels = options.max_pixels};
    check_options(decoding);
    queries = {.score_threshold = *options.score_threshold, .max_pixels = options.max_pixels};
    for (const auto& name : options.stuff) {
      const auto label = record.labels.find(name);
      if (!label) fail(ErrorCode::invalid_option, "stuff names '{}', which is no label of the model", name);
      queries.stuff.push_back(*label);
    }
    if (!model.warm_up_outputs().empty()) check_answer(model.warm_up_outputs());
    model.self_test();
  }

  // The output of picture `index`: [classes, height, width], or [height, width].
  [[nodiscard]] TensorView output_of(const Outputs& outputs, std::size_t batch, std::size_t index) const {
    const auto all = model.named_output(outputs).view();
    const bool is_float = all.dtype == DType::float32;
    if (is_float == (options.scores == ScoreKind::labels)) {
      fail(ErrorCode::model_contract, "'{}': the record says that the output holds {}, expected {} for that, got {} {}",
           model.description().file, to_string(*options.scores), is_float ? "uint8, int32 or int64" : "float32",
           to_string(all.dtype), to_string(all.shape));
    }
    return picture_of(std::span(&all, 1), static_cast<std::int64_t>(batch), static_cast<std::int64_t>(index)).front();
  }

  // A contract that does not fit and NaN are found at load rather than in production.
  void check_answer(const Outputs& outputs) const {
    const auto batch = model.batch_of(1);
    const auto size = *model.fixed_input();
    const AppliedTransform unchanged(
        {.image_size = size, .resized_size = size, .window = {0, 0, size.width, size.height}, .model_size = size});
    if (is_panoptic) {
      (void)decode_queries(outputs, batch, 0, unchanged);
      return;
    }
    const auto output = output_of(outputs, batch, 0);
    (void)decode(output, unchanged);
    if (options.scores != ScoreKind::probabilities) return;
    constexpr float rounding = 1e-4F;  // a softmax in half precision may end a little outside
    for (const auto value : output.floats()) {
      if (value < -rounding || value > 1 + rounding) {
        fail(ErrorCode::model_contract, "'{}': the output holds {}; expected probabilities 0..1 (are they logits?)",
             model.description().file, value);
      }
    }
  }

  [[nodiscard]] ScoreActivation activation_for(const TensorView& output) const {
    if (model.record().output.activation) return *model.record().output.activation;
    if (options.scores != ScoreKind::logits) return ScoreActivation::none;
    const bool is_binary = output.shape.size() < 3 || output.shape.front() == 1;
    return is_binary ? ScoreActivation::sigmoid : ScoreActivation::softmax;
  }

  [[nodiscard]] LabelMap decode(const TensorView& output, const AppliedTransform& transform) const {
    auto context = decoding;
    context.activation = activation_for(output);
    if (options.resolution == MapResolution::network) {
      const auto rank = output.shape.size();
      const auto side = [&](std::size_t from_end) {
        return rank < 2 ? 0 : static_cast<int>(output.shape[rank - from_end]);
      };
      return decode_segmentation(output, {side(1), side(2)}, context);
    }
    context.input = transform.model_size();
    context.content = content_of(transform);
    return decode_segmentation(output, transform.image_size(), context);
  }

  // Two tensors: class logits [queries, classes + 1] and mask logits [queries, height, width].
  [[nodiscard]] PanopticMap decode_queries(const Outputs& outputs, std::size_t batch, std::size_t index,
                                           const AppliedTransform& transform) const {
    const auto all = model.named_outputs(outputs);
    const auto tensors = picture_of(all, static_cast<std::int64_t>(batch), static_cast<std::int64_t>(index));
    const auto classes = static_cast<std::int64_t>(model.record().labels.size()) + 1;
    if (tensors.size() != 2 || tensors[0].shape.size() != 2 || (classes > 1 && tensors[0].shape[1] != classes)) {
      fail(ErrorCode::model_contract,
           "'{}': expected class logits [queries, {}] and mask logits [queries, height, width], got {} tensors, first "
           "{}",
           model.description().file, classes > 1 ? std::to_string(classes) : "classes + 1", tensors.size(),
           tensors.empty() ? "none" : to_string(tensors[0].shape));
    }
    auto context = queries;
    context.input = transform.model_size();
    context.content = content_of(transform);
    return decode_panoptic_queries(tensors[0], tensors[1], transform.image_size(), context);
  }

  [[nodiscard]] std::vector<PanopticMap> segment_panoptic(std::span<const ImageView> images, CallClock& clock) const {
    return guarded("segmenting", [&] {
      if (!is_panoptic) {
        fail(ErrorCode::model_contract, "'{}' is a model for {}, expected panoptic_segmentation",
             model.description().file, to_string(model.record().task));
      }
      std::vector<PanopticMap> maps;
      model.run(images, clock, [&](std::span<const AppliedTransform> transforms, const Outputs& outputs) {
        for (std::size_t i = 0; i < transforms.size(); ++i)
          maps.push_back(decode_queries(outputs, model.batch_of(transforms.size()), i, transforms[i]));
      });
      return maps;
    });
  }

  // Of views, or of the bytes of a file.
  template <class Pictures>
  void run(Pictures images, CallClock& clock, FunctionRef<void(LabelMap)> receive) const {
    model.run(images, clock, [&](std::span<const AppliedTransform> transforms, const Outputs& outputs) {
      const auto batch = model.batch_of(transforms.size());
      for (std::size_t i = 0; i < transforms.size(); ++i) receive(decode(output_of(outputs, batch, i), transforms[i]));
    });
  }

  [[nodiscard]] LabelMap segment_tiles(const ImageView& image, CallClock& clock) const {
    check_view(image);
    const auto tiles = plan_tiles(image.size(), *options.tiles);
    const auto cores = tile_cores(image.size(), *options.tiles);
    Mosaic mosaic(image.size(), options.max_pixels);
    for_tiles(image, tiles, [&](std::span<const ImageView> views, std::size_t next) {
      run(views, clock, [&](const LabelMap& map) {
        mosaic.place(map, tiles[next], cores[next]);
        ++next;
      });
    });
    return std::move(mosaic).finish();
  }

  [[nodiscard]] std::vector<LabelMap> segment(std::span<const ImageView> images, CallClock& clock) const {
    return guarded("segmenting", [&] {
      std::vector<LabelMap> maps;
      maps.reserve(images.size());
      if (is_panoptic) {
        for (const auto& map : segment_panoptic(images, clock)) maps.push_back(map.label_map());
        return maps;
      }
      run_tiled(
          images, options.tiles,
          [&](std::span<const ImageView> whole) {
            run(whole, clock, [&](LabelMap map) { maps.push_back(std::move(map)); });
          },
          [&](const ImageView& image) { maps.push_back(segment_tiles(image, clock)); });
      return maps;
    });
  }

  [[nodiscard]] LabelMap segment(EncodedImage image, CallClock& clock) const {
    return guarded("segmenting", [&] {
      std::optional<LabelMap> result;
      run(image, clock, [&](LabelMap map) { result = std::move(map); });
      return std::move(*result);
    });
  }

  Model model;
  SegmenterOptions options;
  SegmentationDecodeOptions decoding;
  PanopticQueryOptions queries;
  bool is_panoptic = false;
  CallLog log;
};

std::string_view to_string(MapResolution resolution) noexcept {
  switch (resolution) {
    case MapResolution::image: return "image";
    case MapResolution::network: return "network";
  }
  return "unknown";
}

Segmenter::Segmenter(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Segmenter::Segmenter(Segmenter&&) noexcept = default;
Segmenter& Segmenter::operator=(Segmenter&&) noexcept = default;
Segmenter::~Segmenter() = default;

Segmenter::Segmenter(const std::string& path, const SegmenterOptions& options)
    : impl_(load_from_file<Impl>("loading a segmenter", path, options)) {}

Segmenter Segmenter::from_bytes(std::span<const std::uint8_t> model, const SegmenterOptions& options,
                                const std::string& name) {
  return Segmenter(load_from_bytes<Impl>("loading a segmenter", model, options, name));
}

LabelMap Segmenter::segment(const ImageView& image, CallTimings* timings) const {
  return impl_->log.call(
      1, timings, [&](CallClock& clock) { return std::move(impl_->segment(std::span(&image, 1), clock).front()); });
}

LabelMap Segmenter::segment(std::span<const std::uint8_t> encoded, CallTimings* timings) const {
  return impl_->log.call(1, timings, [&](CallClock& clock) {
    if (!impl_->options.tiles && !impl_->is_panoptic) return impl_->segment(encoded, clock);
    const auto image = clock.time(&CallTimings::decode_ms, [&] { return decode_image(encoded); });
    const ImageView view = image;
    return std::move(impl_->segment(std::span(&view, 1), clock).front());
  });
}

std::vector<LabelMap> Segmenter::segment(std::span<const ImageView> images, CallTimings* timings) const {
  return impl_->log.call(images.size(), timings, [&](CallClock& clock) { return impl_->segment(images, clock); });
}

std::vector<LabelMap> Segmenter::segment(std::span<const Image> images, CallTimings* timings) const {
  return segment(std::vector<ImageView>(images.begin(), images.end()), timings);
}

PanopticMap Segmenter::segment_panoptic(const ImageView& image, CallTimings* timings) const {
  return impl_->log.call(1, timings, [&](CallClock& clock) {
    return std::move(impl_->segment_panoptic(std::span(&image, 1), clock).front());
  });
}

std::vector<PanopticMap> Segmenter::segment_panoptic(std::span<const ImageView> images, CallTimings* timings) const {
  return impl_->log.call(images.size(), timings,
                         [&](CallClock& clock) { return impl_->segment_panoptic(images, clock); });
}

Profile Segmenter::profile() const { return impl_->log.profile(); }
void Segmenter::trim() const { impl_->model.trim(); }
const Labels& Segmenter::labels() const noexcept { return impl_->model.record().labels; }
const SegmenterOptions& Segmenter::options() const noexcept { return impl_->options; }
const ModelDescription& Segmenter::describe() const noexcept { return impl_->model.description(); }

}  // namespace visionkit
