#include "core/write_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>

#include "core/fail_errno.hpp"

namespace visionkit {
namespace {

// Removes the file unless it was released.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& beside) {
    static std::atomic<unsigned> counter = 0;
    // Not mkstemp(): its mode is 0600 whatever the user's umask says, and reading the umask would change it for a
    // moment.
    for (int attempt = 0; attempt < 100 && fd_ < 0; ++attempt) {
      path_ = fmt::format("{}.{}-{}.tmp", beside, ::getpid(), counter.fetch_add(1));
      fd_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
      if (fd_ < 0 && errno != EEXIST) break;
    }
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() {
    const bool was_opened = fd_ != never_opened;
    static_cast<void>(close());
    if (!path_.empty() && was_opened) ::unlink(path_.c_str());
  }
  [[nodiscard]] int fd() const { return fd_; }
  [[nodiscard]] const std::string& path() const { return path_; }
  // The errors of a delayed write come here.
  [[nodiscard]] bool close() {
    if (fd_ < 0) return true;
    const bool is_good = ::close(fd_) == 0;
    fd_ = closed;
    return is_good;
  }
  void release() { path_.clear(); }

 private:
  static constexpr int never_opened = -1, closed = -2;

  std::string path_;
  int fd_ = never_opened;
};

}  // namespace

void write_file(const std::string& path, std::span<const std::uint8_t> bytes, const char* what) {
  if (path.empty() || path.find('\0') != std::string::npos) {
    fail(ErrorCode::invalid_argument, "the path of the {} is empty or holds a NUL byte", what);
  }
  struct stat status {};
  if (::stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode)) {
    fail(ErrorCode::not_regular_file, "cannot write {} '{}': something that is not a regular file has this name", what,
         path);
  }
  TemporaryFile file(path);
  if (file.fd() < 0) fail_errno("cannot write", what, path, errno);
  std::size_t written = 0;
  while (written < bytes.size()) {
    const auto n = ::write(file.fd(), bytes.data() + written, bytes.size() - written);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) fail_errno("cannot write", what, path, errno);
    written += static_cast<std::size_t>(n);
  }
  if (!file.close()) fail_errno("cannot write", what, path, errno);
  if (::rename(file.path().c_str(), path.c_str()) != 0) fail_errno("cannot write", what, path, errno);
  file.release();
}

}  // namespace visionkit
