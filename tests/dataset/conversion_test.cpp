// From one format to another and back: equal but for what the writers report.
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <map>
#include <random>
#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <visionkit/dataset/coco.hpp>
#include <visionkit/dataset/labelme.hpp>
#include <visionkit/dataset/voc.hpp>
#include <visionkit/dataset/yolo.hpp>

#include "support/files.hpp"

namespace visionkit {
namespace {

constexpr int picture_count = 50;

// Boxes on a grid of 1/8 pixel, so that only the formats' own arithmetic rounds.
ObjectDataset fifty_pictures() {
  std::mt19937 random(5);
  const auto below = [&](int end) { return static_cast<int>(random() % static_cast<unsigned>(end)); };
  ObjectDataset dataset{
      .images = {},
      .categories = {{.id = 0, .name = "a cat"}, {.id = 1, .name = "d\xC3\xB6g"}, {.id = 2, .name = "x"}},
      .objects = {}};
  for (int i = 0; i < picture_count; ++i) {
    const Size size{100 + below(900), 100 + below(900)};
    dataset.images.push_back(
        {.id = i + 1, .file_name = fmt::format("{}/{:03}.jpg", i < 25 ? 'a' : 'b', i), .size = size});
    for (int count = below(8); count >= 0; --count) {
      const auto width = 8 + below(8 * size.width - 8);
      const auto height = 8 + below(8 * size.height - 8);
      const ObjectBox box{below(8 * size.width - width + 1) / 8.0, below(8 * size.height - height + 1) / 8.0,
                          width / 8.0, height / 8.0};
      dataset.objects.push_back({.id = static_cast<std::int64_t>(dataset.objects.size()) + 1,
                                 .image_id = i + 1,
                                 .category_id = below(3),
                                 .box = box,
                                 .area = box.area()});
    }
  }
  return dataset;
}

ObjectDataset through_coco(const ObjectDataset& dataset) {
  const auto read = parse_coco(to_coco_json(dataset));
  CHECK(read.notes.empty());
  return read.dataset;
}

ObjectDataset through_voc(const ObjectDataset& dataset) {
  const test::TemporaryFolder root;
  CHECK(write_voc(root.path().string(), dataset).empty());
  const auto read = read_voc(root.path().string(), {.images = ""});
  CHECK(read.notes.empty());
  return read.dataset;
}

void touch(const std::filesystem::path& path) {
  std::filesystem::create_directories(path.parent_path());
  test::write_bytes(path, {});
}

ObjectDataset through_labelme(const ObjectDataset& dataset, std::string annotations = {}) {
  const test::TemporaryFolder root;
  for (const auto& image : dataset.images) touch(root / image.file_name);
  CHECK(write_labelme(root.path().string(), dataset, {.annotations = annotations}).empty());
  const auto read = read_labelme(root.path().string(), {.annotations = std::move(annotations)});
  CHECK(read.notes.empty());
  return read.dataset;
}

// A root with empty files where pictures belong.
ObjectDataset through_yolo(const ObjectDataset& dataset, const test::TemporaryFolder& root, YoloRows rows) {
  std::map<std::string, Size> sizes;
  for (const auto& image : dataset.images) {
    const auto path = root / ("images/val/" + image.file_name);
    touch(path);
    sizes[path.string()] = image.size;
  }
  CHECK(write_yolo(root.path().string(), dataset, {.rows = rows}).empty());
  const auto read =
      read_yolo(root.path().string(), {.image_size = [&](const std::string& path) { return sizes.at(path); }});
  CHECK(read.notes.empty());
  return read.dataset;
}

double difference(const ObjectBox& a, const ObjectBox& b) {
  return std::max(
      {std::abs(a.x - b.x), std::abs(a.y - b.y), std::abs(a.width - b.width), std::abs(a.height - b.height)});
}

std::map<std::string, std::string> texts_in(const std::filesystem::path& folder) {
  std::map<std::string, std::string> texts;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    const auto bytes = test::read_bytes(entry.path());
    texts[entry.path().lexically_relative(folder).string()] = {bytes.begin(), bytes.end()};
  }
  return texts;
}

TEST_CASE("fifty pictures go from COCO to VOC and back without a change") {
  const auto dataset = fifty_pictures();
  CHECK(through_coco(through_voc(through_coco(dataset))) == dataset);
}

// Every second object gets polygons, every fourth two of them.
ObjectDataset with_polygons(ObjectDataset dataset) {
  for (auto& object : dataset.objects) {
    if (object.id % 2 != 0) continue;
    const auto& [x, y, width, height] = object.box;
    std::vector<Polygon> polygons{{{x, y}, {x + width, y}, {x + width, y + height}}};
    object.area = width * height / 2;
    if (object.id % 4 == 0) {
      polygons.push_back({{x, y}, {x, y + height}, {x + width, y + height}});
      object.area = width * height;
    }
    object.segmentation = std::move(polygons);
  }
  return dataset;
}

TEST_CASE("fifty pictures go from COCO to LabelMe and back without a change, polygons, too") {
  const auto dataset = with_polygons(fifty_pictures());
  CHECK(through_coco(through_labelme(through_coco(dataset))) == dataset);
  CHECK(through_coco(through_labelme(dataset, "labels/json")) == dataset);
}

TEST_CASE("fifty pictures go from VOC to LabelMe and back without a change") {
  const auto dataset = fifty_pictures();
  CHECK(through_voc(through_labelme(through_voc(dataset))) == dataset);
}

TEST_CASE("LabelMe's files are the same after a way through COCO") {
  const test::TemporaryFolder first, second;
  static_cast<void>(write_labelme(first.path().string(), with_polygons(fifty_pictures())));
  const auto dataset = through_coco(read_labelme(first.path().string()).dataset);
  static_cast<void>(write_labelme(second.path().string(), dataset));
  const auto texts = texts_in(first.path());
  CHECK(texts.size() == picture_count);
  CHECK(texts == texts_in(second.path()));
}

TEST_CASE("crowds survive VOC as difficult objects") {
  auto dataset = fifty_pictures();
  for (auto& object : dataset.objects) object.is_crowd = object.id % 3 == 0;
  CHECK(through_voc(dataset) == dataset);
}

TEST_CASE("fifty pictures go from COCO to YOLO and back; boxes move by less than a millionth of a pixel") {
  const auto dataset = fifty_pictures();
  const test::TemporaryFolder root;
  auto back = through_coco(through_yolo(through_coco(dataset), root, YoloRows::boxes));
  REQUIRE(back.objects.size() == dataset.objects.size());
  for (std::size_t i = 0; i < back.objects.size(); ++i) {
    CHECK(difference(back.objects[i].box, dataset.objects[i].box) < 1e-6);
    CHECK(back.objects[i].area == doctest::Approx(dataset.objects[i].area).epsilon(1e-9));
    back.objects[i].box = dataset.objects[i].box;
    back.objects[i].area = dataset.objects[i].area;
  }
  CHECK(back == dataset);
}

TEST_CASE("YOLO's files are the same but for their last digits after a way through COCO") {
  const test::TemporaryFolder first, second;
  const auto dataset = through_yolo(fifty_pictures(), first, YoloRows::boxes);
  const auto back = through_yolo(through_coco(dataset), second, YoloRows::boxes);
  REQUIRE(back.objects.size() == dataset.objects.size());
  for (std::size_t i = 0; i < back.objects.size(); ++i) {
    CHECK(difference(back.objects[i].box, dataset.objects[i].box) < 1e-6);
  }
  CHECK(texts_in(first / "labels").size() == picture_count);
  CHECK(test::read_bytes(first / "data.yaml") == test::read_bytes(second / "data.yaml"));
}

TEST_CASE("VOC's files are the same after a way through COCO") {
  const test::TemporaryFolder first, second;
  static_cast<void>(write_voc(first.path().string(), fifty_pictures()));
  const auto dataset = through_coco(read_voc(first.path().string(), {.images = ""}).dataset);
  static_cast<void>(write_voc(second.path().string(), dataset));
  const auto texts = texts_in(first.path());
  CHECK(texts.size() == picture_count);
  CHECK(texts == texts_in(second.path()));
}

}  // namespace
}  // namespace visionkit
