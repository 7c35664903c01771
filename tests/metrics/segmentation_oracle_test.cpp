// The oracle folder "metrics", segmentation: what mmsegmentation and torchmetrics count.
#include <filesystem>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <visionkit/metrics/segmentation.hpp>

#include "metrics/oracle.hpp"

namespace visionkit {
namespace {

using nlohmann::json;
using test::compare;
using test::exact_tolerance;
using test::float_tolerance;
using test::Tally;

SegmentationMetric judged(const std::filesystem::path& folder, const json& each) {
  const auto prediction = test::read_npy(folder / each.at("pred"));
  const auto truth = test::read_npy(folder / each.at("truth"));
  SegmentationMetric metric(each.at("classes"), {.ignore_index = ClassId(each.at("ignore_index").get<int>())});
  const Size size = {static_cast<int>(truth.shape.at(2)), static_cast<int>(truth.shape.at(1))};
  const auto pixels = static_cast<std::size_t>(size.width) * static_cast<std::size_t>(size.height);
  for (std::size_t i = 0; i < static_cast<std::size_t>(truth.shape.at(0)); ++i) {
    metric.add(prediction.as<std::uint8_t>().subspan(i * pixels, pixels),
               truth.as<std::uint8_t>().subspan(i * pixels, pixels), size, static_cast<std::int64_t>(i));
  }
  return metric;
}

template <class Value>
std::vector<double> each_class(const SegmentationReport& report, Value&& value) {
  std::vector<double> values;
  for (std::size_t i = 0; i < report.counts.size(); ++i) values.push_back(value(i));
  return values;
}

void compare_mmsegmentation(Tally& tally, const json& each, const SegmentationReport& report, const std::string& name) {
  const auto& expected = each.at("mmsegmentation");
  const auto& rates = report.rates;
  const auto counts = [&](auto count) {
    return each_class(report, [&](std::size_t i) { return static_cast<double>(count(report.counts[i])); });
  };
  const auto rate = [&](double Rates::*member) {
    return each_class(report, [&](std::size_t i) { return rates.classes[i].*member; });
  };
  double nan_as_zero = 0;
  bool has_nan = false;
  for (const auto& each_rate : rates.classes) {
    has_nan = has_nan || std::isnan(each_rate.iou);
    nan_as_zero += std::isnan(each_rate.iou) ? 0 : each_rate.iou / static_cast<double>(rates.classes.size());
  }
  for (const auto& [key, value] : expected.items()) {
    const auto what = name + " mmsegmentation " + key;
    if (key == "intersection") {
      compare(tally, counts([](const ClassCounts& c) { return c.true_positives; }), value, 0, what);
    } else if (key == "pred_area") {
      compare(tally, counts([](const ClassCounts& c) { return c.predicted(); }), value, 0, what);
    } else if (key == "label_area") {
      compare(tally, counts([](const ClassCounts& c) { return c.support(); }), value, 0, what);
    } else if (key == "IoU") {
      compare(tally, rate(&Rates::iou), value, exact_tolerance, what);
    } else if (key == "Acc" || key == "Recall") {
      compare(tally, rate(&Rates::recall), value, exact_tolerance, what);
    } else if (key == "Dice") {
      compare(tally, rate(&Rates::dice), value, exact_tolerance, what);
    } else if (key == "Precision") {
      compare(tally, rate(&Rates::precision), value, exact_tolerance, what);
    } else if (key == "Fscore") {
      compare(tally, rate(&Rates::f_score), value, exact_tolerance, what);
    } else if (key == "aAcc") {
      compare(tally, rates.micro.recall, value, exact_tolerance, what);
    } else if (key == "mIoU") {
      compare(tally, rates.macro.iou, value, exact_tolerance, what);
    } else if (key == "mAcc") {
      compare(tally, rates.macro.recall, value, exact_tolerance, what);
    } else if (key == "mDice") {
      compare(tally, rates.macro.dice, value, exact_tolerance, what);
    } else if (key == "mIoU_plain_mean (NaN spreads)") {
      compare(tally, has_nan ? std::nan("") : rates.macro.iou, value, exact_tolerance, what);
    } else if (key == "mIoU_nan_as_zero") {
      compare(tally, nan_as_zero, value, exact_tolerance, what);
    } else {
      tally.add(false, what + " is not known");
    }
  }
  std::vector<double> images;
  for (const auto& sample : report.per_sample.values) images.push_back(sample.value);
  compare(tally, images, each.at("per_image_mIoU (mmsegmentation formula on each image)"), exact_tolerance,
          name + " images");
  json rows = json::array();
  const auto width = static_cast<std::size_t>(report.classes);
  for (std::size_t t = 0; t < width; ++t)
    rows.push_back(std::vector<std::uint64_t>(&report.confusion[t * width], &report.confusion[t * width] + width));
  tally.add(rows == each.at("confusion_matrix rows=truth"), name + " confusion");
}

void compare_torchmetrics(Tally& tally, const json& expected, const SegmentationReport& report,
                          const std::string& name) {
  for (const auto& [key, averages] : expected.items()) {
    const auto rate = key == "jaccard" ? &Rates::iou : key == "accuracy (pixel)" ? &Rates::recall : &Rates::dice;
    REQUIRE_MESSAGE((rate != &Rates::dice || key == "f1 (Dice)"), key);
    const auto what = name + " torchmetrics " + key;
    compare(tally, report.rates.micro.*rate, averages.at("micro"), float_tolerance, what + " micro");
    compare(tally, report.rates.macro.*rate, averages.at("macro"), float_tolerance, what + " macro");
    compare(tally, report.rates.weighted.*rate, averages.at("weighted"), float_tolerance, what + " weighted");
    compare(tally, each_class(report, [&](std::size_t i) { return report.rates.classes[i].*rate; }),
            averages.at("none"), float_tolerance, what + " none");
  }
}

void compare_image_means(Tally& tally, const json& expected, const ImageMeans& means, const std::string& name) {
  compare(tally, means.iou, expected.at("MeanIoU"), float_tolerance, name + " MeanIoU");
  auto class_iou = means.class_iou;
  for (auto& iou : class_iou) iou = std::isnan(iou) ? -1 : iou;
  compare(tally, class_iou, expected.at("MeanIoU per class"), float_tolerance, name + " MeanIoU per class");
  const auto& dice = expected.at("DiceScore");
  compare(tally, means.dice_micro, dice.at("micro"), float_tolerance, name + " DiceScore micro");
  compare(tally, means.dice_macro, dice.at("macro"), float_tolerance, name + " DiceScore macro");
  compare(tally, means.dice_weighted, dice.at("weighted"), float_tolerance, name + " DiceScore weighted");
  compare(tally, means.class_dice, dice.at("none"), float_tolerance, name + " DiceScore none");
  compare(tally, means.generalized_dice, expected.at("GeneralizedDiceScore"), float_tolerance,
          name + " GeneralizedDiceScore");
}

TEST_SUITE("oracle.metrics") {
  TEST_CASE("segmentation is counted as by mmsegmentation and torchmetrics") {
    test::for_each_metrics_case(
        "segmentation.json", [](const std::filesystem::path& folder, const json& each, Tally& tally) {
          const auto name = each.at("name").get<std::string>();
          const auto metric = judged(folder, each);
          compare_mmsegmentation(tally, each, metric.report(), name);
          const auto torch = metric.report({.rules = CountingRules::torchmetrics});
          if (each.contains("torchmetrics")) compare_torchmetrics(tally, each.at("torchmetrics"), torch, name);
          if (each.contains("torchmetrics.segmentation"))
            compare_image_means(tally, each.at("torchmetrics.segmentation"), torch.image_means, name);
        });
  }
}

}  // namespace
}  // namespace visionkit
