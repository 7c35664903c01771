// A Classifier, Detector or Segmenter as Python holds it: loaded by the constructor, or, when it comes out of a pickle,
// by its first use. Loading, calling and destroying happen without the interpreter's lock.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "fields/tasks.hpp"
#include "support/file_source.hpp"
#include "support/pictures.hpp"

namespace visionkit::python {

template <class Task, class Options>
class LazyTask {
 public:
  /// From a path, or from the bytes of a file.
  LazyTask(py::handle model, Options options, const Where& where) : options_(std::move(options)) {
    const FileSource file(model, where);
    if (file.path) {
      path_ = *file.path;
      load();
      return;
    }
    unlocked_with_callables([&] { task_.emplace(Task::from_bytes(file.bytes, options_)); });
    names_ = py::tuple(to_python(task_->labels()));
  }
  /// Out of a pickle.
  LazyTask(std::string path, Options options) : path_(std::move(path)), options_(std::move(options)) {}

  LazyTask(const LazyTask&) = delete;
  LazyTask& operator=(const LazyTask&) = delete;
  ~LazyTask() {
    unlocked([this] { task_.reset(); });
  }

  /// For calls with the lock.
  [[nodiscard]] const Task& task() {
    if (!is_loaded()) load();
    return *task_;
  }
  /// The names of the classes.
  [[nodiscard]] py::tuple names() {
    (void)task();
    return py::reinterpret_borrow<py::tuple>(names_);
  }
  /// Path, digest and options.
  [[nodiscard]] py::tuple state() {
    if (path_.empty()) throw py::type_error("a model that was loaded from bytes has no path and cannot be pickled");
    const auto digest = is_loaded() ? task_->describe().sha256 : options_.run.sha256;
    const auto file = py::module_::import("os").attr("path").attr("abspath")(
        py::module_::import("os").attr("fsdecode")(py::bytes(path_)));
    return py::make_tuple(file, digest, py::cast(options_));
  }

 private:
  [[nodiscard]] bool is_loaded() const { return !names_.is_none(); }

  void load() {
    unlocked_with_callables([this] {
      const std::lock_guard lock(mutex_);
      if (!task_) task_.emplace(path_, options_);
    });
    if (!is_loaded()) names_ = py::tuple(to_python(task_->labels()));
  }

  std::string path_;
  Options options_;
  std::mutex mutex_;
  std::optional<Task> task_;
  py::object names_ = py::none();  // a tuple once the task is there; read and written with the lock
};

using PythonClassifier = LazyTask<Classifier, ClassifierOptions>;
using PythonDetector = LazyTask<Detector, DetectorOptions>;
using PythonSegmenter = LazyTask<Segmenter, SegmenterOptions>;

}  // namespace visionkit::python
