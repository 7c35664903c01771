#include <visionkit/dataset/coco.hpp>

#include <optional>
#include <utility>

#include "core/truth_index.hpp"
#include "dataset/coco_read.hpp"

namespace visionkit {
namespace {

class ResultReader {
 public:
  ResultReader(std::vector<std::uint8_t> bytes, std::string what, const ObjectDataset& truth,
               const CocoReadOptions& options)
      : reader_(std::move(bytes), std::move(what), options),
        walk_(reader_.walk()),
        images_(ids_of(truth.images)),
        categories_(ids_of(truth.categories)),
        sizes_(images_.size()) {
    for (const auto& image : truth.images) sizes_[images_.find(image.id)] = image.size;
  }

  CocoResults read() {
    walk_.document([&](JsonWalk::Value root) {
      if (walk_.type(root) != "object") return read_list(root);
      bool is_there = false;
      walk_.object(root, [&](std::string_view key, JsonWalk::Value value) {
        if (key != "annotations") return false;
        is_there = true;
        read_list(value);
        return true;
      });
      if (!is_there)
        walk_.refuse(ErrorCode::dataset_schema, "a list of results is expected, or one under 'annotations'");
    });
    return {std::move(predictions_), reader_.take_notes()};
  }

 private:
  template <class T>
  static std::vector<std::int64_t> ids_of(const std::vector<T>& entries) {
    std::vector<std::int64_t> ids;
    ids.reserve(entries.size());
    for (const auto& entry : entries) ids.push_back(entry.id);
    return ids;
  }

  void read_list(JsonWalk::Value value) {
    walk_.array(
        value, [&](JsonWalk::Value element) { read_prediction(element); }, "a list of results");
  }

  void read_prediction(JsonWalk::Value value) {
    reader_.begin_entry();
    Prediction prediction;
    std::optional<std::int64_t> image_id;
    std::optional<std::int64_t> category_id;
    std::optional<double> score;
    std::optional<ObjectBox> box;
    walk_.object(value, [&](std::string_view key, JsonWalk::Value inner) {
      if (key == "image_id") {
        image_id = walk_.integer(inner);
      } else if (key == "category_id") {
        category_id = walk_.integer(inner);
      } else if (key == "score") {
        score = walk_.number(inner);
      } else if (key == "bbox") {
        box = reader_.box(inner);
      } else if (key == "segmentation" && walk_.type(inner) != "null") {
        prediction.segmentation = reader_.segmentation(inner);
      } else {
        return false;
      }
      return true;
    });
    prediction.image_id = required(walk_, image_id, "image_id");
    prediction.category_id = required(walk_, category_id, "category_id");
    prediction.score = required(walk_, score, "score");
    if (is_first_) has_boxes_ = box.has_value();
    is_first_ = false;
    const auto image = images_.find(prediction.image_id);
    check(prediction, image);
    if (reader_.is_dropped()) return;
    measure(prediction, box, sizes_[image]);
    reader_.check_size(prediction.segmentation, sizes_[image], {});
    // A mask may be empty; a box that covers nothing is a mistake.
    if (box) reader_.check_box(*box, sizes_[image], {});
    if (!reader_.is_dropped()) predictions_.push_back(std::move(prediction));
  }

  void check(const Prediction& prediction, std::size_t image) {
    if (image == IdIndex::none) {
      if (reader_.rules() == CocoRules::pycocotools) {
        walk_.refuse(ErrorCode::dataset_reference, "the image {} is not in the annotations", prediction.image_id);
      }
      reader_.fault(ErrorCode::dataset_reference, "unknown image",
                    fmt::format("{} is not in the annotations", prediction.image_id));
    }
    if (categories_.find(prediction.category_id) == IdIndex::none) {
      reader_.fault(ErrorCode::dataset_reference, "unknown category",
                    fmt::format("{} is not in the annotations", prediction.category_id));
    }
    if (!(prediction.score >= 0 && prediction.score <= 1)) {
      reader_.fault(ErrorCode::dataset_schema, "score outside 0..1", fmt::format("it is {}", prediction.score));
    }
  }

  // Area and box by the rule of the whole file.
  void measure(Prediction& prediction, const std::optional<ObjectBox>& box, Size image) {
    if (has_boxes_) {
      if (!box)
        walk_.refuse(ErrorCode::dataset_schema, "the key 'bbox' is missing, the first entry of the file has it");
      prediction.box = *box;
      prediction.area = box->area();
    } else {
      if (std::holds_alternative<std::monostate>(prediction.segmentation)) {
        walk_.refuse(ErrorCode::dataset_schema, "a result needs 'bbox' or 'segmentation'");
      }
      const auto* given = std::get_if<Mask>(&prediction.segmentation);
      const auto drawn = given == nullptr ? to_mask(prediction.segmentation, {}, image) : Mask();
      const auto& mask = given == nullptr ? drawn : *given;
      const auto around = mask.bounding_box();
      prediction.area = static_cast<double>(mask.area());
      prediction.box = {around.x1, around.y1, around.width(), around.height()};
    }
  }

  CocoReader reader_;
  JsonWalk& walk_;
  IdIndex images_;
  IdIndex categories_;
  std::vector<Size> sizes_;
  std::vector<Prediction> predictions_;
  bool is_first_ = true;
  bool has_boxes_ = false;
};

CocoResults read_results(std::vector<std::uint8_t> bytes, std::string_view name, const ObjectDataset& truth,
                         const CocoReadOptions& options) {
  return ResultReader(std::move(bytes), fmt::format("COCO results '{}'", name), truth, options).read();
}

}  // namespace

CocoResults read_coco_results(const std::string& path, const ObjectDataset& truth, const CocoReadOptions& options) {
  return guarded("reading COCO results",
                 [&] { return read_results(read_json_file(path, options), path, truth, options); });
}

CocoResults parse_coco_results(std::string_view json, const ObjectDataset& truth, const CocoReadOptions& options,
                               std::string_view name) {
  return guarded("reading COCO results", [&] {
    return read_results({json.begin(), json.end()}, name, truth, options);
  });
}

}  // namespace visionkit
