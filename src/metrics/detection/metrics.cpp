#include <visionkit/metrics/detection.hpp>

#include <algorithm>
#include <numeric>
#include <utility>

#include "core/fail.hpp"
#include "core/parallel.hpp"
#include "metrics/detection/match.hpp"
#include "metrics/detection/state.hpp"

namespace visionkit {
namespace {

constexpr const char* adding = "adding to detection metrics";

// Entries of one picture by class; equal classes stay in their order.
template <class T>
struct ByClass {
  std::vector<std::pair<std::uint32_t, const T*>> entries;
  std::vector<const T*> sorted;

  void clear() { entries.clear(); }
  void add(std::uint32_t category, const T& entry) {
    if (category != no_class) entries.emplace_back(category, &entry);
  }
  void sort() {
    std::ranges::stable_sort(entries, {}, &std::pair<std::uint32_t, const T*>::first);
    sorted.clear();
    for (const auto& entry : entries) sorted.push_back(entry.second);
  }
};

// Takes classes apart and hands groups to the matcher. One for each thread.
class PictureWork {
 public:
  PictureWork(const MatchRules& rules, const DetectionMetricsOptions& options)
      : matcher_(rules, options.match_by), is_one_class_(options.classes == ClassRule::ignored) {}

  ByClass<TrueObject> objects;
  ByClass<Prediction> predictions;

  // Calls use(class, matcher, objects, predictions, matches) for every class of which there is anything.
  template <class Use>
  void run(Size image, Use&& use) {
    objects.sort();
    predictions.sort();
    std::size_t g = 0;
    std::size_t p = 0;
    while (g < objects.entries.size() || p < predictions.entries.size()) {
      const auto category = is_one_class_ ? 0 : std::min(class_at(objects, g), class_at(predictions, p));
      const auto there = next_group(objects, g, category);
      const auto found = next_group(predictions, p, category);
      use(category, matcher_, there, found, matcher_.match(there, found, image));
    }
  }

 private:
  template <class T>
  static std::uint32_t class_at(const ByClass<T>& list, std::size_t at) {
    return at < list.entries.size() ? list.entries[at].first : no_class;
  }

  template <class T>
  std::span<const T* const> next_group(const ByClass<T>& list, std::size_t& at, std::uint32_t category) const {
    const auto begin = at;
    while (at < list.entries.size() && (is_one_class_ || list.entries[at].first == category)) ++at;
    return std::span<const T* const>(list.sorted).subspan(begin, at - begin);
  }

  GroupMatcher matcher_;
  bool is_one_class_;
};

void record_picture(PictureWork& work, Size size, std::uint32_t image, Records& records) {
  work.run(size, [&](std::uint32_t category, const GroupMatcher& matcher, auto objects, auto predictions,
                     std::span<const GroupMatcher::Match> matches) {
    for (const auto* object : objects) {
      records.objects.push_back({matcher.ignored(*object), image, category, object->is_crowd});
    }
    for (std::uint32_t rank = 0; rank < matches.size(); ++rank) {
      const auto& match = matches[rank];
      records.predictions.push_back(
          {predictions[match.prediction]->score, match.hits, match.ignored, image, category, rank});
    }
  });
}

// Places of entries by picture, in their order: a counting sort.
template <class T>
struct ByPicture {
  std::vector<std::size_t> begins;
  std::vector<std::uint32_t> places;

