#include <visionkit/model_description.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace visionkit {
namespace {

std::string tensor_text(const TensorDescription& tensor) {
  const auto name = tensor.name.empty() ? "" : fmt::format("{}: ", tensor.name);
  return fmt::format("{}{} {}", name, to_string(tensor.dtype),
                     tensor.shape.empty() ? "(size known when pictures come)" : to_string(tensor.shape));
}

std::string labels_text(const Labels& labels) {
  if (labels.empty()) return "none, classes are numbered";
  constexpr std::size_t shown = 5;
  const auto first = std::vector(labels.names().begin(),
                                 labels.names().begin() + static_cast<std::ptrdiff_t>(std::min(shown, labels.size())));
  return fmt::format("{}: {}{}", labels.size(), fmt::join(first, ", "), labels.size() > shown ? ", ..." : "");
}

std::string resize_text(const PreprocessOptions& input) {
  const auto& resize = input.resize;
  auto text = std::string(to_string(resize.mode));
  if (resize.mode == ResizeMode::none) return "as large as the picture";
  text += resize.side != 0 ? fmt::format(" {}", resize.side) : fmt::format(" {}", to_string(resize.size));
  text += fmt::format(", {}", to_string(resize.interpolation));
  if (input.crop) text += fmt::format(", center crop {}", to_string(input.crop->size));
  return text;
}

}  // namespace

std::string to_string(const ModelDescription& d) {
  std::string text;
  const auto line = [&](std::string_view what, std::string_view value) {
    if (!value.empty()) text += fmt::format("{:<13}{}\n", what, value);
  };
  const auto& input = d.record.input;
  line("file", fmt::format("{} ({} bytes)", d.file, d.bytes));
  line("sha256", d.sha256);
  line("name", d.record.name);
  line("task", to_string(d.record.task));
  line("record", to_string(d.record_origin));
  line("license", d.record.provenance.license);
  line("source", d.record.provenance.source);
  line("input", tensor_text(d.input));
  line("resize", resize_text(input));
  line("values",
       fmt::format("{} {}, (pixel * {:.6g} - [{:.6g}]) / [{:.6g}]", to_string(input.channel_order),
                   to_string(input.layout), input.scale, fmt::join(input.mean, ", "), fmt::join(input.std, ", ")));
  for (const auto& output : d.outputs) line("output", tensor_text(output));
  const bool has_format = !d.record.output.format.empty();  // which says what the scores are
  line(has_format ? "format" : "scores", has_format ? d.record.output.format : to_string(d.record.output.scores));
  line("labels", labels_text(d.record.labels));
  line("parameters", fmt::format("{}", d.parameters));
  line("engine", fmt::format("{} on {}, {}", d.engine, to_string(d.device), to_string(d.precision)));
  line("network", d.optimization);
  for (const auto& trial : d.trials) line("tried", to_string(trial));
  line("state", d.keeps_state ? "the network keeps state; calls are serialized" : "");
  for (const auto& note : d.notes) line("note", note);
  line("load", fmt::format("{:.0f} ms, of which {:.0f} ms for the first runs", d.load_ms, d.warm_up_ms));
  constexpr double mebibyte = 1 << 20;
  line("memory", fmt::format("{:.1f} MiB, at most {:.1f} MiB while it was loaded",
                             static_cast<double>(d.resident_bytes) / mebibyte,
                             static_cast<double>(d.load_peak_bytes) / mebibyte));
  return text;
}

}  // namespace visionkit
