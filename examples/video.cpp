// Finds objects in a video, a folder of pictures or what a camera sees, and says where the time goes.
//
//   video model.pt street.mp4 --out seen.avi       every frame, as fast as it goes, with the boxes drawn in
//   video model.pt street.mp4 --realtime           at the pace of the video, as if it were a camera
//   video model.pt frames/ --out seen              a folder of pictures, in the order of their names, to a folder
//   video model.pt 0                               the first camera, until Ctrl-C
//
// Reading, detecting and writing work at the same time, each one frame ahead of the next. A camera does not wait: a
// frame that nobody has taken when the next one comes is dropped (policy latest), so that answers stay fresh however
// slow the model is. A file can wait (policy every). The age of a frame is the time from its capture to its answer.
// Most frames a second: OMP_NUM_THREADS=1 and --workers with the number of cores, so that LibTorch's threads do not
// wait for each other within a frame.
//
// Exit code: 0 the end was reached or Ctrl-C was pressed, 1 some frames or all of them could not be read, 2 nothing
// could be done.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <exception>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <opencv2/core/utils/logger.hpp>

#include <visionkit/interop/opencv.hpp>

#include "support.hpp"
#include "video_io.hpp"

namespace {

using Clock = std::chrono::steady_clock;

std::atomic<bool> interrupted = false;
static_assert(std::atomic<bool>::is_always_lock_free, "what a signal handler may touch");

void wait_until(std::chrono::time_point<Clock, std::chrono::duration<double>> due) {
  while (!interrupted && Clock::now() < due) {
    const std::chrono::duration<double> slice(0.02);  // Ctrl-C is noticed in between
    std::this_thread::sleep_for(std::min<std::chrono::duration<double>>(slice, due - Clock::now()));
  }
}

// Ctrl-C ends the capture; what is on its way is finished. A second one ends the program.
void listen_to_signals() {
  for (const int number : {SIGINT, SIGTERM}) {
    std::signal(number, [](int caught) {
      interrupted = true;
      std::signal(caught, SIG_DFL);
    });
  }
}

double ms_since(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

enum class Policy {
  latest,  // the newest takes the place of one that waits
  every,   // the newest waits for its place
};

// A place for one value between threads.
template <class T>
class Slot {
 public:
  explicit Slot(Policy policy) : policy_(policy) {}

  // False when the slot is closed.
  bool put(T value) {
    std::unique_lock lock(mutex_);
    if (policy_ == Policy::every) changed_.wait(lock, [&] { return !value_ || is_closed_; });
    if (is_closed_) return false;
    if (value_) ++dropped_;
    value_ = std::move(value);
    changed_.notify_all();
    return true;
  }

  // Waits for a value; nothing when the slot is closed and empty.
  std::optional<T> take() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return value_ || is_closed_; });
    auto taken = std::exchange(value_, std::nullopt);
    changed_.notify_all();
    return taken;
  }

  void close() {
    const std::lock_guard lock(mutex_);
    is_closed_ = true;
    changed_.notify_all();
  }

  [[nodiscard]] std::size_t dropped() const {
    const std::lock_guard lock(mutex_);
    return dropped_;
  }

 private:
  Policy policy_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<T> value_;
  bool is_closed_ = false;
  std::size_t dropped_ = 0;
};

struct Frame {
  cv::Mat pixels;         // BGR
  std::size_t index = 0;  // in the source, dropped frames counted
  Clock::time_point captured;
};

struct SeenFrame {
  Frame frame;
  std::size_t order = 0;  // among the frames that were not dropped
  std::vector<visionkit::Detection> objects;
  double detect_ms = 0;
  double age_ms = 0;  // from capture to answer
};

class Times {
 public:
  void add(double ms) { values_.push_back(ms); }
  [[nodiscard]] bool empty() const { return values_.empty(); }
  // The value that this share of all values does not exceed.
  [[nodiscard]] double quantile(double share) const {
    auto sorted = values_;
    std::sort(sorted.begin(), sorted.end());
    return sorted[static_cast<std::size_t>(share * static_cast<double>(sorted.size() - 1))];
  }

