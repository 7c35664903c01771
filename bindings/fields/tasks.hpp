// The structs and enumerations of tasks/: models, their records, and how they are run.
#pragma once

#include <exception>
#include <utility>

#include <visionkit/classifier.hpp>
#include <visionkit/core/device.hpp>
#include <visionkit/core/error.hpp>
#include <visionkit/detector.hpp>
#include <visionkit/doctor.hpp>
#include <visionkit/engines.hpp>
#include <visionkit/model_description.hpp>
#include <visionkit/model_record.hpp>
#include <visionkit/profile.hpp>
#include <visionkit/segmenter.hpp>

#include "fields/decode.hpp"
#include "fields/image.hpp"
#include "fields/metrics.hpp"
#include "fields/preprocess.hpp"
#include "support/define.hpp"

VISIONKIT_ENUM(MapResolution, image, network)
VISIONKIT_ENUM(Precision, float32, bfloat16, float16)
VISIONKIT_ENUM(RecordOrigin, caller, archive, ultralytics, sidecar, none)
VISIONKIT_ENUM(Severity, note, advice, warning)
VISIONKIT_ENUM(Task, classification, multilabel_classification, detection, instance_segmentation, semantic_segmentation,
               panoptic_segmentation)

VISIONKIT_FIELDS(ClassifierOptions, top_k, score_thresholds, allow, deny, all_scores, temperature, task, scores, labels,
                 input, record, run)
VISIONKIT_FIELDS(DetectorOptions, score_threshold, iou_threshold, nms, mask_nms, tiles, allow, deny, format, decoder,
                 decoding, labels, input, record, run)
VISIONKIT_FIELDS(DoctorReport, library, processor, instruction_sets, machine_processors, allowed_processors, quota,
                 threads, threads_now, engines, torch_kernels, blas, codecs, loaded, omp_wait_policy, gomp_spin_count,
                 findings)
VISIONKIT_FIELDS(EngineInfo, engine, is_available, version, reason)
VISIONKIT_FIELDS(EngineTrial, engine, form, difference, ms, is_chosen, reason)
VISIONKIT_FIELDS(Finding, severity, subject, found, advice)
VISIONKIT_FIELDS(LibraryVersion, name, version)
VISIONKIT_FIELDS(LoadedLibrary, kind, path)
VISIONKIT_FIELDS(ModelDescription, file, bytes, sha256, record, record_origin, engine, device, precision, input,
                 outputs, parameters, optimization, trials, notes, keeps_state, load_ms, warm_up_ms, resident_bytes,
                 load_peak_bytes)
VISIONKIT_FIELDS(ModelLimits, max_bytes, max_extra_file_bytes, max_compression_ratio, max_records)
VISIONKIT_FIELDS(ModelRecord, name, task, labels, input, batch, output, temperature, score_thresholds, iou_threshold,
                 run, self_test, provenance)
VISIONKIT_FIELDS(OutputContract, scores, tensors, format, labels_per_box, coordinates, activation, encoding,
                 label_numbers, mask_rule, mask_frame, corners, resize, stuff)
VISIONKIT_FIELDS(Profile, calls, pictures, decode, preprocess, network, postprocess, total)
VISIONKIT_FIELDS(Provenance, version, source, license, note)
VISIONKIT_FIELDS(RecordedRun, precision, figure, in_float32, in_candidate, max_drop)
VISIONKIT_FIELDS(RunOptions, engine, device, precision, threads, cache_folder, sha256, manifest, limits)
VISIONKIT_FIELDS(SegmenterOptions, resolution, map_scores, score_threshold, tiles, max_pixels, scores, corners, resize,
                 stuff, labels, input, record, run)
VISIONKIT_FIELDS(SelfTest, size, input_sha256, output, tolerance)
VISIONKIT_FIELDS(TensorDescription, name, dtype, shape)

namespace visionkit::python {

/// The names that to_string() has: `auto` is a keyword of C++.
template <>
struct Enumerators<Engine> {
  static constexpr const char* name = "Engine";
  static constexpr auto list = std::to_array<Enumerator<Engine>>(
      {{"auto", Engine::automatic}, {"libtorch", Engine::libtorch}, {"openvino", Engine::openvino}});
};

/// "cpu", "cuda", "cuda:1".
template <>
struct Convert<Device> {
  static Device from(py::handle value, const Where& where);
  static py::object to(const Device& device) { return py::str(to_string(device)); }
  static std::string hint_in() { return "str"; }
  static std::string hint_out() { return "str"; }
};

/// Of a ModelRecord, or of a dictionary that holds what visionkit.json does.
template <>
struct Convert<ModelRecord> {
  static ModelRecord from(py::handle value, const Where& where);
  static py::object to(const ModelRecord& record) { return py::cast(record); }
  static std::string hint_in() { return "ModelRecord | Mapping[str, Any]"; }
  static std::string hint_out() { return "ModelRecord"; }
};

/// A callable that gets the tensors of one picture, as arrays, and a DecodeContext, and gives Detections in pixels of
/// the network's input. Called with the lock, from any thread.
template <>
struct Convert<DetectionDecoder> {
  static DetectionDecoder from(py::handle value, const Where& where);
  static py::object to(const DetectionDecoder& decoder);
  static std::string hint_in() { return "Callable[[list[NDArray[Any]], DecodeContext], Detections] | None"; }
  static std::string hint_out() { return hint_in(); }
};

/// What a callable raised on this thread, while it travels through C++ as an Error.
[[nodiscard]] std::exception_ptr take_raised();

/// Runs `work` without the lock. What a callable of Python raised in it is raised as it is.
template <class Work>
auto unlocked_with_callables(Work&& work) {
  try {
    return unlocked(std::forward<Work>(work));
  } catch (const Error&) {
    if (const auto raised = take_raised()) std::rethrow_exception(raised);
    throw;
  }
}

}  // namespace visionkit::python
