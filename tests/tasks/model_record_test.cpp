#include <visionkit/model_record.hpp>

#include <doctest/doctest.h>

#include <visionkit/core/error.hpp>

#include "support/files.hpp"

using namespace visionkit;

TEST_CASE("a record survives being written and read") {
  ModelRecord record;
  record.name = "everything";
  record.task = Task::multilabel_classification;
  record.labels = Labels({"cat", "dog"});
  record.input = {.resize = {.mode = ResizeMode::letterbox,
                             .size = {640, 384},
                             .interpolation = Interpolation::opencv_linear,
                             .letterbox = {.anchor = LetterboxAnchor::top_left,
                                           .size_rounding = Rounding::truncate,
                                           .scale_up = false,
                                           .stride = 32,
                                           .fill = 0,
                                           .box_mapping = BoxMapping::unrounded_padding}},
                  .channel_order = ChannelOrder::bgr,
                  .layout = TensorLayout::nhwc,
                  .scale = 1.0,
                  .mean = {104, 117, 123},
                  .std = {1, 2, 3}};
  record.batch = 4;
  record.output = {.scores = ScoreKind::probabilities,
                   .tensors = {"1.scores"},
                   .format = "yolov8",
                   .labels_per_box = LabelRule::several,
                   .coordinates = BoxCoordinates::normalized,
                   .activation = ScoreActivation::sigmoid,
                   .encoding = BoxEncoding::xywh,
                   .label_numbers = {1, 3},
                   .mask_rule = PrototypeRule::sigmoid,
                   .mask_frame = MaskFrame::box,
                   .corners = CornerRule::align_corners,
                   .resize = SegmentationResize::labels,
                   .stuff = {"dog"}};
  record.temperature = 1.5F;
  record.score_thresholds = {0.25F, 0.75F};
  record.iou_threshold = 0.6;
  record.self_test =
      SelfTest{.size = {8, 8}, .input_sha256 = std::string(64, 'a'), .output = {0.5F, -1}, .tolerance = 1e-3F};
  record.run = RecordedRun{.precision = Precision::bfloat16,
                           .figure = "summary.ap",
                           .in_float32 = 0.1 + 0.2,
                           .in_candidate = 0.299,
                           .max_drop = 0.01};
  record.provenance = {.version = "3", .source = "here", .license = "MIT", .note = "with \"quotes\""};
  CHECK(parse_record(to_json(record)) == record);

  ModelRecord cropped;
  cropped.input = {.resize = {.mode = ResizeMode::shorter_side,
                              .side = 256,
                              .max_side = 800,
                              .other_side = Rounding::half_even,
                              .interpolation = Interpolation::pillow_bicubic},
                   .crop = CropOptions{.size = {224, 220}, .offset = Rounding::truncate}};
  CHECK(parse_record(to_json(cropped)) == cropped);
  CHECK(parse_record(to_json(ModelRecord{})) == ModelRecord{});
}

TEST_CASE("the record of a model file is read without loading the network") {
  const auto models = test::data_folder() / "models";
  const auto record = read_record((models / "digits.pt").string());
  REQUIRE(record.has_value());
  CHECK(record->task == Task::classification);
  CHECK(record->labels.size() == 10);
  CHECK_FALSE(read_record((models / "unknown_operator.pt").string()).has_value());
  CHECK_THROWS_AS((void)read_record((models / "missing.pt").string()), Error);
}

TEST_CASE("what a record leaves out has its default") { CHECK(parse_record(R"({"visionkit": 1})") == ModelRecord{}); }
