# alt_library(NAME [MLIR] LINK a b ...): one stage of the data flow, the .cpp files beside the
# calling CMakeLists.txt. The link line is the architecture: what is not linked cannot be included.
# MLIR marks the few stages that may see MLIR and LLVM headers.
function(alt_library name)
  cmake_parse_arguments(ARG "MLIR" "" "LINK" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS "*.cpp")
  add_library(alt_${name} STATIC ${sources})
  target_include_directories(alt_${name} PUBLIC ${PROJECT_SOURCE_DIR}/include
                                                ${PROJECT_SOURCE_DIR}/src)
  foreach(dependency ${ARG_LINK})
    if(TARGET alt_${dependency})
      target_link_libraries(alt_${name} PUBLIC alt_${dependency})
    else()
      target_link_libraries(alt_${name} PUBLIC ${dependency})
    endif()
  endforeach()
  if(ARG_MLIR)
    target_link_libraries(alt_${name} PUBLIC alt_mlir)
  endif()
endfunction()

# alt_tool(NAME LINK a b ...): one program in build/bin from the .cpp files given.
function(alt_tool name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_include_directories(${name} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
  foreach(dependency ${ARG_LINK})
    target_link_libraries(${name} PRIVATE alt_${dependency})
  endforeach()
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
endfunction()

# For what hangs: the longest suite takes half a minute of two quiet cores, of busy ones many times that.
set(ALT_TEST_TIMEOUT 1800)

# alt_test(NAME LINK a b ... [LABEL unit]): one gtest program from the .cpp files beside the
# calling CMakeLists.txt.
function(alt_test name)
  cmake_parse_arguments(ARG "" "LABEL" "LINK" ${ARGN})
  if(NOT ARG_LABEL)
    set(ARG_LABEL unit)
  endif()
  file(GLOB sources CONFIGURE_DEPENDS "*.cpp")
  add_executable(${name}_test ${sources})
  target_include_directories(${name}_test PRIVATE ${PROJECT_SOURCE_DIR}/tests/support)
  foreach(dependency ${ARG_LINK})
    target_link_libraries(${name}_test PRIVATE alt_${dependency})
  endforeach()
  target_link_libraries(${name}_test PRIVATE GTest::gtest_main GTest::gmock)
  target_compile_definitions(${name}_test PRIVATE ALT_TEST_DATA="${CMAKE_CURRENT_SOURCE_DIR}"
                                                  ALT_BIN_DIR="${CMAKE_BINARY_DIR}/bin")
  add_test(NAME ${name} COMMAND ${name}_test)
  set_tests_properties(${name} PROPERTIES LABELS ${ARG_LABEL} TIMEOUT ${ALT_TEST_TIMEOUT})
endfunction()

# alt_lit_suite(NAME): lit and FileCheck on the tools; the tests lie beside the
# calling CMakeLists.txt, tests/support/lit.cfg.py says how they run.
function(alt_lit_suite name)
  configure_file(${PROJECT_SOURCE_DIR}/tests/support/lit.site.cfg.py.in
                 ${CMAKE_CURRENT_BINARY_DIR}/lit.site.cfg.py @ONLY)
  add_test(NAME ${name} COMMAND ${LLVM_TOOLS_BINARY_DIR}/lit -v -j2 ${CMAKE_CURRENT_BINARY_DIR})
  set_tests_properties(${name} PROPERTIES LABELS ${name} TIMEOUT ${ALT_TEST_TIMEOUT})
endfunction()
