# Finds LibTorch and makes the target visionkit_torch. Headers and libraries come from one folder, never from two installs.
#
# Searched, first hit wins: VISIONKIT_TORCH_ROOT, Torch_ROOT, Torch_DIR, CMAKE_PREFIX_PATH (as cache or environment
# variables; the folder of an unpacked LibTorch, of a Python environment, or torch.utils.cmake_prefix_path), the project's
# .venv, the active Python environment, /usr/local, /usr.
#
# Upstream's TorchConfig.cmake is not used: it mixes two installs, edits the global flags, wants the CUDA toolkit for a
# CUDA build and adds stray RPATH entries.
#
# Sets VisionkitTorch_FOUND, VisionkitTorch_VERSION, VisionkitTorch_ROOT_DIR, VisionkitTorch_LIBRARY_DIR.

set(VISIONKIT_TORCH_ROOT "" CACHE PATH "Folder of LibTorch; empty: search")

# The folders that a path given by a user may stand for.
function(_visionkit_torch_candidates result)
  set(found)
  foreach(path IN LISTS ARGN)
    if(path STREQUAL "" OR path MATCHES "-NOTFOUND$")
      continue()
    endif()
    string(REGEX REPLACE "/share/cmake(/Torch)?/?$" "" path "${path}")
    string(REGEX REPLACE "/lib/[^/]+/cmake/Torch/?$" "" path "${path}")  # Debian's Torch_DIR
    file(GLOB inside_python "${path}/lib/python3*/site-packages/torch")
    list(APPEND found "${path}" "${path}/torch" ${inside_python})
  endforeach()
  set(${result} ${found} PARENT_SCOPE)
endfunction()

# The version of the headers below a folder, empty when there are none.
function(_visionkit_torch_version result root)
  set(version "")
  foreach(header torch/headeronly/version.h torch/csrc/api/include/torch/version.h)
    if(version STREQUAL "" AND EXISTS "${root}/include/${header}")
      file(STRINGS "${root}/include/${header}" lines REGEX "define TORCH_VERSION_(MAJOR|MINOR|PATCH) ")
      string(REGEX REPLACE "[^0-9]*([0-9]+)[^0-9]*([0-9]+)[^0-9]*([0-9]+).*" "\\1.\\2.\\3" version "${lines}")
    endif()
  endforeach()
  set(${result} "${version}" PARENT_SCOPE)
endfunction()

string(REPLACE ":" ";" _environment_prefixes "$ENV{CMAKE_PREFIX_PATH}")
_visionkit_torch_candidates(_candidates "${VISIONKIT_TORCH_ROOT}")
if(NOT _candidates)
  _visionkit_torch_candidates(_candidates
    "${Torch_ROOT}" "$ENV{Torch_ROOT}" "${Torch_DIR}" "$ENV{Torch_DIR}" ${CMAKE_PREFIX_PATH} ${_environment_prefixes}
    ${VISIONKIT_TORCH_HINTS} "$ENV{VIRTUAL_ENV}" /usr/local /usr)
endif()

set(_why)
set(VisionkitTorch_FOUND FALSE)
foreach(_root IN LISTS _candidates)
  if(NOT EXISTS "${_root}/include/torch/script.h")
    continue()
  endif()
  set(_folder)
  foreach(_name lib "lib/${CMAKE_LIBRARY_ARCHITECTURE}" lib64)
    if(NOT _folder AND EXISTS "${_root}/${_name}/libtorch_cpu.so")
      set(_folder "${_root}/${_name}")
    endif()
  endforeach()
  set(_missing)
  foreach(_library torch torch_cpu c10)
    if(NOT EXISTS "${_folder}/lib${_library}.so")
      list(APPEND _missing "lib${_library}.so")
    endif()
  endforeach()
  if(_missing)
    set(_why " ${_root} has the headers but not ${_missing}.")
    continue()
  endif()
  file(STRINGS "${_folder}/libc10.so" _new_strings REGEX "__cxx11" LIMIT_COUNT 1)
  if(NOT _new_strings)
    set(_why " The one in ${_root} was built with the old C++ ABI (_GLIBCXX_USE_CXX11_ABI=0) and cannot be used.")
    continue()
  endif()
  _visionkit_torch_version(_version "${_root}")
  if(_version VERSION_LESS "${VisionkitTorch_FIND_VERSION}" OR
     (VisionkitTorch_FIND_VERSION_EXACT AND NOT _version VERSION_EQUAL "${VisionkitTorch_FIND_VERSION}"))
    set(_why " The one in ${_root} is version ${_version}.")
    continue()
  endif()
  file(REAL_PATH "${_folder}" VisionkitTorch_LIBRARY_DIR)
  file(REAL_PATH "${_root}" VisionkitTorch_ROOT_DIR)
  set(VisionkitTorch_VERSION ${_version})
  set(VisionkitTorch_FOUND TRUE)
  if(NOT VisionkitTorch_FIND_QUIETLY)
    message(STATUS "Found LibTorch ${_version}: ${VisionkitTorch_ROOT_DIR}")
  endif()
  break()
endforeach()

if(NOT VisionkitTorch_FOUND)
  set(_or_later " or later")
  if(VisionkitTorch_FIND_VERSION_EXACT)
    set(_or_later ", the version it was compiled with")
  endif()
  string(CONCAT VisionkitTorch_NOT_FOUND_MESSAGE
    "visionkit::runtime needs LibTorch ${VisionkitTorch_FIND_VERSION}${_or_later}: `pip install torch` into the project's "
    ".venv (cmake/setup.sh does it), or set VISIONKIT_TORCH_ROOT to the folder of another LibTorch, or build without it "
    "by VISIONKIT_BUILD_RUNTIME=OFF.${_why}")
  if(VisionkitTorch_FIND_REQUIRED)
    message(FATAL_ERROR "${VisionkitTorch_NOT_FOUND_MESSAGE}")
  endif()
endif()

if(VisionkitTorch_FOUND AND NOT TARGET visionkit_torch)
  add_library(visionkit_torch INTERFACE IMPORTED GLOBAL)
  set_target_properties(visionkit_torch PROPERTIES
    INTERFACE_INCLUDE_DIRECTORIES
      "${VisionkitTorch_ROOT_DIR}/include;${VisionkitTorch_ROOT_DIR}/include/torch/csrc/api/include"
    # The wheel has its own fmt headers in its include folder and no fmt library. Header-only fmt lives in the file that
    # includes it, under a namespace named for its version, so that it meets neither LibTorch's fmt nor the system's.
    INTERFACE_COMPILE_DEFINITIONS FMT_HEADER_ONLY
    # libtorch.so holds nothing itself but brings in the library of a CUDA build, which linkers that drop unused
    # libraries must not drop.
    INTERFACE_LINK_LIBRARIES
      "-Wl,--push-state,--no-as-needed ${VisionkitTorch_LIBRARY_DIR}/libtorch.so -Wl,--pop-state;${VisionkitTorch_LIBRARY_DIR}/libtorch_cpu.so;${VisionkitTorch_LIBRARY_DIR}/libc10.so")
endif()
