#include "evaluate/results_log.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>
#include <vector>

#include "core/fail_errno.hpp"

namespace visionkit {
namespace {

// What of two headers is not the same, for a person.
std::string difference(const ResultsHeader& theirs, const ResultsHeader& ours) {
  if (theirs.task != ours.task) return fmt::format("its task is {}, this one is {}", theirs.task, ours.task);
  if (theirs.model_sha256 != ours.model_sha256) {
    return fmt::format("its model has the SHA-256 {}, this one {}", theirs.model_sha256.substr(0, 16),
                       ours.model_sha256.substr(0, 16));
  }
  if (theirs.labels != ours.labels) return "its labels are not those of this model";
  // The settings are long; they differ from here on.
  const auto& a = theirs.settings;
  const auto& b = ours.settings;
  const auto same = static_cast<std::size_t>(std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first - a.begin());
  const auto from = a.substr(0, same).find_last_of(",{") + 1;  // 0 when there is none
  constexpr std::size_t shown = 60;
  return fmt::format("its settings have {}, these have {}", a.substr(std::min(from, a.size()), shown),
                     b.substr(std::min(from, b.size()), shown));
}

}  // namespace

ResultsLog::ResultsLog(std::string path) : path_(std::move(path)) {
  if (path_.find('\0') != std::string::npos)
    fail(ErrorCode::invalid_argument, "the path of the results file holds a NUL byte");
  // O_NONBLOCK: opening a named pipe would wait for its other end.
  fd_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0666);
  if (fd_ < 0 && (errno == ENXIO || errno == ENODEV))
    fail(ErrorCode::not_regular_file, "cannot write results to '{}': it is no regular file", path_);
  if (fd_ < 0) fail_errno("cannot open", "results file", path_, errno);
  try {
    struct stat status {};
    if (::fstat(fd_, &status) != 0) fail_errno("cannot open", "results file", path_, errno);
    if (!S_ISREG(status.st_mode))
      fail(ErrorCode::not_regular_file, "cannot write results to '{}': it is no regular file", path_);
    if (::flock(fd_, LOCK_EX | LOCK_NB) != 0) {
      if (errno == EWOULDBLOCK)
        fail(ErrorCode::io, "results file '{}' is being written by another evaluation; expected one at a time", path_);
      fail_errno("cannot lock", "results file", path_, errno);
    }
    if (::fstat(fd_, &status) != 0) fail_errno("cannot open", "results file", path_, errno);
    size_ = static_cast<std::uint64_t>(status.st_size);
  } catch (...) {
    ::close(fd_);
    throw;
  }
}

ResultsLog::~ResultsLog() { ::close(fd_); }

std::string ResultsLog::first_line() const {
  constexpr std::size_t longest = std::size_t{64} << 20U;
  std::string line;
  std::array<char, 65536> part;
  while (line.size() < longest) {
    const auto n = ::pread(fd_, part.data(), part.size(), static_cast<off_t>(line.size()));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) fail_errno("cannot read", "results file", path_, errno);
    if (n == 0) return line;
    const auto old = line.size();
    line.append(part.data(), static_cast<std::size_t>(n));
    const auto end = line.find('\n', old);
    if (end != std::string::npos) return line.substr(0, end + 1);
  }
  fail(ErrorCode::dataset_too_large, "results file '{}': its first line is longer than {} bytes", path_, longest);
}

void ResultsLog::resume(const ResultsHeader& header, const std::function<void(PictureResult&&)>& use) {
  const auto own = to_json_line(header);
  const auto first = first_line();
  if (first.empty() || (first.back() != '\n' && own.starts_with(first))) {  // whose writer was stopped at once
    truncate(0);
    append(own);
    return;
  }
  const auto theirs = parse_results_header(first, path_);
  if (theirs != header) {
    fail(ErrorCode::invalid_option,
         "results file '{}' belongs to another evaluation: {}; expected the same, or no file", path_,
         difference(theirs, header));
  }
  const auto summary = for_each_result(path_, use);
  if (summary.broken_bytes > 0) truncate(summary.whole_bytes);
}

void ResultsLog::truncate(std::uint64_t size) {
  if (size_ == size) return;
  while (::ftruncate(fd_, static_cast<off_t>(size)) != 0) {
    if (errno != EINTR) fail_errno("cannot shorten", "results file", path_, errno);
  }
  size_ = size;
}

void ResultsLog::append(std::string_view lines) {
  std::size_t written = 0;
  while (written < lines.size()) {
    const auto n = ::write(fd_, lines.data() + written, lines.size() - written);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      const int error = errno;
      static_cast<void>(::ftruncate(fd_, static_cast<off_t>(size_)));  // the error to report is the first
      fail_errno("cannot write", "results file", path_, error);
    }
    written += static_cast<std::size_t>(n);
  }
  size_ += lines.size();
}

}  // namespace visionkit
