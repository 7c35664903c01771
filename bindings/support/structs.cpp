#include "support/structs.hpp"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "support/convert.hpp"

namespace visionkit::python {
namespace {

// Without importing NumPy, which py::isinstance() does.
bool is_array(py::handle value) { return std::string_view(Py_TYPE(value.ptr())->tp_name) == "numpy.ndarray"; }

std::string repr_of(const StructTable& table, const void* object, py::handle owner) {
  std::string text = table.name;
  text += '(';
  for (const auto& field : table.fields) {
    if (&field != table.fields.data()) text += ", ";
    text += field.name;
    text += '=';
    const auto value = field.get(object, owner);
    if (is_array(value)) {
      const auto array = py::reinterpret_borrow<py::array>(value);
      text += fmt::format("<{} values>", array.size());
    } else if (py::isinstance<py::list>(value) && py::len(value) > 8) {
      text += fmt::format("<list of {}>", py::len(value));
    } else {
      text += std::string(py::repr(value));
    }
  }
  return text + ')';
}

// NaN equals NaN, so that a report equals its copy.
bool is_same(py::handle a, py::handle b) {
  if (is_array(a) && is_array(b)) {
    return py::module_::import("numpy").attr("array_equal")(a, b, py::arg("equal_nan") = true).cast<bool>();
  }
  if (PyList_CheckExact(a.ptr()) != 0 && PyList_CheckExact(b.ptr()) != 0) {
    const auto x = py::reinterpret_borrow<py::list>(a);
    const auto y = py::reinterpret_borrow<py::list>(b);
    return std::equal(x.begin(), x.end(), y.begin(), y.end(), is_same);
  }
  if (PyFloat_Check(a.ptr()) != 0 && PyFloat_Check(b.ptr()) != 0) {
    const double x = PyFloat_AS_DOUBLE(a.ptr());
    const double y = PyFloat_AS_DOUBLE(b.ptr());
    return x == y || (x != x && y != y);
  }
  return a.equal(b);
}

void add_property(py::handle type, const FieldRow& field, Unwrap unwrap) {
  const py::cpp_function getter([&field, unwrap](py::handle self) { return field.get(unwrap(self), self); },
                                py::is_method(type));
  const auto property = py::reinterpret_borrow<py::object>(reinterpret_cast<PyObject*>(&PyProperty_Type));
  py::setattr(type, field.name, property(getter));
}

}  // namespace

void assign(const StructTable& table, void* object, const py::dict& keywords, const char* caller) {
  for (const auto& [key, value] : keywords) {
    const auto name = py::str(key).cast<std::string>();
    const auto field =
        std::find_if(table.fields.begin(), table.fields.end(), [&](const auto& row) { return name == row.name; });
    if (field == table.fields.end()) {
      std::vector<std::string_view> known;
      for (const auto& row : table.fields) known.emplace_back(row.name);
      auto hint = near_match(name, known);
      if (hint.empty()) hint = fmt::format("known are {}", fmt::join(known, ", "));
      throw py::type_error(fmt::format("{}() got an unexpected keyword argument '{}'; {}", caller, name, hint));
    }
    field->set(object, value, {caller, field->name});
  }
}

void define_fields(py::handle scope, py::handle type, const StructTable& table, Unwrap unwrap) {
  py::list names;
  for (const auto& field : table.fields) {
    add_property(type, field, unwrap);
    names.append(py::make_tuple(field.name, field.hint_in(), field.hint_out()));
  }
  scope.attr("_structs")[table.name] = names;

  const auto method = [&](const char* name, auto function) {
    py::setattr(type, name, py::cpp_function(function, py::name(name), py::is_method(type)));
  };
  const auto state = [&table, unwrap](py::handle self) {
    py::dict fields;
    for (const auto& field : table.fields) fields[field.name] = field.get(unwrap(self), self);
    return fields;
  };
  method("__repr__", [&table, unwrap](py::handle self) { return repr_of(table, unwrap(self), self); });
  method("__eq__", [&table, unwrap](py::handle self, py::handle other) -> py::object {
    if (!py::type::handle_of(self).is(py::type::handle_of(other))) {
      return py::reinterpret_borrow<py::object>(Py_NotImplemented);
    }
    for (const auto& field : table.fields) {
      if (!is_same(field.get(unwrap(self), self), field.get(unwrap(other), other))) return py::bool_(false);
    }
    return py::bool_(true);
  });
  py::setattr(type, "__hash__", py::none());
  method("replace", [state](py::handle self, const py::kwargs& changes) {
    auto fields = state(self);
    for (const auto& [key, value] : changes) fields[key] = value;
    return py::type::handle_of(self)(**fields);
  });
  method("__reduce__", [state, make = py::object(scope.attr("_make"))](py::handle self) {
    return py::make_tuple(make, py::make_tuple(py::type::handle_of(self), state(self)));
  });
}

}  // namespace visionkit::python
