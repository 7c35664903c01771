// metrics/: label maps, panoptic maps, times, and reports side by side.
#include <chrono>
#include <utility>

#include <visionkit/core/error.hpp>

#include "bindings.hpp"
#include "fields/metrics.hpp"
#include "support/metrics.hpp"

namespace visionkit::python {
namespace {

template <class Id>
void add_ids(Shared<SegmentationMetric>& self, const py::array& prediction, const py::array& truth,
             std::int64_t sample) {
  const auto a = as_array<Id>(prediction, {"add", "prediction"});
  const auto b = as_array<Id>(truth, {"add", "truth"});
  check_axes(a, 2, {"add", "prediction"});
  check_axes(b, 2, {"add", "truth"});
  const Size size = {static_cast<int>(b.shape(1)), static_cast<int>(b.shape(0))};
  if (a.shape(0) != b.shape(0) || a.shape(1) != b.shape(1)) {
    throw Error(ErrorCode::shape, "add(): prediction and truth have different shapes");
  }
  const std::span x(a.data(), static_cast<std::size_t>(a.size()));
  const std::span y(b.data(), static_cast<std::size_t>(b.size()));
  self.run([&](auto& metric) { metric.add(x, y, size, sample); });
}

void add_maps(Shared<SegmentationMetric>& self, py::handle prediction, py::handle truth, std::int64_t sample) {
  if (py::isinstance<LabelMap>(prediction) && py::isinstance<LabelMap>(truth)) {
    const auto& a = prediction.cast<const LabelMap&>();
    const auto& b = truth.cast<const LabelMap&>();
    return self.run([&](auto& metric) { metric.add(a, b, sample); });
  }
  const auto a = any_array(prediction, {"add", "prediction"});
  const auto b = any_array(truth, {"add", "truth"});
  const bool is_narrow = a.itemsize() == 1 && b.itemsize() == 1;
  if (is_narrow) return add_ids<std::uint8_t>(self, a, b, sample);
  add_ids<std::uint16_t>(self, a, b, sample);
}

void bind_segmentation(py::module_& module) {
  define_struct<SegmentationOptions>(module, "What a SegmentationMetric counts.");
  define_struct<ImageMeans>(module, "Figures of single images, averaged over images.");
  auto report = define_struct<SegmentationReport>(module, "How good semantic segmentation is.");
  define_report(report);
  define_property(report, "matrix: NDArray[np.uint64]", "Pixels [truth, prediction].",
                  [](const SegmentationReport& self) {
                    return own_array(std::vector(self.confusion), {self.classes, self.classes});
                  });
  using Type = Shared<SegmentationMetric>;
  py::class_<Type> type(module, "SegmentationMetric", "IoU, Dice and pixel accuracy, Boundary IoU.");
  define_init<SegmentationOptions>(type, "__init__(self, classes: int) -> None", "For so many classes.",
                                   py::init([](int classes, const py::kwargs& keywords) {
                                     return std::make_unique<Type>(SegmentationMetric(
                                         classes, make<SegmentationOptions>(keywords, "SegmentationMetric")));
                                   }),
                                   py::arg("classes"));
  define_method(type,
                "add(self, prediction: LabelMap | ArrayLike, truth: LabelMap | ArrayLike, sample: int = -1) -> None",
                "One image: label maps, or arrays [height, width] of 8 bits, or of more that fit into 16.", add_maps,
                py::arg("prediction"), py::arg("truth"), py::arg("sample") = -1);
  define_method<RateOptions>(type, "report(self, *, rules: CountingRules = 'mmsegmentation') -> SegmentationReport",
                             "The figures.", [](Type& self, const py::kwargs& keywords) {
                               auto options = make<RateOptions>(keywords, "report");
                               if (!keywords.contains("rules")) options.rules = CountingRules::mmsegmentation;
                               return self.run([&](auto& metric) { return metric.report(options); });
                             });
  define_accumulator(type);
}

void bind_panoptic(py::module_& module) {
  define_struct<PanopticCategory>(module, "A class that is a thing or stuff.");
  define_struct<PanopticCounts>(module, "Pairs of one class with IoU > 0.5, and the rest.");
  define_struct<PanopticQuality>(module, "PQ = SQ * RQ.");
  define_struct<PanopticClassReport>(module, "The figures of one class.");
  define_report_struct<PanopticReport>(module, "Panoptic quality.");
  using Type = Shared<PanopticMetric>;
  py::class_<Type> type(module, "PanopticMetric", "Panoptic quality by the rules of panopticapi.");
  define_init(type, "__init__(self, categories: Iterable[PanopticCategory]) -> None", "For these classes.",
              py::init([](py::handle categories) {
                return std::make_unique<Type>(PanopticMetric(
                    from_python<std::vector<PanopticCategory>>(categories, {"PanopticMetric", "categories"})));
              }),
              py::arg("categories"));
  define_method(
      type, "add(self, prediction: PanopticMap, truth: PanopticMap, sample: int = -1) -> None", "One image.",
      [](Type& self, const PanopticMap& prediction, const PanopticMap& truth, std::int64_t sample) {
        self.run([&](auto& metric) { metric.add(prediction, truth, sample); });
      },
      py::arg("prediction"), py::arg("truth"), py::arg("sample") = -1);
  define_method(type, "report(self) -> PanopticReport", "The figures.",
                [](Type& self) { return self.run([](auto& metric) { return metric.report(); }); });
  define_accumulator(type);
}

void bind_latency(py::module_& module) {
  define_report_struct<LatencyReport>(module, "How long calls take; NaN without calls.");
  using Type = Shared<LatencyMetric>;
  py::class_<Type> type(module, "LatencyMetric", "Times of calls, in seconds as time.perf_counter() has them.");
  define_init(type, "__init__(self) -> None", "", py::init([] { return std::make_unique<Type>(LatencyMetric()); }));
  define_method(
      type, "add(self, seconds: float, items: int = 1) -> None", "One call, and the pictures that it handled.",
      [](Type& self, double seconds, std::uint64_t items) {
        if (!(seconds >= 0 && seconds < 1e9)) {
          throw Error(ErrorCode::invalid_argument, "add(): seconds must be 0 or more, and finite");
        }
        const auto duration =
            std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::duration<double>(seconds));
        self.run([&](auto& metric) { metric.add(duration, items); });
      },
      py::arg("seconds"), py::arg("items") = 1);
  define_method(type, "report(self) -> LatencyReport", "The figures.",
                [](Type& self) { return self.run([](auto& metric) { return metric.report(); }); });
  define_accumulator(type);
}

template <class Report>
bool compare_as(py::handle before, py::handle after, const BootstrapOptions& options, py::object& result) {
  if (!py::isinstance<Report>(before) || !py::isinstance<Report>(after)) return false;
  result = to_python(compare(before.cast<const Report&>(), after.cast<const Report&>(), options));
  return true;
}

template <class... Report>
py::object compare_any(py::handle before, py::handle after, const py::kwargs& keywords) {
  const auto options = make<BootstrapOptions>(keywords, "compare");
  py::object result;
  if (!(compare_as<Report>(before, after, options, result) || ...)) {
    refuse(after, {"compare", "after"}, "a report of the same kind as before");
  }
  return result;
}

}  // namespace

void bind_metrics_maps(py::module_& module) {
  define_enums<UnlabelledRule>(module);
  bind_segmentation(module);
  bind_panoptic(module);
  bind_latency(module);
  define<BootstrapOptions>(
      module, "compare(before: Any, after: Any) -> ReportComparison",
      "The figures of two reports of one kind, with a bootstrap interval where both kept values of single samples.",
      compare_any<ClassificationReport, MultiLabelReport, SegmentationReport, PanopticReport, LatencyReport,
                  DetectionReport, CalibrationReport, ConfusionReport, CurveReport>,
      py::arg("before"), py::arg("after"));
  define<BootstrapOptions>(
      module, "bootstrap_interval(values: ArrayLike) -> Interval", "The percentile bootstrap interval of the mean.",
      [](py::handle values, const py::kwargs& keywords) {
        const auto options = make<BootstrapOptions>(keywords, "bootstrap_interval");
        const auto held = as_row<double>(values, {"bootstrap_interval", "values"});
        const auto span = held.span();
        return to_python(unlocked([&] { return bootstrap_interval(span, options); }));
      },
      py::arg("values"));
}

}  // namespace visionkit::python
