// A file as Python gives it: by its path, or as the bytes of one.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include <pybind11/pybind11.h>

#include "support/convert.hpp"

namespace visionkit::python {

struct FileSource {
  /// Throws TypeError for what is neither.
  FileSource(py::handle value, const Where& where) {
    if (py::isinstance<py::str>(value) || py::hasattr(value, "__fspath__")) {
      path = text_from(value, where);
      return;
    }
    if (PyObject_CheckBuffer(value.ptr()) == 0) refuse(value, where, "a path or the bytes of a file");
    buffer = std::make_shared<py::buffer_info>(py::reinterpret_borrow<py::buffer>(value).request());
    if (PyBuffer_IsContiguous(buffer->view(), 'C') == 0)
      refuse(value, where, "a path or the bytes of a file, one behind the other");
    bytes = {static_cast<const std::uint8_t*>(buffer->ptr), static_cast<std::size_t>(buffer->size * buffer->itemsize)};
  }

  std::optional<std::string> path = {};
  std::span<const std::uint8_t> bytes = {};      ///< where there is no path
  std::shared_ptr<py::buffer_info> buffer = {};  ///< keeps them where they are
};

}  // namespace visionkit::python
