// An evaluation as a page: one HTML file that needs no network and no scripts, light or dark as the reader's system
// is, with the same numbers as JSON beside it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <visionkit/core/config.hpp>
#include <visionkit/evaluate/evaluation.hpp>
#include <visionkit/metrics/limits.hpp>

namespace visionkit {

struct ReportOptions {
  std::string title = {};                ///< empty: the model's name and the task
  std::vector<FigureLimit> limits = {};  ///< decide about the verdict; none: there is no verdict
  std::uint64_t max_bytes = 5'000'000;   ///< samples are made smaller, then left out, to stay below; 100,000 to 1 GiB
  int sample_width = 480;                ///< pixels of a sample's picture, 64..4096
};

/// The page. Reads the pictures of the samples again, with default ReadOptions; one that cannot be read any more is
/// named with the reason. Long tables are cut; what is in no table is in to_json(). Throws invalid_option (max_bytes
/// too small for the tables, too), out_of_memory.
[[nodiscard]] VISIONKIT_API std::string to_html(const Evaluation& evaluation, const ReportOptions& options = {});

/// Writes to_html() to `path` and to_json() beside it, with the extension .json in place of .html. Each file is there
/// whole or not at all. Throws invalid_option (another extension, too), out_of_memory and the codes of a failed write.
VISIONKIT_API void write_report(const std::string& path, const Evaluation& evaluation,
                                const ReportOptions& options = {});

}  // namespace visionkit
