#include "evaluate/report_examples.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>
#include <utility>

#include <fmt/format.h>

#include <visionkit/core/detections.hpp>
#include <visionkit/dataset/coco.hpp>
#include <visionkit/image/mask_io.hpp>

#include "support/files.hpp"

namespace visionkit::test {
namespace {

// The same numbers with every standard library.
class Lot {
 public:
  explicit Lot(unsigned seed) : engine_(seed) {}
  double number() { return static_cast<double>(engine_()) / 4294967296.0; }
  int below(int end) { return std::min(end - 1, static_cast<int>(number() * end)); }

 private:
  std::mt19937 engine_;
};

std::string scene(const std::string& file) { return (data_folder() / "scenes/images" / file).string(); }

std::vector<std::string> class_names(int count) {
  static const std::vector<std::string> known = {"apple", "zebra crossing", "cat", "traffic light (pedestrians)"};
  std::vector<std::string> names;
  for (int i = 0; i < count; ++i) {
    const auto place = static_cast<std::size_t>(i);
    names.push_back(place < known.size() ? known[place] : fmt::format("class {}", i));
  }
  return names;
}

LatencyReport times(Lot& lot, double typical_ms) {
  LatencyMetric metric;
  for (int i = 0; i < 200; ++i) {
    const double ms = typical_ms * (0.8 + lot.number() * 0.4 + (i == 0 ? 3 : 0));
    metric.add(std::chrono::nanoseconds(static_cast<std::int64_t>(1e6 * ms)));
  }
  return metric.report();
}

// Scores of a classifier that is mostly right and too sure of it.
std::vector<float> scores_for(Lot& lot, int classes, int truth) {
  std::vector<float> scores(static_cast<std::size_t>(classes));
  const int favourite = lot.number() < 0.8 ? truth : lot.below(classes);
  double sum = 0;
  for (auto& score : scores) sum += score = static_cast<float>(lot.number() * 0.05);
  const auto best = static_cast<float>(sum * (0.5 + 8 * lot.number()));
  scores[static_cast<std::size_t>(favourite)] += best;
  for (auto& score : scores) score = static_cast<float>(score / (sum + best));
  return scores;
}

std::vector<ClassScore> best_of(const std::vector<float>& scores, std::size_t most) {
  std::vector<ClassScore> list;
  for (std::size_t i = 0; i < scores.size(); ++i) list.push_back({ClassId(static_cast<int>(i)), scores[i]});
  std::stable_sort(list.begin(), list.end(),
                   [](const ClassScore& a, const ClassScore& b) { return a.score > b.score; });
  list.resize(std::min(list.size(), most));
  return list;
}

std::vector<PrecisionRecallPoint> points_of(const CurveReport& curve) {
  std::vector<PrecisionRecallPoint> points;
  const auto step = std::max<std::size_t>(1, curve.points.size() / 100);
  for (std::size_t i = 0; i < curve.points.size(); i += step) {
    const auto& point = curve.points[i];
    points.push_back({point.threshold, point.precision, point.recall, point.f1});
  }
  return points;
}

// The worst first, the random ones by file; some are in both.
void choose_samples(Evaluation& evaluation, std::vector<EvaluationSample> samples) {
  evaluation.random.assign(samples.begin(),
                           samples.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(samples.size(), 5)));
  std::stable_sort(samples.begin(), samples.end(),
                   [](const EvaluationSample& a, const EvaluationSample& b) { return a.quality < b.quality; });
  samples.resize(std::min<std::size_t>(samples.size(), 5));
  evaluation.worst = std::move(samples);
}

struct SceneTruth {
  ObjectDataset dataset = read_coco((data_folder() / "scenes/instances.json").string()).dataset;

