// evaluate/: a model over a data set, and its report.
#include <chrono>
#include <condition_variable>
#include <stop_token>
#include <thread>
#include <type_traits>
#include <utility>
#include <variant>

#include <visionkit/core/error.hpp>

#include "bindings.hpp"
#include "fields/evaluate.hpp"
#include "support/lazy_task.hpp"
#include "support/metrics.hpp"

namespace visionkit::python {
namespace {

using Work = std::function<Evaluation(const EvaluateOptions&)>;

// Runs `work` in a thread of its own, so that the calling one can hear Ctrl-C and show progress meanwhile: a worker
// that waited for the interpreter's lock would hold up the others.
class Run {
 public:
  Run(const Work& work, EvaluateOptions options)
      : thread_([this, &work, options = std::move(options)]() mutable { run(work, std::move(options)); }) {}

  Evaluation wait(py::handle progress) {
    std::exception_ptr raised;
    for (bool is_done = false; !is_done;) {
      is_done = unlocked([this] { return wait_a_moment(); });
      try {
        if (PyErr_CheckSignals() != 0) throw py::error_already_set();
        if (!raised && !progress.is_none()) tell(progress);
      } catch (const py::error_already_set&) {
        raised = std::current_exception();
        stop_.request_stop();
      }
    }
    if (raised) std::rethrow_exception(raised);
    if (error_) std::rethrow_exception(error_);
    return std::move(*result_);
  }

 private:
  void run(const Work& work, EvaluateOptions options) {
    options.stop = stop_.get_token();
    options.progress = [this](const EvaluationProgress& progress) {
      const std::lock_guard lock(mutex_);
      latest_ = progress;
    };
    std::optional<Evaluation> result;
    std::exception_ptr error;
    try {
      result = work(options);
    } catch (...) {
      error = std::current_exception();
    }
    const std::lock_guard lock(mutex_);
    result_ = std::move(result);
    error_ = error;
    is_done_ = true;
    changed_.notify_one();
  }

  bool wait_a_moment() {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::milliseconds(50), [this] { return is_done_; });
    return is_done_;
  }

  void tell(py::handle progress) {
    std::optional<EvaluationProgress> now;
    {
      const std::lock_guard lock(mutex_);
      now = std::exchange(latest_, std::nullopt);
    }
    if (now) progress(*now);
  }

  std::stop_source stop_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<EvaluationProgress> latest_;
  std::optional<Evaluation> result_;
  std::exception_ptr error_;
  bool is_done_ = false;
  std::jthread thread_;  // the last member: it uses the others
};

using Truth = std::variant<ClassificationTruth, DetectionTruth, SegmentationTruth, PanopticTruth>;

// What both functions below are told about the data.
struct Data {
  py::handle truth;
  py::handle images;
  py::handle masks;
  py::handle palette;
  py::handle counting;
};

Truth truth_from(const Data& data, const char* caller) {
  const auto images = text_from(data.images, {caller, "images"});
  const auto masks = text_from(data.masks, {caller, "masks"});
  const auto& truth = data.truth;
  if (py::isinstance<LabeledImages>(truth)) return ClassificationTruth{images, truth.cast<const LabeledImages&>()};
  if (py::isinstance<PanopticDataset>(truth)) return PanopticTruth{images, masks, truth.cast<const PanopticDataset&>()};
  const bool is_pairs = py::isinstance<MaskPairs>(truth);
  if (!is_pairs && !py::isinstance<py::iterable>(truth)) {
    return DetectionTruth{images, dataset_from(truth, {caller, "truth"})};
  }
  SegmentationTruth result = {.images = images, .masks = masks};
  result.pairs =
      is_pairs ? truth.cast<const MaskPairs&>().pairs : from_python<std::vector<MaskPair>>(truth, {caller, "truth"});
  result.palette = from_python<PaletteRule>(data.palette, {caller, "palette"});
  result.counting = from_python<SegmentationOptions>(data.counting, {caller, "counting"});
  return result;
}

// What has to be done, with everything of Python taken out of the arguments.
Work work_of(py::handle model, Truth&& truth) {
  return std::visit(
      [&](auto&& data) -> Work {
        using Kind = std::remove_cvref_t<decltype(data)>;
        const auto run = [&](auto& handle) -> Work {
          return [&task = handle.task(), data = std::move(data)](const EvaluateOptions& options) {
            return evaluate(task, data, options);
          };
        };
        if constexpr (std::is_same_v<Kind, ClassificationTruth>) {
          if (py::isinstance<PythonClassifier>(model)) return run(model.cast<PythonClassifier&>());
          refuse(model, {"evaluate", "model"}, "a Classifier for LabeledImages");
        } else if constexpr (std::is_same_v<Kind, DetectionTruth>) {
          if (py::isinstance<PythonDetector>(model)) return run(model.cast<PythonDetector&>());
          refuse(model, {"evaluate", "model"}, "a Detector for objects");
        } else {
          if (py::isinstance<PythonSegmenter>(model)) return run(model.cast<PythonSegmenter&>());
          refuse(model, {"evaluate", "model"}, "a Segmenter for masks");
        }
      },
      std::move(truth));
}

// None and True: a line on the terminal, where there is one.
py::object listener_of(py::handle progress) {
  if (progress.ptr() == Py_False) return py::none();
  if (!progress.is_none() && progress.ptr() != Py_True) return py::reinterpret_borrow<py::object>(progress);
  return py::module_::import("visionkit.progress").attr("terminal_progress")();
}

py::object evaluate_any(py::object model, py::handle truth, py::handle images, py::handle masks, py::handle palette,
                        py::handle counting, py::handle progress, const py::kwargs& keywords) {
  const auto work = work_of(model, truth_from({truth, images, masks, palette, counting}, "evaluate"));
  Run run(work, make<EvaluateOptions>(keywords, "evaluate"));
  return to_python(run.wait(listener_of(progress)));
}

template <class Options>
Options task_options(py::handle task) {
  return task.is_none() ? Options{} : from_python<Options>(task, {"choose_precision", "task"});
}

py::object choose_any(py::handle path, py::handle truth, py::handle task, py::handle images, py::handle masks,
                      py::handle palette, py::handle counting, const py::kwargs& keywords) {
  const auto options = make<PrecisionOptions>(keywords, "choose_precision");
  const auto file = text_from(path, {"choose_precision", "path"});
  const auto data = truth_from({truth, images, masks, palette, counting}, "choose_precision");
  return std::visit(
      [&](const auto& kind) {
        using Kind = std::remove_cvref_t<decltype(kind)>;
        using Options = std::conditional_t<
            std::is_same_v<Kind, ClassificationTruth>, ClassifierOptions,
            std::conditional_t<std::is_same_v<Kind, DetectionTruth>, DetectorOptions, SegmenterOptions>>;
        const auto chosen = task_options<Options>(task);
        return to_python(unlocked_with_callables([&] { return choose_precision(file, chosen, kind, options); }));
      },
      data);
}

void bind_evaluation(py::module_& module) {
  define_struct<SetAsidePicture>(module, "A picture without a place in the figures.");
  define_struct<DetectionScores>(module, "Detections by boxes or by masks.");
  define_struct<DetectionEvaluation>(module, "A detector's figures; masks is None without masks.");
  define_struct<ClassCurve>(module, "Precision and recall of one class at falling scores.");
  define_struct<EvaluationSample>(module, "A picture to look at: what it shows, and what the model made of it.");
  define_struct<EvaluationRun>(module, "The circumstances.");
  auto progress = define_struct<EvaluationProgress>(module, "How far an evaluation is.");
  define_method(
      progress, "line(self, width: int = 79) -> str", "A bar, and the time that is left, in so many characters.",
      [](const EvaluationProgress& self, std::size_t width) { return to_string(self, width); }, py::arg("width") = 79);
  auto type = define_struct<Evaluation>(module, "What evaluate() found out.");
  define_report(type);
  define_method<ReportOptions>(type, "to_html(self) -> str", "The report: one page that needs no network.",
                               [](const Evaluation& self, const py::kwargs& keywords) {
                                 const auto options = make<ReportOptions>(keywords, "to_html");
                                 return unlocked([&] { return to_html(self, options); });
                               });
  define_method<ReportOptions>(
      type, "write_report(self, path: Path) -> None", "Writes to_html() to `path`, and to_json() beside it.",
      [](const Evaluation& self, py::handle path, const py::kwargs& keywords) {
        const auto options = make<ReportOptions>(keywords, "write_report");
        const auto file = text_from(path, {"write_report", "path"});
        unlocked([&] { write_report(file, self, options); });
      },
      py::arg("path"));
}

}  // namespace

