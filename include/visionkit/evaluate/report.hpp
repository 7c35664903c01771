// An evaluation as a page: one HTML file that needs no network and no scripts, light or dark as the reader's system
// is, with the same numbers as JSON beside it.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <visionkit/core/config.hpp>
#include <visionkit/evaluate/evaluation.hpp>

namespace visionkit {

/// A figure must be at least this.
struct FigureLimit {
  std::string figure;  ///< a name of figures(evaluation)
  double least = 0;
  friend bool operator==(const FigureLimit&, const FigureLimit&) = default;
};

struct FigureVerdict {
  FigureLimit limit;
  double value = 0;
  bool is_met = false;  ///< never by NaN
};

/// In the order of the limits. Throws invalid_option for a figure that is not there, with names that are near.
[[nodiscard]] VISIONKIT_API std::vector<FigureVerdict> check_limits(std::span<const Figure> figures,
                                                                    std::span<const FigureLimit> limits);

struct ReportOptions {
  std::string title = {};                ///< empty: the model's name and the task
  std::vector<FigureLimit> limits = {};  ///< decide about the verdict; none: there is no verdict
  std::uint64_t max_bytes = 5'000'000;   ///< samples are made smaller, then left out, to stay below; 100,000 to 1 GiB
  int sample_width = 480;                ///< pixels of a sample's picture, 64..4096
};

/// The page. Reads the pictures of the samples again; one that cannot be read any more is named with the reason.
/// Throws invalid_option, out_of_memory.
[[nodiscard]] VISIONKIT_API std::string to_html(const Evaluation& evaluation, const ReportOptions& options = {});

/// Writes to_html() to `path` and to_json() beside it, with the extension .json in place of .html. Each file is there
/// whole or not at all. Throws invalid_option (another extension, too), out_of_memory and the codes of a failed write.
VISIONKIT_API void write_report(const std::string& path, const Evaluation& evaluation,
                                const ReportOptions& options = {});

}  // namespace visionkit
