# The installed package: libraries, public headers, CMake package, pkg-config files. All of it may be moved.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/visionkit)
file(RELATIVE_PATH pc_prefix /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
string(REGEX REPLACE "/$" "" pc_prefix ${pc_prefix})

function(visionkit_install_component component description)
  install(TARGETS visionkit_${component} EXPORT visionkit-${component}
    LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
    RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
  install(EXPORT visionkit-${component} NAMESPACE visionkit:: DESTINATION ${package_dir}
    FILE visionkit-${component}-targets.cmake)

  get_property(requires GLOBAL PROPERTY VISIONKIT_${component}_PC_REQUIRES)
  get_property(libs GLOBAL PROPERTY VISIONKIT_${component}_PC_LIBS)
  list(JOIN requires " " pc_requires)
  list(JOIN libs " " pc_libs)
  set(pc_description "${description}")
  configure_file(${PROJECT_SOURCE_DIR}/cmake/visionkit.pc.in ${PROJECT_BINARY_DIR}/visionkit-${component}.pc @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/visionkit-${component}.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

  get_property(dependencies GLOBAL PROPERTY VISIONKIT_${component}_DEPENDENCIES)
  list(JOIN dependencies "\n" ${component}_dependencies)
  set(${component}_dependencies "${${component}_dependencies}" PARENT_SCOPE)
endfunction()

visionkit_install_component(core "Images, preprocessing, decoding and metrics for vision inference")
if(VISIONKIT_BUILD_RUNTIME)
  visionkit_install_component(runtime "Vision models from TorchScript files, run by LibTorch")
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/visionkit DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
    FILES_MATCHING PATTERN "*.hpp")
else()
  # The headers that stand directly in include/visionkit are the runtime's.
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/visionkit DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
    FILES_MATCHING REGEX "/visionkit/[^/]+/.*\\.hpp$")
endif()

configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/visionkitConfig.cmake.in
  ${PROJECT_BINARY_DIR}/visionkitConfig.cmake INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/visionkitConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/visionkitConfig.cmake ${PROJECT_BINARY_DIR}/visionkitConfigVersion.cmake
  DESTINATION ${package_dir})
install(FILES ${PROJECT_SOURCE_DIR}/cmake/FindVisionkitTorch.cmake ${PROJECT_SOURCE_DIR}/cmake/FindWebP.cmake
  DESTINATION ${package_dir}/modules)
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
