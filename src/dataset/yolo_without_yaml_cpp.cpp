// Takes the place of yolo_yaml.cpp where yaml-cpp is not wanted.
#include <visionkit/dataset/yolo.hpp>

#include "core/fail.hpp"

namespace visionkit {

YoloDescription parse_yolo_description(std::string_view, std::string_view name) {
  fail(ErrorCode::invalid_argument,
       "YOLO description '{}': this visionkit was built without yaml-cpp, which reads it "
       "(VISIONKIT_WITH_YAML_CPP)",
       name);
}

}  // namespace visionkit
