#include <visionkit/model_record.hpp>

#include "core/json_object.hpp"

namespace visionkit {
namespace {

using nlohmann::json;
using Ordered = nlohmann::ordered_json;

constexpr int schema = 1;

void read_size(JsonObject& object, Size& size) {
  object.get("width", size.width);
  object.get("height", size.height);
}

ResizeOptions read_resize(JsonObject object) {
  ResizeOptions resize;
  object.get_enum("mode", resize.mode);
  read_size(object, resize.size);
  object.get("side", resize.side);
  object.get("max_side", resize.max_side);
  object.get_enum("other_side", resize.other_side);
  object.get_enum("interpolation", resize.interpolation);
  if (object.has("letterbox")) {
    auto inner = object.object("letterbox");
    auto& letterbox = resize.letterbox;
    inner.get_enum("anchor", letterbox.anchor);
    inner.get_enum("size_rounding", letterbox.size_rounding);
    inner.get("scale_up", letterbox.scale_up);
    inner.get("stride", letterbox.stride);
    inner.get("fill", letterbox.fill);
    inner.get_enum("box_mapping", letterbox.box_mapping);
    inner.finish();
  }
  object.finish();
  return resize;
}

CropOptions read_crop(JsonObject object) {
  CropOptions crop;
  read_size(object, crop.size);
  object.get_enum("offset", crop.offset);
  object.finish();
  return crop;
}

void read_input(JsonObject object, ModelRecord& record) {
  auto& input = record.input;
  if (object.has("resize")) input.resize = read_resize(object.object("resize"));
  if (object.has("crop")) input.crop = read_crop(object.object("crop"));
  object.get_enum("color", input.channel_order);
  object.get_enum("layout", input.layout);
  object.get_enum("dtype", input.dtype);
  object.get("scale", input.scale);
  object.get("mean", input.mean);
  object.get("std", input.std);
  if (object.has("batch")) record.batch = object.require<std::int64_t>("batch");
  object.finish();
}

OutputContract read_output(JsonObject object) {
  OutputContract output;
  object.get_enum("scores", output.scores);
  object.get("tensors", output.tensors);
  object.get("format", output.format);
  object.get_enum("labels_per_box", output.labels_per_box);
  object.get_enum("coordinates", output.coordinates);
  object.get_enum("activation", output.activation);
  object.get_enum("encoding", output.encoding);
  object.get("label_numbers", output.label_numbers);
  object.get_enum("mask_rule", output.mask_rule);
  object.get_enum("mask_frame", output.mask_frame);
  object.get_enum("corners", output.corners);
  object.get_enum("resize", output.resize);
  object.get("stuff", output.stuff);
  object.finish();
  return output;
}

SelfTest read_self_test(JsonObject object) {
  SelfTest test;
  read_size(object, test.size);
  object.get("input_sha256", test.input_sha256);
  test.output = object.require<std::vector<float>>("output");
  object.get("tolerance", test.tolerance);
  object.finish();
  return test;
}

RecordedRun read_run(JsonObject object) {
  RecordedRun run;
  object.get_enum("precision", run.precision);
  object.get("figure", run.figure);
  object.get("in_float32", run.in_float32);
  object.get("in_candidate", run.in_candidate);
  object.get("max_drop", run.max_drop);
  object.finish();
  return run;
}

Provenance read_provenance(JsonObject object) {
  Provenance provenance;
  object.get("version", provenance.version);
  object.get("source", provenance.source);
  object.get("license", provenance.license);
  object.get("note", provenance.note);
  object.finish();
  return provenance;
}

ModelRecord read_object(JsonObject object, const std::string& origin) {
  const auto version = object.require<int>("visionkit");
  if (version != schema)
    fail(ErrorCode::model_record, "{}: schema version {} is not read; this visionkit reads {}", origin, version,
         schema);
  ModelRecord record;
  object.get("name", record.name);
  object.get_enum("task", record.task);
  std::vector<std::string> labels;
  object.get("labels", labels);
  record.labels = Labels(std::move(labels));
  if (object.has("input")) read_input(object.object("input"), record);
  if (object.has("output")) record.output = read_output(object.object("output"));
  object.get("temperature", record.temperature);
  object.get("score_thresholds", record.score_thresholds);
  if (object.has("iou_threshold")) record.iou_threshold = object.require<double>("iou_threshold");
  if (object.has("self_test")) record.self_test = read_self_test(object.object("self_test"));
  if (object.has("run")) record.run = read_run(object.object("run"));
  if (object.has("provenance")) record.provenance = read_provenance(object.object("provenance"));
  object.finish();
  check(record.input);
  if (record.batch && *record.batch < 1)
    fail(ErrorCode::model_record, "{} /input/batch is {}, expected at least 1", origin, *record.batch);
  return record;
}

Ordered size_json(const Size& size) { return {{"width", size.width}, {"height", size.height}}; }

Ordered resize_json(const ResizeOptions& resize) {
  const auto& letterbox = resize.letterbox;
  Ordered out = {{"mode", to_string(resize.mode)}};
  if (resize.mode == ResizeMode::none) return out;
  if (resize.size != Size{}) out.update(size_json(resize.size));
  if (resize.side != 0) out["side"] = resize.side;
  if (resize.max_side != 0) out["max_side"] = resize.max_side;
  if (resize.side != 0) out["other_side"] = to_string(resize.other_side);
  out["interpolation"] = to_string(resize.interpolation);
  if (resize.mode == ResizeMode::letterbox) {
    out["letterbox"] = {{"anchor", to_string(letterbox.anchor)},
                        {"size_rounding", to_string(letterbox.size_rounding)},
                        {"scale_up", letterbox.scale_up},
                        {"stride", letterbox.stride},
                        {"fill", letterbox.fill},
                        {"box_mapping", to_string(letterbox.box_mapping)}};
  }
  return out;
}

Ordered input_json(const ModelRecord& record) {
  const auto& input = record.input;
  Ordered out = {{"resize", resize_json(input.resize)}};
  if (input.crop) {
    out["crop"] = size_json(input.crop->size);
    out["crop"]["offset"] = to_string(input.crop->offset);
  }
  out["color"] = to_string(input.channel_order);
  out["layout"] = to_string(input.layout);
  out["dtype"] = to_string(input.dtype);
  out["scale"] = input.scale;
  out["mean"] = input.mean;
  out["std"] = input.std;
  if (record.batch) out["batch"] = *record.batch;
  return out;
}

void add_text(Ordered& object, const char* key, const std::string& text) {
  if (!text.empty()) object[key] = text;
}

template <class E>
void add_enum(Ordered& object, const char* key, const std::optional<E>& value) {
  if (value) object[key] = to_string(*value);
}

Ordered output_json(const OutputContract& output) {
  Ordered out = {{"scores", to_string(output.scores)}};
  if (!output.tensors.empty()) out["tensors"] = output.tensors;
  add_text(out, "format", output.format);
  add_enum(out, "labels_per_box", output.labels_per_box);
  add_enum(out, "coordinates", output.coordinates);
  add_enum(out, "activation", output.activation);
  add_enum(out, "encoding", output.encoding);
  if (!output.label_numbers.empty()) out["label_numbers"] = output.label_numbers;
  add_enum(out, "mask_rule", output.mask_rule);
  add_enum(out, "mask_frame", output.mask_frame);
  add_enum(out, "corners", output.corners);
  add_enum(out, "resize", output.resize);
  if (!output.stuff.empty()) out["stuff"] = output.stuff;
  return out;
}

}  // namespace

ModelRecord parse_record(std::string_view text, std::string_view origin) {
  return guarded("parsing a model record", [&] {
    const std::string where(origin);
    try {
      const auto document = json::parse(text);
      return read_object(JsonObject(document, where + " ", ErrorCode::model_record), where);
    } catch (const json::parse_error& error) {
      fail(ErrorCode::model_record, "{} is not JSON: byte {}", where, error.byte);
    } catch (const Error& error) {
      if (error.code() == ErrorCode::model_record) throw;
      fail(ErrorCode::model_record, "{}: {}", where, error.what());
    }
  });
}

std::string to_json(const ModelRecord& record) {
  return guarded("writing a model record", [&] {
    Ordered out = {{"visionkit", schema}};
    add_text(out, "name", record.name);
    out["task"] = to_string(record.task);
    if (!record.labels.empty()) out["labels"] = record.labels.names();
    out["input"] = input_json(record);
    out["output"] = output_json(record.output);
    if (record.temperature != 1) out["temperature"] = record.temperature;
    if (!record.score_thresholds.empty()) out["score_thresholds"] = record.score_thresholds;
    if (record.iou_threshold) out["iou_threshold"] = *record.iou_threshold;
    if (record.self_test) {
      auto& test = out["self_test"] = size_json(record.self_test->size);
      add_text(test, "input_sha256", record.self_test->input_sha256);
      test["output"] = record.self_test->output;
      test["tolerance"] = record.self_test->tolerance;
    }
    if (record.run) {
      const auto& run = *record.run;
      auto& object = out["run"] = {{"precision", to_string(run.precision)}};
      add_text(object, "figure", run.figure);
      object["in_float32"] = run.in_float32;
      object["in_candidate"] = run.in_candidate;
      object["max_drop"] = run.max_drop;
    }
    Ordered provenance = Ordered::object();
    add_text(provenance, "version", record.provenance.version);
    add_text(provenance, "source", record.provenance.source);
    add_text(provenance, "license", record.provenance.license);
    add_text(provenance, "note", record.provenance.note);
    if (!provenance.empty()) out["provenance"] = provenance;
    return out.dump(1);
  });
}

std::string_view to_string(Task task) noexcept {
  switch (task) {
    case Task::classification: return "classification";
    case Task::multilabel_classification: return "multilabel_classification";
    case Task::detection: return "detection";
    case Task::instance_segmentation: return "instance_segmentation";
    case Task::semantic_segmentation: return "semantic_segmentation";
    case Task::panoptic_segmentation: return "panoptic_segmentation";
  }
  return "unknown";
}

std::string_view to_string(RecordOrigin origin) noexcept {
  switch (origin) {
    case RecordOrigin::caller: return "the caller";
    case RecordOrigin::archive: return "visionkit.json in the file";
    case RecordOrigin::ultralytics: return "Ultralytics' config.txt in the file";
    case RecordOrigin::sidecar: return "the sidecar";
    case RecordOrigin::none: return "none";
  }
  return "unknown";
}

}  // namespace visionkit
