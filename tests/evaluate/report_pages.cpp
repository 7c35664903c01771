// Writes the example reports into a folder, for report_browser.py.
#include <cstdio>
#include <filesystem>

#include <visionkit/core/error.hpp>

#include "evaluate/report_examples.hpp"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: visionkit_report_pages FOLDER\n", stderr);
    return 2;
  }
  try {
    for (const auto& [name, evaluation, options] : visionkit::test::example_reports())
      visionkit::write_report((std::filesystem::path(argv[1]) / (name + ".html")).string(), evaluation, options);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
