// The structs and enumerations of decode/.
#pragma once

#include <visionkit/decode/anchors.hpp>
#include <visionkit/decode/boxes.hpp>
#include <visionkit/decode/classification.hpp>
#include <visionkit/decode/detection.hpp>
#include <visionkit/decode/masks.hpp>
#include <visionkit/decode/nms.hpp>
#include <visionkit/decode/nms_compatible.hpp>
#include <visionkit/decode/panoptic.hpp>
#include <visionkit/decode/rotated.hpp>
#include <visionkit/decode/segmentation.hpp>

#include "fields/core.hpp"

VISIONKIT_ENUM(BoxCoordinates, pixels, normalized)
VISIONKIT_ENUM(BoxEncoding, corners, center, xywh)
VISIONKIT_ENUM(BoxOverlap, iou, giou, diou, ciou, smaller_area)
VISIONKIT_ENUM(CornerRule, half_pixel, align_corners)
VISIONKIT_ENUM(HeadLayout, rows, columns)
VISIONKIT_ENUM(LabelRule, best, several)
VISIONKIT_ENUM(MaskFrame, input, box)
VISIONKIT_ENUM(NmsMethod, greedy, soft_linear, soft_gaussian, weighted)
VISIONKIT_ENUM(NmsScope, per_class, all_classes)
VISIONKIT_ENUM(PrototypeResolution, image, input, prototype)
VISIONKIT_ENUM(PrototypeRule, logit, sigmoid)
VISIONKIT_ENUM(ScoreActivation, none, sigmoid, softmax)
VISIONKIT_ENUM(SegmentationResize, scores, labels)
VISIONKIT_ENUM(SegmentationScores, none, confidence, all_classes)
VISIONKIT_ENUM(SoftNmsDecay, linear, gaussian, hard)

VISIONKIT_FIELDS(DecodeContext, class_count, input, score_threshold, labels, coordinates, activation, encoding,
                 extra_values, strides, anchors, top_queries, mask_rule, mask_frame)
VISIONKIT_FIELDS(MaskNmsOptions, overlap_threshold, overlap, scope, max_detections)
VISIONKIT_FIELDS(NmsOptions, iou_threshold, method, scope, overlap, max_detections, max_candidates, sigma, min_score)
VISIONKIT_FIELDS(OpenCvNmsOptions, score_threshold, nms_threshold, eta, top_k)
VISIONKIT_FIELDS(PanopticMergeOptions, stuff, score_threshold, overlap_threshold, min_stuff_area)
VISIONKIT_FIELDS(PanopticQueryOptions, stuff, input, content, score_threshold, overlap_threshold, max_pixels)
VISIONKIT_FIELDS(PasteMasksOptions, threshold)
VISIONKIT_FIELDS(PrototypeMasksOptions, input, image, rule, resolution, content)
VISIONKIT_FIELDS(RankOptions, top_k, score_thresholds, allowed)
VISIONKIT_FIELDS(RetinanetAnchorOptions, levels, aspect_ratios)
VISIONKIT_FIELDS(RetinanetLevel, stride, sizes)
VISIONKIT_FIELDS(SegmentationDecodeOptions, class_count, input, content, activation, threshold, corners, resize, scores,
                 max_pixels)
VISIONKIT_FIELDS(SoftNmsOptions, decay, iou_threshold, sigma, score_threshold, top_k)
VISIONKIT_FIELDS(SsdAnchorOptions, levels, scales)
VISIONKIT_FIELDS(SsdLevel, grid, stride, aspect_ratios)
