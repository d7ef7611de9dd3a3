# Warnings, hardening and sanitizers of every target; each flag is probed.
include(CheckCCompilerFlag)
include(CheckLinkerFlag)

set(CMAKE_C_STANDARD 17)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS ON)

set(CUPEL_WARNINGS
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wstrict-prototypes
    -Wmissing-prototypes -Wvla -Wformat=2 -Wcast-qual -Wundef -Wswitch-enum -Wnull-dereference
    -Walloca)
if(CMAKE_C_COMPILER_ID STREQUAL "GNU")
  list(APPEND CUPEL_WARNINGS -Wduplicated-cond -Wduplicated-branches -Wlogical-op)
  if(CUPEL_ANALYZE)
    list(APPEND CUPEL_WARNINGS -fanalyzer)
  endif()
endif()
if(CUPEL_WERROR)
  list(APPEND CUPEL_WARNINGS -Werror)
endif()

set(CUPEL_SANITIZER_FLAGS -fsanitize=address,undefined -fno-sanitize-recover=all
                          -fno-omit-frame-pointer)

set(CUPEL_HARDENING)
foreach(flag -fstack-protector-strong -fstack-clash-protection -ftrivial-auto-var-init=zero
             -fzero-call-used-regs=used-gpr)
  string(MAKE_C_IDENTIFIER "CUPEL_HAS_${flag}" probe)
  check_c_compiler_flag(${flag} ${probe})
  if(${probe})
    list(APPEND CUPEL_HARDENING ${flag})
  endif()
endforeach()

# Warnings and hardening without instruments.
function(cupel_target_plain_flags target)
  target_compile_definitions(${target} PRIVATE _GNU_SOURCE)
  target_compile_options(${target} PRIVATE ${CUPEL_WARNINGS} ${CUPEL_HARDENING} -fPIE)
  target_link_options(${target} PRIVATE -Wl,-z,relro,-z,now,-z,noexecstack)
  if(NOT CUPEL_SANITIZE)
    # Needs optimisation, and is at odds with sanitizers.
    target_compile_options(${target} PRIVATE
      $<$<CONFIG:Release,RelWithDebInfo,MinSizeRel>:-U_FORTIFY_SOURCE;-D_FORTIFY_SOURCE=3>)
  endif()
endfunction()

function(cupel_target_flags target)
  cupel_target_plain_flags(${target})
  if(CUPEL_SANITIZE)
    target_compile_options(${target} PRIVATE ${CUPEL_SANITIZER_FLAGS})
    target_link_options(${target} PUBLIC ${CUPEL_SANITIZER_FLAGS})
  endif()
  if(CUPEL_COVERAGE)
    # Processes of one build count at the same time, into the same files.
    target_compile_options(${target} PRIVATE --coverage -fprofile-update=atomic)
    target_link_options(${target} PUBLIC --coverage)
  endif()
endfunction()
