#include "evaluate/run.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <condition_variable>
#include <exception>
#include <map>
#include <mutex>
#include <unordered_map>
#include <utility>

#include "core/fail.hpp"
#include "core/library_text.hpp"
#include "core/parallel.hpp"
#include "evaluate/accumulator_pool.hpp"
#include "evaluate/machine.hpp"
#include "evaluate/progress_meter.hpp"
#include "evaluate/results_log.hpp"
#include "evaluate/samples.hpp"
#include "runtime/thread_budget.hpp"
#include "runtime/thread_share.hpp"

namespace visionkit {
namespace {

using Clock = std::chrono::steady_clock;

void check_range(const char* field, std::uint64_t value, std::uint64_t low, std::uint64_t high) {
  if (value < low || value > high)
    fail(ErrorCode::invalid_option, "{} is {}, expected {}..{}", field, value, low, high);
}

void check(const EvaluateOptions& options) {
  if (options.threads < 0 || options.threads > 256)
    fail(ErrorCode::invalid_option, "threads is {}, expected 0..256", options.threads);
  check_range("batch", options.batch, 1, 1024);
  check_range("worst_samples", options.worst_samples, 0, 1000);
  check_range("random_samples", options.random_samples, 0, 1000);
}

// What came of a picture.
struct Outcome {
  std::size_t picture = 0;
  std::optional<Error> failure = {};
  std::string line = {};  // of the results file; empty: it has that already
};

struct FinishedBatch {
  std::vector<Outcome> outcomes = {};
  std::exception_ptr failure = {};  // of the evaluation, not of a picture
};

class Run {
 public:
  Run(Subject& subject, const EvaluateOptions& options)
      : subject_(subject),
        options_(options),
        threads_(options.threads == 0 ? thread_budget() : options.threads),
        samples_({.worst = options.worst_samples, .random = options.random_samples}, options.seed),
        is_done_(subject.pictures.size()),
        accumulators_(static_cast<std::size_t>(threads_)),
        progress_(options.progress, subject.pictures.size()) {
    subject.make_accumulators(static_cast<std::size_t>(threads_));
  }

  Evaluation evaluate() {
    const auto time = time_text();
    resume();
    progress_.begin();
    run();
    if (judged_ == 0 && network_failure_) throw Error(*network_failure_);
    auto evaluation = std::move(subject_.circumstances);
    evaluation.pictures = progress_.now().total;
    evaluation.resumed = progress_.now().resumed;
    for (auto& [picture, each] : set_aside_) evaluation.set_aside.push_back(std::move(each));
    evaluation.notes = std::move(notes_);
    evaluation.quality = subject_.quality;
    evaluation.worst = samples_.worst();
    evaluation.random = samples_.random();
    evaluation.reading = report_of(reading_);
    evaluation.predicting = report_of(predicting_);
    subject_.finish(evaluation);
    evaluation.run = {.began = time,
                      .seconds = progress_.seconds(),
                      .threads = threads_,
                      .batch = options_.batch,
                      .machine = machine_text(),
                      .library = library_text(),
                      .settings = subject_.header.settings};
    return evaluation;
  }

 private:
  // Single calls would make reports as long as the data set.
  static LatencyReport report_of(const LatencyMetric& metric) {
    auto report = metric.report();
    report.per_sample = {};
    return report;
  }

  // --- What a results file has already ---

  void resume() {
    if (options_.results.empty()) return;
    log_.emplace(options_.results);
    std::unordered_map<std::string_view, std::size_t> places;
    for (std::size_t i = 0; i < subject_.pictures.size(); ++i) places.emplace(subject_.pictures[i].file, i);

    DatasetNote strangers = {"result of a picture that the data set does not have", 0, ""};
    std::vector<std::pair<std::size_t, PictureResult>> found;
    log_->resume(subject_.header, [&](PictureResult&& result) {
      const auto place = places.find(result.file);
      if (place == places.end()) {
        if (strangers.count++ == 0) strangers.first = result.file;
        return;
      }
      const auto picture = place->second;
      if (is_done_[picture]) return;  // only one that failed is written again
      if (auto* failed = std::get_if<FailedPicture>(&result.answer)) {
        failed_before_[picture] = std::move(*failed);
        return;
      }
      if (result.answer.index() != subject_.kind_of_answer.index()) {
        fail(ErrorCode::dataset_schema, "results file '{}' has an answer of another task for '{}'; expected {}",
             options_.results, result.file, subject_.header.task);
      }
      failed_before_.erase(picture);
      is_done_[picture] = true;
      found.emplace_back(picture, std::move(result));
      constexpr std::size_t results_a_thread = 8;
      if (found.size() >= results_a_thread * static_cast<std::size_t>(threads_)) judge_found(found);
    });
    judge_found(found);
    if (strangers.count > 0) notes_.push_back(std::move(strangers));
  }

