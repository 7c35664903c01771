// The part of a command line that says how a network runs.
#pragma once

#include <initializer_list>
#include <map>
#include <string>

#include <CLI/CLI.hpp>
#include <visionkit/core/device.hpp>

namespace example {

/// An option that takes the name of a value. CLI11 has its own way, which wants another to_string().
template <class Enum, class Value>
CLI::Option* add_choice(CLI::App& app, const std::string& option, Value& value, std::initializer_list<Enum> known) {
  std::map<std::string, Enum> names;
  for (const auto choice : known) names.emplace(to_string(choice), choice);
  return app
      .add_option_function<std::string>(option, [&value, names](const std::string& name) { value = names.at(name); })
      ->check(CLI::IsMember(names));
}

/// The part of the command line that says how the network runs.
struct RunArguments {
  visionkit::RunOptions options = {};

  void add_to(CLI::App& app, const std::string& threads_switch = "--threads") {
    using visionkit::Engine, visionkit::Precision;
    add_choice(app, "--engine", options.engine, {Engine::automatic, Engine::libtorch, Engine::openvino})
        ->description("What carries out the network: auto, libtorch, openvino");
    add_choice(app, "--precision", options.precision, {Precision::float32, Precision::bfloat16, Precision::float16})
        ->description("Its arithmetic: float32, bfloat16, float16");
    app.add_option(threads_switch, options.threads, "Threads of the network; 0: as many as there is room for")
        ->capture_default_str();
    app.add_option("--cache", options.cache_folder, "Folder that keeps what was found out about the network");
  }
};

}  // namespace example