 private:
  std::vector<double> values_;
};

struct Arguments {
  example::DetectorArguments detector;
  std::string source;
  std::string out;
  double fps = 0;  // 0: the source's
  std::optional<Policy> policy;
  int workers = 1;
  bool realtime = false;
};

class Pipeline {
 public:
  explicit Pipeline(const Arguments& arguments)
      : source_(example::open_source(arguments.source)),
        detector_(arguments.detector.model, arguments.detector.options()),
        look_{.labels = detector_.labels()},
        fps_(arguments.fps > 0 ? arguments.fps : source_.fps),
        is_paced_(arguments.realtime && !source_.is_camera),
        policy_(arguments.policy.value_or(arguments.realtime || source_.is_camera ? Policy::latest : Policy::every)),
        captured_(policy_),
        working_(arguments.workers) {
    if (!arguments.out.empty()) write_ = example::open_sink(arguments.out, fps_);
  }

  int run() {
    fmt::print("{:.4g} fps, policy {}\n", fps_, policy_ == Policy::latest ? "latest" : "every");
    std::fflush(stdout);
    start_ = Clock::now();
    {
      std::vector<std::jthread> threads;
      for (int i = working_; i > 0; --i) threads.emplace_back([this] { guard([this] { detect(); }); });
      threads.emplace_back([this] { guard([this] { capture(); }); });
      guard([this] { collect(); });
    }
    if (failure_) std::rethrow_exception(failure_);
    print_summary();
    if (finished_ == 0 && !interrupted) fmt::print(stderr, "there are no frames\n");
    return lost_ > 0 || (finished_ == 0 && !interrupted) ? 1 : 0;
  }

 private:
  // Runs the work of a thread. When it fails, the others end, too, and run() throws what the first failure was.
  template <class Work>
  void guard(const Work& work) {
    try {
      work();
    } catch (...) {
      const std::lock_guard lock(failing_);
      if (!failure_) failure_ = std::current_exception();
      captured_.close();
      seen_.close();
    }
  }

  void capture() {
    for (std::size_t index = 0; !interrupted; ++index) {
      const auto before = Clock::now();
      Frame frame{.pixels = {}, .index = index, .captured = {}};
      try {
        auto pixels = source_.next();
        if (!pixels) break;
        frame.pixels = std::move(*pixels);
      } catch (const visionkit::Error& error) {
        ++lost_;
        fmt::print(stderr, "frame {}: {}: {}\n", index, to_string(error.code()), error.what());
        continue;
      }
      decode_ms_.add(ms_since(before));
      if (is_paced_) wait_until(start_ + std::chrono::duration<double>(static_cast<double>(index) / fps_));
      if (interrupted) break;
      frame.captured = Clock::now();
      if (!captured_.put(std::move(frame))) break;
    }
    captured_.close();
  }

  void detect() {
    while (true) {
      std::unique_lock turn(taking_);  // numbers are given in the order in which frames are taken
      auto frame = captured_.take();
      const auto order = taken_++;
      turn.unlock();
      if (!frame) break;
      const auto before = Clock::now();
      auto objects = detector_.detect(visionkit::view_of(frame->pixels));
      const auto detect_ms = ms_since(before);
      const auto age_ms = ms_since(frame->captured);
      if (!seen_.put({std::move(*frame), order, std::move(objects), detect_ms, age_ms})) break;
    }
    if (--working_ == 0) seen_.close();
  }

  // With several workers, frames may come out of order.
  void collect() {
    std::map<std::size_t, SeenFrame> early;
    while (auto seen = seen_.take()) {
      early.emplace(seen->order, std::move(*seen));
      for (auto next = early.begin(); next != early.end() && next->first == finished_; next = early.erase(next)) {
        finish(next->second);
      }
    }
    elapsed_ms_ = ms_since(start_);
  }