  // image_of(entry) gives the picture, or IdIndex::none for an entry that is left out.
  template <class ImageOf>
  ByPicture(std::span<const T> entries, std::size_t images, ImageOf&& image_of) : begins(images + 1) {
    std::vector<std::uint32_t> images_of;
    images_of.reserve(entries.size());
    for (const auto& entry : entries) {
      const auto image = image_of(entry);
      images_of.push_back(image == IdIndex::none ? no_class : static_cast<std::uint32_t>(image));
      if (image != IdIndex::none) ++begins[image + 1];
    }
    std::partial_sum(begins.begin(), begins.end(), begins.begin());
    places.resize(begins.back());
    auto ends = begins;
    for (std::uint32_t i = 0; i < images_of.size(); ++i) {
      if (images_of[i] != no_class) places[ends[images_of[i]]++] = i;
    }
  }
  [[nodiscard]] std::span<const std::uint32_t> operator[](std::size_t image) const {
    return std::span(places).subspan(begins[image], begins[image + 1] - begins[image]);
  }
};

}  // namespace

Prediction to_prediction(const Detection& detection, std::int64_t category_id, MatchBy match_by) {
  const auto& box = detection.box;
  Prediction prediction = {
      .category_id = category_id,
      .score = detection.score,
      .box = {box.x1, box.y1, double{box.x2} - double{box.x1}, double{box.y2} - double{box.y1}},
  };
  prediction.area = prediction.box.area();
  if (match_by == MatchBy::masks && detection.mask) {
    prediction.segmentation = *detection.mask;
    prediction.area = static_cast<double>(detection.mask->area());
  }
  return prediction;
}

DetectionMetrics::DetectionMetrics(std::vector<Category> categories, DetectionMetricsOptions options)
    : state_(guarded("making detection metrics", [&] {
        return std::make_unique<detail::DetectionState>(std::move(categories), std::move(options));
      })) {}

DetectionMetrics::DetectionMetrics(const DetectionMetrics& other)
    : state_(guarded("copying detection metrics",
                     [&] { return std::make_unique<detail::DetectionState>(*other.state_); })) {}

DetectionMetrics::DetectionMetrics(DetectionMetrics&& other) noexcept = default;

DetectionMetrics& DetectionMetrics::operator=(DetectionMetrics other) noexcept {
  std::swap(state_, other.state_);
  return *this;
}

DetectionMetrics::~DetectionMetrics() = default;

void DetectionMetrics::add(const AnnotatedImage& image, std::span<const TrueObject> objects,
                           std::span<const Prediction> predictions) {
  guarded(adding, [&] {
    state_->check_new(image.id);
    PictureWork work(state_->rules, state_->options);
    for (const auto& object : objects) work.objects.add(state_->class_of(object.category_id), object);
    for (const auto& prediction : predictions) {
      work.predictions.add(state_->class_of(prediction.category_id), prediction);
    }
    Records records;
    record_picture(work, image.size, static_cast<std::uint32_t>(state_->image_ids.size()), records);
    state_->records.append(records);
    state_->add_image(image.id);
  });
}

void DetectionMetrics::add(const AnnotatedImage& image, std::span<const TrueObject> objects,
                           std::span<const Detection> detections) {
  guarded(adding, [&] {
    std::vector<Prediction> predictions;
    predictions.reserve(detections.size());
    for (const auto& detection : detections) {
      const auto label = static_cast<std::size_t>(detection.label.value);
      if (detection.label.value < 0 || label >= state_->categories.size()) {
        fail(ErrorCode::invalid_argument, "{}: class {} of picture {} has none of the {} categories", adding,
             detection.label.value, image.id, state_->categories.size());
      }
      predictions.push_back(to_prediction(detection, state_->categories[label].id, state_->options.match_by));
    }
    add(image, objects, predictions);
  });
}

void DetectionMetrics::add(const ObjectDataset& truth, std::span<const Prediction> predictions) {
  guarded(adding, [&] {
    std::vector<std::int64_t> ids;
    for (const auto& image : truth.images) ids.push_back(image.id);
    const IdIndex images(std::move(ids));
    for (const auto id : images.ids()) state_->check_new(id);
    std::vector<Size> sizes(images.size());
    for (const auto& image : truth.images) sizes[images.find(image.id)] = image.size;

    const ByPicture objects_of(std::span<const TrueObject>(truth.objects), images.size(),
                               [&](const TrueObject& object) { return images.find(object.image_id); });
    const ByPicture predictions_of(predictions, images.size(), [&](const Prediction& prediction) {
      const auto image = images.find(prediction.image_id);
      if (image == IdIndex::none) {
        fail(ErrorCode::invalid_argument, "{}: a prediction is on the picture {}, which the data set does not list",
             adding, prediction.image_id);
      }
      return image;
    });

    constexpr std::size_t images_a_piece = 64;
    const auto pieces = (images.size() + images_a_piece - 1) / images_a_piece;
    const auto first_image = state_->image_ids.size();
    std::vector<Records> results(pieces);
    parallel_for(pieces, state_->options.threads, [&](std::size_t piece) {
      PictureWork work(state_->rules, state_->options);
      const auto end = std::min(images.size(), (piece + 1) * images_a_piece);
      for (auto image = piece * images_a_piece; image < end; ++image) {
        work.objects.clear();
        work.predictions.clear();
        for (const auto i : objects_of[image]) {
          work.objects.add(state_->class_of(truth.objects[i].category_id), truth.objects[i]);
        }
        for (const auto i : predictions_of[image]) {
          work.predictions.add(state_->class_of(predictions[i].category_id), predictions[i]);
        }
        record_picture(work, sizes[image], static_cast<std::uint32_t>(first_image + image), results[piece]);
      }
    });
    for (auto& result : results) {
      state_->records.append(result);
      result = {};
    }
    for (const auto id : images.ids()) state_->add_image(id);
  });
}

void DetectionMetrics::merge(const DetectionMetrics& other) {
  guarded("merging detection metrics", [&] {
    const auto& theirs = *other.state_;
    state_->check_comparable(theirs, "merging detection metrics");
    for (const auto id : theirs.image_ids) state_->check_new(id);
    auto records = theirs.records;
    const auto first_image = static_cast<std::uint32_t>(state_->image_ids.size());
    for (auto& record : records.predictions) record.image += first_image;
    for (auto& record : records.objects) record.image += first_image;
    state_->records.append(records);
    for (const auto id : theirs.image_ids) state_->add_image(id);
  });
}

std::vector<ClassMatches> DetectionMetrics::match(const AnnotatedImage& image, std::span<const TrueObject> objects,
                                                  std::span<const Prediction> predictions) const {
  return guarded("matching detections", [&] {
    PictureWork work(state_->rules, state_->options);
    for (const auto& object : objects) work.objects.add(state_->class_of(object.category_id), object);
    for (const auto& prediction : predictions) {
      work.predictions.add(state_->class_of(prediction.category_id), prediction);
    }
    std::vector<ClassMatches> result;
    const auto is_one_class = state_->options.classes == ClassRule::ignored;
    const auto thresholds = state_->rules.thresholds.size();
    work.run(image.size, [&](std::uint32_t category, const GroupMatcher& matcher, auto there, auto found,
                             std::span<const GroupMatcher::Match> matches) {
      ClassMatches group;
      group.category_id = is_one_class ? -1 : state_->category_index.ids()[category];
      for (const MatchBits is_ignored : {0U, 1U}) {
        for (const auto* object : there) {
          if ((matcher.ignored(*object) & 1U) != is_ignored) continue;
          group.objects.push_back(static_cast<std::size_t>(object - objects.data()));
        }
      }
      for (const auto& match : matches) {
        group.predictions.push_back(static_cast<std::size_t>(found[match.prediction] - predictions.data()));
      }
      group.found.assign(thresholds * matches.size(), ClassMatches::nothing);
      group.is_ignored.assign(thresholds * matches.size(), 0);
      for (std::size_t t = 0; t < thresholds; ++t) {
        for (const auto& taken : matcher.taken()) {
          if ((taken.bits >> t & 1U) == 0) continue;
          group.found[t * matches.size() + taken.prediction] = there[taken.object] - objects.data();
        }
        for (std::size_t rank = 0; rank < matches.size(); ++rank) {
          group.is_ignored[t * matches.size() + rank] = static_cast<std::uint8_t>(matches[rank].ignored >> t & 1U);
        }
      }
      result.push_back(std::move(group));
    });
    return result;
  });
}

const std::vector<Category>& DetectionMetrics::categories() const noexcept { return state_->categories; }
const DetectionMetricsOptions& DetectionMetrics::options() const noexcept { return state_->options; }
std::size_t DetectionMetrics::image_count() const noexcept { return state_->image_ids.size(); }

}  // namespace visionkit
