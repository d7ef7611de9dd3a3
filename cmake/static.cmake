# cupel-cell and cupel-exec are linked statically: loading a C library costs more than the rest of
# their start. With musl they start faster still: glibc asks the processor for its caches and
# features whenever a program starts, and each answer is the hypervisor's in a virtual machine. What
# musl has not is _FORTIFY_SOURCE; all else of hardening is the same.
#
# cupel-libc is what such an executable links, and all that it is compiled with for that.
include(CheckCSourceCompiles)

set(CUPEL_STATIC_LIBC auto CACHE STRING
    "C library of what runs in cells: musl, glibc, or auto: musl where it is installed")
set_property(CACHE CUPEL_STATIC_LIBC PROPERTY STRINGS auto musl glibc)

set(CUPEL_KERNEL_HEADERS ${PROJECT_BINARY_DIR}/kernel-headers)

# The kernel's headers without those of glibc, beside which they are installed.
function(cupel_link_kernel_headers)
  find_path(CUPEL_LINUX_INCLUDE linux/landlock.h)
  find_path(CUPEL_ASM_INCLUDE asm/unistd.h)
  if(CUPEL_LINUX_INCLUDE AND CUPEL_ASM_INCLUDE)
    file(MAKE_DIRECTORY ${CUPEL_KERNEL_HEADERS})
    foreach(folder linux asm-generic)
      file(CREATE_LINK ${CUPEL_LINUX_INCLUDE}/${folder} ${CUPEL_KERNEL_HEADERS}/${folder} SYMBOLIC)
    endforeach()
    file(CREATE_LINK ${CUPEL_ASM_INCLUDE}/asm ${CUPEL_KERNEL_HEADERS}/asm SYMBOLIC)
  endif()
endfunction()

# musl-gcc cannot link executables that are static and position-independent, and there is none for
# clang: what it says to the compiler is said here.
function(cupel_find_musl)
  string(REPLACE gnu musl triplet "${CMAKE_LIBRARY_ARCHITECTURE}")
  find_path(CUPEL_MUSL_INCLUDE bits/alltypes.h NO_DEFAULT_PATH
            PATHS /usr/include/${triplet} /usr/lib/musl/include /usr/local/musl/include)
  find_path(CUPEL_MUSL_LIB rcrt1.o NO_DEFAULT_PATH
            PATHS /usr/lib/${triplet} /usr/lib/musl/lib /usr/local/musl/lib)
  if(NOT CUPEL_MUSL_INCLUDE OR NOT CUPEL_MUSL_LIB)
    return()
  endif()
  cupel_link_kernel_headers()
  set(compile -nostdinc "SHELL:-isystem ${CUPEL_MUSL_INCLUDE}"
              "SHELL:-isystem ${CUPEL_KERNEL_HEADERS}")
  set(link -static-pie -nostdlib ${CUPEL_MUSL_LIB}/rcrt1.o)
  set(libraries ${CUPEL_MUSL_LIB}/libc.a gcc)
  list(JOIN compile " " CMAKE_REQUIRED_FLAGS)
  string(REPLACE "SHELL:" "" CMAKE_REQUIRED_FLAGS "${CMAKE_REQUIRED_FLAGS} -fPIE")
  set(CMAKE_REQUIRED_LINK_OPTIONS ${link})
  set(CMAKE_REQUIRED_LIBRARIES ${libraries})
  check_c_source_compiles("
    #include <linux/landlock.h>
    #include <linux/mount.h>
    #include <stdio.h>
    int main(void) { return puts(\"\") < 0 || MOUNT_ATTR_RDONLY != 1; }" CUPEL_MUSL_WORKS)
  if(NOT CUPEL_MUSL_WORKS)
    return()
  endif()
  # musl's CMSG_NXTHDR() mixes signs.
  target_compile_options(cupel-libc INTERFACE
    ${compile} "SHELL:-include ${PROJECT_SOURCE_DIR}/src/base/musl.h" -Wno-sign-conversion
    -Wno-sign-compare)
  target_link_options(cupel-libc INTERFACE ${link})
  target_link_libraries(cupel-libc INTERFACE cupel-musl ${libraries})
  set(CUPEL_MUSL ON PARENT_SCOPE)
endfunction()

# What is built with instruments goes with glibc if nothing else is asked for, so that tests of
# both builds are tests of both.
set(CUPEL_MUSL OFF)
add_library(cupel-libc INTERFACE)
if(CUPEL_STATIC_LIBC STREQUAL "musl" OR
   (CUPEL_STATIC_LIBC STREQUAL "auto" AND NOT CUPEL_SANITIZE AND NOT CUPEL_COVERAGE))
  cupel_find_musl()
endif()
if(CUPEL_MUSL)
  message(STATUS "cupel-cell and cupel-exec are linked with musl")
elseif(CUPEL_STATIC_LIBC STREQUAL "musl")
  message(FATAL_ERROR "CUPEL_STATIC_LIBC is musl, but musl or the kernel's headers are missing")
else()
  target_link_options(cupel-libc INTERFACE -static-pie)
endif()
