# Functions that the build files of all folders share.

find_program(VISIONKIT_CCACHE ccache)

# The settings of every target of the project: C++20, warnings, hidden symbols. Nothing global is touched.
function(visionkit_target_defaults target)
  target_compile_features(${target} PUBLIC cxx_std_20)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion)
  set_target_properties(${target} PROPERTIES
    CXX_EXTENSIONS OFF CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON POSITION_INDEPENDENT_CODE ON
    DEFINE_SYMBOL "")  # static and shared builds compile the same, so that ccache serves both
  if(VISIONKIT_CCACHE)
    set_target_properties(${target} PROPERTIES CXX_COMPILER_LAUNCHER ${VISIONKIT_CCACHE})
  endif()
endfunction()

# The settings of visionkit::core and visionkit::runtime.
function(visionkit_library component)
  set(target visionkit_${component})
  add_library(${target})
  add_library(visionkit::${component} ALIAS ${target})
  visionkit_target_defaults(${target})
  target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR}/src)
  target_link_options(${target} PRIVATE -Wl,-z,defs)  # a symbol that core hides from runtime fails here, not at the user's
  # Until 1.0 a new minor version may break the binary interface.
  set_target_properties(${target} PROPERTIES
    EXPORT_NAME ${component} VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR}
    INSTALL_RPATH "$ORIGIN")
endfunction()

# Finds a library that a component links, and notes what the installed package has to find again:
#   visionkit_needs(core PRIVATE libpng PNG)
# that is component, visibility, the pkg-config module (or linker flags) and the arguments of find_package(). PRIVATE
# libraries concern the users of a static build only. Header-only libraries that no public header includes need plain
# find_package() and $<BUILD_INTERFACE:...>.
macro(visionkit_needs component visibility pkgconfig)
  find_package(${ARGN} REQUIRED)
  if("${visibility}" STREQUAL "PUBLIC" OR NOT BUILD_SHARED_LIBS)
    string(REPLACE ";" " " _arguments "${ARGN}")
    set_property(GLOBAL APPEND PROPERTY VISIONKIT_${component}_DEPENDENCIES "find_dependency(${_arguments})")
    if("${pkgconfig}" MATCHES "^-")
      set_property(GLOBAL APPEND PROPERTY VISIONKIT_${component}_PC_LIBS "${pkgconfig}")
    else()
      set_property(GLOBAL APPEND PROPERTY VISIONKIT_${component}_PC_REQUIRES "${pkgconfig}")
    endif()
  endif()
endmacro()

# One doctest program for the tests of a folder: visionkit_add_tests(<folder> SOURCES a_test.cpp ... [LINK targets...])
# The program is visionkit_<folder>_tests, the ctest name unit.<folder>. Test suites whose name starts with "oracle." or
# "reference." are left out of it and registered with visionkit_add_suite().
function(visionkit_add_tests folder)
  cmake_parse_arguments(arg "" "" "SOURCES;LINK" ${ARGN})
  set(target visionkit_${folder}_tests)
  add_executable(${target} ${arg_SOURCES})
  visionkit_target_defaults(${target})
  target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR}/tests ${PROJECT_SOURCE_DIR}/src)
  target_link_libraries(${target} PRIVATE visionkit_test_support ${arg_LINK})
  add_test(NAME unit.${folder} COMMAND ${target} --test-suite-exclude=oracle.*,reference.*)
  set_tests_properties(unit.${folder} PROPERTIES LABELS unit)
endfunction()

# Registers one doctest suite of a folder's program under its own ctest name and label, both taken from the suite's name:
# visionkit_add_suite(preprocess oracle.preproc)
function(visionkit_add_suite folder suite)
  string(REGEX REPLACE "\\..*" "" label ${suite})
  add_test(NAME ${suite} COMMAND visionkit_${folder}_tests --test-suite=${suite})
  set_tests_properties(${suite} PROPERTIES LABELS ${label})
endfunction()
