// All of visionkit in one include, and a tour of it.
//
//   core/        Error, geometry, labels, results, masks and maps and what can be done with them, tensors, devices;
//                formatters for fmt
//   image/       pictures in memory, reading, writing and drawing
//   preprocess/  from a picture to a network's input, and back through the AppliedTransform
//   decode/      from a network's output to results: class scores, boxes, suppression, masks, label maps
//   dataset/     annotation files
//   metrics/     how good results are; each header is included on its own
//   evaluate.hpp how good a model is on a data set; included on its own, with evaluate/report.hpp
//   Classifier   a TorchScript file in, class scores out
//   Detector     a TorchScript file in, boxes in the picture's pixels out, with masks where the model has them
//   Segmenter    a TorchScript file in, the class of every pixel out
//   doctor()     what decides about the speed of networks in this process, and what is wrong with it
//
// A host that needs only the parts without a network includes those headers and links visionkit::core.
#pragma once

#include <visionkit/classifier.hpp>
#include <visionkit/core/detections.hpp>
#include <visionkit/core/format.hpp>
#include <visionkit/core/polygons.hpp>
#include <visionkit/core/truth.hpp>
#include <visionkit/core/version.hpp>
#include <visionkit/dataset/coco.hpp>
#include <visionkit/decode/anchors.hpp>
#include <visionkit/decode/classification.hpp>
#include <visionkit/decode/nms_compatible.hpp>
#include <visionkit/decode/panoptic.hpp>
#include <visionkit/decode/rotated.hpp>
#include <visionkit/detector.hpp>
#include <visionkit/doctor.hpp>
#include <visionkit/image/draw_maps.hpp>
#include <visionkit/image/frames.hpp>
#include <visionkit/image/io.hpp>
#include <visionkit/image/mask_io.hpp>
#include <visionkit/image/panoptic_io.hpp>
#include <visionkit/segmenter.hpp>
