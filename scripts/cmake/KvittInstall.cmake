# What `cmake --install` puts where: the libraries, their public headers, the program, and the files
# by which find_package(kvitt) finds them. Included last, when every target is known.

set(kvitt_installed kvitt_engine kvitt_io)
if(TARGET kvitt)
  list(APPEND kvitt_installed kvitt)
endif()
install(TARGETS ${kvitt_installed} EXPORT kvittTargets
  RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR}
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
  FILE_SET HEADERS DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})

set(kvitt_package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/kvitt)
install(EXPORT kvittTargets NAMESPACE kvitt:: DESTINATION ${kvitt_package_dir})
configure_package_config_file(${PROJECT_SOURCE_DIR}/scripts/cmake/kvittConfig.cmake.in
  ${PROJECT_BINARY_DIR}/kvittConfig.cmake INSTALL_DESTINATION ${kvitt_package_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/kvittConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/kvittConfig.cmake ${PROJECT_BINARY_DIR}/kvittConfigVersion.cmake
  DESTINATION ${kvitt_package_dir})
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