  void finish(const SeenFrame& seen) {
    detect_ms_.add(seen.detect_ms);
    age_ms_.add(seen.age_ms);
    if (write_) {
      const auto before_drawing = Clock::now();
      auto drawn = visionkit::draw(visionkit::view_of(seen.frame.pixels), seen.objects, look_);
      draw_ms_.add(ms_since(before_drawing));
      const auto before_writing = Clock::now();
      write_(drawn, seen.frame.index);
      write_ms_.add(ms_since(before_writing));
    }
    objects_ += seen.objects.size();
    ++finished_;
    status_.show(fmt::format("{} frames, {} dropped, {:.1f} fps, {:.0f} ms old", finished_, captured_.dropped(),
                             1000 * static_cast<double>(finished_) / ms_since(start_), seen.age_ms));
  }

  void print_summary() {
    status_.clear();
    fmt::print("{} frames, {} dropped, {} unreadable; {} objects\n", finished_, captured_.dropped(), lost_, objects_);
    if (finished_ == 0) return;
    fmt::print("{:.1f} fps for {:.1f} seconds\n\n", 1000 * static_cast<double>(finished_) / elapsed_ms_,
               elapsed_ms_ / 1000);
    fmt::print("milliseconds   median      p90\n");
    for (const auto& [name, times] :
         {std::pair{"decode", &decode_ms_}, std::pair{"detect", &detect_ms_}, std::pair{"draw", &draw_ms_},
          std::pair{"write", &write_ms_}, std::pair{"frame age", &age_ms_}}) {
      if (!times->empty()) {
        fmt::print("{:<12} {:8.2f} {:8.2f}\n", name, times->quantile(0.5), times->quantile(0.9));
      }
    }
  }

  example::Source source_;
  visionkit::Detector detector_;
  visionkit::DrawOptions look_;
  example::Sink write_;  // empty: nothing is drawn
  double fps_;
  bool is_paced_;
  Policy policy_;
  Slot<Frame> captured_;
  Slot<SeenFrame> seen_{Policy::every};

  std::mutex taking_;
  std::size_t taken_ = 0;
  std::mutex failing_;
  std::exception_ptr failure_;
  std::atomic<int> working_;  // workers that have not ended
  Clock::time_point start_;

  // Each is used by one thread until all have ended.
  Times decode_ms_, detect_ms_, age_ms_, draw_ms_, write_ms_;
  std::size_t lost_ = 0;
  std::size_t finished_ = 0;
  std::size_t objects_ = 0;
  double elapsed_ms_ = 0;
  example::StatusLine status_;
};

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  CLI::App app("Finds objects in a video, a folder of pictures or what a camera sees.", "video");
  arguments.detector.add_to(app);
  app.add_option("source", arguments.source, "Video, folder of pictures, or number of a camera")->required();
  app.add_option("--out", arguments.out, "What is seen: a video (.avi, .mp4), or a folder for its frames");
  app.add_flag("--realtime", arguments.realtime, "Play a video or a folder at its pace, as if it were a camera");
  app.add_option("--policy", arguments.policy,
                 "For a frame that comes too early: every (wait) or latest (drop). Default: latest for cameras and "
                 "--realtime")
      ->transform(
          CLI::CheckedTransformer(std::map<std::string, Policy>{{"latest", Policy::latest}, {"every", Policy::every}}));
  app.add_option("--fps", arguments.fps, "Frames a second. Default: the video's; 30 for a folder")
      ->check(CLI::PositiveNumber);
  app.add_option("--workers", arguments.workers, "Frames that are detected at the same time")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  return example::run_program(app, argc, argv, [&] {
    cv::utils::logging::setLogLevel(cv::utils::logging::LOG_LEVEL_SILENT);  // what fails is said by this program
    listen_to_signals();
    return Pipeline(arguments).run();
  });
}
