// What the classes of metrics have in common in Python: accumulators with a lock of their own, because add() works
// without the interpreter's; reports that print, give JSON and list their figures.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include <visionkit/metrics/metric.hpp>

#include "support/define.hpp"

namespace visionkit::python {

/// An accumulator that threads share.
template <class Metric>
struct Shared {
  explicit Shared(Metric made) : metric(std::move(made)) {}

  /// Runs `work` on the metric with its lock and without the interpreter's.
  template <class Work>
  auto run(Work&& work) {
    return unlocked([&] {
      const std::lock_guard lock(mutex);
      return work(metric);
    });
  }

  Metric metric;
  std::mutex mutex;
};

/// merge() and copies.
template <class Metric>
void define_accumulator(py::class_<Shared<Metric>>& type) {
  const std::string name = type.attr("__name__").template cast<std::string>();
  define_method(
      type, ("merge(self, other: " + name + ") -> None").c_str(), "Takes over all that the other has.",
      [](Shared<Metric>& self, Shared<Metric>& other) {
        const Metric copy = other.run([](const Metric& metric) { return metric; });
        self.run([&](Metric& metric) { metric.merge(copy); });
      },
      py::arg("other"));
  define_method(type, ("__copy__(self) -> " + name).c_str(), "An accumulator of its own.", [](Shared<Metric>& self) {
    return std::make_unique<Shared<Metric>>(self.run([](const Metric& metric) { return metric; }));
  });
}

[[nodiscard]] inline py::dict figures_dict(const std::vector<Figure>& figures) {
  py::dict dict;
  for (const auto& figure : figures) dict[py::str(figure.name)] = figure.value;
  return dict;
}

/// str(), to_json() and figures; with the names of the classes where a report has classes.
template <class Report>
void define_report(py::class_<Report>& type) {
  constexpr bool has_names = requires(const Report& report) { to_string(report, Labels()); };
  type.def("__str__", [](const Report& report) { return to_string(report); });
  if constexpr (has_names) {
    define_method(
        type, "table(self, names: Iterable[str] = ()) -> str", "str(), with the names of the classes.",
        [](const Report& report, py::handle names) {
          return to_string(report, from_python<Labels>(names, {"table", "names"}));
        },
        py::arg("names") = py::tuple());
    define_method(
        type, "to_json(self, names: Iterable[str] = ()) -> str", "Compact JSON, as C++ writes it.",
        [](const Report& report, py::handle names) {
          return to_json(report, from_python<Labels>(names, {"to_json", "names"}));
        },
        py::arg("names") = py::tuple());
  } else if constexpr (requires(const Report& report) { to_json(report); }) {
    define_method(type, "to_json(self) -> str", "Compact JSON, as C++ writes it.",
                  [](const Report& report) { return to_json(report); });
  }
  if constexpr (requires(const Report& report) { figures(report); }) {
    define_property(type, "figures: dict[str, float]", "Every number by its name.",
                    [](const Report& report) { return figures_dict(figures(report)); });
  }
}

template <Described Report>
void define_report_struct(py::module_& module, const char* doc) {
  auto type = define_struct<Report>(module, doc);
  define_report(type);
}

}  // namespace visionkit::python