  [[nodiscard]] std::vector<TrueObject> objects_of(std::int64_t image) const {
    std::vector<TrueObject> objects;
    for (const auto& object : dataset.objects) {
      if (object.image_id == image) objects.push_back(object);
    }
    return objects;
  }
  [[nodiscard]] Labels labels() const {
    std::vector<std::string> names;
    for (const auto& category : dataset.categories) names.push_back(category.name);
    return Labels(std::move(names));
  }
  [[nodiscard]] ClassId label_of(std::int64_t category) const {
    for (std::size_t i = 0; i < dataset.categories.size(); ++i) {
      if (dataset.categories[i].id == category) return ClassId(static_cast<int>(i));
    }
    return {};
  }
};

Detection detection_of(const SceneTruth& truth, const TrueObject& object, Size size, Masks masks) {
  const auto& box = object.box;
  Detection detection = {.box = {static_cast<float>(box.x), static_cast<float>(box.y),
                                 static_cast<float>(box.x + box.width), static_cast<float>(box.y + box.height)},
                         .label = truth.label_of(object.category_id),
                         .score = 1};
  if (masks == Masks::yes) detection.mask = to_mask(object.segmentation, object.box, size);
  return detection;
}

// The truth with some objects missed, moved, of another class, and some made up.
std::vector<Detection> faulty(Lot& lot, const std::vector<Detection>& truth, int classes, Size size) {
  std::vector<Detection> answer;
  for (auto detection : truth) {
    const double fate = lot.number();
    if (fate < 0.1) continue;
    if (fate < 0.2) detection.label = ClassId(lot.below(classes));
    const int shift = fate > 0.85 ? 12 : static_cast<int>(3 * lot.number());
    const auto moved = static_cast<float>(shift);
    detection.box = {detection.box.x1 + moved, detection.box.y1, detection.box.x2 + moved, detection.box.y2};
    if (detection.mask) detection.mask = place(*detection.mask, shift, 0, size);
    detection.score = static_cast<float>(0.15 + 0.84 * lot.number());
    answer.push_back(detection);
  }
  const auto x = static_cast<float>(lot.below(size.width - 40));
  const auto y = static_cast<float>(lot.below(size.height - 60));
  Detection made_up = {.box = {x, y, x + 30, y + 50},
                       .label = ClassId(lot.below(classes)),
                       .score = static_cast<float>(0.6 * lot.number())};
  if (!truth.empty() && truth.front().mask) made_up.mask = Mask::from_box(made_up.box, size);
  answer.push_back(std::move(made_up));
  return sort_by_score(answer);
}

Prediction prediction_of(const Detection& detection, const SceneTruth& truth, MatchBy match_by) {
  const auto& box = detection.box;
  const auto place = static_cast<std::size_t>(detection.label.value);
  Prediction prediction = {.category_id = truth.dataset.categories[place].id,
                           .score = detection.score,
                           .box = {box.x1, box.y1, box.width(), box.height()},
                           .area = box.area()};
  if (match_by == MatchBy::masks) prediction.segmentation = *detection.mask;
  return prediction;
}

LabelMap with_faults(Lot& lot, const LabelMap& truth, int classes) {
  std::vector<std::uint8_t> ids(truth.ids_8bit().begin(), truth.ids_8bit().end());
  const auto width = static_cast<std::size_t>(truth.size().width);
  const int wrong = lot.below(classes);
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const bool is_hidden = i / width % 97 < 20 && ids[i] != 0;
    if (is_hidden) ids[i] = 0;
    if (i % width % 71 < 8 && ids[i] != 0) ids[i] = static_cast<std::uint8_t>(wrong);
    if (i % width < 24 && i / width % 50 < 10) ids[i] = static_cast<std::uint8_t>(1 + wrong % (classes - 1));
  }
  return {std::move(ids), truth.size()};
}

std::vector<LabelMap> scene_maps() {
  std::vector<LabelMap> maps;
  for (int i = 0; i < 12; ++i)
    maps.push_back(read_label_map((data_folder() / fmt::format("scenes/semantic/{:03}.png", i)).string()));
  return maps;
}

std::vector<std::string> map_names() {
  std::vector<std::string> names = {"background"};
  for (int i = 0; i < 10; ++i) names.push_back(fmt::format("digit {}", i));
  return names;
}

// Each connected area of a digit is a thing, the background is stuff.
PanopticMap panoptic_of(const LabelMap& map) {
  std::vector<std::uint32_t> ids(map.ids_8bit().size(), 1);
  std::vector<PanopticSegment> segments = {{.id = 1, .label = ClassId(0), .kind = PanopticKind::stuff}};
  for (const auto& component : connected_components(map)) {
    if (component.label == ClassId(0)) continue;
    const auto id = static_cast<std::uint32_t>(segments.size() + 1);
    const auto dense = component.mask.to_dense();
    for (std::size_t i = 0; i < dense.size(); ++i) ids[i] = dense[i] != 0 ? id : ids[i];
    segments.push_back({.id = id, .label = component.label});
  }
  measure_segments(ids, map.size(), segments);
  return {std::move(ids), map.size(), std::move(segments)};
}

}  // namespace

