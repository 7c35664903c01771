#include "tasks/record_source.hpp"

#include <filesystem>
#include <map>

#include <nlohmann/json.hpp>

#include "core/fail.hpp"
#include "core/file.hpp"
#include "runtime/session.hpp"

namespace visionkit {
namespace {

constexpr std::uint64_t max_record_bytes = std::uint64_t{16} << 20U;

using nlohmann::json;

Labels ultralytics_labels(const json& names) {
  std::vector<std::string> labels(names.size());
  for (const auto& [key, name] : names.items()) labels.at(std::stoul(key)) = name.get<std::string>();
  return Labels(std::move(labels));
}

// Ultralytics classifies on Resize(shorter side) + CenterCrop of Pillow images, scaled to 0..1, and detects on a
// letterbox.
void set_ultralytics_input(ModelRecord& record, Size size) {
  auto& resize = record.input.resize;
  if (record.task == Task::classification) {
    resize = {.mode = ResizeMode::shorter_side,
              .side = std::min(size.width, size.height),
              .interpolation = Interpolation::pillow_bilinear};
    record.input.crop = CropOptions{.size = size};
    record.output.scores = ScoreKind::probabilities;
  } else {
    resize = {.mode = ResizeMode::letterbox, .size = size, .interpolation = Interpolation::opencv_linear};
    record.output.format = record.task == Task::detection ? "yolov8" : "yolov8_seg";
  }
}

// The record that Ultralytics' export describes by its metadata (ultralytics/engine/exporter.py), for the tasks
// "classify", "detect" and "segment".
ModelRecord parse_ultralytics(std::string_view text, const std::string& origin) {
  try {
    const auto config = json::parse(text);
    static const std::map<std::string, Task> tasks = {
        {"classify", Task::classification}, {"detect", Task::detection}, {"segment", Task::instance_segmentation}};
    const auto task = config.at("task").get<std::string>();
    if (!tasks.contains(task)) {
      fail(ErrorCode::model_record, "{}: Ultralytics' task '{}' is not read; expected classify, detect or segment",
           origin, task);
    }
    ModelRecord record;
    record.name = config.value("description", "");
    record.task = tasks.at(task);
    record.labels = ultralytics_labels(config.at("names"));
    const auto& size = config.at("imgsz");  // height, width
    set_ultralytics_input(record, {size.at(1).get<int>(), size.at(0).get<int>()});
    const auto dynamic = config.contains("args") && config["args"].value("dynamic", false);
    if (!dynamic && config.contains("batch")) record.batch = config["batch"].get<std::int64_t>();
    record.provenance = {.version = config.value("version", ""),
                         .source = config.value("author", ""),
                         .license = config.value("license", "")};
    return record;
  } catch (const Error&) {
    throw;
  } catch (const std::exception& error) {
    fail(ErrorCode::model_record, "{} is not Ultralytics' record: {}", origin, error.what());
  }
}

}  // namespace

FoundRecord find_record(const ModelFile& file, const std::optional<ModelRecord>& caller) {
  if (caller) return {.record = *caller, .origin = RecordOrigin::caller};
  if (const auto text = file.extra_file("visionkit.json")) {
    return {.record = parse_record(*text, "visionkit.json in '" + file.name() + "'"), .origin = RecordOrigin::archive};
  }
  if (const auto text = file.extra_file("config.txt")) {
    return {.record = parse_ultralytics(*text, "config.txt in '" + file.name() + "'"),
            .origin = RecordOrigin::ultralytics};
  }
  const auto sidecar = std::filesystem::path(file.path()).replace_extension(".json").string();
  std::error_code error;
  if (file.path().empty() || !std::filesystem::is_regular_file(sidecar, error)) return {};
  const auto bytes =
      read_file(sidecar, {.what = "model record", .max_bytes = max_record_bytes, .too_large = ErrorCode::model_record});
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  const auto document = json::parse(text, nullptr, false);
  if (document.is_object() && !document.contains("visionkit")) {
    return {.notes = {"'" + sidecar + "' is not a visionkit record (no key 'visionkit') and was not read"}};
  }
  return {.record = parse_record(text, "sidecar '" + sidecar + "'"), .origin = RecordOrigin::sidecar};
}

std::optional<ModelRecord> read_record(const std::string& model_path) {
  return guarded("reading a model record", [&]() -> std::optional<ModelRecord> {
    const auto found = find_record(Archive::from_file(model_path, {}, {.newest = newest_file_format()}), {});
    if (found.origin == RecordOrigin::none) return std::nullopt;
    return found.record;
  });
}

}  // namespace visionkit
