// A class index is not a number.
#include <visionkit/core/labels.hpp>
#include <visionkit/core/results.hpp>

namespace visionkit {

void class_id(const Labels& labels) {
  const ClassId id(7);
  const ClassId implicit = 7;  // REJECT
  const int number = id;       // REJECT
  static_cast<void>(labels[id]);
  static_cast<void>(labels[7]);  // REJECT
  static_cast<void>(id == ClassId(7));
  static_cast<void>(id == 7);  // REJECT
  static_cast<void>(id + 1);   // REJECT
  const ClassScore score{.label = ClassId(7), .score = 0.5F};
  const ClassScore wrong{.label = 7, .score = 0.5F};  // REJECT
  static_cast<void>(score);
}

}  // namespace visionkit