Evaluation example_frame(Task task) {
  Lot lot(7);
  Evaluation evaluation;
  evaluation.task = task;
  evaluation.pictures = 14;
  evaluation.resumed = 3;
  evaluation.set_aside = {
      {"broken.jpg", ErrorCode::image_truncated, "reading 'broken.jpg': the JPEG ends after 7 rows"},
      {"lost.jpg", ErrorCode::not_found, "reading 'lost.jpg': there is no such file"}};
  evaluation.notes = {{.what = "class of the model that the data set does not have", .count = 1, .first = "zebra"}};
  evaluation.quality = "F1 at IoU 0.5 and score 0.25";
  evaluation.reading = times(lot, 3.1);
  evaluation.predicting = times(lot, 17.4);
  evaluation.model.file = "models/digit_detector.pt";
  evaluation.model.bytes = 431'224;
  evaluation.model.sha256 = "3f79bb7b435b05321651daefd374cdc681dc06faa65e374e38337b88ca046dea";
  evaluation.model.record.name = "digit scenes";
  evaluation.model.record.task = task;
  evaluation.model.engine = "libtorch 2.13.0";
  evaluation.model.input = {.name = "", .dtype = DType::float32, .shape = {1, 3, 192, 256}};
  evaluation.model.parameters = 103'441;
  evaluation.model.optimization = "optimized";
  evaluation.model.notes = {"the optimized form answers as the plain one does"};
  evaluation.run = {.began = "2026-11-21T17:50:28Z",
                    .seconds = 1.875,
                    .threads = 2,
                    .batch = 4,
                    .machine = "AMD EPYC 7B13, 2 of 2 cores, Linux 6.1 x86_64",
                    .library = "visionkit 0.1.0",
                    .settings = R"({"task":{"score_threshold":0.001,"iou_threshold":0.65},"batch":4})"};
  return evaluation;
}

Evaluation example_classification(int classes) {
  auto evaluation = example_frame(Task::classification);
  evaluation.labels = Labels(class_names(classes));
  evaluation.quality = "probability of the true class";
  const int samples = std::max(400, classes * 3);
  Lot lot(1);
  ClassificationMetric metric(classes, {.per_sample = Keep::yes});
  std::vector<BinaryCurve> curves(static_cast<std::size_t>(classes));
  std::vector<EvaluationSample> shown;
  for (int i = 0; i < samples; ++i) {
    const int truth = classes > 1 ? static_cast<int>(std::pow(lot.number(), 1.5) * classes) : 0;
    const auto scores = scores_for(lot, classes, truth);
    metric.add(scores, ClassId(truth), i);
    for (std::size_t k = 0; k < curves.size(); ++k) {
      const auto is_true = static_cast<std::uint8_t>(static_cast<int>(k) == truth);
      curves[k].add(std::span(scores).subspan(k, 1), std::span(&is_true, 1));
    }
    if (i < 12) {
      const auto file = fmt::format("{:03}.jpg", i);
      shown.push_back({.file = file,
                       .path = scene(file),
                       .quality = scores[static_cast<std::size_t>(truth)],
                       .truth = std::vector<ClassScore>{{ClassId(truth), 1}},
                       .answer = best_of(scores, 10)});
    }
  }
  evaluation.pictures = static_cast<std::size_t>(samples) + 2;
  for (std::size_t k = 0; k < curves.size(); ++k) {
    const auto report = curves[k].report();
    if (report.summary.positives > 0)
      evaluation.curves.push_back({ClassId(static_cast<int>(k)), report.summary.positives, points_of(report)});
  }
  choose_samples(evaluation, std::move(shown));
  evaluation.scores = metric.report();
  return evaluation;
}

