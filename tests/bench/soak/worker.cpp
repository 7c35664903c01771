// Mixed traffic from eight threads over six objects: three tasks, both engines; pictures, files and batches of several
// sizes. Compares every answer with the first one for the same question, and looks at the memory of the process each
// second.
//   visionkit_soak_bench FOLDER_WITH_MODELS SCENES PICTURE SECONDS   prints JSON
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

#include <nlohmann/json.hpp>

#include <visionkit/classifier.hpp>
#include <visionkit/detector.hpp>
#include <visionkit/image/io.hpp>
#include <visionkit/preprocess/resize.hpp>
#include <visionkit/segmenter.hpp>

#include "runtime/process_memory.hpp"

namespace {

using Clock = std::chrono::steady_clock;

// Answers whether the answer is the first one.
using Question = std::function<bool()>;

template <class Ask>
Question question(Ask ask) {
  return [ask, expected = ask()] { return ask() == expected; };
}

struct Material {
  std::vector<visionkit::Image> pictures;
  std::vector<std::vector<std::uint8_t>> files;
};

Material material(const std::string& scenes, const std::string& picture) {
  Material found;
  for (const auto& entry : std::filesystem::directory_iterator(scenes)) {
    if (entry.path().extension() != ".png" && entry.path().extension() != ".jpg") continue;
    found.pictures.push_back(visionkit::read_image(entry.path().string()));
    if (found.pictures.size() == 6) break;
  }
  const auto photograph = visionkit::read_image(picture);
  for (const auto size : {visionkit::Size{1920, 1080}, visionkit::Size{640, 480}, visionkit::Size{333, 517}})
    found.pictures.push_back(visionkit::resize(photograph, size, visionkit::Interpolation::opencv_linear));
  for (const auto& image : found.pictures) {
    found.files.push_back(visionkit::encode_image(image, {.format = visionkit::ImageFormat::jpeg}));
    found.files.push_back(visionkit::encode_image(image, {.format = visionkit::ImageFormat::png}));
  }
  return found;
}

// `answer` takes a picture, the bytes of a file or several pictures.
template <class Answer>
void add(std::vector<Question>& questions, const Material& material, Answer answer) {
  for (const auto& image : material.pictures)
    questions.push_back(question([&image, answer] { return answer(visionkit::ImageView(image)); }));
  for (const auto& file : material.files)
    questions.push_back(question([&file, answer] { return answer(std::span<const std::uint8_t>(file)); }));
  for (const std::size_t batch : {2, 3, 5, 9})
    questions.push_back(question([&material, answer, batch] {
      return answer(std::span<const visionkit::Image>(material.pictures).first(batch));
    }));
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 5) return 2;
  const std::string models = argv[1];
  const auto pictures = material(argv[2], argv[3]);
  const auto seconds = std::chrono::duration<double>(std::atof(argv[4]));

  std::vector<Question> questions;
  std::vector<std::string> engines;
  std::vector<std::shared_ptr<void>> objects;
  const auto keep = [&]<class Task>(Task task) {
    engines.push_back(task.describe().engine);
    auto kept = std::make_shared<Task>(std::move(task));
    objects.push_back(kept);
    return kept.get();
  };
  // One thread for each call: with LibTorch another number gives other last bits.
  for (const auto engine : {visionkit::Engine::libtorch, visionkit::Engine::automatic}) {
    const visionkit::RunOptions run = {.engine = engine, .threads = 1};
    visionkit::ClassifierOptions classifying;
    classifying.run = run;
    visionkit::DetectorOptions detecting;
    detecting.run = run;
    visionkit::SegmenterOptions segmenting;
    segmenting.run = run;
    auto* classifier = keep(visionkit::Classifier(models + "/digits.pt", classifying));
    auto* detector = keep(visionkit::Detector(models + "/digit_instances.pt", detecting));
    auto* segmenter = keep(visionkit::Segmenter(models + "/digit_segmenter.pt", segmenting));
    add(questions, pictures, [=](auto input) { return classifier->classify(input); });
    add(questions, pictures, [=](auto input) { return detector->detect(input); });
    add(questions, pictures, [=](auto input) { return segmenter->segment(input); });
  }

  std::atomic<std::uint64_t> calls = 0, different = 0;
  std::atomic<bool> is_over = false;
  std::vector<std::thread> threads;
  for (std::size_t number = 0; number < 8; ++number) {
    threads.emplace_back([&, number] {
      for (std::size_t i = number * 7; !is_over; i += 11) {
        if (!questions[i % questions.size()]()) ++different;
        ++calls;
      }
    });
  }
  std::vector<std::uint64_t> resident;
  const auto begin = Clock::now();
  while (Clock::now() - begin < seconds) {
    std::this_thread::sleep_for(std::chrono::seconds(1));
    resident.push_back(visionkit::resident_bytes());
  }
  is_over = true;
  for (auto& thread : threads) thread.join();
  std::cout << nlohmann::json{{"calls", calls.load()},
                              {"questions", questions.size()},
                              {"different", different.load()},
                              {"engines", engines},
                              {"resident_bytes", resident}}
            << '\n';
} catch (const visionkit::Error& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
