// All of visionkit in one include, and a tour of it.
//
//   core/        Error, geometry, labels, results, tensors, devices; formatters for fmt
//   image/       pictures in memory, reading and writing them
//   preprocess/  from a picture to a network's input, and back through the AppliedTransform
//   classifier   a TorchScript file in, class scores out
//
// A host that needs only the parts without a network includes those headers and links visionkit::core.
#pragma once

#include <visionkit/classifier.hpp>
#include <visionkit/core/error.hpp>
#include <visionkit/core/format.hpp>
#include <visionkit/core/version.hpp>
#include <visionkit/image/frames.hpp>
#include <visionkit/image/io.hpp>
