// Single lines of results, for the reader of files.
#pragma once

#include <string>
#include <string_view>

#include <visionkit/dataset/results.hpp>

namespace visionkit {

void check_results_options(const ResultsReadOptions& options);

/// `what` begins messages: "results 'a.jsonl' line 7".
ResultsHeader read_header_line(std::string_view line, std::string what);
PictureResult read_result_line(std::string_view line, const ResultsReadOptions& options, std::string what);

}  // namespace visionkit
