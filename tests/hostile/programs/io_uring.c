/*
 * Technique: make a ring of io_uring, whose requests no filter sees
 * Family: escape
 * Layers: seccomp
 * Outcome: stopped
 * Policies: every
 * Control: layers
 */
#include <linux/io_uring.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "hostile.h"

int main(void)
{
    struct io_uring_params params = {0};

    return hostile_end(syscall(SYS_io_uring_setup, 1, &params));
}
