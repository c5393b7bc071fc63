# cmake -DBUILD=... -DCONSUMER=... -DCXX=... -DGENERATOR=... -P run.cmake
# Installs the build tree BUILD into a fresh folder and builds the project CONSUMER against it.
set(root "${BUILD}/consumer")
file(REMOVE_RECURSE "${root}")

function(run what)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE result OUTPUT_VARIABLE out ERROR_VARIABLE out)
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "${what} failed (${result}):\n${out}")
  endif()
endfunction()

run("installing" "${CMAKE_COMMAND}" --install "${BUILD}" --prefix "${root}/prefix")
run("configuring" "${CMAKE_COMMAND}" -S "${CONSUMER}" -B "${root}/build" -G "${GENERATOR}"
  "-DCMAKE_CXX_COMPILER=${CXX}" "-DCMAKE_PREFIX_PATH=${root}/prefix" -DCMAKE_BUILD_TYPE=Release
  -DCMAKE_FIND_USE_PACKAGE_REGISTRY=OFF)
run("building" "${CMAKE_COMMAND}" --build "${root}/build")
run("running" "${root}/build/consumer")
