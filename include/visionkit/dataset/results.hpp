// Results of visionkit as lines of JSON (jsonlines.org): a first line that says whose they are, then a line for each
// picture, in any order. Lines are whole or the last one is not: a file whose writer was killed is good up to its last
// newline, and can be written on. Written down in src/docs/results.md.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <visionkit/core/config.hpp>
#include <visionkit/core/error.hpp>
#include <visionkit/core/label_map.hpp>
#include <visionkit/core/panoptic.hpp>
#include <visionkit/core/results.hpp>
#include <visionkit/core/truth.hpp>

namespace visionkit {

/// The version of the format, the key "visionkit_results" of the first line. It grows when a key changes its meaning.
inline constexpr int results_version = 1;

/// Whose results they are. Results of files with different headers must not be mixed.
struct ResultsHeader {
  std::string task = {};                 ///< "detection"
  std::string model_sha256 = {};         ///< of the model file
  std::string settings = {};             ///< whatever else decides about results, as text: options, say
  std::vector<std::string> labels = {};  ///< names of the classes by number; empty: there are none
  friend bool operator==(const ResultsHeader&, const ResultsHeader&) = default;
};

/// Why a picture has no answer.
struct FailedPicture {
  ErrorCode code = ErrorCode::internal;
  std::string reason = {};
  friend bool operator==(const FailedPicture&, const FailedPicture&) = default;
};

using Answer = std::variant<FailedPicture, Classification, std::vector<Detection>, LabelMap, PanopticMap>;

struct PictureResult {
  std::string file = {};  ///< as the data set calls it
  Size size = {};         ///< of the picture; 0 x 0 where it is unknown
  Answer answer = {};
  friend bool operator==(const PictureResult&, const PictureResult&) = default;
};

struct ResultsReadOptions {
  std::uint64_t max_line_bytes = std::uint64_t{256} << 20U;  ///< longer lines are refused; 1 to 4 GiB
  /// Of a label map or panoptic map; larger ones are refused, because a short line can stand for a large map. 1 to
  /// 2^32 - 1
  std::uint64_t max_pixels = std::uint64_t{1} << 28U;
};

/// What was read.
struct ResultsSummary {
  ResultsHeader header = {};
  std::uint64_t results = 0;
  std::uint64_t whole_bytes = 0;   ///< of the lines that end in a newline
  std::uint64_t broken_bytes = 0;  ///< behind them: a line whose writer was stopped
  friend bool operator==(const ResultsSummary&, const ResultsSummary&) = default;
};

/// A line of JSON, with its newline. Scores and coordinates have the fewest digits that give the same float back, so
/// that parsing gives an equal value; masks, label maps and segments are COCO's compressed run lengths. Confidences and
/// class scores of a label map are left out. Throws invalid_argument for numbers that are not finite and for names that
/// are not UTF-8; the reason of a failure, which others wrote, gets U+FFFD instead.
[[nodiscard]] VISIONKIT_API std::string to_json_line(const ResultsHeader& header);
[[nodiscard]] VISIONKIT_API std::string to_json_line(const PictureResult& result);

/// One line, with or without its newline; `name` stands for its place in messages. Keys that are not known are skipped.
/// Throws invalid_option, dataset_syntax, dataset_too_large, and dataset_schema with the JSON pointer.
[[nodiscard]] VISIONKIT_API ResultsHeader parse_results_header(std::string_view line,
                                                               std::string_view name = "in memory");
[[nodiscard]] VISIONKIT_API PictureResult parse_result(std::string_view line, const ResultsReadOptions& options = {},
                                                       std::string_view name = "in memory");

/// Reads a file line by line and hands over each result; memory is that of one line. An unfinished last line is not
/// handed over but counted; it may be the header's, and a file may be empty: whole_bytes is 0 then. What `use` throws
/// ends the reading: an Error as it is, anything else as internal. Throws the codes of a failed read, invalid_option,
/// dataset_too_large, and those of parse_result() with the number of the line.
VISIONKIT_API ResultsSummary for_each_result(const std::string& path, const std::function<void(PictureResult&&)>& use,
                                             const ResultsReadOptions& options = {});

/// The header and all results of a file, in its order.
struct ResultsFile {
  ResultsSummary summary = {};
  std::vector<PictureResult> results = {};
};
[[nodiscard]] VISIONKIT_API ResultsFile read_results(const std::string& path, const ResultsReadOptions& options = {});
/// The same from memory; `name` stands for the path in messages.
[[nodiscard]] VISIONKIT_API ResultsFile parse_results(std::string_view text, const ResultsReadOptions& options = {},
                                                      std::string_view name = "in memory");

/// A file of results, there whole or not at all. To write one while results come, append to_json_line().
/// Throws invalid_argument and the codes of a failed write.
VISIONKIT_API void write_results(const std::string& path, const ResultsHeader& header,
                                 std::span<const PictureResult> results);

/// Detections as the predictions that metrics and COCO's results want: pictures are found by file name, classes by
/// name; areas are those of the masks where there are any, else of the boxes. Failed pictures have none. Throws
/// dataset_reference for a picture or a class that `truth` does not have, dataset_schema for a picture that comes
/// twice, a score outside 0..1 and names that `truth` has twice, invalid_argument for an answer of another task.
[[nodiscard]] VISIONKIT_API std::vector<Prediction> to_predictions(std::span<const PictureResult> results,
                                                                   std::span<const std::string> labels,
                                                                   const ObjectDataset& truth);

}  // namespace visionkit
