// What a call allocates beside its engine once it has run a few times. Sanitizers bring their own operator new.
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

#include <cstdlib>
#include <new>

#include <doctest/doctest.h>

#include <visionkit/classifier.hpp>
#include <visionkit/detector.hpp>
#include <visionkit/image/io.hpp>
#include <visionkit/segmenter.hpp>

#include "runtime/model_file.hpp"
#include "runtime/session.hpp"
#include "support/files.hpp"

namespace {

thread_local std::size_t allocations = 0;  // of the calling thread

void* counted(std::size_t bytes, std::size_t alignment) {
  ++allocations;
  void* memory = alignment > alignof(std::max_align_t)
                     ? std::aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment)
                     : std::malloc(bytes == 0 ? 1 : bytes);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

}  // namespace

void* operator new(std::size_t bytes) { return counted(bytes, 0); }
void* operator new[](std::size_t bytes) { return counted(bytes, 0); }
void* operator new(std::size_t bytes, std::align_val_t alignment) {
  return counted(bytes, static_cast<std::size_t>(alignment));
}
void* operator new[](std::size_t bytes, std::align_val_t alignment) {
  return counted(bytes, static_cast<std::size_t>(alignment));
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }

using namespace visionkit;

namespace {

std::string model(const char* name) { return (test::data_folder() / "models" / name).string(); }

template <class Call>
std::size_t allocations_of(Call call) {
  for (int i = 0; i < 5; ++i) call();
  const auto before = allocations;
  call();
  return allocations - before;
}

// What the engine allocates for one picture.
std::size_t of_network(const char* name, const RunOptions& run, const PreprocessOptions& input) {
  const Image picture(Size{300, 200}, PixelFormat::rgb8);
  const auto tensor = Preprocessor(input).run(picture).tensor;
  const auto session = load_torchscript(Archive::from_file(model(name), run, {.newest = newest_file_format()}),
                                        {.run = run, .probes = {tensor, tensor}});
  const auto view = tensor.view();
  return allocations_of([&] { (void)session->run(view); });
}

}  // namespace

TEST_CASE("in the steady state a call allocates its result, what its engine takes, and little for decoding") {
  constexpr std::size_t result = 1;
  constexpr std::size_t of_decoding = 40;  // lists of candidates and rows
  const auto image = read_image((test::data_folder() / "digits/sheet.png").string());
  const auto file = encode_image(image, {.format = ImageFormat::jpeg});
  for (const auto engine : {Engine::libtorch, Engine::automatic}) {
    CAPTURE(to_string(engine));
    const test::TemporaryFolder cache;  // both loads take the same form
    const RunOptions run = {.engine = engine, .threads = 1, .cache_folder = cache.path().string()};
    ClassifierOptions options;
    options.run = run;
    const Classifier classifier(model("digits.pt"), options);
    const auto alone = of_network("digits.pt", run, *classifier.options().input);
    CHECK(allocations_of([&] { (void)classifier.classify(ImageView(image)); }) <= alone + result);
    CHECK(allocations_of([&] { (void)classifier.classify(std::span<const std::uint8_t>(file)); }) <= alone + result);

    DetectorOptions detecting;
    detecting.run = run;
    const Detector detector(model("digit_detector.pt"), detecting);
    CHECK(allocations_of([&] { (void)detector.detect(ImageView(image)); }) <=
          of_network("digit_detector.pt", run, *detector.options().input) + of_decoding);
    SegmenterOptions segmenting;
    segmenting.run = run;
    const Segmenter segmenter(model("digit_segmenter.pt"), segmenting);
    CHECK(allocations_of([&] { (void)segmenter.segment(ImageView(image)); }) <=
          of_network("digit_segmenter.pt", run, *segmenter.options().input) + of_decoding);
  }
}

#endif