  void judge_found(std::vector<std::pair<std::size_t, PictureResult>>& found) {
    std::vector<std::optional<Error>> failures(found.size());
    parallel_for(found.size(), threads_, [&](std::size_t i) {
      try {
        const auto& [picture, result] = found[i];
        const auto& problem = subject_.pictures[picture].problem;
        if (problem) throw Error(*problem);
        judge(picture, result.size, result.answer);
      } catch (const Error& error) {
        failures[i] = error;
      }
    });
    for (std::size_t i = 0; i < found.size(); ++i) {
      if (failures[i]) set_aside(found[i].first, *failures[i]);
    }
    progress_.add_resumed(found.size());
    found.clear();
    if (options_.stop.stop_requested()) fail_cancelled();
  }

  // --- Batches ---

  void run() {
    const auto count = (progress_.now().total + options_.batch - 1) / options_.batch;
    parallel_for(count, threads_, [&](std::size_t batch) {
      if (!may_begin(batch)) return;
      FinishedBatch finished;
      try {
        finished.outcomes = outcomes_of(batch * options_.batch);
      } catch (...) {
        finished.failure = std::current_exception();
      }
      write_in_order(batch, std::move(finished));
    });
    if (failure_) std::rethrow_exception(failure_);
    if (next_ < count) fail_cancelled();
  }

  // Batches begin one after the other, and only when not too many wait to be written: the oldest one never waits.
  bool may_begin(std::size_t batch) {
    std::unique_lock lock(order_mutex_);
    const auto window = 2 * static_cast<std::size_t>(threads_);
    order_changed_.wait(lock, [&] { return has_ended_ || (batch == begun_ && batch < next_ + window); });
    if (options_.stop.stop_requested()) has_ended_ = true;
    if (!has_ended_) ++begun_;
    order_changed_.notify_all();
    return !has_ended_;
  }

  std::vector<Outcome> outcomes_of(std::size_t first) {
    const auto last = std::min(first + options_.batch, progress_.now().total);
    if (std::all_of(is_done_.begin() + static_cast<std::ptrdiff_t>(first),
                    is_done_.begin() + static_cast<std::ptrdiff_t>(last), [](bool done) { return done; })) {
      return {};
    }
    std::vector<Outcome> outcomes;
    std::vector<std::size_t> places;
    std::vector<Image> images;
    for (auto picture = first; picture < last; ++picture) {
      outcomes.push_back({.picture = picture, .failure = subject_.pictures[picture].problem});
      if (outcomes.back().failure) continue;
      try {
        images.push_back(read(subject_.pictures[picture].path));
        places.push_back(picture - first);
      } catch (const Error& error) {
        outcomes.back().failure = error;
      }
    }
    answer(images, places, outcomes);
    std::erase_if(outcomes, [&](const Outcome& outcome) { return is_done_[outcome.picture]; });
    for (auto& outcome : outcomes) {
      if (outcome.failure) outcome.line = failure_line(outcome.picture, *outcome.failure);
    }
    return outcomes;
  }

  Image read(const std::string& path) {
    const auto begin = Clock::now();
    auto image = read_image(path, options_.reading);
    const auto end = Clock::now();
    const std::lock_guard lock(timing_mutex_);
    reading_.add(TimedCall{begin, end});
    return image;
  }

  std::vector<Answer> predict(std::span<const Image> images) {
    const std::lock_guard lock(network_mutex_);
    const SteadyThreads steady;  // another number of threads may give other last bits
    const auto begin = Clock::now();
    auto answers = subject_.predict(images);
    predicting_.add(TimedCall{begin, Clock::now(), images.size()});
    return answers;
  }

  // Answers and judges pictures; `places` are those of their outcomes.
  void answer(std::span<const Image> images, std::span<const std::size_t> places, std::vector<Outcome>& outcomes) {
    if (images.empty()) return;
    std::vector<Answer> answers;
    try {
      answers = predict(images);
    } catch (const Error& error) {
      if (images.size() == 1) {
        auto& outcome = outcomes[places.front()];
        outcome.failure = error;
        note_network_failure(outcome.picture, error);
        return;
      }
      for (std::size_t i = 0; i < images.size(); ++i)  // to see which one it was
        answer(images.subspan(i, 1), places.subspan(i, 1), outcomes);
      return;
    }
    for (std::size_t i = 0; i < images.size(); ++i) {
      auto& outcome = outcomes[places[i]];
      if (is_done_[outcome.picture]) continue;
      const PictureResult result = {subject_.pictures[outcome.picture].file, images[i].size(), std::move(answers[i])};
      try {
        if (log_) outcome.line = to_json_line(result);
        judge(outcome.picture, result.size, result.answer);
      } catch (const Error& error) {
        outcome.failure = error;
      }
    }
  }

