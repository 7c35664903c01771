#include <visionkit/dataset/results.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include "dataset/folder.hpp"
#include "dataset/map_runs.hpp"
#include "dataset/results_read.hpp"
#include "dataset/run_lengths.hpp"

namespace visionkit {
namespace {

std::vector<std::uint8_t> bytes_of(std::string_view text) {
  std::vector<std::uint8_t> bytes;
  bytes.reserve(text.size() + simdjson::SIMDJSON_PADDING);
  bytes.assign(text.begin(), text.end());
  return bytes;
}

class HeaderReader {
 public:
  HeaderReader(std::string_view line, std::string what) : walk_(bytes_of(line), std::move(what)) {}

  ResultsHeader read() {
    ResultsHeader header;
    bool has_version = false;
    walk_.document([&](JsonWalk::Value root) {
      walk_.object(root, [&](std::string_view key, JsonWalk::Value value) {
        if (key == "visionkit_results") {
          has_version = true;
          check_version(walk_.integer(value));
        } else if (key == "task") {
          header.task = walk_.text(value);
        } else if (key == "model_sha256") {
          header.model_sha256 = walk_.text(value);
        } else if (key == "settings") {
          header.settings = walk_.text(value);
        } else if (key == "labels") {
          walk_.array(value, [&](JsonWalk::Value each) { header.labels.emplace_back(walk_.text(each)); });
        } else {
          return false;
        }
        return true;
      });
    });
    if (!has_version) walk_.refuse(ErrorCode::dataset_schema, "the key 'visionkit_results' is missing");
    return header;
  }

 private:
  void check_version(std::int64_t version) const {
    if (version == results_version) return;
    walk_.refuse(ErrorCode::dataset_schema, "version {}, {} is accepted", version, results_version);
  }

  JsonWalk walk_;
};

class ResultReader {
 public:
  ResultReader(std::string_view line, const ResultsReadOptions& options, std::string what)
      : options_(options), walk_(bytes_of(line), std::move(what)) {}

  PictureResult read() {
    PictureResult result;
    std::optional<std::string> file;
    walk_.document([&](JsonWalk::Value root) {
      walk_.object(root, [&](std::string_view key, JsonWalk::Value value) {
        if (key == "file") {
          file = walk_.text(value);
        } else if (key == "width") {
          result.size.width = side(value);
        } else if (key == "height") {
          result.size.height = side(value);
        } else if (key == "scores") {
          walk_.array(value, [&](JsonWalk::Value each) { scores_.push_back(real(each)); });
        } else {
          return read_answer(key, value);
        }
        return true;
      });
    });
    result.file = required(walk_, file, "file");
    if (!answer_) {
      walk_.refuse(ErrorCode::dataset_schema,
                   "no answer: one of the keys failed, classes, detections, label_map and panoptic is expected");
    }
    if (auto* classes = std::get_if<Classification>(&*answer_)) classes->scores = std::move(scores_);
    result.answer = std::move(*answer_);
    return result;
  }

 private:
  bool read_answer(std::string_view key, JsonWalk::Value value) {
    const bool is_answer =
        key == "failed" || key == "classes" || key == "detections" || key == "label_map" || key == "panoptic";
    if (is_answer && answer_) walk_.refuse(ErrorCode::dataset_schema, "a second answer");
    if (key == "failed") {
      answer_ = read_failure(value);
    } else if (key == "classes") {
      answer_ = Classification{.classes = read_classes(value), .scores = {}};
    } else if (key == "detections") {
      answer_ = read_detections(value);
    } else if (key == "label_map") {
      answer_ = read_label_map(value);
    } else if (key == "panoptic") {
      answer_ = read_panoptic(value);
    }
    return is_answer;
  }

  FailedPicture read_failure(JsonWalk::Value value) {
    std::optional<ErrorCode> code;
    std::string reason;
    walk_.object(value, [&](std::string_view key, JsonWalk::Value inner) {
      if (key == "code") {
        const auto name = walk_.text(inner);
        for (const auto& each : error_codes()) {
          if (each.name == name) code = each.code;
        }
        if (!code) walk_.refuse(ErrorCode::dataset_schema, "'{}' is no code of visionkit", name);
      } else if (key == "reason") {
        reason = walk_.text(inner);
      } else {
        return false;
      }
      return true;
    });
    return {required(walk_, code, "code"), std::move(reason)};
  }

  std::vector<ClassScore> read_classes(JsonWalk::Value value) {
    std::vector<ClassScore> classes;
    walk_.array(value, [&](JsonWalk::Value each) {
      std::optional<ClassId> label;
      std::optional<float> score;
      walk_.object(each, [&](std::string_view key, JsonWalk::Value inner) {
        if (key == "label") {
          label = read_label(inner);
        } else if (key == "score") {
          score = real(inner);
        } else {
          return false;
        }
        return true;
      });
      classes.push_back({required(walk_, label, "label"), required(walk_, score, "score")});
    });
    return classes;
  }

