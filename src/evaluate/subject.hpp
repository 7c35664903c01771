// What one task brings to an evaluation: its pictures, how they are answered and how answers are judged. Reading,
// threads, the results file, samples and progress are the same for all tasks: run.hpp.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <visionkit/core/error.hpp>
#include <visionkit/core/geometry.hpp>
#include <visionkit/dataset/results.hpp>
#include <visionkit/evaluate/evaluation.hpp>
#include <visionkit/image/image.hpp>

namespace visionkit {

/// A picture of the data set.
struct SubjectPicture {
  std::string file;                   ///< as the data set calls it
  std::string path;                   ///< where it lies
  std::optional<Error> problem = {};  ///< known before it is read: its class is not one of the model's, say
};

class Subject {
 public:
  Subject() = default;
  Subject(const Subject&) = delete;
  Subject& operator=(const Subject&) = delete;
  virtual ~Subject() = default;

  /// Prepares accumulators 0..count - 1. Each is used by one thread at a time.
  virtual void make_accumulators(std::size_t count) = 0;
  /// One answer for each picture. Not called by two threads at once.
  [[nodiscard]] virtual std::vector<Answer> predict(std::span<const Image> images) const = 0;
  /// Adds a picture to an accumulator, or throws Error and adds nothing. Gives the quality of the answer, 0..1, NaN
  /// where there was nothing to find. `size` is the picture's.
  virtual double judge(std::size_t accumulator, std::size_t picture, Size size, const Answer& answer) = 0;
  /// For people to look at, of a picture that was judged.
  [[nodiscard]] virtual PictureContent truth_content(std::size_t picture, Size size) const = 0;
  [[nodiscard]] virtual PictureContent answer_content(const Answer& answer) const = 0;
  /// Merges the accumulators and fills in what only the task knows: scores, labels, curves, notes.
  virtual void finish(Evaluation& evaluation) = 0;

  std::vector<SubjectPicture> pictures;
  ResultsHeader header;
  std::string quality;       ///< what judge() answers
  Answer kind_of_answer;     ///< an empty one of the kind that predict() gives
  Evaluation circumstances;  ///< task and model; the rest is filled in by the run
};

}  // namespace visionkit