void bind_evaluate(py::module_& module) {
  define_enums<BadPictureRule, BetterValues, ClassMatch, KeepDecision>(module);
  define_struct<EvaluateOptions>(module, "How a data set is run.");
  define_struct<ReportOptions>(module, "What a report shows.");
  bind_evaluation(module);
  define_struct<PrecisionOptions>(module, "What may be lost for speed.");
  define_struct<PrecisionChoice>(module, "What the data say about a precision, and what follows.");
  define<EvaluateOptions>(
      module,
      "evaluate(model: Classifier | Detector | Segmenter, truth: LabeledImages | CocoAnnotations | "
      "AnnotatedObjects | ObjectDataset | MaskPairs | Iterable[MaskPair] | PanopticDataset, *, images: Path = '', "
      "masks: Path = '', palette: PaletteRule = 'refuse', counting: SegmentationOptions | Mapping[str, Any] = {}, "
      "progress: Callable[[EvaluationProgress], object] | bool | None = None) -> Evaluation",
      "Runs a model over a data set and gives the figures of its task. `images` and `masks` are the folders that the "
      "data set's file names refer to. progress: a function that is told at most 20 times a second, from this thread; "
      "None: a line on the terminal, where there is one; False: nothing. Ctrl-C ends it, and with `results` it goes on "
      "from there when it is called again.",
      evaluate_any, py::arg("model"), py::arg("truth"), py::kw_only(), py::arg("images") = "", py::arg("masks") = "",
      py::arg("palette") = "refuse", py::arg("counting") = py::dict(), py::arg("progress") = py::none());
  define<PrecisionOptions>(
      module,
      "choose_precision(path: Path, truth: LabeledImages | CocoAnnotations | AnnotatedObjects | ObjectDataset | "
      "MaskPairs "
      "| Iterable[MaskPair] | PanopticDataset, *, task: ClassifierOptions | DetectorOptions | SegmenterOptions | "
      "Mapping[str, Any] | None = None, images: Path = '', masks: Path = '', palette: PaletteRule = 'refuse', "
      "counting: "
      "SegmentationOptions | Mapping[str, Any] = {}) -> PrecisionChoice",
      "Evaluates a model in float32 and in another precision, and says whether that one is good enough and faster. "
      "`task` are the options of the Classifier, Detector or Segmenter that the data are for.",
      choose_any, py::arg("path"), py::arg("truth"), py::kw_only(), py::arg("task") = py::none(),
      py::arg("images") = "", py::arg("masks") = "", py::arg("palette") = "refuse", py::arg("counting") = py::dict());
}

}  // namespace visionkit::python
