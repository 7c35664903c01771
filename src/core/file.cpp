#include "core/file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "core/fail_errno.hpp"

namespace visionkit {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

}  // namespace

std::vector<std::uint8_t> read_file(const std::string& path, const FileRule& rule) {
  if (path.find('\0') != std::string::npos)
    fail(ErrorCode::invalid_argument, "the path of the {} holds a NUL byte", rule.what);
  // O_NONBLOCK: opening a named pipe without a writer would wait for one.
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (file.get() < 0) {
    if (errno == ENXIO)
      fail(ErrorCode::not_regular_file, "{} '{}' is a socket or device, not a regular file", rule.what, path);
    fail_errno("cannot read", rule.what, path, errno);
  }
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) fail_errno("cannot read", rule.what, path, errno);
  if (!S_ISREG(status.st_mode)) {
    const char* kind = S_ISDIR(status.st_mode) ? "directory" : S_ISFIFO(status.st_mode) ? "named pipe" : "device";
    fail(ErrorCode::not_regular_file, "{} '{}' is a {}, not a regular file", rule.what, path, kind);
  }
  const auto size = static_cast<std::uint64_t>(status.st_size);
  if (size > rule.max_bytes)
    fail(rule.too_large, "{} '{}' has {} bytes; at most {} are accepted", rule.what, path, size, rule.max_bytes);

  std::vector<std::uint8_t> bytes(size);
  std::size_t filled = 0;
  while (filled < bytes.size()) {
    const auto n = ::read(file.get(), bytes.data() + filled, bytes.size() - filled);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) fail_errno("cannot read", rule.what, path, errno);
    if (n == 0) break;  // truncated by somebody else while we read: what is left is checked by the caller
    filled += static_cast<std::size_t>(n);
  }
  bytes.resize(filled);
  return bytes;
}

}  // namespace visionkit
