# The one place where compiler flags and target shapes are decided.
#
#   kvitt_flags          INTERFACE library of our own warnings and sanitizers; linked privately,
#                        exported by nobody.
#   kvitt_test(NAME SOURCES... [LIBS ...] [LABELS ...])   a GoogleTest program and its ctest entry
#   kvitt_bench(NAME SOURCES... [LIBS ...])               a Google Benchmark program, run once by ctest
#   kvitt_fuzz(NAME SOURCES... [LIBS ...])                a libFuzzer target (clang), else a replay of
#                                                         its corpus as a plain test

add_library(kvitt_flags INTERFACE)
target_compile_options(kvitt_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wdouble-promotion -Wfloat-equal -Wshadow
  -Wundef -Wcast-qual -Wold-style-cast -Wnon-virtual-dtor -Woverloaded-virtual -Wextra-semi -Wformat=2
  -Wimplicit-fallthrough -Wswitch-enum -Wvla -Wmissing-declarations
  $<$<CXX_COMPILER_ID:GNU>:-Wcast-align=strict -Wduplicated-cond -Wduplicated-branches -Wlogical-op>
  # g++ 12 sees an overlap in `"literal" + std::string()` that is not there (GCC bug 105651).
  $<$<AND:$<CXX_COMPILER_ID:GNU>,$<VERSION_LESS:$<CXX_COMPILER_VERSION>,13>>:-Wno-restrict>
  $<$<BOOL:${KVITT_WERROR}>:-Werror>
  -march=x86-64-v2 -mtune=generic
  # Records are cleared and copied by the hundred million: moves of 16 bytes, not "rep stos", whose
  # start alone costs more than a record.
  $<$<CXX_COMPILER_ID:GNU>:-mmemset-strategy=vector_loop:512:noalign,libcall:-1:noalign>
  $<$<CXX_COMPILER_ID:GNU>:-mmemcpy-strategy=vector_loop:512:noalign,libcall:-1:noalign>
  -fstack-protector-strong)
target_compile_definitions(kvitt_flags INTERFACE
  $<$<CONFIG:Debug>:_GLIBCXX_ASSERTIONS>)
if(KVITT_SANITIZE)
  target_compile_options(kvitt_flags INTERFACE
    -fsanitize=${KVITT_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_compile_definitions(kvitt_flags INTERFACE _GLIBCXX_ASSERTIONS)
  add_link_options(-fsanitize=${KVITT_SANITIZE})
endif()
if(KVITT_FUZZ)
  target_compile_options(kvitt_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()

# Test code is run once and compiled often: in release builds it is optimised less than what it tests.
set(kvitt_test_optimisation $<$<CONFIG:Release>:-O1>)

function(kvitt_test name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LIBS;LABELS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES} ${ARG_UNPARSED_ARGUMENTS})
  target_compile_options(${name} PRIVATE ${kvitt_test_optimisation})
  target_link_libraries(${name} PRIVATE kvitt_flags ${ARG_LIBS} GTest::gtest GTest::gmock GTest::gtest_main)
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR})
  target_compile_definitions(${name} PRIVATE KVITT_SOURCE_DIR="${PROJECT_SOURCE_DIR}"
    KVITT_BINARY_DIR="${PROJECT_BINARY_DIR}")
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES TIMEOUT 900)
  if(ARG_LABELS)
    set_tests_properties(${name} PROPERTIES LABELS "${ARG_LABELS}")
  endif()
endfunction()

function(kvitt_bench name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LIBS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES} ${ARG_UNPARSED_ARGUMENTS})
  target_link_libraries(${name} PRIVATE kvitt_flags ${ARG_LIBS} benchmark::benchmark benchmark::benchmark_main)
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR})
  add_test(NAME ${name}_smoke COMMAND ${name} --benchmark_min_time=0.001)
  set_tests_properties(${name}_smoke PROPERTIES LABELS bench_smoke TIMEOUT 300)
endfunction()

function(kvitt_fuzz name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LIBS;CORPUS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES} ${ARG_UNPARSED_ARGUMENTS})
  target_compile_options(${name} PRIVATE ${kvitt_test_optimisation})
  target_link_libraries(${name} PRIVATE kvitt_flags ${ARG_LIBS})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR})
  if(KVITT_FUZZ)
    target_link_options(${name} PRIVATE -fsanitize=fuzzer)
    list(JOIN ARG_CORPUS "," corpus)
    set_property(GLOBAL APPEND PROPERTY KVITT_FUZZERS ${name})
    set_property(GLOBAL APPEND_STRING PROPERTY KVITT_FUZZERS_TEXT
      "${name}|$<TARGET_FILE:${name}>|${corpus}\n")
  else()
    # Without libFuzzer the same target replays its corpus and a seeded set of mutations.
    target_sources(${name} PRIVATE ${PROJECT_SOURCE_DIR}/tests/fuzz/replay_main.cc)
    add_test(NAME ${name}_replay COMMAND ${name} tests/fuzz/corpus/${name} ${ARG_CORPUS}
      WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
    set_tests_properties(${name}_replay PROPERTIES LABELS fuzz_replay TIMEOUT 600)
  endif()
endfunction()

# Called once, after every fuzz target is known: the target `fuzzers` builds them all, and
# build/fuzz/fuzzers.txt tells scripts/fuzz what they are: name|program|corpus folders, comma-joined.
function(kvitt_list_fuzzers)
  get_property(fuzzers GLOBAL PROPERTY KVITT_FUZZERS)
  get_property(text GLOBAL PROPERTY KVITT_FUZZERS_TEXT)
  add_custom_target(fuzzers DEPENDS ${fuzzers})
  file(GENERATE OUTPUT ${PROJECT_BINARY_DIR}/fuzzers.txt CONTENT "${text}")
endfunction()
