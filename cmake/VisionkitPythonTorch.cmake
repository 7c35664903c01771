# For a wheel: the torch of the environment that it is installed into is the one to build with, and no other. pip hides it
# from the build by PYTHONPATH, which -I ignores.
execute_process(COMMAND ${Python_EXECUTABLE} -I -c
  "import importlib.util as u; s = u.find_spec('torch'); print(s.submodule_search_locations[0] if s else '')"
  OUTPUT_VARIABLE torch_folder OUTPUT_STRIP_TRAILING_WHITESPACE)
if(NOT torch_folder)
  message(FATAL_ERROR "There is no torch beside this Python (${Python_EXECUTABLE}), whose LibTorch runs the networks. "
    "Either `pip install torch==2.13.0` and try again, or leave the networks out: "
    "`pip install . -C cmake.define.VISIONKIT_BUILD_RUNTIME=OFF`")
endif()
list(APPEND CMAKE_PREFIX_PATH ${torch_folder}/../openvino)  # where it is installed, too
set(VISIONKIT_TORCH_ROOT ${torch_folder} CACHE PATH "Folder of LibTorch" FORCE)
