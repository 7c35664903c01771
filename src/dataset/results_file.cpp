#include <visionkit/dataset/results.hpp>

#include <algorithm>
#include <utility>

#include "dataset/folder.hpp"
#include "dataset/results_read.hpp"

namespace visionkit {
namespace {

constexpr std::string_view first_key = "{\"visionkit_results\":";

// Takes a file piece by piece.
class LineReader {
 public:
  LineReader(std::string_view name, const std::function<void(PictureResult&&)>& use, const ResultsReadOptions& options)
      : name_(name), use_(use), options_(options) {}

  void add(std::string_view piece) {
    for (auto end = piece.find('\n'); end != std::string_view::npos; end = piece.find('\n')) {
      check_length(line_.size() + end);
      if (line_.empty()) {
        finish(piece.substr(0, end));
      } else {
        finish(line_.append(piece, 0, end));
      }
      summary_.whole_bytes += (line_.empty() ? end : line_.size()) + 1;
      line_.clear();
      piece.remove_prefix(end + 1);
    }
    check_length(line_.size() + piece.size());
    line_ += piece;
  }

  ResultsSummary take() {
    summary_.broken_bytes = line_.size();
    const auto known = std::min(line_.size(), first_key.size());
    // So that nobody continues a file of another kind.
    if (lines_ == 0 && std::string_view(line_).substr(0, known) != first_key.substr(0, known)) {
      fail(ErrorCode::dataset_syntax, "results '{}': no whole line, and its beginning is not '{}'", name_, first_key);
    }
    return std::move(summary_);
  }

 private:
  void check_length(std::size_t bytes) const {
    if (bytes <= options_.max_line_bytes) return;
    fail(ErrorCode::dataset_too_large, "results '{}' line {} has more than {} bytes", name_, lines_ + 1,
         options_.max_line_bytes);
  }

  void finish(std::string_view line) {
    auto what = fmt::format("results '{}' line {}", name_, ++lines_);
    if (lines_ == 1) {
      summary_.header = read_header_line(line, std::move(what));
      return;
    }
    auto result = read_result_line(line, options_, std::move(what));
    ++summary_.results;
    try {
      use_(std::move(result));
    } catch (const Error&) {
      throw;
    } catch (const std::exception& error) {
      fail(ErrorCode::internal, "reading results: what takes them failed: {}", error.what());
    } catch (...) {
      fail(ErrorCode::internal, "reading results: what takes them failed");
    }
  }

  std::string_view name_;
  const std::function<void(PictureResult&&)>& use_;
  const ResultsReadOptions& options_;
  ResultsSummary summary_;
  std::uint64_t lines_ = 0;
  std::string line_;  // its beginning, from the pieces before
};

}  // namespace

ResultsSummary for_each_result(const std::string& path, const std::function<void(PictureResult&&)>& use,
                               const ResultsReadOptions& options) {
  return guarded("reading results", [&] {
    check_results_options(options);
    auto file = open_text(path, "results");
    LineReader reader(path, use, options);
    std::vector<char> piece(std::size_t{1} << 18U);
    while (file) {
      file.read(piece.data(), static_cast<std::streamsize>(piece.size()));
      reader.add({piece.data(), static_cast<std::size_t>(file.gcount())});
    }
    if (file.bad()) fail(ErrorCode::io, "cannot read results '{}'", path);
    return reader.take();
  });
}

ResultsFile read_results(const std::string& path, const ResultsReadOptions& options) {
  ResultsFile file;
  file.summary = for_each_result(
      path, [&](PictureResult&& result) { file.results.push_back(std::move(result)); }, options);
  return file;
}

ResultsFile parse_results(std::string_view text, const ResultsReadOptions& options, std::string_view name) {
  return guarded("reading results", [&] {
    check_results_options(options);
    ResultsFile file;
    const std::function<void(PictureResult &&)> use = [&](PictureResult&& result) {
      file.results.push_back(std::move(result));
    };
    LineReader reader(name, use, options);
    reader.add(text);
    file.summary = reader.take();
    return file;
  });
}

void write_results(const std::string& path, const ResultsHeader& header, std::span<const PictureResult> results) {
  guarded("writing results", [&] {
    auto text = to_json_line(header);
    for (const auto& result : results) text += to_json_line(result);
    write_text(path, text, "results");
  });
}

}  // namespace visionkit
