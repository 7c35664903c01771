#include <algorithm>

#include <fmt/format.h>

#include "evaluate/report/parts.hpp"
#include "evaluate/report/sections.hpp"

namespace visionkit {
namespace {

constexpr std::size_t longest_fact = 300;
constexpr std::size_t longest_settings = 6000;

class Facts {
 public:
  explicit Facts(Html& html) : html_(html) {}
  void add(std::string_view name, std::string_view value) {
    if (value.empty()) return;
    html_.element("div", [&] {
      html_.element("dt", name);
      html_.element("dd", shorten(value, longest_fact));
    });
  }

 private:
  Html& html_;
};

std::string size_of(std::uint64_t bytes) {
  return bytes < 1'000'000 ? fmt::format("{:.1f} kB", static_cast<double>(bytes) / 1e3)
                           : fmt::format("{:.1f} MB", static_cast<double>(bytes) / 1e6);
}

std::string tensor_text(const TensorDescription& tensor) {
  return fmt::format("{}{} {}", tensor.name.empty() ? "" : tensor.name + ": ", to_string(tensor.dtype),
                     to_string(tensor.shape));
}

std::string per_second(const EvaluationRun& run, std::size_t pictures) {
  return run.seconds > 0 ? fmt::format(", {:.1f} pictures a second", static_cast<double>(pictures) / run.seconds) : "";
}

void write_model(Facts& facts, const ModelDescription& model) {
  facts.add("Model", model.record.name);
  facts.add("Version", model.record.provenance.version);
  facts.add("File", fmt::format("{}, {}", model.file.empty() ? "-" : model.file, size_of(model.bytes)));
  facts.add("SHA-256", model.sha256);
  facts.add("License", model.record.provenance.license);
  facts.add("Source", model.record.provenance.source);
  facts.add("Weights", model.parameters > 0 ? count_text(model.parameters) : "");
  facts.add("Network input", tensor_text(model.input));
  facts.add("Runs as", fmt::format("{}, {} on {}, by {}", model.optimization, to_string(model.precision),
                                   to_string(model.device), model.engine));
}

void write_list(Html& html, const std::vector<std::string>& entries, std::size_t most) {
  html.element("ul", [&] {
    for (std::size_t i = 0; i < std::min(entries.size(), most); ++i)
      html.element("li", shorten(entries[i], longest_fact));
  });
}

}  // namespace

void write_run(Html& html, const Evaluation& evaluation) {
  const auto& run = evaluation.run;
  const auto answered = evaluation.pictures - std::min(evaluation.pictures, evaluation.resumed);
  html.element("dl", {{"class", "facts"}}, [&] {
    Facts facts(html);
    write_model(facts, evaluation.model);
    facts.add("Began", run.began);
    facts.add("Took", duration_text(1000 * run.seconds) + per_second(run, answered));
    facts.add("Threads, batch", fmt::format("{}, {}", run.threads, run.batch));
    facts.add("Machine", run.machine);
    facts.add("Library", run.library);
  });
  if (!evaluation.model.notes.empty())
    details(html, plural(evaluation.model.notes.size(), "note") + " about the model",
            [&] { write_list(html, evaluation.model.notes, 20); });
  if (!run.settings.empty()) {
    details(html, "Options, as JSON", [&] {
      html.element("pre",
                   {{"class", "scroll"}, {"tabindex", "0"}, {"role", "group"}, {"aria-label", "Options, as JSON"}},
                   shorten(run.settings, longest_settings));
    });
  }
}

void write_pictures(Html& html, const Evaluation& evaluation, const PageLimits& limits) {
  const auto& aside = evaluation.set_aside;
  auto text =
      fmt::format("{} in the data set, {} set aside", plural(evaluation.pictures, "picture"), count_text(aside.size()));
  if (evaluation.resumed > 0) text += fmt::format(", {} answered by an earlier run", count_text(evaluation.resumed));
  html.element("p", text + ".");
  if (!aside.empty()) {
    HtmlTable table = {
        .caption = "Pictures that do not count in the figures",
        .columns = {{"File", ColumnKind::text}, {"Kind", ColumnKind::text}, {"Reason", ColumnKind::text}},
        .rows = {}};
    for (std::size_t i = 0; i < std::min(aside.size(), limits.rows); ++i)
      table.rows.push_back(
          {name_cell(aside[i].file), std::string(to_string(aside[i].code)), shorten(aside[i].reason, longest_fact)});
    write_table(html, table);
    if (aside.size() > limits.rows)
      note(html, fmt::format("The first {} of {}; all are in the JSON.", limits.rows, count_text(aside.size())));
  }
  if (!evaluation.notes.empty()) {
    std::vector<std::string> notes;
    for (const auto& each : evaluation.notes) notes.push_back(to_string(each));
    details(html, plural(notes.size(), "note") + " about classes and the data set",
            [&] { write_list(html, notes, limits.rows); });
  }
}

void write_timing(Html& html, const Evaluation& evaluation) {
  const auto& reading = evaluation.reading;
  const auto& predicting = evaluation.predicting;
  if (reading.calls == 0 && predicting.calls == 0) return;
  BarTable table = {
      .caption = "Time of a call", .head = "Part of the calls", .series = {"Reading", "Predicting"}, .rows = {}};
  const auto row = [&](const char* name, double LatencyReport::*member) {
    const double read = reading.*member;
    const double predicted = predicting.*member;
    table.rows.push_back({name, {read, predicted}, {duration_text(read), duration_text(predicted)}});
  };
  row("fastest", &LatencyReport::min_ms);
  row("half within", &LatencyReport::p50_ms);
  row("90% within", &LatencyReport::p90_ms);
  row("95% within", &LatencyReport::p95_ms);
  row("99% within", &LatencyReport::p99_ms);
  row("slowest", &LatencyReport::max_ms);
  row("mean", &LatencyReport::mean_ms);
  write_bars(html, table);
  note(html, fmt::format("Reading: {}, each one picture read and decoded. Predicting: {} with {}, from a picture to "
                         "its result. Pictures of an earlier run are not counted.",
                         plural(reading.calls, "call"), plural(predicting.calls, "call"),
                         plural(predicting.items, "picture")));
}

}  // namespace visionkit
