// Functions, methods and properties with one line of Python that says how they are called:
//
//   define<NmsOptions>(module, "nms(boxes: ArrayLike, scores: ArrayLike) -> NDArray[np.int32]", "Doc.", function);
//
// The line names the function, feeds help() and inspect.signature(), and is the line of the stub (make_stubs.py). With
// options the function takes py::kwargs last, and every field of the options is added to the line as a keyword.
#pragma once

#include <concepts>
#include <string>
#include <utility>

#include <pybind11/pybind11.h>

#include "support/convert.hpp"
#include "support/lock.hpp"

namespace visionkit::python {

struct NoOptions {};

/// Starts the notes of a module for the stubs, and its helpers. Once, before everything else.
void begin_module(py::module_& module);

/// How a callable sits in its class.
enum class Binding { function, method, static_method };

// The parts of define() that need no type.
struct Definition {
  std::string name;
  std::string doc;
};
[[nodiscard]] Definition note_definition(py::handle scope, Binding binding, const char* signature, const char* doc,
                                         const StructTable* options);
void note_property(py::handle type, const char* signature);
/// Another line of the method that is defined next, for the stubs.
void note_overload(py::handle type, const char* signature);

template <class Options>
const StructTable* options_table() {
  if constexpr (Described<Options>) {
    return &struct_table<Options>();
  } else {
    return nullptr;
  }
}

template <class Options = NoOptions, class Function, class... Extra>
void define(py::module_& module, const char* signature, const char* doc, Function&& function, const Extra&... extra) {
  const auto definition = note_definition(module, Binding::function, signature, doc, options_table<Options>());
  py::options quiet;
  quiet.disable_function_signatures();
  const py::cpp_function made(std::forward<Function>(function), py::name(definition.name.c_str()), py::scope(module),
                              definition.doc.c_str(), extra...);
  py::setattr(module, definition.name.c_str(), made);
}

template <class Options = NoOptions, class T, class... More, class Function, class... Extra>
void define_method(py::class_<T, More...>& type, const char* signature, const char* doc, Function&& function,
                   const Extra&... extra) {
  const auto definition = note_definition(type, Binding::method, signature, doc, options_table<Options>());
  py::options quiet;
  quiet.disable_function_signatures();
  type.def(definition.name.c_str(), std::forward<Function>(function), definition.doc.c_str(), extra...);
}

/// The constructor; `signature` is "__init__(self, ...) -> None".
template <class Options = NoOptions, class T, class... More, class Init, class... Extra>
void define_init(py::class_<T, More...>& type, const char* signature, const char* doc, Init&& init,
                 const Extra&... extra) {
  const auto definition = note_definition(type, Binding::method, signature, doc, options_table<Options>());
  py::options quiet;
  quiet.disable_function_signatures();
  type.def(std::forward<Init>(init), definition.doc.c_str(), extra...);
}

template <class Options = NoOptions, class T, class... More, class Function, class... Extra>
void define_static(py::class_<T, More...>& type, const char* signature, const char* doc, Function&& function,
                   const Extra&... extra) {
  const auto definition = note_definition(type, Binding::static_method, signature, doc, options_table<Options>());
  py::options quiet;
  quiet.disable_function_signatures();
  type.def_static(definition.name.c_str(), std::forward<Function>(function), definition.doc.c_str(), extra...);
}

/// `signature` is "size: Size".
template <class T, class... More, class Getter>
void define_property(py::class_<T, More...>& type, const char* signature, const char* doc, Getter&& getter) {
  note_property(type, signature);
  const std::string_view line = signature;
  type.def_property_readonly(std::string(line.substr(0, line.find(':'))).c_str(), std::forward<Getter>(getter), doc);
}

/// Notes the names of enumerations for the stubs.
template <DescribedEnum... T>
void define_enums(py::module_& module) {
  const auto note = [&]<class E>() {
    py::list names;
    for (const auto& row : Enumerators<E>::list) names.append(row.name);
    module.attr("_enums")[Enumerators<E>::name] = names;
  };
  (note.template operator()<T>(), ...);
}

}  // namespace visionkit::python
