// Random truth and predictions for properties: some predictions near objects, some anywhere, equal scores on purpose.
#pragma once

#include <random>
#include <vector>

#include <fmt/format.h>

#include <visionkit/core/truth.hpp>

namespace visionkit::test {

struct Scene {
  ObjectDataset truth;
  std::vector<Prediction> predictions;
};

inline Scene random_scene(unsigned seed, int images = 12, int classes = 3) {
  std::mt19937 random(seed);
  const auto below = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  Scene scene;
  for (int k = 1; k <= classes; ++k) scene.truth.categories.push_back({.id = 10 * k, .name = fmt::format("c{}", k)});
  for (int i = 0; i < images; ++i) {
    const std::int64_t image = 100 - 7 * i;
    scene.truth.images.push_back({.id = image, .size = {640, 480}});
    for (int n = below(6); n > 0; --n) {
      TrueObject object = {.id = static_cast<std::int64_t>(scene.truth.objects.size()) + 1,
                           .image_id = image,
                           .category_id = 10 * (1 + below(classes)),
                           .box = {below(500) + .25, below(400) + .5, 5.0 + below(120), 5.0 + below(70)},
                           .is_crowd = below(8) == 0};
      object.area = object.box.area();
      scene.truth.objects.push_back(object);
      for (int m = below(4); m > 0; --m) {
        auto box = object.box;
        box.x += below(9) - 4;
        box.width += below(9) - 2;
        const auto category = below(6) == 0 ? 10 * (1 + below(classes)) : object.category_id;
        scene.predictions.push_back(
            {.image_id = image, .category_id = category, .score = below(20) / 20.0, .box = box, .area = box.area()});
      }
    }
    for (int n = below(5); n > 0; --n) {
      const ObjectBox box = {below(500) * 1.0, below(400) * 1.0, 5.0 + below(100), 5.0 + below(60)};
      scene.predictions.push_back({.image_id = image,
                                   .category_id = 10 * (1 + below(classes)),
                                   .score = below(20) / 20.0,
                                   .box = box,
                                   .area = box.area()});
    }
  }
  return scene;
}

}  // namespace visionkit::test
