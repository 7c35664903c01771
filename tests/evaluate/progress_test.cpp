#include <visionkit/evaluate/progress.hpp>

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cmath>
#include <cstdlib>
#include <limits>
#include <string>

#include <doctest/doctest.h>

using namespace visionkit;

namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

// Puts another file in the place of standard error as long as it lives.
class StandardError {
 public:
  explicit StandardError(int fd) : kept_(::dup(STDERR_FILENO)) { ::dup2(fd, STDERR_FILENO); }
  StandardError(const StandardError&) = delete;
  StandardError& operator=(const StandardError&) = delete;
  ~StandardError() {
    ::dup2(kept_, STDERR_FILENO);
    ::close(kept_);
  }

 private:
  int kept_;
};

std::string read_what_is_there(int fd) {
  std::string text(4096, '\0');
  ::fcntl(fd, F_SETFL, O_NONBLOCK);
  const auto size = ::read(fd, text.data(), text.size());
  text.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
  return text;
}

}  // namespace

TEST_CASE("progress prints as a bar with rate, time left and what was set aside") {
  struct Case {
    EvaluationProgress progress;
    std::size_t width;
    const char* text;
  };
  const Case cases[] = {
      {{.done = 0, .total = 1000, .seconds_left = unknown}, 79, "[                    ] 0 of 1000"},
      {{.done = 512, .total = 1000, .set_aside = 2, .seconds = 16.3, .per_second = 31.41, .seconds_left = 15.54},
       79,
       "[=========>          ] 512 of 1000, 31.4/s, 0:16 left, 2 set aside"},
      {{.done = 512, .total = 1000, .set_aside = 2, .seconds = 16.3, .per_second = 31.41, .seconds_left = 15.54},
       60,
       "[====>     ] 512 of 1000, 31.4/s, 0:16 left, 2 set aside"},
      {{.done = 512, .total = 1000, .set_aside = 2, .seconds = 16.3, .per_second = 31.41, .seconds_left = 15.54},
       50,
       "512 of 1000, 31.4/s, 0:16 left, 2 set aside"},
      {{.done = 512, .total = 1000, .set_aside = 2, .seconds = 16.3, .per_second = 31.41, .seconds_left = 15.54},
       11,
       "512 of 1000"},
      {{.done = 1, .total = 100000, .seconds = 1, .per_second = 0.5, .seconds_left = 93784},
       79,
       "[                    ] 1 of 100000, 0.500/s, 26:03:04 left"},
      {{.done = 7, .total = 9, .seconds = 1, .per_second = 1234.5, .seconds_left = 61.2},
       79,
       "[==============>     ] 7 of 9, 1234/s, 1:01 left"},
      {{.done = 9, .total = 9, .seconds = 3.4, .per_second = 3.25, .seconds_left = 0},
       79,
       "[====================] 9 of 9, 3.25/s, in 0:03"},
      {{.done = 0, .total = 0, .seconds_left = unknown}, 79, "[====================] 0 of 0, in 0:00"},
      {{.done = 5, .total = 9}, 0, ""},
  };
  for (const auto& [progress, width, text] : cases) {
    CAPTURE(width);
    CHECK(to_string(progress, width) == text);
  }
}

TEST_CASE("terminal progress writes nothing where standard error is no terminal") {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  {
    const StandardError redirected(ends[1]);
    const auto show = terminal_progress();
    for (std::size_t i = 0; i <= 3; ++i) show({.done = i, .total = 3, .seconds = static_cast<double>(i)});
  }
  CHECK(read_what_is_there(ends[0]).empty());
  ::close(ends[0]);
  ::close(ends[1]);
}

TEST_CASE("terminal progress keeps one line up to date, ten times a second, and clears it at the end") {
  const int terminal = ::posix_openpt(O_RDWR | O_NOCTTY);
  REQUIRE(terminal >= 0);
  REQUIRE(::grantpt(terminal) == 0);
  REQUIRE(::unlockpt(terminal) == 0);
  const int screen = ::open(::ptsname(terminal), O_RDWR | O_NOCTTY);
  REQUIRE(screen >= 0);
  const winsize window{.ws_row = 24, .ws_col = 40, .ws_xpixel = 0, .ws_ypixel = 0};
  REQUIRE(::ioctl(screen, TIOCSWINSZ, &window) == 0);

  const auto blanks = [](std::size_t count) { return std::string(count, ' '); };
  {
    const StandardError redirected(screen);
    const auto show = terminal_progress();
    show({.done = 1, .total = 4, .seconds = 10, .per_second = 2, .seconds_left = 2});
    show({.done = 2, .total = 4, .seconds = 10.05, .per_second = 2, .seconds_left = 1});
    show({.done = 3, .total = 4, .seconds = 10.2, .seconds_left = unknown});
    show({.done = 4, .total = 4, .seconds = 10.21});
    // Another evaluation begins at 0 seconds and breaks off.
    show({.done = 1, .total = 4, .seconds = 0.1, .seconds_left = unknown});
  }
  const std::string first = "[=>        ] 1 of 4, 2.00/s, 0:02 left";
  const std::string third = "[==============>     ] 3 of 4";
  const std::string again = "[====>               ] 1 of 4";
  CHECK(read_what_is_there(terminal) == "\r" + first + "\r" + third + blanks(first.size() - third.size()) + "\r" +
                                            blanks(third.size()) + "\r" + "\r" + again + "\r" + blanks(again.size()) +
                                            "\r");
  ::close(screen);
  ::close(terminal);
}
