#include "support/errors.hpp"

#include <exception>
#include <string>

#include <visionkit/core/error.hpp>

namespace visionkit::python {

namespace py = pybind11;

void translate_errors() {
  py::register_local_exception_translator([](std::exception_ptr thrown) {
    try {
      if (thrown) std::rethrow_exception(thrown);
    } catch (const Error& error) {
      const auto name = to_string(error.code());
      const auto classes = py::module_::import("visionkit.errors").attr("by_code");
      const py::object type = classes[py::str(name.data(), name.size())];
      const std::string message = error.what();  // a path in it may be no UTF-8
      const auto text = py::reinterpret_steal<py::object>(
          PyUnicode_DecodeUTF8(message.data(), static_cast<Py_ssize_t>(message.size()), "replace"));
      if (text) PyErr_SetObject(type.ptr(), text.ptr());
    }
  });
}

}  // namespace visionkit::python
