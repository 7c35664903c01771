// tasks/: Classifier, Detector and Segmenter.
#include <utility>

#include <fmt/format.h>

#include "bindings.hpp"
#include "support/lazy_task.hpp"
#include "support/metrics.hpp"

namespace visionkit::python {
namespace {

enum class Given { one, list, iterator };

// One picture, pictures that are there together, or pictures that come one after the other.
Given kind_of(py::handle value) {
  if (py::isinstance<py::list>(value) || py::isinstance<py::tuple>(value)) return Given::list;
  if (PyIter_Check(value.ptr()) != 0) return Given::iterator;
  if (py::hasattr(value, "ndim") && py::hasattr(value, "shape")) {
    return value.attr("ndim").cast<int>() == 4 ? Given::list : Given::one;
  }
  return Given::one;
}

std::vector<Picture> pictures_of(py::handle pictures, ColorOrder order, const Where& where) {
  std::vector<Picture> sources;
  for (const auto picture : pictures) sources.emplace_back(picture, order, where);
  return sources;
}

std::vector<ImageView> views_of(std::vector<Picture>& sources) {
  std::vector<ImageView> views;
  views.reserve(sources.size());
  for (auto& source : sources) views.push_back(source.view());
  return views;
}

// Calls `one` on a picture, `many` on a list, and goes through an iterator picture by picture as it is read. `shape`
// makes an object of Python of an answer and the picture's size.
template <class One, class Many, class Shape>
py::object answer(py::handle pictures, py::handle color, const char* caller, py::handle self, One&& one, Many&& many,
                  Shape&& shape) {
  const Where where = {caller, "pictures"};
  switch (kind_of(pictures)) {
    case Given::iterator: {
      const auto call = py::module_::import("functools").attr("partial")(self.attr(caller), py::arg("color") = color);
      return py::module_::import("builtins").attr("map")(call, pictures);
    }
    case Given::list: {
      auto sources = pictures_of(pictures, from_python<ColorOrder>(color, {caller, "color"}), where);
      std::vector<ImageView> views;
      auto answers = unlocked_with_callables([&] {
        views = views_of(sources);
        return many(std::span<const ImageView>(views));
      });
      py::list list(answers.size());
      for (std::size_t i = 0; i < answers.size(); ++i) list[i] = shape(answers[i], views[i].size());
      return list;
    }
    default: {
      Picture source(pictures, from_python<ColorOrder>(color, {caller, "color"}), where);
      Size size = {};
      auto result = unlocked_with_callables([&] { return one(source, size); });
      return shape(result, size);
    }
  }
}

// What all three have.
template <class Options, class Handle>
void define_task(py::class_<Handle>& type) {
  const std::string name = type.attr("__name__").template cast<std::string>();
  define_init<Options>(
      type, "__init__(self, model: Source) -> None",
      "Loads a TorchScript file, from a path or its bytes, and runs it once to warm up.",
      py::init([name](py::handle model, const py::kwargs& keywords) {
        return std::make_unique<Handle>(model, make<Options>(keywords, name.c_str()), Where{name.c_str(), "model"});
      }),
      py::arg("model"));
  define_property(type, "labels: tuple[str, ...]", "The names of the classes by number; empty where there are none.",
                  [](Handle& self) { return self.names(); });
  define_property(type, ("options: " + name + "Options").c_str(), "The options with every empty field resolved.",
                  [](Handle& self) { return to_python(self.task().options()); });
  define_method(type, "describe(self) -> ModelDescription", "What was loaded, and how it runs.",
                [](Handle& self) { return to_python(self.task().describe()); });
  define_method(type, "profile(self) -> Profile", "How long the steps of the last calls took.",
                [](Handle& self) { return to_python(self.task().profile()); });
  define_method(type, "trim(self) -> None", "Gives back the memory that is kept for inputs of other shapes.",
                [](Handle& self) {
                  const auto& task = self.task();
                  unlocked([&] { task.trim(); });
                });
  define_method(type, "__repr__(self) -> str", "", [name](Handle& self) {
    const auto& model = self.task().describe();
    return fmt::format("<{} '{}', {} classes, {}>", name, model.file, self.task().labels().size(), model.engine);
  });
  type.def("__reduce__", [name](Handle& self) {
    return py::make_tuple(py::module_::import("visionkit.runtime").attr("_restore"),
                          py::make_tuple(name) + self.state());
  });
  // Out of a pickle: loaded by the first use, and only if the file is still the same.
  type.def_static("_restore", [](const std::string& path, const std::string& digest, Options options) {
    options.run.sha256 = digest;
    return std::make_unique<Handle>(path, std::move(options));
  });
}

// A method for one picture, an iterator of pictures, or a list of them.
template <class Handle, class Function>
void define_answer(py::class_<Handle>& type, const std::string& name, const std::string& result, const char* doc,
                   Function&& function) {
  const auto line = [&](const std::string& pictures, const std::string& results) {
    return name + "(self, pictures: " + pictures + ", *, color: ColorOrder = 'rgb') -> " + results;
  };
  note_overload(type, line("Picture", result).c_str());
  note_overload(type, line("Iterator[Picture]", "Iterator[" + result + "]").c_str());
  define_method(type, line("Iterable[Picture]", "list[" + result + "]").c_str(), doc, std::forward<Function>(function),
                py::arg("pictures"), py::kw_only(), py::arg("color") = "rgb");
}

void bind_classifier(py::module_& module) {
  define_struct<ClassifierOptions>(module, "Empty fields ask the model's record.");
  py::class_<PythonClassifier> type(module, "Classifier",
                                    "A loaded classification model. Threads may share it: calls release the lock.");
  define_task<ClassifierOptions>(type);
  define_answer(
      type, "classify", "Classification",
      "The classes of one picture; of a list, or an array [n, height, width, channels], in one forward call; "
      "of an iterator one by one, as they are asked for.",
      [](py::object self, py::handle pictures, py::handle color) {
        auto& handle = self.cast<PythonClassifier&>();
        const auto& task = handle.task();
        return answer(
            pictures, color, "classify", self,
            [&](Picture& source, Size&) {
              const auto bytes = source.encoded();
              return bytes ? task.classify(*bytes) : task.classify(source.view());
            },
            [&](std::span<const ImageView> views) { return task.classify(views); },
            [&](const Classification& result, Size) { return Convert<Classification>::to(result, handle.names()); });
      });
}

void bind_detector(py::module_& module) {
  define_struct<DetectorOptions>(module, "Empty fields ask the model's record.");
  py::class_<PythonDetector> type(module, "Detector",
                                  "A loaded detection model. Threads may share it: calls release the lock.");
  define_task<DetectorOptions>(type);
  define_answer(type, "detect", "Detections",
                "The objects in one picture by falling score, in its pixels; of a list, or an array [n, height, width, "
                "channels], in one forward call; of an iterator one by one, as they are asked for.",
                [](py::object self, py::handle pictures, py::handle color) {
                  auto& handle = self.cast<PythonDetector&>();
                  const auto& task = handle.task();
                  return answer(
                      pictures, color, "detect", self,
                      [&](Picture& source, Size& size) {
                        const auto view = source.view();
                        size = view.size();
                        return task.detect(view);
                      },
                      [&](std::span<const ImageView> views) { return task.detect(views); },
                      [&](const std::vector<Detection>& result, Size size) {
                        return Convert<std::vector<Detection>>::to(result, {handle.names(), to_python(size)});
                      });
                });
}

void bind_segmenter(py::module_& module) {
  define_struct<SegmenterOptions>(module, "Empty fields ask the model's record.");
  py::class_<PythonSegmenter> type(module, "Segmenter",
                                   "A loaded segmentation model. Threads may share it: calls release the lock.");
  define_task<SegmenterOptions>(type);
  define_answer(type, "segment", "LabelMap",
                "The class of every pixel of one picture; of a list, or an array [n, height, width, channels], in one "
                "forward call; of an iterator one by one, as they are asked for.",
                [](py::object self, py::handle pictures, py::handle color) {
                  const auto& task = self.cast<PythonSegmenter&>().task();
                  return answer(
                      pictures, color, "segment", self,
                      [&](Picture& source, Size&) { return task.segment(source.view()); },
                      [&](std::span<const ImageView> views) { return task.segment(views); },
                      [](LabelMap& result, Size) { return py::cast(std::move(result)); });
                });
  define_answer(type, "segment_panoptic", "PanopticMap",
                "The segment of every pixel, from a network whose record says panoptic_segmentation.",
                [](py::object self, py::handle pictures, py::handle color) {
                  const auto& task = self.cast<PythonSegmenter&>().task();
                  return answer(
                      pictures, color, "segment_panoptic", self,
                      [&](Picture& source, Size&) { return task.segment_panoptic(source.view()); },
                      [&](std::span<const ImageView> views) { return task.segment_panoptic(views); },
                      [](PanopticMap& result, Size) { return py::cast(std::move(result)); });
                });
}

}  // namespace

void bind_tasks(py::module_& module) {
  define_enums<MapResolution>(module);
  auto profile = define_struct<Profile>(module, "The last calls of one object; its reports' items are pictures.");
  define_report(profile);
  bind_classifier(module);
  bind_detector(module);
  bind_segmenter(module);
}

}  // namespace visionkit::python
