#include <fmt/core.h>

#include <visionkit/visionkit.hpp>

int main(int argc, char** argv) try {
  if (argc != 3) return fmt::print(stderr, "usage: {} MODEL PICTURE\n", argv[0]), 2;
  const visionkit::Classifier classifier(argv[1]);  // labels, input and task: from the file
  const auto found = classifier.classify(visionkit::read_image(argv[2]));
  for (const auto& c : found) fmt::print("{:<24} {:.3f}\n", classifier.labels()[c.label], c.score);
} catch (const visionkit::Error& error) {
  return fmt::print(stderr, "{}\n", error.what()), 1;
}
