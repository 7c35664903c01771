// What the larger examples share beside pictures.hpp: batches in which one bad picture does not take the others
// down, the options of a detector, one line of progress, exit codes.
#pragma once

#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <set>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <visionkit/visionkit.hpp>

#include "pictures.hpp"
#include "program.hpp"
#include "run_arguments.hpp"

namespace example {

namespace fs = std::filesystem;

inline std::string read_text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot read '" + path + "'");
  return {std::istreambuf_iterator<char>(file), {}};
}

inline visionkit::ModelRecord read_record(const std::string& path) {
  return visionkit::parse_record(read_text(path), path);
}

/// One line of JSON. A file name need not be UTF-8; JSON must be.
inline std::string to_line(const nlohmann::ordered_json& json) {
  return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

/// A line that is written over and over on a terminal; nothing in a pipe or a file.
class StatusLine {
 public:
  StatusLine() = default;
  StatusLine(const StatusLine&) = delete;
  StatusLine& operator=(const StatusLine&) = delete;
  ~StatusLine() { clear(); }

  void show(const std::string& text) {
    if (!is_terminal_) return;
    fmt::print(stderr, "\r{}\x1b[K", text);
    is_shown_ = true;
  }
  void clear() {
    if (is_shown_) fmt::print(stderr, "\r\x1b[K");
    is_shown_ = false;
  }

 private:
  bool is_terminal_ = isatty(STDERR_FILENO) == 1;
  bool is_shown_ = false;
};

/// Reads the pictures, gives them to `answer(images)` in batches, and each with its answer to `show(picture, image,
/// result)`. What fails is reported and counted, the others go on. The exit code: 0 all went well, 1 some did not.
template <class Answer, class Show>
int run_batches(const std::vector<Picture>& pictures, std::size_t batch, const Answer& answer, const Show& show) {
  if (pictures.empty()) return fmt::print(stderr, "there are no pictures\n"), 1;
  std::vector<Picture> waiting;  // read, without an answer
  std::vector<visionkit::Image> images;
  std::size_t failed = 0;
  StatusLine status;
  const auto attempt = [&](const Picture& picture, const auto& work) {
    try {
      work();
    } catch (const visionkit::Error& error) {
      ++failed;
      status.clear();
      fmt::print(stderr, "{}: {}: {}\n", picture.file, to_string(error.code()), error.what());
    }
  };
  const auto flush = [&] {
    decltype(answer(std::span<const visionkit::Image>(images))) results;
    try {
      results = answer(images);
    } catch (const visionkit::Error&) {
      results.clear();  // one by one, to see which it was
    }
    for (std::size_t i = 0; i < images.size(); ++i) {
      attempt(waiting[i], [&] {
        show(waiting[i], images[i], results.empty() ? answer({&images[i], 1}).front() : results[i]);
      });
    }
    waiting.clear();
    images.clear();
  };
  const bool is_seen = isatty(STDOUT_FILENO) == 1;  // then the results themselves show how far it is
  for (std::size_t i = 0; i < pictures.size(); ++i) {
    if (!is_seen) status.show(fmt::format("{} of {}", i, pictures.size()));
    attempt(pictures[i], [&] {
      images.push_back(visionkit::read_image(pictures[i].file));
      waiting.push_back(pictures[i]);
    });
    if (images.size() == batch) flush();
  }
  if (!images.empty()) flush();
  status.clear();
  if (failed > 0) fmt::print(stderr, "{} of {} pictures failed\n", failed, pictures.size());
  return failed > 0 ? 1 : 0;
}

/// The part of the command line that says which pictures, and how answers are shown.
struct PictureArguments {
  std::vector<std::string> inputs = {};
  std::string out = {};
  std::size_t batch = 4;
  bool json = false;
  bool describe = false;

  void add_to(CLI::App& app) {
    app.add_option("pictures", inputs, "Files, or folders to search for JPEG, PNG, WebP and BMP files");
    app.add_option("--batch", batch, "Pictures in one call of the network")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    app.add_flag("--json", json, "One JSON object a line");
    app.add_flag("--describe", describe, "Print what the model says about itself");
    app.callback([this] {
      if (inputs.empty() && !describe) throw CLI::RequiredError("pictures");
    });
  }
  /// For programs that draw.
  void add_out_to(CLI::App& app) { app.add_option("--out", out, "Folder for the pictures with the answers drawn in"); }
};

inline void print_objects_json(const std::string& file, std::span<const visionkit::Detection> found,
                               const visionkit::Labels& labels) {
  fmt::print("{{\"file\":{},\"objects\":{}}}\n", to_line(file), to_json(found, labels));
}

/// The command line of a detector. What is left out, the model's record says.
struct DetectorArguments {
  std::string model;
  std::optional<float> score_threshold;
  std::optional<double> iou_threshold;
  std::string format;
  std::string labels;
  std::string record;
  RunArguments run;

  void add_to(CLI::App& app) {
    app.add_option("model", model, "TorchScript file")->required();
    app.add_option("--threshold", score_threshold, "Only objects with a greater score are shown, 0..1");
    app.add_option("--iou", iou_threshold, "Of two boxes that overlap by more, the better one stays, 0..1");
    app.add_option("--format", format, "Layout of the output: a name of detection_formats.def");
    app.add_option("--labels", labels, "Names of the classes, one a line");
    app.add_option("--record", record, "Model record (JSON) to use instead of the model's own");
    run.add_to(app);
  }

  [[nodiscard]] visionkit::DetectorOptions options() const {
    visionkit::DetectorOptions options{
        .score_threshold = score_threshold, .iou_threshold = iou_threshold, .format = format, .run = run.options};
    if (!labels.empty()) options.labels = visionkit::read_labels(labels);
    if (!record.empty()) options.record = read_record(record);
    return options;
  }
};

}  // namespace example
