// The oracle folder "yolo": raw head outputs to detections, as the published post-processing gives them.
#include <algorithm>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <visionkit/decode/detection.hpp>

#include "decode/tally.hpp"
#include "support/digest.hpp"
#include "support/files.hpp"

namespace visionkit {
namespace {

TEST_SUITE("oracle.yolo") {
  TEST_CASE("decoding and suppression give the published detections, bit for bit") {
    const auto folder = test::oracle_folder("yolo");
    if (!folder) {
      MESSAGE("oracle.yolo: skipped, no oracle folder");
      return;
    }
    test::Tally tally("oracle.yolo cases.json");
    for (const auto& each : test::read_json(*folder / "cases.json")) {
      const auto array = test::read_npy(*folder / each.at("output"));
      const std::vector<TensorView> tensors = {{DType::float32, array.shape, array.bytes.data()}};
      const bool rows = each.at("style") == "v5";
      const auto& format = find_detection_format(rows ? "yolov5" : "yolov8");
      for (const auto& result : each.at("results")) {
        const auto several = result.at("multi").get<bool>();
        const DecodeContext context = {
            .class_count = static_cast<std::size_t>(rows ? array.shape[1] - 5 : array.shape[0] - 4),
            .input = {640, 640},
            .score_threshold = result.at("conf"),
            .labels = several ? LabelRule::several : LabelRule::best};
        auto found = format.decode(tensors, context);
        if (result.contains("classes")) {
          const auto classes = result.at("classes").get<std::vector<std::int32_t>>();
          std::erase_if(found, [&](const ModelDetection& detection) {
            return std::find(classes.begin(), classes.end(), detection.label.value) == classes.end();
          });
        }
        const auto kept =
            suppress(found, {.iou_threshold = result.at("iou"),
                             .scope = result.at("agnostic").get<bool>() ? NmsScope::all_classes : NmsScope::per_class,
                             .max_detections = result.at("max_det")});
        std::vector<float> values;
        for (const auto& d : kept) {
          values.insert(values.end(),
                        {d.box.x1, d.box.y1, d.box.x2, d.box.y2, d.score, static_cast<float>(d.label.value)});
        }
        const bool equal =
            kept.size() == result.at("count").get<std::size_t>() && test::has_digest(values, result.at("digest"));
        tally.add(equal, each.at("name").get<std::string>() + " " + result.dump().substr(0, 200) + " gives " +
                             std::to_string(kept.size()));
      }
    }
  }
}

}  // namespace
}  // namespace visionkit
