// torchvision::nms, roi_align and box_iou_rotated for scripted detectors, so that they run without libtorchvision.
#pragma once

namespace visionkit {

class Archive;

/// Registers the operators with LibTorch when the archive's code calls one of them and nobody else has registered them.
/// For the rest of the process: LibTorch has no way back that is safe while models run. A host that loads
/// libtorchvision itself does so before.
void provide_torchvision_operators(const Archive& archive);

}  // namespace visionkit
