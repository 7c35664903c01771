#include "evaluate/report/sample_pictures.hpp"

#include <algorithm>
#include <cstdint>

#include <visionkit/image/draw.hpp>
#include <visionkit/image/draw_maps.hpp>
#include <visionkit/image/io.hpp>
#include <visionkit/preprocess/resize.hpp>

#include "evaluate/report/sample_content.hpp"

namespace visionkit {
namespace {

Image scale_image(const Image& image, Size to) {
  if (image.size() == to) return image;
  const bool grows = to.width > image.width();
  return resize(image, to, grows ? Interpolation::pillow_nearest : Interpolation::pillow_bilinear);
}

// Readable where a phone shows the picture at two thirds of its size.
int text_height_of(Size size) { return std::clamp(size.width / 44, 6, 40); }

std::vector<SamplePicture> pictures_of(const Image& image, const std::vector<ClassScore>&,
                                       const std::vector<ClassScore>&, const Labels&) {
  return {{"", image}};
}

std::vector<SamplePicture> pictures_of(const Image& image, const std::vector<Detection>& truth,
                                       const std::vector<Detection>& answer, const Labels& labels) {
  DrawOptions look = {.labels = labels, .line_width = 2, .text_height = text_height_of(image.size())};
  auto answer_picture = draw(image, judge_sample(truth, answer), look);
  look.score_style = ScoreStyle::none;
  return {{"Truth", draw(image, truth, look)}, {"Answer", std::move(answer_picture)}};
}

std::vector<SamplePicture> pictures_of(const Image& image, const LabelMap& truth, const LabelMap& answer,
                                       const Labels& labels) {
  const MapDrawOptions look = {.labels = labels, .legend_entries = 0};
  return {{"Truth", draw(image, truth, look)},
          {"Answer", draw(image, answer, look)},
          {"Differences", draw_differences(image, answer, truth, look)}};
}

std::vector<SamplePicture> pictures_of(const Image& image, const PanopticMap& truth, const PanopticMap& answer,
                                       const Labels& labels) {
  const MapDrawOptions look = {.labels = labels, .legend_entries = 0};
  return {{"Truth", draw(image, truth, look)},
          {"Answer", draw(image, answer, look)},
          {"Differences of class", draw_differences(image, answer.label_map(), truth.label_map(), look)}};
}

}  // namespace

std::vector<JudgedDetection> judge_sample(const std::vector<Detection>& truth, const std::vector<Detection>& answer) {
  return judge(filter_by_score(answer, static_cast<float>(DetectionErrorOptions{}.score_threshold)), truth);
}

std::vector<SamplePicture> draw_sample(const EvaluationSample& sample, const Labels& labels, int width) {
  const auto whole = read_image(sample.path);
  const auto size = shown_size(whole.size(), width);
  const auto image = scale_image(whole, size);
  const auto truth = scale_content(sample.truth, whole.size(), size);
  const auto answer = scale_content(sample.answer, whole.size(), size);
  return std::visit(
      [&](const auto& each) -> std::vector<SamplePicture> {
        const auto* answered = std::get_if<std::decay_t<decltype(each)>>(&answer);
        return answered == nullptr ? std::vector<SamplePicture>{{"", image}}
                                   : pictures_of(image, each, *answered, labels);
      },
      truth);
}

std::string data_url(const ImageView& image, int quality) {
  constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const auto bytes = encode_image(image, {.format = ImageFormat::jpeg, .quality = quality});
  std::string url = "data:image/jpeg;base64,";
  url.reserve(url.size() + bytes.size() / 3 * 4 + 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const auto count = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t bits = 0;
    for (std::size_t k = 0; k < 3; ++k) bits = bits << 8U | (k < count ? bytes[i + k] : 0U);
    for (std::size_t k = 0; k < 4; ++k) url += k <= count ? alphabet[bits >> (18 - 6 * k) & 63U] : '=';
  }
  return url;
}

}  // namespace visionkit
