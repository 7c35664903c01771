#include <utility>

#include <fmt/format.h>

#include <visionkit/metrics/segmentation.hpp>

#include "core/fail.hpp"
#include "metrics/rates_text.hpp"
#include "metrics/table.hpp"

namespace visionkit {
namespace {

std::vector<Figure> image_figures(const ImageMeans& means) {
  return {{"image_class_iou", means.iou},
          {"image_dice_micro", means.dice_micro},
          {"image_dice_macro", means.dice_macro},
          {"image_dice_weighted", means.dice_weighted},
          {"image_generalized_dice", means.generalized_dice}};
}

}  // namespace

std::vector<Figure> figures(const SegmentationReport& report) {
  std::vector<Figure> list = {{"mean_iou", report.rates.macro.iou},
                              {"mean_dice", report.rates.macro.dice},
                              {"mean_accuracy", report.rates.macro.recall},
                              {"pixel_accuracy", report.rates.micro.recall},
                              {"frequency_weighted_iou", report.rates.weighted.iou},
                              {"image_mean_iou", mean_value(report.per_sample)}};
  for (auto& figure : image_figures(report.image_means)) list.push_back(std::move(figure));
  if (!report.boundary_iou.empty()) list.push_back({"mean_boundary_iou", report.mean_boundary_iou});
  return list;
}

std::string to_string(const SegmentationReport& report, const Labels& labels) {
  auto text = fmt::format("{} images, {} pixels, {} ignored\n\n", report.images, report.pixels, report.ignored_pixels) +
              figure_table(figures(report)) + "\n" + rates_table(report.rates, report.counts, labels);
  if (report.boundary_iou.empty()) return text;
  TextTable table({"", "boundary IoU"});
  for (std::size_t i = 0; i < report.boundary_iou.size(); ++i)
    table.row(labels[ClassId(static_cast<int>(i))], std::span(report.boundary_iou).subspan(i, 1));
  return text + "\n" + table.text();
}

std::string to_json(const SegmentationReport& report, const Labels& labels) {
  return guarded("writing a report as JSON", [&] {
    auto json = report_json("segmentation");
    json["images"] = report.images;
    json["pixels"] = report.pixels;
    json["ignored_pixels"] = report.ignored_pixels;
    write(json, figures(report));
    write(json, report.rates, report.counts, labels);
    json["image_class_ious"] = report.image_means.class_iou;
    json["image_class_dices"] = report.image_means.class_dice;
    if (!report.boundary_iou.empty()) json["boundary_iou"] = report.boundary_iou;
    json["confusion"] = matrix_json(report.confusion, static_cast<std::size_t>(report.classes));
    write(json, report.per_sample);
    return text_of(json);
  });
}

}  // namespace visionkit
