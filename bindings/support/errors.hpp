// visionkit::Error as the Python class of its code: visionkit/errors.py makes the classes of error_codes().
#pragma once

#include <pybind11/pybind11.h>

namespace visionkit::python {

/// Once in every module.
void translate_errors();

}  // namespace visionkit::python
