// Samples as pictures: truth and answer drawn, and where they differ.
#pragma once

#include <string>
#include <vector>

#include <visionkit/core/detections.hpp>
#include <visionkit/evaluate/evaluation.hpp>
#include <visionkit/image/image.hpp>

namespace visionkit {

struct SamplePicture {
  std::string title;  ///< "Truth"; empty for a picture in which nothing is drawn
  Image image;
};

/// What counts as an answer of a detector here and in the confusion matrix: its better detections, judged.
std::vector<JudgedDetection> judge_sample(const std::vector<Detection>& truth, const std::vector<Detection>& answer);

/// Reads the picture again and draws. Throws the codes of a failed read; invalid_argument for content that does not
/// fit the picture.
std::vector<SamplePicture> draw_sample(const EvaluationSample& sample, const Labels& labels, int width);

/// "data:image/jpeg;base64,..."
std::string data_url(const ImageView& image, int quality);

}  // namespace visionkit
