#include "evaluate/settings.hpp"

#include <vector>

#include <fmt/format.h>

#include "metrics/table.hpp"
#include "runtime/trust.hpp"

namespace visionkit {
namespace {

Json size_json(Size size) { return Json::array({size.width, size.height}); }

template <class E>
Json name_or_null(const std::optional<E>& value) {
  return value ? Json(to_string(*value)) : Json();
}

Json reading_json(const ReadOptions& reading) {
  auto formats = Json::array();
  const auto& allowed = reading.formats;
  for (const auto& [format, is_allowed] : {std::pair(ImageFormat::jpeg, allowed.jpeg),
                                           {ImageFormat::png, allowed.png},
                                           {ImageFormat::webp, allowed.webp},
                                           {ImageFormat::bmp, allowed.bmp},
                                           {ImageFormat::tiff, allowed.tiff}}) {
    if (is_allowed) formats.push_back(to_string(format));
  }
  return {{"format", to_string(reading.format)},
          {"turn_upright", reading.orientation == OrientationPolicy::turn_upright},
          {"strict", reading.strictness == Strictness::strict},
          {"formats", formats},
          {"jpeg_reduction", reading.jpeg_reduction}};
}

Json tiles_json(const std::optional<TileOptions>& tiles) {
  return tiles ? Json{{"size", size_json(tiles->size)}, {"overlap", tiles->overlap}} : Json();
}

Json nms_json(const NmsOptions& nms) {
  return {{"iou_threshold", nms.iou_threshold},
          {"method", to_string(nms.method)},
          {"scope", to_string(nms.scope)},
          {"overlap", to_string(nms.overlap)},
          {"max_detections", nms.max_detections},
          {"max_candidates", nms.max_candidates},
          {"sigma", nms.sigma},
          {"min_score", nms.min_score}};
}

Json mask_nms_json(const std::optional<MaskNmsOptions>& nms) {
  if (!nms) return {};
  return {{"overlap_threshold", nms->overlap_threshold},
          {"overlap", to_string(nms->overlap)},
          {"scope", to_string(nms->scope)},
          {"max_detections", nms->max_detections}};
}

// Anchors may be thousands: their digest stands for them.
Json anchors_json(const std::vector<ModelBox>& anchors) {
  if (anchors.empty()) return {};
  const auto bytes = std::as_bytes(std::span(anchors));
  return sha256_hex({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
}

Json decoding_json(const DecodeContext& decoding) {
  return {{"input", size_json(decoding.input)},
          {"labels", name_or_null(decoding.labels)},
          {"coordinates", name_or_null(decoding.coordinates)},
          {"activation", name_or_null(decoding.activation)},
          {"encoding", name_or_null(decoding.encoding)},
          {"extra_values", decoding.extra_values},
          {"strides", decoding.strides},
          {"anchors", anchors_json(decoding.anchors)},
          {"top_queries", decoding.top_queries},
          {"mask_rule", name_or_null(decoding.mask_rule)},
          {"mask_frame", name_or_null(decoding.mask_frame)}};
}

// What all tasks have, around what one has.
std::string settings_text(Json&& task, const std::optional<ModelRecord>& record, const ModelDescription& model,
                          const EvaluateOptions& options) {
  // Another engine or form has other last bits. Which one answers may depend on the machine's load when it was chosen:
  // RunOptions::cache_folder keeps the choice, and the name of the key leads there.
  task["RunOptions.engine"] = fmt::format("{} {}", model.engine, model.optimization);
  task["device"] = to_string(model.device);
  task["precision"] = to_string(model.precision);
  task["record"] = record ? Json::parse(to_json(*record)) : Json();
  task["batch"] = options.batch;
  task["classes"] = to_string(options.classes);
  task["reading"] = reading_json(options.reading);
  return text_of(task);
}

}  // namespace

std::string settings_text(const ClassifierOptions& task, const ModelDescription& model,
                          const EvaluateOptions& options) {
  return settings_text({{"top_k", *task.top_k},
                        {"score_thresholds", task.score_thresholds},
                        {"allow", task.allow},
                        {"deny", task.deny},
                        {"all_scores", task.all_scores},
                        {"temperature", *task.temperature}},
                       task.record, model, options);
}

std::string settings_text(const DetectorOptions& task, const ModelDescription& model, const EvaluateOptions& options) {
  return settings_text({{"score_threshold", *task.score_threshold},
                        {"nms", nms_json(task.nms)},
                        {"mask_nms", mask_nms_json(task.mask_nms)},
                        {"tiles", tiles_json(task.tiles)},
                        {"allow", task.allow},
                        {"deny", task.deny},
                        {"own_decoder", static_cast<bool>(task.decoder)},
                        {"decoding", decoding_json(task.decoding)}},
                       task.record, model, options);
}

std::string settings_text(const SegmenterOptions& task, const ModelDescription& model, const EvaluateOptions& options) {
  return settings_text({{"resolution", to_string(task.resolution)},
                        {"score_threshold", *task.score_threshold},
                        {"tiles", tiles_json(task.tiles)},
                        {"max_pixels", task.max_pixels}},
                       task.record, model, options);
}

}  // namespace visionkit
