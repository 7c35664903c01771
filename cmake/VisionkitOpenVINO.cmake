# Finds the C++ parts of OpenVINO's Python wheel in the project's .venv or the active Python environment, or an installed
# OpenVINO, and makes the target visionkit_openvino_sdk. The interface of its PyTorch frontend changes between releases,
# so only the one that the engine was written for is taken.
set(VISIONKIT_OPENVINO_VERSION 2026.4)

if(VISIONKIT_WITH_OPENVINO)
  file(GLOB _wheels ${PROJECT_SOURCE_DIR}/.venv/lib/python3*/site-packages/openvino/cmake
    "$ENV{VIRTUAL_ENV}/lib/python3*/site-packages/openvino/cmake")
  find_package(OpenVINO ${VISIONKIT_OPENVINO_VERSION} QUIET CONFIG COMPONENTS Runtime PyTorch HINTS ${_wheels})
  if(OpenVINO_FOUND)
    add_library(visionkit_openvino_sdk INTERFACE)
    target_link_libraries(visionkit_openvino_sdk INTERFACE openvino::runtime openvino::frontend::pytorch)
    get_target_property(_location openvino::runtime IMPORTED_LOCATION_RELEASE)
    get_filename_component(VISIONKIT_OPENVINO_LIBRARY_DIR "${_location}" DIRECTORY)
    message(STATUS "Found OpenVINO ${OpenVINO_VERSION}: ${VISIONKIT_OPENVINO_LIBRARY_DIR}")
    # Programs of the build tree open the library of the build tree.
    list(APPEND CMAKE_BUILD_RPATH ${PROJECT_BINARY_DIR}/src/runtime/openvino)
  elseif(VISIONKIT_WITH_OPENVINO STREQUAL "AUTO")
    message(STATUS "The engine openvino is left out: there is no OpenVINO ${VISIONKIT_OPENVINO_VERSION}")
  else()
    message(FATAL_ERROR "VISIONKIT_WITH_OPENVINO is ${VISIONKIT_WITH_OPENVINO}, but there is no OpenVINO "
      "${VISIONKIT_OPENVINO_VERSION}: `pip install openvino` into the project's .venv (cmake/setup.sh does it), or set "
      "OpenVINO_DIR")
  endif()
endif()
