// A results file that an evaluation writes on: locked, every line whole, never mixed with results of something else.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include <visionkit/dataset/results.hpp>

namespace visionkit {

class ResultsLog {
 public:
  /// Opens or makes the file and locks it against other writers. Throws invalid_argument (a path that is none),
  /// not_found, permission_denied, not_regular_file, io (somebody else writes it, too).
  explicit ResultsLog(std::string path);
  ResultsLog(const ResultsLog&) = delete;
  ResultsLog& operator=(const ResultsLog&) = delete;
  ~ResultsLog();

  /// Writes the header into an empty file. In another one the header must be equal, its results are handed over in
  /// their order, and a line that is not whole is cut off. Throws invalid_option (another header), the codes of
  /// for_each_result(), and what `use` throws.
  void resume(const ResultsHeader& header, const std::function<void(PictureResult&&)>& use);
  /// Appends whole lines. A failure leaves only whole lines, and throws io.
  void append(std::string_view lines);

 private:
  [[nodiscard]] std::string first_line() const;
  void truncate(std::uint64_t size);

  std::string path_;
  int fd_ = -1;
  std::uint64_t size_ = 0;
};

}  // namespace visionkit
