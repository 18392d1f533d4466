# One entry of ctest for each suite of a GoogleTest program: what a suite needs to load, it loads once. Suites named Gpu
# have the label gpu.
# cmake -DPROGRAM=FILE -DPREFIX=core/ -DOUTPUT=FILE -P discover_suites.cmake
execute_process(COMMAND ${PROGRAM} --gtest_list_tests OUTPUT_VARIABLE listed RESULT_VARIABLE failed TIMEOUT 60)
if(failed)
  message(FATAL_ERROR "${PROGRAM} does not list its tests: ${failed}")
endif()
string(REGEX MATCHALL "(^|\n)[A-Za-z0-9_/]+[.]" suites "${listed}")
set(entries "")
foreach(suite ${suites})
  string(REGEX REPLACE "[\n.]" "" suite "${suite}")
  set(properties "TIMEOUT 1800")
  if(suite STREQUAL "Gpu")
    string(APPEND properties " LABELS gpu")
  endif()
  string(APPEND entries "add_test(\"${PREFIX}${suite}\" \"${PROGRAM}\" \"--gtest_filter=${suite}.*\")\n"
                        "set_tests_properties(\"${PREFIX}${suite}\" PROPERTIES ${properties})\n")
endforeach()
file(WRITE ${OUTPUT} "${entries}")
