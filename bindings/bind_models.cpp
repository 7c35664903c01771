// tasks/: records and descriptions of models, and a network by itself.
#include <optional>

#include <visionkit/core/error.hpp>

#include "bindings.hpp"
#include "fields/tasks.hpp"
#include "runtime/model_file.hpp"
#include "runtime/session.hpp"
#include "support/metrics.hpp"

namespace visionkit::python {
namespace {

void bind_records(py::module_& module) {
  define_struct<OutputContract>(module, "What the network answers.");
  define_struct<SelfTest>(module, "The answer to one picture that anybody can make.");
  define_struct<RecordedRun>(module, "What choose_precision() found out about the model.");
  define_struct<Provenance>(module, "Where a model comes from.");
  auto record = define_struct<ModelRecord>(module, "What a model file says about itself.");
  define_method(record, "to_json(self) -> str", "The text of visionkit.json.",
                [](const ModelRecord& self) { return to_json(self); });
  define(
      module, "parse_record(json: str, origin: str = 'record') -> ModelRecord",
      "A record of its JSON text; `origin` names it in messages.",
      [](const std::string& json, const std::string& origin) { return parse_record(json, origin); }, py::arg("json"),
      py::arg("origin") = "record");
  define(
      module, "read_record(path: Path) -> ModelRecord | None",
      "The record that comes with a model file, without loading the network; None when there is none.",
      [](py::handle path) {
        const auto file = text_from(path, {"read_record", "path"});
        return to_python(unlocked([&] { return read_record(file); }));
      },
      py::arg("path"));
}

py::list run_network(py::handle path, py::handle input, bool is_list, const py::kwargs& keywords) {
  const auto run = make<RunOptions>(keywords, "run_network");
  const auto file = text_from(path, {"run_network", "path"});
  const auto tensor = array_tensor(input, {"run_network", "input"});
  const auto outputs = unlocked([&] {
    const ModelFile opened = Archive::from_file(file, run, {.newest = newest_file_format()});
    const SessionOptions options = {
        .run = run, .input = is_list ? InputKind::image_list : InputKind::tensor, .probes = {tensor}};
    return load_torchscript(opened, options)->run(tensor.view());
  });
  py::list list;
  for (const auto& [name, value] : outputs) list.append(py::make_tuple(name, tensor_array(value)));
  return list;
}

void bind_doctor(py::module_& module) {
  define_struct<EngineInfo>(module, "An engine, and why it is not available where it is not.");
  define_struct<Finding>(module, "Something that decides about speed, and what to do about it.");
  define_struct<LoadedLibrary>(module, "A shared library of this process.");
  define_struct<LibraryVersion>(module, "A library and its version.");
  auto report = define_struct<DoctorReport>(module, "What decides about the speed of networks in this process.");
  define_report(report);
  define(module, "engines() -> list[EngineInfo]", "Every engine, the reference first.",
         [] { return to_python(unlocked([] { return engines(); })); });
  define(module, "doctor() -> DoctorReport", "Looks at this process, and changes nothing.",
         [] { return to_python(unlocked([] { return doctor(); })); });
}

}  // namespace

void bind_models(py::module_& module) {
  define_enums<Engine, Precision, RecordOrigin, Severity, Task>(module);
  bind_doctor(module);
  define_struct<ModelLimits>(module, "What is accepted before LibTorch sees a byte of a model file.");
  define_struct<RunOptions>(module, "How a model is loaded and run.");
  bind_records(module);
  define_struct<EngineTrial>(module, "A form of the network that was tried when it was loaded.");
  define_struct<TensorDescription>(module, "One tensor of a network's interface.");
  auto description = define_struct<ModelDescription>(module, "Everything a person would ask about a loaded model.");
  description.def("__str__", [](const ModelDescription& self) { return to_string(self); });
  define<RunOptions>(module,
                     "run_network(path: Path, input: ArrayLike, *, image_list: bool = False) -> list[tuple[str, "
                     "NDArray[Any]]]",
                     "What the network of a file answers to one tensor, as Classifier and the others run it: its "
                     "outputs by their paths. With image_list it is given a list of the pictures in the batch.",
                     run_network, py::arg("path"), py::arg("input"), py::kw_only(), py::arg("image_list") = false);
}

}  // namespace visionkit::python
