#include <visionkit/evaluate/progress.hpp>

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <string_view>

#include <fmt/format.h>

namespace visionkit {
namespace {

// "0:16", "12:05", "26:02:03".
std::string clock_text(double seconds) {
  const auto whole = static_cast<std::int64_t>(std::llround(std::clamp(seconds, 0.0, 1e9)));
  const auto minutes = whole / 60;
  if (minutes < 60) return fmt::format("{}:{:02}", minutes, whole % 60);
  return fmt::format("{}:{:02}:{:02}", minutes / 60, minutes % 60, whole % 60);
}

std::string rate_text(double per_second) {
  const int digits = per_second < 1 ? 3 : per_second < 10 ? 2 : per_second < 100 ? 1 : 0;
  return fmt::format("{:.{}f}/s", per_second, digits);
}

std::string bar_text(double part, std::size_t cells) {
  const auto full = static_cast<std::size_t>(std::clamp(part, 0.0, 1.0) * static_cast<double>(cells));
  std::string bar(cells, ' ');
  std::fill_n(bar.begin(), full, '=');
  if (full > 0 && full < cells) bar[full - 1] = '>';
  return fmt::format("[{}] ", bar);
}

// A line that is overwritten again and again. Spaces take away what a longer one left, so that no control codes are
// needed, which some terminals do not know.
class TerminalLine {
 public:
  TerminalLine() = default;
  TerminalLine(const TerminalLine&) = delete;
  TerminalLine& operator=(const TerminalLine&) = delete;
  ~TerminalLine() { clear(); }

  void show(const EvaluationProgress& progress) {
    if (progress.done == progress.total) {
      clear();
      return;
    }
    constexpr double interval = 0.1;
    const bool is_another_run = progress.seconds < last_;
    if (shown_ > 0 && !is_another_run && progress.seconds - last_ < interval) return;
    last_ = progress.seconds;
    struct winsize window {};
    const bool is_known = ::ioctl(STDERR_FILENO, TIOCGWINSZ, &window) == 0 && window.ws_col > 1;
    const auto text = to_string(progress, is_known ? window.ws_col - std::size_t{1} : 79);
    const auto padding = shown_ > text.size() ? shown_ - text.size() : 0;
    write(fmt::format("\r{}{:{}}", text, "", padding));
    shown_ = text.size();
  }

 private:
  void clear() noexcept {
    if (shown_ == 0) return;
    try {
      write(fmt::format("\r{:{}}\r", "", shown_));
    } catch (...) {  // without memory for a line of spaces the line stays
    }
    shown_ = 0;
  }
  static void write(std::string_view text) {
    // A terminal that is gone is no reason to end an evaluation.
    [[maybe_unused]] const auto written = ::write(STDERR_FILENO, text.data(), text.size());
  }

  std::size_t shown_ = 0;
  double last_ = 0;
};

}  // namespace

std::string to_string(const EvaluationProgress& progress, std::size_t width) {
  auto text = fmt::format("{} of {}", progress.done, progress.total);
  if (progress.per_second > 0) text += ", " + rate_text(progress.per_second);
  if (progress.done == progress.total)
    text += fmt::format(", in {}", clock_text(progress.seconds));
  else if (!std::isnan(progress.seconds_left))
    text += fmt::format(", {} left", clock_text(progress.seconds_left));
  if (progress.set_aside > 0) text += fmt::format(", {} set aside", progress.set_aside);

  const auto part =
      progress.total == 0 ? 1.0 : static_cast<double>(progress.done) / static_cast<double>(progress.total);
  for (const std::size_t cells : {20, 10}) {
    auto bar = bar_text(part, cells);
    if (bar.size() + text.size() <= width) return bar + text;
  }
  return text.substr(0, width);
}

std::function<void(const EvaluationProgress&)> terminal_progress() {
  if (::isatty(STDERR_FILENO) != 1) return [](const EvaluationProgress&) {};
  return [line = std::make_shared<TerminalLine>()](const EvaluationProgress& progress) { line->show(progress); };
}

}  // namespace visionkit
