// The functions that fill the Python modules, one for each folder (three for metrics/ and two for tasks/, which compile
// side by side), in the order in which they need each other's classes.
#pragma once

#include <pybind11/pybind11.h>

namespace visionkit::python {

void bind_core(pybind11::module_& module);
void bind_image(pybind11::module_& module);
void bind_preprocess(pybind11::module_& module);
void bind_decode(pybind11::module_& module);
void bind_dataset(pybind11::module_& module);
void bind_metrics_classes(pybind11::module_& module);
void bind_metrics_detection(pybind11::module_& module);
void bind_metrics_maps(pybind11::module_& module);
// Of visionkit._runtime:
void bind_models(pybind11::module_& module);
void bind_tasks(pybind11::module_& module);
void bind_evaluate(pybind11::module_& module);

}  // namespace visionkit::python
