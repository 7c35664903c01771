// visionkit._runtime: what needs LibTorch. visionkit/runtime.py imports torch first, whose libraries it uses.
#include "bindings.hpp"
#include "support/define.hpp"
#include "support/errors.hpp"

PYBIND11_MODULE(_runtime, module) {
  namespace python = visionkit::python;
  module.doc() = "The networks of visionkit; use it through the package visionkit.";
  pybind11::module_::import("visionkit._core");  // whose classes are used here
  python::translate_errors();
  python::begin_module(module);
  python::bind_models(module);
  python::bind_tasks(module);
  python::bind_evaluate(module);
}