Evaluation example_multi_label(int labels) {
  auto evaluation = example_frame(Task::multilabel_classification);
  evaluation.labels = Labels(class_names(labels));
  evaluation.quality = "F1 of the labels at 0.5";
  Lot lot(2);
  MultiLabelMetric metric(labels);
  std::vector<EvaluationSample> shown;
  for (int i = 0; i < 300; ++i) {
    std::vector<float> scores;
    std::vector<std::uint8_t> truth;
    std::vector<ClassScore> true_labels;
    for (int k = 0; k < labels; ++k) {
      truth.push_back(lot.number() < 0.3 ? 1 : 0);
      scores.push_back(static_cast<float>(truth.back() != 0 ? 0.35 + 0.65 * lot.number() : 0.7 * lot.number()));
      if (truth.back() != 0) true_labels.push_back({ClassId(k), 1});
    }
    metric.add(scores, truth);
    if (i < 4) {
      const auto file = fmt::format("{:03}.jpg", i);
      shown.push_back({file, scene(file), lot.number(), true_labels, best_of(scores, 10)});
    }
  }
  choose_samples(evaluation, std::move(shown));
  evaluation.scores = metric.report();
  return evaluation;
}

Evaluation example_detection(Masks masks) {
  const bool has_masks = masks == Masks::yes;
  auto evaluation = example_frame(has_masks ? Task::instance_segmentation : Task::detection);
  const SceneTruth truth;
  evaluation.labels = truth.labels();
  Lot lot(3);
  std::vector<EvaluationSample> shown;
  const auto scores_by = [&](MatchBy match_by, const std::vector<EvaluationSample>& samples) {
    DetectionMetrics metrics(truth.dataset.categories, {.match_by = match_by});
    DetectionErrors errors(truth.dataset.categories, {.match_by = match_by});
    for (std::size_t i = 0; i < samples.size(); ++i) {
      const auto& image = truth.dataset.images[i];
      std::vector<Prediction> predictions;
      for (const auto& detection : std::get<std::vector<Detection>>(samples[i].answer))
        predictions.push_back(prediction_of(detection, truth, match_by));
      metrics.add(image, truth.objects_of(image.id), predictions);
      errors.add(image, truth.objects_of(image.id), predictions);
    }
    evaluation.curves.clear();
    for (const auto& curve : metrics.curves(0.5)) {
      if (curve.objects > 0)
        evaluation.curves.push_back({truth.label_of(curve.category_id), curve.objects, curve.points});
    }
    return DetectionScores{metrics.report(), errors.report()};
  };
  for (const auto& image : truth.dataset.images) {
    std::vector<Detection> objects;
    for (const auto& object : truth.objects_of(image.id))
      objects.push_back(detection_of(truth, object, image.size, masks));
    auto answer = faulty(lot, objects, static_cast<int>(truth.dataset.categories.size()), image.size);
    shown.push_back({.file = image.file_name,
                     .path = scene(image.file_name),
                     .quality = lot.number(),
                     .truth = std::move(objects),
                     .answer = std::move(answer)});
  }
  DetectionEvaluation scores = {.boxes = scores_by(MatchBy::boxes, shown)};
  if (has_masks) scores.masks = scores_by(MatchBy::masks, shown);
  evaluation.scores = std::move(scores);
  choose_samples(evaluation, std::move(shown));
  return evaluation;
}

Evaluation example_large_detection(int categories) {
  auto evaluation = example_frame(Task::detection);
  evaluation.labels = Labels(class_names(categories));
  Lot lot(4);
  DetectionEvaluation scores;
  auto& report = scores.boxes.report;
  auto& confusion = scores.boxes.errors.confusion;
  const auto width = static_cast<std::size_t>(categories) + 1;
  confusion.counts.resize(width * width);
  for (int i = 0; i < categories; ++i) {
    const Category category = {.id = i + 1, .name = evaluation.labels[ClassId(i)]};
    confusion.categories.push_back(category);
    report.classes.push_back({.category = category, .objects = 20, .predictions = 30, .ap = lot.number()});
    std::vector<PrecisionRecallPoint> points;
    for (int k = 0; k < 200; ++k) {
      const double recall = (k + 1) / 200.0;
      const double precision = 1 - recall * lot.number();
      points.push_back({1 - recall, precision, recall, 2 * precision * recall / (precision + recall)});
    }
    evaluation.curves.push_back({ClassId(i), 20, std::move(points)});
  }
  for (auto& count : confusion.counts) count = static_cast<std::size_t>(lot.below(40));
  evaluation.scores = std::move(scores);
  return evaluation;
}

