// Takes the place of voc.cpp where pugixml is not wanted.
#include <visionkit/dataset/voc.hpp>

#include "core/fail.hpp"

namespace visionkit {
namespace {

[[noreturn]] void refuse() {
  fail(ErrorCode::invalid_argument,
       "VOC annotations: this visionkit was built without pugixml, which reads and writes "
       "them (VISIONKIT_WITH_PUGIXML)");
}

}  // namespace

VocPicture parse_voc(std::string_view, std::string_view) { refuse(); }
AnnotatedObjects read_voc(const std::string&, const VocReadOptions&) { refuse(); }
std::string to_voc_xml(const VocPicture&) { refuse(); }
std::vector<DatasetNote> write_voc(const std::string&, const ObjectDataset&, const VocWriteOptions&) { refuse(); }

}  // namespace visionkit