  void note_network_failure(std::size_t picture, const Error& error) {
    const std::lock_guard lock(order_mutex_);
    if (network_failure_ && failed_in_network_ < picture) return;
    failed_in_network_ = picture;
    network_failure_ = error;
  }

  std::string failure_line(std::size_t picture, const Error& error) const {
    // What the data set itself rules out is known again the next time, and may have no name or another one's.
    if (!log_ || subject_.pictures[picture].problem) return {};
    const FailedPicture failed = {error.code(), error.what()};
    const auto before = failed_before_.find(picture);
    if (before != failed_before_.end() && before->second == failed) return {};
    try {
      return to_json_line(PictureResult{subject_.pictures[picture].file, {}, failed});
    } catch (const Error&) {  // a name that is no text: the picture is counted and named in the report
      return {};
    }
  }

  void judge(std::size_t picture, Size size, const Answer& answer) {
    const AccumulatorPool::Loan accumulator(accumulators_);
    const auto quality = subject_.judge(accumulator.index(), picture, size, answer);
    ++judged_;
    const double known = std::isnan(quality) ? 1 : quality;
    samples_.offer(picture, known, [&] {
      const auto& [file, path, problem] = subject_.pictures[picture];
      return EvaluationSample{file, path, known, subject_.truth_content(picture, size),
                              subject_.answer_content(answer)};
    });
  }

  // --- In the order of the data set ---

  void write_in_order(std::size_t batch, FinishedBatch&& finished) {
    const std::lock_guard lock(order_mutex_);
    try {
      waiting_.emplace(batch, std::move(finished));
      while (!failure_ && !waiting_.empty() && waiting_.begin()->first == next_) {
        const auto ready = std::move(waiting_.begin()->second);
        waiting_.erase(waiting_.begin());
        if (ready.failure) std::rethrow_exception(ready.failure);
        for (const auto& outcome : ready.outcomes) write(outcome);
        ++next_;
      }
    } catch (...) {
      failure_ = std::current_exception();
      has_ended_ = true;
    }
    order_changed_.notify_all();
  }

  void write(const Outcome& outcome) {
    if (outcome.failure) set_aside(outcome.picture, *outcome.failure);
    if (!outcome.line.empty()) log_->append(outcome.line);
    progress_.add_answered();
  }

  void set_aside(std::size_t picture, const Error& error) {
    if (options_.bad_pictures == BadPictureRule::stop) throw Error(error);
    set_aside_.emplace(picture, SetAsidePicture{subject_.pictures[picture].file, error.code(), error.what()});
    progress_.add_set_aside();
  }

  [[noreturn]] void fail_cancelled() const {
    fail(ErrorCode::cancelled, "evaluating {} pictures: stopped on request, {} have a result", progress_.now().total,
         progress_.now().done);
  }

  Subject& subject_;
  const EvaluateOptions& options_;
  int threads_;
  std::optional<ResultsLog> log_;
  SampleKeeper samples_;
  std::vector<DatasetNote> notes_;
  std::vector<bool> is_done_;  // by the results file; does not change while batches run
  std::unordered_map<std::size_t, FailedPicture> failed_before_;
  std::atomic<std::size_t> judged_ = 0;

  AccumulatorPool accumulators_;
  std::mutex network_mutex_;
  LatencyMetric predicting_;
  std::mutex timing_mutex_;
  LatencyMetric reading_;

  std::mutex order_mutex_;  // of everything below
  std::condition_variable order_changed_;
  std::size_t begun_ = 0;                         // the batch that may begin next
  std::size_t next_ = 0;                          // the batch that is written next
  std::map<std::size_t, FinishedBatch> waiting_;  // those that finished before their turn
  bool has_ended_ = false;                        // no more batches begin
  std::exception_ptr failure_;
  std::map<std::size_t, SetAsidePicture> set_aside_;
  std::size_t failed_in_network_ = 0;
  std::optional<Error> network_failure_;
  ProgressMeter progress_;
};

}  // namespace

Evaluation run_evaluation(Subject& subject, const EvaluateOptions& options) {
  check(options);
  if (subject.pictures.empty()) fail(ErrorCode::invalid_argument, "evaluating a data set without pictures");
  return Run(subject, options).evaluate();
}

}  // namespace visionkit
