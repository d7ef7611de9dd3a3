# Tests written in Python, and what they need. Each runs once as whoever started ctest, with
#   CUPEL_PREFIX   a prefix with bin/, libexec/cupel/ and share/cupel/ (the build's stage)
#   CUPEL_SOURCE   a folder with tests/, docs/schema/, graders/, harness/ and policies/
#   CUPEL_HELPERS  the folder of executables made by cupel_test_helper()
# and, when root started ctest, a second time as an ordinary user (label "user"), from a copy of
# all three that this user can read. See tests/as_user and tests/support.py.

set(CUPEL_HELPERS ${PROJECT_BINARY_DIR}/helpers)
set(CUPEL_USER_NOTE ${PROJECT_BINARY_DIR}/user-copy) # holds the path of the copy
set(CUPEL_TEST_ENVIRONMENT
    CUPEL_PREFIX=${CUPEL_STAGE} CUPEL_SOURCE=${PROJECT_SOURCE_DIR} CUPEL_HELPERS=${CUPEL_HELPERS}
    CUPEL_BUILD=${PROJECT_BINARY_DIR} PYTHONPATH=${PROJECT_SOURCE_DIR}/tests
    PYTHONDONTWRITEBYTECODE=1 ASAN_OPTIONS=exitcode=99 LSAN_OPTIONS=exitcode=99
    UBSAN_OPTIONS=exitcode=99:print_stacktrace=1 CUPEL_SANITIZED=$<BOOL:${CUPEL_SANITIZE}>)

# cupel_test(NAME name SCRIPT file.py [LABELS label…] [TIMEOUT seconds] [ALONE] [ONCE])
# ALONE: not beside other tests (it measures time). ONCE: not repeated as an ordinary user. With
# sanitizers gradings are not repeated either: what of cupel differs by user is the sandbox's set-up,
# which the tests of sandbox, limits and hostile repeat.
function(cupel_test)
  cmake_parse_arguments(ARG "ALONE;ONCE" "NAME;SCRIPT;TIMEOUT" "LABELS" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  cmake_path(ABSOLUTE_PATH ARG_SCRIPT)
  add_test(NAME ${ARG_NAME} COMMAND Python3::Interpreter ${ARG_SCRIPT})
  set_tests_properties(${ARG_NAME} PROPERTIES LABELS "${ARG_LABELS}")
  set(names ${ARG_NAME})
  if(NOT ARG_ONCE AND NOT (CUPEL_SANITIZE AND "grade" IN_LIST ARG_LABELS))
    cmake_path(RELATIVE_PATH ARG_SCRIPT BASE_DIRECTORY ${PROJECT_SOURCE_DIR})
    add_test(NAME ${ARG_NAME}.user
             COMMAND ${PROJECT_SOURCE_DIR}/tests/as_user run ${CUPEL_USER_NOTE} ${ARG_SCRIPT})
    set_tests_properties(${ARG_NAME}.user PROPERTIES LABELS "${ARG_LABELS};user"
                                                     FIXTURES_REQUIRED user_copy)
    list(APPEND names ${ARG_NAME}.user)
  endif()
  set_tests_properties(
    ${names} PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT ${ARG_TIMEOUT} RUN_SERIAL "${ARG_ALONE}"
                        ENVIRONMENT "${CUPEL_TEST_ENVIRONMENT}")
endfunction()

# An executable for tests to run, in the sandbox or beside it: cupel_test_helper(name source…).
# Never instrumented: what it shows is the sandbox's doing.
function(cupel_test_helper name)
  add_executable(${name} ${ARGN})
  target_compile_definitions(${name} PRIVATE _GNU_SOURCE)
  target_compile_options(${name} PRIVATE ${CUPEL_WARNINGS})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CUPEL_HELPERS})
endfunction()

function(cupel_user_copy)
  foreach(step setup cleanup)
    add_test(NAME user.${step} COMMAND ${PROJECT_SOURCE_DIR}/tests/as_user ${step}
                                       ${CUPEL_USER_NOTE})
    set_tests_properties(user.${step} PROPERTIES LABELS user TIMEOUT 120
                                                 ENVIRONMENT "${CUPEL_TEST_ENVIRONMENT}")
  endforeach()
  set_tests_properties(user.setup PROPERTIES FIXTURES_SETUP user_copy)
  set_tests_properties(user.cleanup PROPERTIES FIXTURES_CLEANUP user_copy)
endfunction()
