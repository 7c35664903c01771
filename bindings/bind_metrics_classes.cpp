// metrics/: classification, with one class or many labels.
#include <utility>

#include "bindings.hpp"
#include "fields/metrics.hpp"
#include "support/metrics.hpp"

namespace visionkit::python {
namespace {

void add_classification(Shared<ClassificationMetric>& self, py::handle scores, py::handle truth, std::int64_t sample) {
  const auto number = [&] { return from_python<ClassId>(truth, {"add", "truth"}); };
  if (is_classification(scores)) {
    const auto result = from_python<Classification>(scores, {"add", "scores"});
    const auto label = number();
    return self.run([&](auto& metric) { metric.add(result, label, sample); });
  }
  const auto array = as_array<float>(scores, {"add", "scores"});
  const std::span row(array.data(), static_cast<std::size_t>(array.size()));
  if (array.ndim() == 1) {
    const auto label = number();
    return self.run([&](auto& metric) { metric.add(row, label, sample); });
  }
  check_axes(array, 2, {"add", "scores"});
  const auto labels = as_labels(truth, {"add", "truth"});
  const auto span = labels.span();
  self.run([&](auto& metric) { metric.add(row, span); });
}

void bind_classification(py::module_& module) {
  define_struct<ClassificationOptions>(module, "What a ClassificationMetric counts.");
  define_struct<ClassificationReportOptions>(module, "What a ClassificationReport holds.");
  define_struct<TopK>(module, "How often the true class was among the k best.");
  define_report_struct<ClassificationReport>(module, "How good a classifier with one class for each picture is.");
  using Type = Shared<ClassificationMetric>;
  py::class_<Type> type(module, "ClassificationMetric", "Top-k accuracy, confusion, calibration, curves.");
  define_init<ClassificationOptions>(type, "__init__(self, classes: int) -> None", "For so many classes.",
                                     py::init([](int classes, const py::kwargs& keywords) {
                                       return std::make_unique<Type>(ClassificationMetric(
                                           classes, make<ClassificationOptions>(keywords, "ClassificationMetric")));
                                     }),
                                     py::arg("classes"));
  define_method(type, "add(self, scores: ArrayLike | Classification, truth: int | ArrayLike, sample: int = -1) -> None",
                "One sample: scores [classes] or a Classification, and the true class; or many: [samples, classes] and "
                "[samples].",
                add_classification, py::arg("scores"), py::arg("truth"), py::arg("sample") = -1);
  define_method<ClassificationReportOptions>(
      type, "report(self) -> ClassificationReport", "The figures.", [](Type& self, const py::kwargs& keywords) {
        const auto options = make<ClassificationReportOptions>(keywords, "report");
        return self.run([&](auto& metric) { return metric.report(options); });
      });
  define_method(
      type, "curve(self, label: int) -> CurveReport", "The curve of a class against the rest; curves must be kept.",
      [](Type& self, int label) { return self.run([&](auto& metric) { return metric.curve(ClassId(label)); }); },
      py::arg("label"));
  define_accumulator(type);
}

void bind_confusion(py::module_& module) {
  auto report =
      define_struct<ConfusionReport>(module, "Which class was taken for which; cells are [truth, prediction].");
  define_report(report);
  define_property(report, "matrix: NDArray[np.uint64]", "The cells, [truth, prediction].",
                  [](const ConfusionReport& self) {
                    return own_array(std::vector(self.cells), {self.classes, self.classes});
                  });
  define_method(
      report, "normalize(self, share: ConfusionShare) -> NDArray[np.float64]",
      "The cells as parts of a sum, [truth, prediction]; 0 where the sum is 0.",
      [](const ConfusionReport& self, py::handle share) {
        return own_array(normalize(self, from_python<ConfusionShare>(share, {"normalize", "share"})),
                         {self.classes, self.classes});
      },
      py::arg("share"));
  using Type = Shared<ConfusionMatrix>;
  py::class_<Type> type(module, "ConfusionMatrix", "Counts pairs of labels.");
  define_init(type, "__init__(self, classes: int) -> None", "For so many classes.",
              py::init([](int classes) { return std::make_unique<Type>(ConfusionMatrix(classes)); }),
              py::arg("classes"));
  define_method(
      type, "add(self, truth: int | ArrayLike, prediction: int | ArrayLike) -> None", "One sample, or arrays of many.",
      [](Type& self, py::handle truth, py::handle prediction) {
        if (PyIndex_Check(truth.ptr()) != 0 && !py::isinstance<py::array>(truth)) {
          const auto real = from_python<ClassId>(truth, {"add", "truth"});
          const auto found = from_python<ClassId>(prediction, {"add", "prediction"});
          return self.run([&](auto& metric) { metric.add(real, found); });
        }
        const auto real = as_labels(truth, {"add", "truth"});
        const auto found = as_labels(prediction, {"add", "prediction"});
        const auto spans = std::pair(real.span(), found.span());
        self.run([&](auto& metric) { metric.add(spans.first, spans.second); });
      },
      py::arg("truth"), py::arg("prediction"));
  define_method<RateOptions>(type, "report(self) -> ConfusionReport", "The figures.",
                             [](Type& self, const py::kwargs& keywords) {
                               const auto options = make<RateOptions>(keywords, "report");
                               return self.run([&](auto& metric) { return metric.report(options); });
                             });
  define_accumulator(type);
}

void bind_scores(py::module_& module) {
  define_struct<ReliabilityBin>(module, "A bin of a reliability diagram.");
  define_report_struct<CalibrationReport>(module, "Whether a confidence of 0.8 is right in 8 of 10 cases.");
  using Scale = Shared<Calibration>;
  py::class_<Scale> calibration(module, "Calibration", "Expected calibration error, Brier score, reliability.");
  define_init(calibration, "__init__(self, bins: int = 15) -> None", "Bins of equal width over 0..1.",
              py::init([](int bins) { return std::make_unique<Scale>(Calibration(bins)); }), py::arg("bins") = 15);
  define_method(
      calibration, "add(self, confidence: float, right: bool) -> None", "One answer.",
      [](Scale& self, double confidence, bool right) {
        const auto answer = right ? Correctness::right : Correctness::wrong;
        self.run([&](auto& metric) { metric.add(confidence, answer); });
      },
      py::arg("confidence"), py::arg("right"));
  define_method(calibration, "report(self) -> CalibrationReport", "The figures.",
                [](Scale& self) { return self.run([](auto& metric) { return metric.report(); }); });
  define_accumulator(calibration);

  define_struct<CurvePoint>(module, "What counts when every score of at least `threshold` is a yes.");
  define_struct<CurveSummary>(module, "The areas under the curves, and the best F1.");
  define_report_struct<CurveReport>(module, "How well scores separate yes from no.");
  using Line = Shared<BinaryCurve>;
  py::class_<Line> curve(module, "BinaryCurve", "Average precision and ROC AUC; all scores are kept.");
  define_init(curve, "__init__(self) -> None", "", py::init([] { return std::make_unique<Line>(BinaryCurve()); }));
  define_method(
      curve, "add(self, scores: ArrayLike, labels: ArrayLike) -> None", "Any label but 0 is a yes.",
      [](Line& self, py::handle scores, py::handle labels) {
        const auto s = as_row<double>(scores, {"add", "scores"});
        const auto l = as_row<std::uint8_t>(labels, {"add", "labels"});
        const auto spans = std::pair(s.span(), l.span());
        self.run([&](auto& metric) { metric.add(spans.first, spans.second); });
      },
      py::arg("scores"), py::arg("labels"));
  define_method(curve, "report(self) -> CurveReport", "The figures.",
                [](Line& self) { return self.run([](auto& metric) { return metric.report(); }); });
  define_accumulator(curve);
}

void bind_multi_label(py::module_& module) {
  define_struct<MultiLabelOptions>(module, "What a MultiLabelMetric counts.");
  define_struct<AveragePrecisions>(module, "Average precision by the averages of scikit-learn.");
  define_report_struct<MultiLabelReport>(module, "How good a classifier with many labels for each picture is.");
  using Type = Shared<MultiLabelMetric>;
  py::class_<Type> type(module, "MultiLabelMetric", "Precision, recall, F1, curves and calibration of each label.");
  define_init<MultiLabelOptions>(
      type, "__init__(self, labels: int) -> None", "For so many labels.",
      py::init([](int labels, const py::kwargs& keywords) {
        return std::make_unique<Type>(MultiLabelMetric(labels, make<MultiLabelOptions>(keywords, "MultiLabelMetric")));
      }),
      py::arg("labels"));
  define_method(
      type, "add(self, scores: ArrayLike, truth: ArrayLike, sample: int | None = None) -> None",
      "One sample [labels] or many [samples, labels]; any truth but 0 is a yes.",
      [](Type& self, py::handle scores, py::handle truth, py::handle sample) {
        const auto s = as_array<float>(scores, {"add", "scores"});
        const auto t = as_array<std::uint8_t>(truth, {"add", "truth"});
        const auto number = from_python<std::optional<std::int64_t>>(sample, {"add", "sample"});
        const std::span values(s.data(), static_cast<std::size_t>(s.size()));
        const std::span flags(t.data(), static_cast<std::size_t>(t.size()));
        self.run([&](auto& metric) {
          if (number) {
            metric.add(values, flags, *number);
          } else {
            metric.add(values, flags);
          }
        });
      },
      py::arg("scores"), py::arg("truth"), py::arg("sample") = py::none());
  define_method<RateOptions>(type, "report(self) -> MultiLabelReport", "The figures.",
                             [](Type& self, const py::kwargs& keywords) {
                               const auto options = make<RateOptions>(keywords, "report");
                               return self.run([&](auto& metric) { return metric.report(options); });
                             });
  define_method(
      type, "curve(self, label: int) -> CurveReport", "The curve of a label; curves must be kept.",
      [](Type& self, int label) { return self.run([&](auto& metric) { return metric.curve(ClassId(label)); }); },
      py::arg("label"));
  define_accumulator(type);
}

}  // namespace

void bind_metrics_classes(py::module_& module) {
  define_enums<ConfusionShare, CountingRules, Keep, Labelling, ThresholdRule, TieRule>(module);
  define_struct<RateOptions>(module, "Whose rules say what 0 / 0 is and which classes a mean covers.");
  define_struct<Rates>(module, "Precision, recall, F-score, IoU and Dice.");
  define_struct<RateSummary>(module, "Rates of each class and averaged.");
  define_struct<ClassCounts>(module, "One class against all others.");
  define_struct<PerSample>(module, "The values whose mean is a figure.");
  bind_confusion(module);
  bind_scores(module);
  bind_classification(module);
  bind_multi_label(module);
}

}  // namespace visionkit::python
