// The version of visionkit. CMake reads these three lines; nothing else states the version.
#pragma once

#define VISIONKIT_VERSION_MAJOR 0
#define VISIONKIT_VERSION_MINOR 1
#define VISIONKIT_VERSION_PATCH 0