  std::vector<Detection> read_detections(JsonWalk::Value value) {
    std::vector<Detection> detections;
    walk_.array(value, [&](JsonWalk::Value each) {
      Detection detection;
      std::optional<Box> box;
      std::optional<ClassId> label;
      std::optional<float> score;
      walk_.object(each, [&](std::string_view key, JsonWalk::Value inner) {
        if (key == "box") {
          box = read_box(inner);
        } else if (key == "label") {
          label = read_label(inner);
        } else if (key == "score") {
          score = real(inner);
        } else if (key == "mask") {
          detection.mask = valid([&] { return read_run_lengths(walk_, inner).to_mask(); });
        } else {
          return false;
        }
        return true;
      });
      detection.box = required(walk_, box, "box");
      detection.label = required(walk_, label, "label");
      detection.score = required(walk_, score, "score");
      detections.push_back(std::move(detection));
    });
    return detections;
  }

  // Their sizes may stand behind the runs.
  struct NumberedRuns {
    std::uint32_t number;
    std::string_view counts;
  };

  LabelMap read_label_map(JsonWalk::Value value) {
    std::optional<Size> size;
    std::optional<std::int64_t> bits;
    std::vector<NumberedRuns> runs;
    bool has_classes = false;
    walk_.object(value, [&](std::string_view key, JsonWalk::Value inner) {
      if (key == "size") {
        size = read_mask_size(walk_, inner);
      } else if (key == "bits") {
        bits = walk_.integer(inner);
      } else if (key == "classes") {
        has_classes = true;
        walk_.array(inner, [&](JsonWalk::Value each) { runs.push_back(read_class_runs(each)); });
      } else {
        return false;
      }
      return true;
    });
    if (!has_classes) walk_.refuse(ErrorCode::dataset_schema, "the key 'classes' is missing");
    const auto depth = required(walk_, bits, "bits");
    if (depth != 8 && depth != 16) walk_.refuse(ErrorCode::dataset_schema, "{} bits, 8 or 16 are accepted", depth);
    const auto pixels = required(walk_, size, "size");
    const auto background = depth == 8 ? 0xFFU : 0xFFFFU;
    for (const auto& each : runs) {
      if (each.number >= background) {
        walk_.refuse(ErrorCode::dataset_schema, "the class {} in a map of {} bits", each.number, depth);
      }
    }
    if (depth == 8) return {join<std::uint8_t>(runs, pixels, 0xFF), pixels};
    return {join<std::uint16_t>(runs, pixels, 0xFFFF), pixels};
  }

  NumberedRuns read_class_runs(JsonWalk::Value value) {
    std::optional<std::uint32_t> label;
    std::optional<std::string_view> counts;
    walk_.object(value, [&](std::string_view key, JsonWalk::Value inner) {
      if (key == "label") {
        label = unsigned_integer(inner);
      } else if (key == "counts") {
        counts = walk_.text(inner);
      } else {
        return false;
      }
      return true;
    });
    return {required(walk_, label, "label"), required(walk_, counts, "counts")};
  }

  PanopticMap read_panoptic(JsonWalk::Value value) {
    std::optional<Size> size;
    std::vector<NumberedRuns> runs;
    std::vector<PanopticSegment> segments;
    bool has_segments = false;
    walk_.object(value, [&](std::string_view key, JsonWalk::Value inner) {
      if (key == "size") {
        size = read_mask_size(walk_, inner);
      } else if (key == "segments") {
        has_segments = true;
        walk_.array(inner, [&](JsonWalk::Value each) { segments.push_back(read_segment(each, runs)); });
      } else {
        return false;
      }
      return true;
    });
    if (!has_segments) walk_.refuse(ErrorCode::dataset_schema, "the key 'segments' is missing");
    const auto pixels = required(walk_, size, "size");
    auto ids = join<std::uint32_t>(runs, pixels, panoptic_void);
    return valid([&] { return PanopticMap(std::move(ids), pixels, std::move(segments)); });
  }

