// What the readers of annotations and of results share: faults by rule, boxes, segmentations.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <visionkit/dataset/coco.hpp>

#include "dataset/json_walk.hpp"

namespace visionkit {

/// The bytes of a file, by the limit of the options. Throws invalid_option first.
std::vector<std::uint8_t> read_json_file(const std::string& path, const CocoReadOptions& options);

/// An entry of the file, or a key of it; without a list the entry at which the walk stands.
struct EntryPlace {
  const char* list = nullptr;
  std::size_t position = 0;
  const char* key = nullptr;
};

class CocoReader {
 public:
  CocoReader(std::vector<std::uint8_t> bytes, std::string what, const CocoReadOptions& options);

  [[nodiscard]] JsonWalk& walk() { return walk_; }
  [[nodiscard]] CocoRules rules() const { return options_.rules; }

  /// Before an entry; is_dropped() tells afterwards whether a fault() was found that leaves it out.
  void begin_entry() { is_dropped_ = false; }
  [[nodiscard]] bool is_dropped() const { return is_dropped_; }
  /// Something wrong with an entry: refuses it, notes it, or nothing, by the rules.
  void fault(ErrorCode code, std::string_view what, const std::string& found, const EntryPlace& place = {});
  void note(std::string_view what, const EntryPlace& place = {});
  [[nodiscard]] std::vector<DatasetNote> take_notes() { return std::move(notes_); }

  /// Four numbers. An empty list is no box.
  [[nodiscard]] std::optional<ObjectBox> box(JsonWalk::Value value);
  [[nodiscard]] Segmentation segmentation(JsonWalk::Value value);
  /// A box that covers no pixel of the picture; sizes of 0 x 0 are unknown.
  void check_box(const ObjectBox& box, Size image, EntryPlace place);
  /// A mask of another size than its picture.
  void check_size(const Segmentation& segmentation, Size image, EntryPlace place);

 private:
  [[nodiscard]] std::string to_pointer(const EntryPlace& place) const;
  [[nodiscard]] Segmentation polygons(JsonWalk::Value value);
  [[nodiscard]] Segmentation mask(JsonWalk::Value value);

  CocoReadOptions options_;
  JsonWalk walk_;
  bool is_dropped_ = false;
  std::vector<DatasetNote> notes_;
  std::vector<double> numbers_;
};

}  // namespace visionkit
