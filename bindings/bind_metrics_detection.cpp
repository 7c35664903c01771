// metrics/: detection as COCO and Pascal VOC count it, and what goes wrong.
#include <utility>

#include "bindings.hpp"
#include "fields/dataset.hpp"
#include "fields/metrics.hpp"
#include "support/metrics.hpp"

namespace visionkit::python {
namespace {

template <class Type>
void define_adds(py::class_<Type>& type) {
  define_method(
      type,
      "add(self, truth: ObjectDataset | CocoAnnotations | AnnotatedObjects, predictions: Iterable[Prediction] "
      "| CocoResults) -> None",
      "A whole data set and what was found in it.",
      [](Type& self, py::handle truth, py::handle predictions) {
        const auto& dataset = dataset_from(truth, {"add", "truth"});
        const auto list = predictions_from(predictions, {"add", "predictions"});
        self.run([&](auto& metric) { metric.add(dataset, list.span); });
      },
      py::arg("truth"), py::arg("predictions"));
  define_method(
      type,
      "add_picture(self, image: AnnotatedImage, objects: Iterable[TrueObject], predictions: "
      "Iterable[Prediction]) -> None",
      "One picture: all that is in it, and all that was found in it.",
      [](Type& self, const AnnotatedImage& image, py::handle objects, py::handle predictions) {
        const auto real = from_python<std::vector<TrueObject>>(objects, {"add_picture", "objects"});
        const auto list = predictions_from(predictions, {"add_picture", "predictions"});
        self.run([&](auto& metric) { metric.add(image, real, list.span); });
      },
      py::arg("image"), py::arg("objects"), py::arg("predictions"));
}

void bind_coco_metrics(py::module_& module) {
  define_struct<AreaRange>(module, "Objects of min <= area <= max square pixels.");
  define_struct<DetectionMetricsOptions>(module, "What counts as found, and how much is counted; COCO's rules.");
  auto summary = define_struct<DetectionSummary>(module, "COCO's twelve; NaN where nothing was to be found.");
  define_report(summary);
  define_struct<ClassFigures>(module, "The figures of one class.");
  define_report_struct<DetectionReport>(module, "How good detections are.");
  define_struct<PrecisionRecallPoint>(module, "What accepting every prediction of at least this score gives.");
  define_struct<PrecisionRecallCurve>(module, "Precision and recall of a class at falling scores.");
  define_struct<PrecisionArrays>(module,
                                 "pycocotools' arrays, row-major: precision, scores [T, R, K, A, M], recall "
                                 "[T, K, A, M].");
  using Type = Shared<DetectionMetrics>;
  py::class_<Type> type(module, "DetectionMetrics", "COCO's average precision and recall, equal to pycocotools.");
  define_init<DetectionMetricsOptions>(
      type, "__init__(self, categories: Iterable[Category]) -> None", "For these classes.",
      py::init([](py::handle categories, const py::kwargs& keywords) {
        return std::make_unique<Type>(
            DetectionMetrics(from_python<std::vector<Category>>(categories, {"DetectionMetrics", "categories"}),
                             make<DetectionMetricsOptions>(keywords, "DetectionMetrics")));
      }),
      py::arg("categories"));
  define_adds(type);
  define_method(
      type,
      "add_detections(self, image: AnnotatedImage, objects: Iterable[TrueObject], detections: Detections) -> None",
      "One picture, and what a detector found: label i is the i-th category.",
      [](Type& self, const AnnotatedImage& image, py::handle objects, py::handle detections) {
        const auto real = from_python<std::vector<TrueObject>>(objects, {"add_detections", "objects"});
        const auto found = from_python<std::vector<Detection>>(detections, {"add_detections", "detections"});
        self.run([&](auto& metric) { metric.add(image, real, found); });
      },
      py::arg("image"), py::arg("objects"), py::arg("detections"));
  define_method(type, "report(self) -> DetectionReport", "COCO's figures.",
                [](Type& self) { return self.run([](auto& metric) { return metric.report(); }); });
  define_method(type, "arrays(self) -> PrecisionArrays", "The arrays behind them, as COCOeval.eval has them.",
                [](Type& self) { return self.run([](auto& metric) { return metric.arrays(); }); });
  define_method(
      type, "curves(self, iou_threshold: float = 0.5) -> list[PrecisionRecallCurve]",
      "Precision and recall of every class at falling scores.",
      [](Type& self, double threshold) {
        return to_python(self.run([&](auto& metric) { return metric.curves(threshold); }));
      },
      py::arg("iou_threshold") = 0.5);
  define_method<BootstrapOptions>(
      type, "compare(self, after: DetectionMetrics) -> ReportComparison",
      "The figures of this one and of `after` side by side, with an interval of the change of `ap`.",
      [](Type& self, Type& after, const py::kwargs& keywords) {
        const auto options = make<BootstrapOptions>(keywords, "compare");
        const auto other = after.run([](auto& metric) { return metric; });
        return self.run([&](auto& metric) { return metric.compare(other, options); });
      },
      py::arg("after"));
  define_property(type, "image_count: int", "Of pictures that were added.",
                  [](Type& self) { return self.run([](auto& metric) { return metric.image_count(); }); });
  define_accumulator(type);
}

void bind_errors(py::module_& module) {
  define_struct<DetectionErrorOptions>(module, "What counts as which error.");
  define_struct<DetectionErrorCount>(module, "How many errors of a kind, and the AP that they cost.");
  auto confusion = define_struct<DetectionConfusion>(module, "Which class was taken for which.");
  define_property(confusion, "matrix: NDArray[np.uint64]",
                  "[categories + 1, categories + 1], truth downwards; the last row and column are nothing.",
                  [](const DetectionConfusion& self) {
                    const auto side = static_cast<py::ssize_t>(self.categories.size() + 1);
                    return own_array(std::vector<std::uint64_t>(self.counts.begin(), self.counts.end()), {side, side});
                  });
  define_report_struct<DetectionErrorReport>(module, "What goes wrong in detections, after TIDE.");
  using Type = Shared<DetectionErrors>;
  py::class_<Type> type(module, "DetectionErrors", "Kinds of errors, and the average precision that each costs.");
  define_init<DetectionErrorOptions>(
      type, "__init__(self, categories: Iterable[Category]) -> None", "For these classes.",
      py::init([](py::handle categories, const py::kwargs& keywords) {
        return std::make_unique<Type>(
            DetectionErrors(from_python<std::vector<Category>>(categories, {"DetectionErrors", "categories"}),
                            make<DetectionErrorOptions>(keywords, "DetectionErrors")));
      }),
      py::arg("categories"));
  define_adds(type);
  define_method(type, "report(self) -> DetectionErrorReport", "The figures.",
                [](Type& self) { return self.run([](auto& metric) { return metric.report(); }); });
  define_accumulator(type);
}

}  // namespace

void bind_metrics_detection(py::module_& module) {
  define_enums<ClassRule, DetectionErrorKind, MatchBy, VocBoxes, VocInterpolation>(module);
  define_struct<BootstrapOptions>(module, "How intervals are drawn.");
  define_struct<FigureChange>(module, "A figure of two reports.");
  define_report_struct<ReportComparison>(module, "Two reports side by side.");
  bind_coco_metrics(module);
  bind_errors(module);
  define_struct<VocOptions>(module, "Pascal VOC's rules.");
  define_struct<VocClassPrecision>(module, "The average precision of a class.");
  define_struct<VocReport>(module, "Pascal VOC's average precision.");
  define<VocOptions>(
      module,
      "voc_average_precision(truth: ObjectDataset | CocoAnnotations | AnnotatedObjects, predictions: "
      "Iterable[Prediction] | CocoResults) -> VocReport",
      "Pascal VOC's average precision.",
      [](py::handle truth, py::handle predictions, const py::kwargs& keywords) {
        const auto options = make<VocOptions>(keywords, "voc_average_precision");
        const auto& dataset = dataset_from(truth, {"voc_average_precision", "truth"});
        const auto list = predictions_from(predictions, {"voc_average_precision", "predictions"});
        return unlocked([&] { return voc_average_precision(dataset, list.span, options); });
      },
      py::arg("truth"), py::arg("predictions"));
}

}  // namespace visionkit::python
