# Tests that run in guests, where all cgroup controllers are free and root is not this machine's.
# See tests/vm/guest_tests.py. A build with sanitizers has none: they do not run in user-mode Linux.

set(CUPEL_GUESTS uml qemu) # those that tests run in by default; systemd is for tests of systemd
set(CUPEL_GUEST_DEADLINE 1800) # seconds; one boot runs all tests of a guest
set(CUPEL_GUEST_FOLDER ${PROJECT_BINARY_DIR}/guest)
set(CUPEL_GUEST_TESTS ${PROJECT_SOURCE_DIR}/tests/vm/guest_tests.py)

# The boot of each guest, as a fixture. Call this before cupel_guest_test().
function(cupel_guests)
  if(CUPEL_SANITIZE)
    return()
  endif()
  foreach(guest ${CUPEL_GUESTS} systemd)
    set(results ${CUPEL_GUEST_FOLDER}/${guest})
    file(WRITE ${results}.tests "")
    add_test(NAME vm.${guest}.boot
             COMMAND Python3::Interpreter ${CUPEL_GUEST_TESTS} boot ${guest} ${results}
                     ${results}.tests ${CUPEL_GUEST_DEADLINE})
    math(EXPR timeout "${CUPEL_GUEST_DEADLINE} + 30")
    set_tests_properties(vm.${guest}.boot PROPERTIES FIXTURES_SETUP vm_${guest} TIMEOUT ${timeout})
    add_test(NAME vm.${guest}.end COMMAND Python3::Interpreter ${CUPEL_GUEST_TESTS} end ${results})
    set_tests_properties(vm.${guest}.end PROPERTIES FIXTURES_REQUIRED vm_${guest})
    set_tests_properties(vm.${guest}.boot vm.${guest}.end PROPERTIES
      LABELS vm SKIP_RETURN_CODE 77 ENVIRONMENT "${CUPEL_TEST_ENVIRONMENT}")
  endforeach()
  # These measure time and memory: as many of ctest's slots as they have processors.
  set_tests_properties(vm.qemu.boot vm.systemd.boot PROPERTIES PROCESSORS 2)
endfunction()

# cupel_guest_test(NAME name SCRIPT file.py [GUESTS guest…] [LABELS label…] [TIMEOUT seconds])
# A test vm.GUEST.root.NAME and vm.GUEST.user.NAME for each guest. The script runs in the guest as
# that user, with CUPEL_GUEST (uml, qemu or systemd) and, without systemd, CUPEL_TEST_CGROUP, a cgroup
# that this user may use as it likes: empty, with cpu, memory and pids. TIMEOUT: in the guest, of
# each of the two.
function(cupel_guest_test)
  cmake_parse_arguments(ARG "" "NAME;SCRIPT;TIMEOUT" "GUESTS;LABELS" ${ARGN})
  if(CUPEL_SANITIZE)
    return()
  endif()
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  if(NOT ARG_GUESTS)
    set(ARG_GUESTS ${CUPEL_GUESTS})
  endif()
  cmake_path(ABSOLUTE_PATH ARG_SCRIPT)
  cmake_path(RELATIVE_PATH ARG_SCRIPT BASE_DIRECTORY ${PROJECT_SOURCE_DIR})
  foreach(guest ${ARG_GUESTS})
    set(results ${CUPEL_GUEST_FOLDER}/${guest})
    file(APPEND ${results}.tests "${ARG_NAME} ${ARG_TIMEOUT} ${ARG_SCRIPT}\n")
    foreach(pass root user)
      set(name vm.${guest}.${pass}.${ARG_NAME})
      add_test(NAME ${name} COMMAND Python3::Interpreter ${CUPEL_GUEST_TESTS} result ${results}
                                    ${pass} ${ARG_NAME})
      set_tests_properties(${name} PROPERTIES LABELS "vm;${ARG_LABELS}" SKIP_RETURN_CODE 77
        FIXTURES_REQUIRED vm_${guest} ENVIRONMENT "${CUPEL_TEST_ENVIRONMENT}")
    endforeach()
  endforeach()
endfunction()
