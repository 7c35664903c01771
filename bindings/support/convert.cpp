#include "support/convert.hpp"

#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <visionkit/core/error.hpp>

#include "support/lock.hpp"

namespace visionkit::python {

void refuse(py::handle value, const Where& where, std::string_view expected) {
  std::string shown = py::repr(value);
  if (shown.size() > 60) shown = shown.substr(0, 57) + "...";
  throw py::type_error(
      fmt::format("{} is {} ({}), expected {}", to_string(where), shown, Py_TYPE(value.ptr())->tp_name, expected));
}

bool bool_from(py::handle value, const Where& where) {
  if (PyBool_Check(value.ptr()) != 0) return value.ptr() == Py_True;
  const std::string_view type = Py_TYPE(value.ptr())->tp_name;
  if (type == "numpy.bool" || type == "numpy.bool_") return value.cast<py::bool_>();
  refuse(value, where, "True or False");
}

long long integer_from(py::handle value, const Where& where, long long least, unsigned long long greatest) {
  if (PyBool_Check(value.ptr()) != 0 || PyIndex_Check(value.ptr()) == 0) refuse(value, where, "an integer");
  const auto number = py::reinterpret_steal<py::int_>(PyNumber_Index(value.ptr()));
  if (!number) throw py::error_already_set();
  if (number < py::int_(least) || number > py::int_(greatest)) {
    throw Error(ErrorCode::invalid_option, fmt::format("{} is {}, expected {}..{}", to_string(where),
                                                       std::string(py::str(number)), least, greatest));
  }
  // Through unsigned, because the greatest values of 64 bits come as negative ones and leave as what they were.
  return number < py::int_(0) ? number.cast<long long>() : static_cast<long long>(number.cast<unsigned long long>());
}

double number_from(py::handle value, const Where& where) {
  if (PyFloat_Check(value.ptr()) != 0) return PyFloat_AS_DOUBLE(value.ptr());
  const bool is_text = py::isinstance<py::str>(value) || py::isinstance<py::bytes>(value);
  if (PyBool_Check(value.ptr()) != 0 || is_text || PyNumber_Check(value.ptr()) == 0) refuse(value, where, "a number");
  const double number = PyFloat_AsDouble(value.ptr());
  if (number == -1 && PyErr_Occurred() != nullptr) {
    PyErr_Clear();
    refuse(value, where, "a number");
  }
  return number;
}

std::string text_from(py::handle value, const Where& where) {
  if (py::isinstance<py::str>(value)) {
    // Names of files that are no UTF-8 are surrogates in Python.
    Py_ssize_t size = 0;
    const char* text = PyUnicode_AsUTF8AndSize(value.ptr(), &size);
    if (text != nullptr) return {text, static_cast<std::size_t>(size)};
    PyErr_Clear();
    return py::module_::import("os").attr("fsencode")(value).cast<std::string>();
  }
  if (!py::hasattr(value, "__fspath__")) refuse(value, where, "a str");
  return py::module_::import("os").attr("fsencode")(value).cast<std::string>();
}

std::string near_match(std::string_view name, const std::vector<std::string_view>& names) {
  py::list known;
  for (const auto one : names) known.append(py::str(one.data(), one.size()));
  const py::list near =
      py::module_::import("difflib").attr("get_close_matches")(py::str(name.data(), name.size()), known, 1, 0.5);
  return near.empty() ? std::string() : fmt::format("did you mean '{}'?", near[0].cast<std::string>());
}

std::size_t choice_from(py::handle value, const Where& where, const std::vector<std::string_view>& names) {
  if (!py::isinstance<py::str>(value)) refuse(value, where, fmt::format("one of {}", fmt::join(names, ", ")));
  const auto text = value.cast<std::string>();
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] == text) return i;
  }
  auto hint = near_match(text, names);
  if (!hint.empty()) hint += ' ';
  throw Error(ErrorCode::invalid_option,
              fmt::format("{} is '{}'; {}accepted: {}", to_string(where), text, hint, fmt::join(names, ", ")));
}

py::object value_of(const char* name, const py::args& fields) {
  return py::module_::import("visionkit.values").attr(name)(*fields);
}

std::shared_ptr<PyObject> share(py::handle value) {
  return {value.inc_ref().ptr(), [](PyObject* object) { locked([&] { Py_DECREF(object); }); }};
}

py::object sequence_from(py::handle value, const Where& where) {
  const bool is_text = py::isinstance<py::str>(value) || py::isinstance<py::bytes>(value);
  if (is_text || py::isinstance<py::dict>(value) || !py::isinstance<py::iterable>(value)) {
    refuse(value, where, "a sequence");
  }
  return py::reinterpret_borrow<py::object>(value);
}

}  // namespace visionkit::python
