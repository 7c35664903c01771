#include <visionkit/dataset/results.hpp>

#include <unordered_map>
#include <utility>

#include "core/fail.hpp"
#include "dataset/json_text.hpp"
#include "dataset/map_runs.hpp"

namespace visionkit {
namespace {

constexpr const char* what = "results";

// One overload for every kind of answer.
class AnswerWriter {
 public:
  explicit AnswerWriter(JsonText& out) : out_(out) {}

  void operator()(const FailedPicture& failed) {
    out_.raw(",\"failed\":{\"code\":").text(to_string(failed.code)).raw(",\"reason\":").text(failed.reason).raw("}");
  }

  void operator()(const Classification& answer) {
    out_.raw(",\"classes\":").list(answer.classes, [&](const ClassScore& each) {
      out_.raw("{\"label\":").number(each.label.value).raw(",\"score\":").number(each.score).raw("}");
    });
    if (answer.scores.empty()) return;
    out_.raw(",\"scores\":").list(answer.scores, [&](float score) { out_.number(score); });
  }

  void operator()(const std::vector<Detection>& answer) {
    out_.raw(",\"detections\":").list(answer, [&](const Detection& each) {
      out_.raw("{\"label\":").number(each.label.value).raw(",\"score\":").number(each.score);
      write_box(each.box);
      if (each.mask) out_.raw(",\"mask\":").mask(*each.mask);
      out_.raw("}");
    });
  }

  void operator()(const LabelMap& map) {
    out_.raw(",\"label_map\":{");
    write_size(map.size());
    out_.raw(",\"bits\":").number(map.bits());
    auto masks = map.bits() == 8 ? split_map(map.ids_8bit(), map.size()) : split_map(map.ids_16bit(), map.size());
    std::erase_if(masks,
                  [&](const auto& each) { return static_cast<std::int64_t>(each.number) == map.void_id().value; });
    out_.raw(",\"classes\":").list(masks, [&](const NumberedMask& each) {
      out_.raw("{\"label\":").number(each.number).raw(",\"counts\":").text(each.mask.to_rle()).raw("}");
    });
    out_.raw("}");
  }

  void operator()(const PanopticMap& map) {
    std::unordered_map<std::uint32_t, Mask> masks;
    for (auto& each : split_map(map.ids(), map.size())) masks.emplace(each.number, std::move(each.mask));
    out_.raw(",\"panoptic\":{");
    write_size(map.size());
    out_.raw(",\"segments\":").list(map.segments(), [&](const PanopticSegment& each) {
      out_.raw("{\"id\":").number(each.id).raw(",\"label\":").number(each.label.value);
      out_.raw(",\"kind\":").text(to_string(each.kind)).raw(",\"score\":").number(each.score);
      out_.raw(",\"area\":").number(each.area);
      write_box(each.box);
      if (each.is_crowd) out_.raw(",\"is_crowd\":true");
      // A segment may be listed and have no pixel.
      if (const auto mask = masks.find(each.id); mask != masks.end()) {
        out_.raw(",\"counts\":").text(mask->second.to_rle());
      }
      out_.raw("}");
    });
    out_.raw("}");
  }

 private:
  void write_size(Size size) { out_.raw("\"size\":[").number(size.height).raw(",").number(size.width).raw("]"); }

  void write_box(const Box& box) {
    out_.raw(",\"box\":").list(std::initializer_list<float>{box.x1, box.y1, box.x2, box.y2}, [&](float edge) {
      out_.number(edge);
    });
  }

  JsonText& out_;
};

}  // namespace

std::string to_json_line(const ResultsHeader& header) {
  return guarded("writing results", [&] {
    JsonText out(what);
    out.raw("{\"visionkit_results\":").number(results_version).raw(",\"task\":").exact_text(header.task);
    out.raw(",\"model_sha256\":").exact_text(header.model_sha256);
    out.raw(",\"settings\":").exact_text(header.settings);
    out.raw(",\"labels\":").list(header.labels, [&](const std::string& label) { out.exact_text(label); });
    return out.raw("}\n").take();
  });
}

std::string to_json_line(const PictureResult& result) {
  return guarded("writing results", [&] {
    JsonText out(what);
    out.raw("{\"file\":").exact_text(result.file).raw(",\"width\":").number(result.size.width);
    out.raw(",\"height\":").number(result.size.height);
    std::visit(AnswerWriter(out), result.answer);
    return out.raw("}\n").take();
  });
}

}  // namespace visionkit
