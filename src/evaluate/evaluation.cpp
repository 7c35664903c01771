#include <visionkit/evaluate/evaluation.hpp>

#include <fmt/format.h>

#include <visionkit/evaluate.hpp>

#include "core/fail.hpp"
#include "metrics/table.hpp"

namespace visionkit {
namespace {

template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};
template <class... F>
Overloaded(F...) -> Overloaded<F...>;

std::string scores_text(const Evaluation& evaluation) {
  return std::visit(Overloaded{[](const DetectionEvaluation& scores) {
                                 auto text = to_string(scores.boxes.report) + "\n" + to_string(scores.boxes.errors);
                                 if (scores.masks) {
                                   text += "\nBy masks:\n" + to_string(scores.masks->report) + "\n" +
                                           to_string(scores.masks->errors);
                                 }
                                 return text;
                               },
                               [&](const auto& report) { return to_string(report, evaluation.labels); }},
                    evaluation.scores);
}

Json scores_json(const DetectionScores& scores) {
  auto json = Json::parse(to_json(scores.report));
  json["errors"] = Json::parse(to_json(scores.errors));
  return json;
}

Json scores_json(const Evaluation& evaluation) {
  return std::visit(Overloaded{[](const DetectionEvaluation& scores) {
                                 Json json = {{"boxes", scores_json(scores.boxes)}};
                                 if (scores.masks) json["masks"] = scores_json(*scores.masks);
                                 return json;
                               },
                               [&](const auto& report) { return Json::parse(to_json(report, evaluation.labels)); }},
                    evaluation.scores);
}

Json samples_json(const std::vector<EvaluationSample>& samples) {
  auto list = Json::array();
  for (const auto& sample : samples) list.push_back({{"file", sample.file}, {"quality", sample.quality}});
  return list;
}

Json curve_json(const ClassCurve& curve, const Labels& labels) {
  auto points = Json::array();
  for (const auto& point : curve.points)
    points.push_back(
        {{"score", point.score}, {"precision", point.precision}, {"recall", point.recall}, {"f1", point.f1}});
  return {{"class", curve.label.value},
          {"name", labels[curve.label]},
          {"positives", curve.positives},
          {"points", std::move(points)}};
}

Json model_json(const ModelDescription& model) {
  return {{"file", model.file},
          {"bytes", model.bytes},
          {"sha256", model.sha256},
          {"name", model.record.name},
          {"version", model.record.provenance.version},
          {"license", model.record.provenance.license},
          {"record_origin", to_string(model.record_origin)},
          {"engine", model.engine},
          {"device", to_string(model.device)},
          {"precision", to_string(model.precision)},
          {"optimization", model.optimization},
          {"parameters", model.parameters}};
}

Json run_json(const EvaluationRun& run) {
  auto settings = Json::parse(run.settings, nullptr, false);
  return {{"began", run.began},
          {"seconds", run.seconds},
          {"threads", run.threads},
          {"batch", run.batch},
          {"machine", run.machine},
          {"library", run.library},
          {"settings", settings.is_discarded() ? Json(run.settings) : std::move(settings)}};
}

std::string speed_text(const char* what, const LatencyReport& latency) {
  if (latency.calls == 0) return "";
  return fmt::format("{}: {:.1f} ms a call (median), {:.1f} pictures/s\n", what, latency.p50_ms,
                     latency.items_per_second);
}

}  // namespace

std::string_view to_string(ClassMatch match) noexcept {
  switch (match) {
    case ClassMatch::by_name: return "by_name";
    case ClassMatch::by_number: return "by_number";
  }
  return "unknown";
}

std::string_view to_string(BadPictureRule rule) noexcept {
  switch (rule) {
    case BadPictureRule::set_aside: return "set_aside";
    case BadPictureRule::stop: return "stop";
  }
  return "unknown";
}

std::vector<Figure> figures(const Evaluation& evaluation) {
  return std::visit(Overloaded{[](const DetectionEvaluation& scores) {
                                 auto list = figures(scores.boxes.report);
                                 if (scores.masks) {
                                   for (auto& figure : figures(scores.masks->report))
                                     list.push_back({"mask_" + figure.name, figure.value});
                                 }
                                 return list;
                               },
                               [](const auto& report) { return figures(report); }},
                    evaluation.scores);
}

std::string to_string(const Evaluation& evaluation) {
  auto text = scores_text(evaluation) + "\n";
  text += fmt::format("{} pictures, {} set aside, {} from the results file\n", evaluation.pictures,
                      evaluation.set_aside.size(), evaluation.resumed);
  constexpr std::size_t shown = 10;
  for (std::size_t i = 0; i < std::min(shown, evaluation.set_aside.size()); ++i) {
    const auto& [file, code, reason] = evaluation.set_aside[i];
    text += fmt::format("  {}: {}: {}\n", file, to_string(code), reason);
  }
  if (evaluation.set_aside.size() > shown) text += fmt::format("  and {} more\n", evaluation.set_aside.size() - shown);
  for (const auto& note : evaluation.notes) text += to_string(note) + "\n";
  return text + speed_text("reading", evaluation.reading) + speed_text("predicting", evaluation.predicting) +
         fmt::format("{:.1f} s in all, {} threads\n", evaluation.run.seconds, evaluation.run.threads);
}

std::string to_json(const Evaluation& evaluation) {
  return guarded("writing an evaluation as JSON", [&] {
    auto json = report_json("evaluation");
    json["task"] = to_string(evaluation.task);
    json["pictures"] = evaluation.pictures;
    json["resumed"] = evaluation.resumed;
    auto& set_aside = json["set_aside"] = Json::array();
    for (const auto& [file, code, reason] : evaluation.set_aside)
      set_aside.push_back({{"file", file}, {"code", to_string(code)}, {"reason", reason}});
    auto& notes = json["notes"] = Json::array();
    for (const auto& note : evaluation.notes)
      notes.push_back({{"what", note.what}, {"count", note.count}, {"first", note.first}});
    json["labels"] = evaluation.labels.names();
    write(json["figures"], figures(evaluation));
    json["scores"] = scores_json(evaluation);
    auto& curves = json["curves"] = Json::array();
    for (const auto& curve : evaluation.curves) curves.push_back(curve_json(curve, evaluation.labels));
    json["quality"] = evaluation.quality;
    json["worst"] = samples_json(evaluation.worst);
    json["random"] = samples_json(evaluation.random);
    json["reading"] = Json::parse(to_json(evaluation.reading));
    json["predicting"] = Json::parse(to_json(evaluation.predicting));
    json["model"] = model_json(evaluation.model);
    json["run"] = run_json(evaluation.run);
    return text_of(json);
  });
}

}  // namespace visionkit
