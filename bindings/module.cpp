// visionkit._core: what needs no network. The package around it is visionkit/, the stubs are made by make_stubs.py.
#include <fmt/format.h>
#include <visionkit/core/version.hpp>

#include "bindings.hpp"
#include "support/define.hpp"
#include "support/errors.hpp"

PYBIND11_MODULE(_core, module) {
  namespace python = visionkit::python;
  module.doc() = "visionkit without its networks; use it through the package visionkit.";
  module.attr("__version__") =
      fmt::format("{}.{}.{}", VISIONKIT_VERSION_MAJOR, VISIONKIT_VERSION_MINOR, VISIONKIT_VERSION_PATCH);
  // The version of LibTorch that _runtime was made for; "" without one.
  module.attr("torch_version") = VISIONKIT_PYTHON_TORCH;
  python::translate_errors();
  python::begin_module(module);
  python::bind_core(module);
  python::bind_image(module);
  python::bind_preprocess(module);
  python::bind_decode(module);
  python::bind_dataset(module);
  python::bind_metrics_classes(module);
  python::bind_metrics_detection(module);
  python::bind_metrics_maps(module);
}
