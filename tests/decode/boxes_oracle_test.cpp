// The oracle folder "boxes": overlap and suppression as torchvision, OpenCV, shapely and the Soft-NMS authors answer.
#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <visionkit/decode/boxes.hpp>
#include <visionkit/decode/nms.hpp>
#include <visionkit/decode/nms_compatible.hpp>
#include <visionkit/decode/rotated.hpp>

#include "decode/tally.hpp"
#include "support/files.hpp"

namespace visionkit {
namespace {

using nlohmann::json;
using test::Tally;
using Indices = std::vector<std::int32_t>;

// Runs `use` on every case of a file of the folder.
template <class Use>
void for_each_case(const std::string& file, Use&& use) {
  const auto folder = test::oracle_folder("boxes");
  if (!folder) {
    MESSAGE("oracle.boxes ", file, ": skipped, no oracle folder");
    return;
  }
  Tally tally("oracle.boxes " + file);
  for (const auto& each : test::read_json(*folder / file)) use(*folder, each, tally);
}

double number(const json& value) {
  if (!value.is_string()) return value.get<double>();
  const auto text = value.get<std::string>();
  if (text == "nan") return std::numeric_limits<double>::quiet_NaN();
  return text == "inf" ? std::numeric_limits<double>::infinity() : -std::numeric_limits<double>::infinity();
}

float real(const json& value) { return static_cast<float>(number(value)); }

bool is_close(double value, double expected, double tolerance) {
  if (std::isnan(expected)) return std::isnan(value);
  return value == expected || std::abs(value - expected) <= tolerance * std::max(1.0, std::abs(expected));
}

Box box_of(const json& corners) {
  return {real(corners.at(0)), real(corners.at(1)), real(corners.at(2)), real(corners.at(3))};
}

std::vector<Box> boxes_of(const json& list) {
  std::vector<Box> boxes;
  for (const auto& each : list) boxes.push_back(box_of(each));
  return boxes;
}

std::vector<Box> boxes_of(const test::NumpyArray& array) {
  const auto values = array.as<float>();
  std::vector<Box> boxes;
  for (std::size_t i = 0; i + 3 < values.size(); i += 4) {
    boxes.push_back({values[i], values[i + 1], values[i + 2], values[i + 3]});
  }
  return boxes;
}

Indices integers_of(const test::NumpyArray& array) {
  if (array.dtype == "<i8") {
    const auto values = array.as<std::int64_t>();
    return {values.begin(), values.end()};
  }
  const auto values = array.as<std::int32_t>();
  return {values.begin(), values.end()};
}

std::vector<float> scores_of(const json& list) {
  std::vector<float> scores;
  for (const auto& each : list) scores.push_back(real(each));
  return scores;
}

Indices sorted(Indices values) {
  std::sort(values.begin(), values.end());
  return values;
}

std::string named(const json& each, const json& result) {
  return each.value("name", "") + " " + result.dump().substr(0, 200);
}

TEST_SUITE("oracle.boxes") {
  TEST_CASE("greedy suppression keeps what torchvision keeps") {
    for_each_case("nms.json", [](const std::filesystem::path& folder, const json& each, Tally& tally) {
      const auto boxes = boxes_of(test::read_npy(folder / each.at("boxes")));
      const auto scores = test::read_npy(folder / each.at("scores"));
      for (const auto& result : each.at("results")) {
        const auto kept = nms(boxes, scores.as<float>(), {}, {.iou_threshold = result.at("iou_threshold")});
        const auto expected = result.contains("keep") ? result.at("keep").get<Indices>()
                                                      : integers_of(test::read_npy(folder / result.at("keep_file")));
        tally.add(kept == expected, named(each, result));
      }
    });
  }

  TEST_CASE("suppression by class keeps what is right, and what torchvision keeps where it is right") {
    for_each_case("batched_nms.json", [](const std::filesystem::path& folder, const json& each, Tally& tally) {
      const auto boxes = boxes_of(test::read_npy(folder / each.at("boxes")));
      const auto scores = test::read_npy(folder / each.at("scores"));
      std::vector<ClassId> labels;
      for (const auto label : integers_of(test::read_npy(folder / each.at("classes")))) labels.emplace_back(label);
      for (const auto& result : each.at("results")) {
        const auto kept = nms(boxes, scores.as<float>(), labels, {.iou_threshold = result.at("iou_threshold")});
        const auto expected = result.at("keep").get<Indices>();
        bool equal = kept == result.at("per_class_exact").get<Indices>();
        if (result.at("same").get<bool>()) equal = equal && kept == expected;
        if (result.at("same_set").get<bool>()) equal = equal && sorted(kept) == sorted(expected);
        tally.add(equal, named(each, result));
      }
    });
  }

  TEST_CASE("overlaps of pairs are torchvision's within 1e-6") {
    for_each_case("pairwise.json", [](const std::filesystem::path&, const json& each, Tally& tally) {
      const auto a = boxes_of(each.at("boxes1"));
      const auto b = boxes_of(each.at("boxes2"));
      for (const auto& [key, overlap] :
           {std::pair{"box_iou", BoxOverlap::iou}, std::pair{"generalized_box_iou", BoxOverlap::giou},
            std::pair{"distance_box_iou", BoxOverlap::diou}, std::pair{"complete_box_iou", BoxOverlap::ciou}}) {
        const auto values = pairwise_overlap(a, b, overlap);
        REQUIRE(values.size() == a.size() * b.size());
        for (std::size_t i = 0; i < values.size(); ++i) {
          const auto expected = number(each.at(key).at(i / b.size()).at(i % b.size()));
          tally.add(is_close(values[i], expected, 1e-6),
                    fmt::format("{} {} [{}, {}]: {} is not {}", each.at("name").get<std::string>(), key, i / b.size(),
                                i % b.size(), values[i], expected));
        }
      }
    });
  }

  TEST_CASE("conversions, clipping and sizes are torchvision's") {
    for_each_case("elementwise.json", [](const std::filesystem::path&, const json& each, Tally& tally) {
      const auto boxes = boxes_of(each.at("boxes"));
      const auto matches = [&](const json& rows, auto&& convert) {
        for (std::size_t i = 0; i < boxes.size(); ++i) {
          const std::array<float, 4> row = convert(boxes[i]);
          for (std::size_t j = 0; j < 4; ++j) {
            if (!is_close(row[j], number(rows.at(i).at(j)), 1e-6)) return false;
          }
        }
        return true;
      };
      const auto corners = [](const Box& box) { return std::array{box.x1, box.y1, box.x2, box.y2}; };
      const auto sizes = [](const auto& box) { return std::array{box.x, box.y, box.width, box.height}; };
      for (const auto& [key, value] : each.items()) {
        const auto number_after = [&, name = key](std::string_view prefix) -> std::optional<float> {
          if (!name.starts_with(prefix)) return std::nullopt;
          return std::stof(name.substr(prefix.size()));
        };
        if (key == "box_area") {
          bool equal = true;
          for (std::size_t i = 0; i < boxes.size(); ++i) equal &= is_close(boxes[i].area(), number(value.at(i)), 1e-6);
          tally.add(equal, key);
        } else if (key == "xyxy_to_xywh") {
          tally.add(matches(value, [&](const Box& box) { return sizes(to_xywh(box)); }), key);
        } else if (key == "xyxy_to_cxcywh") {
          tally.add(matches(value, [&](const Box& box) { return sizes(to_center(box)); }), key);
        } else if (key == "cxcywh_to_xyxy") {
          tally.add(matches(value,
                            [&](const Box& b) {
                              return corners(to_box(CenterBox{b.x1, b.y1, b.x2, b.y2}));
                            }),
                    key);
        } else if (key == "xywh_to_xyxy") {
          tally.add(matches(value,
                            [&](const Box& b) {
                              return corners(to_box(XywhBox{b.x1, b.y1, b.x2, b.y2}));
                            }),
                    key);
        } else if (const auto height = number_after("clip_to_")) {
          const Size size{std::stoi(key.substr(key.find('x') + 1)), static_cast<int>(*height)};
          tally.add(matches(value, [&](const Box& box) { return corners(clip(box, size)); }), key);
        } else if (const auto min_size = number_after("keep_min_size_")) {
          tally.add(keep_min_size(boxes, *min_size) == value.get<Indices>(), key);
        }
      }
    });
  }

  std::vector<OpenCvRect> rects_of(const json& list) {
    std::vector<OpenCvRect> rects;
    for (const auto& r : list) rects.push_back({number(r.at(0)), number(r.at(1)), number(r.at(2)), number(r.at(3))});
    return rects;
  }

  OpenCvNmsOptions opencv_options(const json& each) {
    return {.score_threshold = each.at("score_threshold"),
            .nms_threshold = each.at("nms_threshold"),
            .eta = each.value("eta", 1.0F),
            .top_k = each.value("top_k", 0)};
  }

  SoftNmsDecay decay_of(const json& each) {
    const auto method = each.at("method").get<std::string>();
    if (method == "linear") return SoftNmsDecay::linear;
    REQUIRE((method == "gaussian" || method == "hard"));
    return method == "hard" ? SoftNmsDecay::hard : SoftNmsDecay::gaussian;
  }

  TEST_CASE("the OpenCV rule keeps what cv2.dnn.NMSBoxes keeps") {
    for_each_case("cv_nms.json", [](const std::filesystem::path&, const json& each, Tally& tally) {
      const auto kept = opencv_nms(rects_of(each.at("boxes_xywh")), scores_of(each.at("scores")), opencv_options(each));
      tally.add(kept == each.at("keep").get<Indices>(), named(each, each.at("keep")));
    });
  }

  TEST_CASE("the OpenCV soft rule rescores as cv2.dnn.softNMSBoxes within 1e-5") {
    for_each_case("soft_nms_cv.json", [](const std::filesystem::path&, const json& each, Tally& tally) {
      const auto picks = opencv_soft_nms(rects_of(each.at("boxes_xywh")), scores_of(each.at("scores")),
                                         {.decay = decay_of(each),
                                          .iou_threshold = each.at("nms_threshold"),
                                          .sigma = each.at("sigma"),
                                          .score_threshold = each.at("score_threshold"),
                                          .top_k = each.at("top_k")});
      const auto keep = each.at("keep").get<Indices>();
      bool equal = picks.size() == keep.size();
      for (std::size_t i = 0; equal && i < keep.size(); ++i) {
        equal = picks[i].index == keep[i] && is_close(picks[i].score, number(each.at("updated_scores").at(i)), 1e-5);
      }
      tally.add(equal, named(each, each.at("keep")));
    });
  }

  TEST_CASE("the authors' soft rule rescores as their code within 1e-5") {
    for_each_case("soft_nms_authors.json", [](const std::filesystem::path&, const json& each, Tally& tally) {
      std::vector<Box> boxes;
      std::vector<float> scores;
      for (const auto& row : each.at("dets_x1y1x2y2s")) {
        boxes.push_back(box_of(row));
        scores.push_back(real(row.at(4)));
      }
      const auto picks = authors_soft_nms(boxes, scores,
                                          {.decay = decay_of(each),
                                           .iou_threshold = each.at("Nt"),
                                           .sigma = each.at("sigma"),
                                           .score_threshold = each.at("threshold")});
      const auto& out = each.at("out");
      bool equal = picks.size() == out.size();
      for (std::size_t i = 0; equal && i < picks.size(); ++i) {
        equal = boxes[static_cast<std::size_t>(picks[i].index)] == box_of(out[i]) &&
                is_close(picks[i].score, number(out[i].at(4)), 1e-5);
      }
      tally.add(equal, named(each, each.at("method")));
    });
  }

  TEST_CASE("turned boxes overlap as in shapely and are suppressed by both rules") {
    const auto rotated = [](const json& list) {
      std::vector<RotatedBox> boxes;
      for (const auto& b : list) {
        boxes.push_back({number(b.at(0)), number(b.at(1)), number(b.at(2)), number(b.at(3)), number(b.at(4))});
      }
      return boxes;
    };
    for_each_case("rotated.json", [&](const std::filesystem::path&, const json& each, Tally& tally) {
      if (each.contains("iou")) {
        const auto a = rotated(each.at("boxes1"));
        const auto b = rotated(each.at("boxes2"));
        for (std::size_t i = 0; i < a.size(); ++i) {
          for (std::size_t j = 0; j < b.size(); ++j) {
            const auto expected = number(each.at("iou").at(i).at(j));
            const auto value = rotated_iou(a[i], b[j]);
            tally.add(is_close(value, expected, each.at("tolerance")),
                      fmt::format("iou [{}, {}]: {} is not {}", i, j, value, expected));
          }
        }
      } else {
        const auto boxes = rotated(each.at("boxes"));
        const auto scores = scores_of(each.at("scores"));
        const auto options = opencv_options(each);
        tally.add(opencv_rotated_nms(boxes, scores, options) == each.at("keep_opencv").get<Indices>(), "keep_opencv");
        // The true overlap, on the boxes that OpenCV's score threshold lets through.
        std::vector<RotatedBox> above;
        std::vector<float> above_scores;
        Indices origin;
        for (std::size_t i = 0; i < boxes.size(); ++i) {
          if (!(scores[i] > options.score_threshold)) continue;
          above.push_back(boxes[i]);
          above_scores.push_back(scores[i]);
          origin.push_back(static_cast<std::int32_t>(i));
        }
        auto kept = rotated_nms(above, above_scores, {}, {.iou_threshold = each.at("nms_threshold")});
        for (auto& index : kept) index = origin[static_cast<std::size_t>(index)];
        tally.add(kept == each.at("keep_true_overlap").get<Indices>(), "keep_true_overlap");
      }
    });
  }
}

}  // namespace
}  // namespace visionkit