Evaluation example_segmentation() {
  auto evaluation = example_frame(Task::semantic_segmentation);
  const auto names = map_names();
  evaluation.labels = Labels(names);
  evaluation.quality = "mean IoU";
  Lot lot(5);
  SegmentationMetric metric(static_cast<int>(names.size()), {.boundary_ratio = 0.02});
  std::vector<EvaluationSample> shown;
  for (const auto& truth : scene_maps()) {
    auto answer = with_faults(lot, truth, static_cast<int>(names.size()));
    metric.add(answer, truth);
    const auto file = fmt::format("{:03}.jpg", shown.size());
    shown.push_back({file, scene(file), lot.number(), truth, std::move(answer)});
  }
  choose_samples(evaluation, std::move(shown));
  evaluation.scores = metric.report();
  return evaluation;
}

Evaluation example_panoptic() {
  auto evaluation = example_frame(Task::panoptic_segmentation);
  const auto names = map_names();
  evaluation.labels = Labels(names);
  evaluation.quality = "panoptic quality";
  Lot lot(6);
  std::vector<PanopticCategory> categories = {{ClassId(0), PanopticKind::stuff}};
  for (int i = 1; i <= 10; ++i) categories.push_back({ClassId(i), PanopticKind::thing});
  PanopticMetric metric(categories);
  std::vector<EvaluationSample> shown;
  for (const auto& map : scene_maps()) {
    auto truth = panoptic_of(map);
    auto answer = panoptic_of(with_faults(lot, map, static_cast<int>(names.size())));
    metric.add(answer, truth);
    const auto file = fmt::format("{:03}.jpg", shown.size());
    shown.push_back({file, scene(file), lot.number(), std::move(truth), std::move(answer)});
  }
  choose_samples(evaluation, std::move(shown));
  evaluation.scores = metric.report();
  return evaluation;
}

Evaluation example_hostile() {
  auto evaluation = example_detection(Masks::no);
  const std::string name = hostile_name;
  std::vector<std::string> names;
  auto& scores = std::get<DetectionEvaluation>(evaluation.scores);
  for (std::size_t i = 0; i < evaluation.labels.size(); ++i) {
    names.push_back(name + std::string(i, 'w'));
    scores.boxes.report.classes[i].category.name = names.back();
    scores.boxes.errors.confusion.categories[i].name = names.back();
  }
  evaluation.labels = Labels(std::move(names));
  for (auto* samples : {&evaluation.worst, &evaluation.random}) {
    for (auto& sample : *samples) sample.file = name + sample.file;
  }
  evaluation.set_aside.front() = {name, ErrorCode::io, name};
  evaluation.notes.push_back({.what = name, .count = 1, .first = name});
  evaluation.quality = name;
  evaluation.worst.front().path = "/nowhere/" + name;
  auto& model = evaluation.model;
  for (auto* text : {&model.file, &model.sha256, &model.record.name, &model.engine, &model.optimization,
                     &model.record.provenance.source, &model.record.provenance.license, &model.input.name,
                     &model.record.provenance.version, &evaluation.run.machine, &evaluation.run.began,
                     &evaluation.run.library, &evaluation.run.settings})
    *text = name;
  model.notes = {name};
  return evaluation;
}

std::vector<NamedReport> example_reports() {
  std::vector<NamedReport> reports;
  reports.push_back({"classification",
                     example_classification(10),
                     {.limits = {{.figure = "accuracy", .least = 0.7}, {.figure = "macro_f_score", .least = 0.5}}}});
  reports.push_back({"classification-1", example_classification(1)});
  reports.push_back({"classification-1000", example_classification(1000)});
  reports.push_back({"multi-label", example_multi_label(4)});
  reports.push_back({"detection",
                     example_detection(Masks::no),
                     {.limits = {{.figure = "ap50", .least = 0.6},
                                 {.figure = "ap75", .least = 0.99},
                                 {.figure = "ap_large", .least = 0.1}}}});
  reports.push_back({"detection-masks", example_detection(Masks::yes)});
  reports.push_back({"detection-1000", example_large_detection(1000)});
  reports.push_back({"segmentation", example_segmentation()});
  reports.push_back({"panoptic", example_panoptic()});
  reports.push_back({"hostile", example_hostile(), {.title = hostile_name}});
  auto empty = example_frame(Task::classification);
  empty.pictures = 0;
  empty.labels = Labels({"a", "b"});
  empty.scores = ClassificationMetric(2).report();
  reports.push_back({"empty", std::move(empty), {.limits = {{.figure = "accuracy", .least = 0.5}}}});
  return reports;
}

}  // namespace visionkit::test
