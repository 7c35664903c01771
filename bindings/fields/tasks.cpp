#include "fields/tasks.hpp"

#include <charconv>
#include <memory>

#include <fmt/format.h>
#include <visionkit/core/error.hpp>

#include "support/lock.hpp"

namespace visionkit::python {
namespace {

thread_local std::exception_ptr raised;

struct PythonDecoder {
  std::shared_ptr<PyObject> callable;

  std::vector<ModelDetection> operator()(std::span<const TensorView> tensors, const DecodeContext& context) const {
    return locked([&] { return decode(tensors, context); });
  }

 private:
  [[nodiscard]] std::vector<ModelDetection> decode(std::span<const TensorView> tensors,
                                                   const DecodeContext& context) const {
    try {
      py::list arrays;
      for (const auto& tensor : tensors) arrays.append(copied_array(tensor));
      const py::object found = py::handle(callable.get())(arrays, py::cast(context));
      std::vector<ModelDetection> detections;
      for (const auto& [box, label, score, mask] :
           from_python<std::vector<Detection>>(found, {"Detector", "the answer of its decoder"})) {
        const auto source = static_cast<std::int32_t>(detections.size());
        detections.push_back({{box.x1, box.y1, box.x2, box.y2}, label, score, source});
      }
      return detections;
    } catch (const std::exception& error) {
      raised = std::current_exception();
      throw Error(ErrorCode::internal, fmt::format("the decoder failed: {}", error.what()));
    }
  }
};

}  // namespace

std::exception_ptr take_raised() { return std::exchange(raised, nullptr); }

Device Convert<Device>::from(py::handle value, const Where& where) {
  const auto text = text_from(value, where);
  if (text == "cpu") return Device::cpu();
  if (text == "cuda") return Device::cuda();
  int index = 0;
  const bool has_index = text.starts_with("cuda:") && text.size() > 5;
  const auto* end = text.data() + text.size();
  if (!has_index || std::from_chars(text.data() + 5, end, index).ptr != end || index < 0) {
    throw Error(ErrorCode::invalid_option,
                fmt::format("{} is '{}'; accepted: cpu, cuda, cuda:0, cuda:1, ...", to_string(where), text));
  }
  return Device::cuda(index);
}

ModelRecord Convert<ModelRecord>::from(py::handle value, const Where& where) {
  if (py::isinstance<ModelRecord>(value)) return value.cast<const ModelRecord&>();
  if (!py::isinstance<py::dict>(value)) refuse(value, where, hint_in());
  const auto json = py::module_::import("json").attr("dumps")(value);
  return parse_record(json.cast<std::string>(), to_string(where));
}

DetectionDecoder Convert<DetectionDecoder>::from(py::handle value, const Where& where) {
  if (value.is_none()) return {};
  if (PyCallable_Check(value.ptr()) == 0) refuse(value, where, "a callable of tensors and a DecodeContext");
  return PythonDecoder{share(value)};
}

py::object Convert<DetectionDecoder>::to(const DetectionDecoder& decoder) {
  const auto* ours = decoder.target<PythonDecoder>();
  if (ours == nullptr) return py::none();
  return py::reinterpret_borrow<py::object>(ours->callable.get());
}

}  // namespace visionkit::python
