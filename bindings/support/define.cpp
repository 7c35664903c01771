#include "support/define.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

namespace visionkit::python {
namespace {

PyObject* current_module = nullptr;

py::list notes() { return py::reinterpret_borrow<py::object>(current_module).attr("_stubs"); }

// "a: int, b: dict[str, int] = {}" at its top-level commas.
std::vector<std::string> split_parameters(std::string_view text) {
  std::vector<std::string> parts;
  int depth = 0;
  std::string part;
  for (const char c : text) {
    if (c == '[' || c == '(' || c == '{') ++depth;
    if (c == ']' || c == ')' || c == '}') --depth;
    if (c == ',' && depth == 0) {
      parts.push_back(std::move(part));
      part.clear();
    } else if (c != ' ' || !part.empty()) {
      part += c;
    }
  }
  if (!part.empty()) parts.push_back(std::move(part));
  return parts;
}

bool is_literal(py::handle value) {
  if (py::isinstance<py::list>(value)) {
    return std::all_of(value.begin(), value.end(), [](py::handle item) { return is_literal(item); });
  }
  return value.is_none() || py::isinstance<py::bool_>(value) || py::isinstance<py::int_>(value) ||
         py::isinstance<py::float_>(value) || py::isinstance<py::str>(value) || PyTuple_CheckExact(value.ptr()) != 0;
}

// A default that inspect.signature() can read; structs are shown as {}, which makes them, lists of structs as ellipses.
std::string default_text(const py::object& value) {
  if (is_literal(value)) return py::repr(value);
  return py::isinstance<py::list>(value) ? "..." : "{}";
}

}  // namespace

void begin_module(py::module_& module) {
  current_module = module.ptr();
  module.attr("_stubs") = py::list();
  module.attr("_structs") = py::dict();
  module.attr("_enums") = py::dict();
  module.def("_make", [](const py::object& type, const py::dict& fields) { return type(**fields); });
}

Definition note_definition(py::handle scope, Binding binding, const char* signature, const char* doc,
                           const StructTable* options) {
  const std::string_view line = signature;
  const auto open = line.find('(');
  const auto close = line.rfind(") ->");
  if (open == std::string_view::npos || close == std::string_view::npos) {
    throw std::logic_error(fmt::format("not a signature: {}", signature));
  }
  Definition definition;
  definition.name = std::string(line.substr(0, open));
  std::string parameters;
  std::vector<std::string> names;
  bool is_keyword_only = false;
  for (const auto& parameter : split_parameters(line.substr(open + 1, close - open - 1))) {
    const auto colon = parameter.find(':');
    const auto equals = parameter.rfind(" = ");
    if (!parameters.empty()) parameters += ", ";
    names.push_back(parameter.substr(0, std::min(colon, parameter.size())));
    parameters += names.back();
    if (equals != std::string::npos) parameters += "=" + parameter.substr(equals + 3);
    is_keyword_only = is_keyword_only || parameter == "*";
  }
  py::object options_name = py::none();
  if (options != nullptr) {
    options_name = py::str(options->name);
    if (!is_keyword_only) parameters += parameters.empty() ? "*" : ", *";
    const auto object = py::reinterpret_borrow<py::object>(current_module).attr(options->name)();
    for (const auto& field : options->fields) {
      // A function may have a default of its own.
      if (std::find(names.begin(), names.end(), field.name) != names.end()) continue;
      parameters += fmt::format(", {}={}", field.name, default_text(object.attr(field.name)));
    }
  }
  definition.doc = fmt::format("{}({})\n--\n\n{}", definition.name, parameters, doc);
  const char* kinds[] = {"function", "method", "static"};
  const auto owner = py::isinstance<py::module_>(scope) ? py::object(py::none()) : py::object(scope.attr("__name__"));
  notes().append(py::make_tuple(owner, kinds[static_cast<int>(binding)], signature, options_name));
  return definition;
}

void note_property(py::handle type, const char* signature) {
  notes().append(py::make_tuple(type.attr("__name__"), "property", signature, py::none()));
}

void note_overload(py::handle type, const char* signature) {
  notes().append(py::make_tuple(type.attr("__name__"), "overload", signature, py::none()));
}

}  // namespace visionkit::python