  PanopticSegment read_segment(JsonWalk::Value value, std::vector<NumberedRuns>& runs) {
    PanopticSegment segment;
    std::optional<std::uint32_t> id;
    std::optional<ClassId> label;
    std::optional<std::string_view> counts;
    walk_.object(value, [&](std::string_view key, JsonWalk::Value inner) {
      if (key == "id") {
        id = unsigned_integer(inner);
      } else if (key == "label") {
        label = read_label(inner);
      } else if (key == "kind") {
        segment.kind = read_kind(walk_.text(inner));
      } else if (key == "score") {
        segment.score = real(inner);
      } else if (key == "area") {
        segment.area = walk_.natural(inner);
      } else if (key == "box") {
        segment.box = read_box(inner);
      } else if (key == "is_crowd") {
        segment.is_crowd = walk_.boolean(inner);
      } else if (key == "counts") {
        counts = walk_.text(inner);
      } else {
        return false;
      }
      return true;
    });
    segment.id = required(walk_, id, "id");
    segment.label = required(walk_, label, "label");
    if (counts) runs.push_back({segment.id, *counts});
    return segment;
  }

  PanopticKind read_kind(std::string_view name) {
    for (const auto kind : {PanopticKind::thing, PanopticKind::stuff}) {
      if (to_string(kind) == name) return kind;
    }
    walk_.refuse(ErrorCode::dataset_schema, "the kind '{}', thing and stuff are accepted", name);
  }

  template <class Number>
  std::vector<Number> join(std::span<const NumberedRuns> runs, Size size, Number background) {
    const auto pixels = static_cast<std::uint64_t>(size.width) * static_cast<std::uint64_t>(size.height);
    if (pixels > options_.max_pixels) {
      walk_.refuse(ErrorCode::dataset_too_large, "a map of {}, at most {} pixels are accepted", to_string(size),
                   options_.max_pixels);
    }
    return valid([&] {
      std::vector<NumberedMask> masks;
      for (const auto& [number, counts] : runs) masks.push_back({number, Mask::from_rle(counts, size)});
      return join_map<Number>(masks, size, background);
    });
  }

  // What values refuse is wrong in the file.
  template <class Make>
  auto valid(Make&& make) -> decltype(make()) {
    try {
      return make();
    } catch (const Error& error) {
      if (error.code() != ErrorCode::invalid_argument) throw;
      walk_.refuse(ErrorCode::dataset_schema, "{}", error.what());
    }
  }

  Box read_box(JsonWalk::Value value) {
    std::array<float, 4> edges = {};
    std::size_t count = 0;
    walk_.array(value, [&](JsonWalk::Value each) {
      const auto edge = real(each);
      if (count < edges.size()) edges[count] = edge;
      ++count;
    });
    if (count == edges.size()) return {edges[0], edges[1], edges[2], edges[3]};
    walk_.refuse(ErrorCode::dataset_schema, "a box of {} numbers, expected 4: its edges x1, y1, x2, y2", count);
  }

  // From its text: by way of a double some floats would be rounded twice.
  float real(JsonWalk::Value value) {
    const auto token = value.raw_json_token();
    const auto number = walk_.number(value);
    auto result = static_cast<float>(number);
    const auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), result);
    if (error == std::errc() || std::abs(number) < 1) return result;
    walk_.refuse(ErrorCode::dataset_schema, "{} is beyond the largest float", number);
  }

  int side(JsonWalk::Value value) {
    return static_cast<int>(walk_.integer_in(value, 0, std::numeric_limits<int>::max()));
  }
  std::uint32_t unsigned_integer(JsonWalk::Value value) {
    return static_cast<std::uint32_t>(walk_.integer_in(value, 0, std::numeric_limits<std::uint32_t>::max()));
  }
  ClassId read_label(JsonWalk::Value value) {
    using Limits = std::numeric_limits<std::int32_t>;
    return ClassId(static_cast<std::int32_t>(walk_.integer_in(value, Limits::min(), Limits::max())));
  }

  const ResultsReadOptions& options_;
  JsonWalk walk_;
  std::vector<float> scores_;
  std::optional<Answer> answer_;
};

}  // namespace

void check_results_options(const ResultsReadOptions& options) {
  constexpr auto most_bytes = std::uint64_t{4} << 30U;  // simdjson's limit
  check_limit(options.max_line_bytes, most_bytes, "ResultsReadOptions::max_line_bytes");
  check_limit(options.max_pixels, std::numeric_limits<std::uint32_t>::max(), "ResultsReadOptions::max_pixels");
}

ResultsHeader read_header_line(std::string_view line, std::string what) {
  return HeaderReader(line, std::move(what)).read();
}

PictureResult read_result_line(std::string_view line, const ResultsReadOptions& options, std::string what) {
  return ResultReader(line, options, std::move(what)).read();
}

ResultsHeader parse_results_header(std::string_view line, std::string_view name) {
  return guarded("reading results", [&] { return read_header_line(line, fmt::format("results '{}'", name)); });
}

PictureResult parse_result(std::string_view line, const ResultsReadOptions& options, std::string_view name) {
  return guarded("reading results", [&] {
    check_results_options(options);
    return read_result_line(line, options, fmt::format("results '{}'", name));
  });
}

}  // namespace visionkit
