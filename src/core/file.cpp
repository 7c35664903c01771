#include "core/file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "core/fail_errno.hpp"

namespace visionkit {
RegularFile::RegularFile(const std::string& path, const FileRule& rule) : path_(path), rule_(rule), descriptor_(-1) {
  if (path.find('\0') != std::string::npos)
    fail(ErrorCode::invalid_argument, "the path of the {} holds a NUL byte", rule.what);
  // O_NONBLOCK: opening a named pipe without a writer would wait for one.
  descriptor_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (descriptor_ < 0) {
    if (errno == ENXIO)
      fail(ErrorCode::not_regular_file, "{} '{}' is a socket or device, not a regular file", rule.what, path);
    fail_errno("cannot read", rule.what, path, errno);
  }
  try {
    struct stat status {};
    if (::fstat(descriptor_, &status) != 0) fail_errno("cannot read", rule.what, path, errno);
    if (!S_ISREG(status.st_mode)) {
      const char* kind = S_ISDIR(status.st_mode) ? "directory" : S_ISFIFO(status.st_mode) ? "named pipe" : "device";
      fail(ErrorCode::not_regular_file, "{} '{}' is a {}, not a regular file", rule.what, path, kind);
    }
    size_ = static_cast<std::uint64_t>(status.st_size);
    modified_ns_ = std::int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec;
    if (size_ > rule.max_bytes)
      fail(rule.too_large, "{} '{}' has {} bytes; at most {} are accepted", rule.what, path, size_, rule.max_bytes);
  } catch (...) {
    ::close(descriptor_);
    throw;
  }
}

RegularFile::~RegularFile() { ::close(descriptor_); }

std::size_t RegularFile::read(std::span<std::uint8_t> target) {
  std::size_t filled = 0;
  while (filled < target.size()) {
    const auto n = ::read(descriptor_, target.data() + filled, target.size() - filled);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) fail_errno("cannot read", rule_.what, path_, errno);
    if (n == 0) break;
    filled += static_cast<std::size_t>(n);
  }
  return filled;
}

std::vector<std::uint8_t> read_file(const std::string& path, const FileRule& rule) {
  RegularFile file(path, rule);
  std::vector<std::uint8_t> bytes(file.size());
  bytes.resize(file.read(bytes));  // truncated by somebody else while we read: what is left is checked by the caller
  return bytes;
}

}  // namespace visionkit
