// Names what is in pictures: files or whole folders, by a model with one label or with many.
//
//   classify model.pt photo.jpg holiday/           a table
//   classify model.pt holiday/ --json              one JSON object a line, for other programs
//   classify model.pt --describe                   what the model says about itself
//
// A picture that cannot be read is reported and counted, the others go on. Exit code: 0 all pictures were classified,
// 1 some were not, 2 nothing could be done.
#include <algorithm>
#include <cctype>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <visionkit/visionkit.hpp>

namespace {

namespace fs = std::filesystem;

struct Arguments {
  std::string model;
  std::vector<std::string> inputs;
  std::string record;
  std::optional<std::size_t> top_k;
  std::vector<float> thresholds;
  std::size_t batch = 1;
  bool json = false;
  bool describe = false;
};

bool has_picture_name(const fs::path& path) {
  static const std::set<std::string> known = {".jpg", ".jpeg", ".png", ".webp", ".bmp"};
  auto extension = path.extension().string();
  for (auto& c : extension) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return known.contains(extension);
}

// Folders become the pictures inside them, in the order of their names; what else is named is taken as it is.
std::vector<std::string> find_pictures(const std::vector<std::string>& inputs) {
  std::vector<std::string> pictures;
  for (const auto& input : inputs) {
    if (!fs::is_directory(input)) {
      pictures.push_back(input);
      continue;
    }
    const auto first = pictures.size();
    for (const auto& entry : fs::recursive_directory_iterator(input, fs::directory_options::skip_permission_denied)) {
      if (entry.is_regular_file() && has_picture_name(entry.path())) pictures.push_back(entry.path().string());
    }
    std::sort(pictures.begin() + static_cast<std::ptrdiff_t>(first), pictures.end());
  }
  return pictures;
}

visionkit::ClassifierOptions options_of(const Arguments& arguments) {
  visionkit::ClassifierOptions options{.top_k = arguments.top_k, .score_thresholds = arguments.thresholds};
  if (!arguments.record.empty()) {
    std::ifstream file(arguments.record);
    if (!file) throw std::runtime_error("cannot read the record '" + arguments.record + "'");
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    options.record = visionkit::parse_record(text, arguments.record);
  }
  return options;
}

void print_table(const std::string& file, const visionkit::Classification& found, const visionkit::Labels& labels) {
  fmt::print("{}\n", file);
  for (const auto& c : found) fmt::print("  {:.3f}  {}\n", c.score, labels[c.label]);
  if (found.classes.empty()) fmt::print("  nothing above the threshold\n");
}

void print_json(const std::string& file, const visionkit::Classification& found, const visionkit::Labels& labels) {
  nlohmann::ordered_json line = {{"file", file}, {"classes", nlohmann::ordered_json::array()}};
  for (const auto& c : found) {
    line["classes"].push_back({{"index", c.label.value}, {"label", labels[c.label]}, {"score", c.score}});
  }
  // A file name need not be UTF-8; JSON must be.
  fmt::print("{}\n", line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
}

class Program {
 public:
  explicit Program(const Arguments& arguments)
      : arguments_(arguments), classifier_(arguments.model, options_of(arguments)) {}

  int run() {
    if (arguments_.describe) fmt::print("{}", to_string(classifier_.describe()));
    const auto pictures = find_pictures(arguments_.inputs);
    for (const auto& file : pictures) {
      try {
        images_.push_back(visionkit::read_image(file));
        files_.push_back(file);
      } catch (const visionkit::Error& error) {
        report(file, error);
      }
      if (images_.size() == arguments_.batch) classify_waiting();
    }
    classify_waiting();
    if (failed_ > 0) fmt::print(stderr, "{} of {} pictures failed\n", failed_, pictures.size());
    if (pictures.empty() && !arguments_.inputs.empty()) fmt::print(stderr, "there are no pictures\n");
    return failed_ > 0 || (pictures.empty() && !arguments_.describe) ? 1 : 0;
  }

 private:
  void classify_waiting() {
    try {
      const auto results = classifier_.classify(images_);
      for (std::size_t i = 0; i < results.size(); ++i) print(files_[i], results[i]);
    } catch (const visionkit::Error&) {
      for (std::size_t i = 0; i < images_.size(); ++i) classify_alone(files_[i], images_[i]);
    }
    files_.clear();
    images_.clear();
  }

  // After a batch has failed: one picture must not take the others down.
  void classify_alone(const std::string& file, const visionkit::Image& image) {
    try {
      print(file, classifier_.classify(image));
    } catch (const visionkit::Error& error) {
      report(file, error);
    }
  }

  void print(const std::string& file, const visionkit::Classification& found) const {
    (arguments_.json ? print_json : print_table)(file, found, classifier_.labels());
  }

  void report(const std::string& file, const visionkit::Error& error) {
    ++failed_;
    fmt::print(stderr, "{}: {}: {}\n", file, error.code(), error.what());
  }

  const Arguments& arguments_;
  visionkit::Classifier classifier_;
  std::vector<std::string> files_;  // read, not yet classified
  std::vector<visionkit::Image> images_;
  std::size_t failed_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  CLI::App app("Names what is in pictures.", "classify");
  app.add_option("model", arguments.model, "TorchScript file")->required();
  app.add_option("pictures", arguments.inputs, "Files, or folders to search for JPEG, PNG, WebP and BMP files");
  app.add_option("--top-k", arguments.top_k, "At most this many classes for a picture")->check(CLI::PositiveNumber);
  app.add_option("--threshold", arguments.thresholds, "Lowest score shown; one, or one for each class")->delimiter(',');
  app.add_option("--record", arguments.record, "Model record (JSON) to use instead of the model's own");
  app.add_option("--batch", arguments.batch, "Pictures in one call of the network")->check(CLI::PositiveNumber);
  app.add_flag("--json", arguments.json, "One JSON object a line");
  app.add_flag("--describe", arguments.describe, "Print what the model says about itself");
  try {
    app.parse(argc, argv);
    if (arguments.inputs.empty() && !arguments.describe) throw CLI::RequiredError("pictures");
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  try {
    return Program(arguments).run();
  } catch (const std::exception& error) {
    fmt::print(stderr, "classify: {}\n", error.what());
    return 2;
  }
}
