#include <errno.h>
#include <linux/sched.h>
#include <sched.h>
#include <stdint.h>
#include <sys/syscall.h>

#include "cell/cell.h"

#define RED_ZONE    256 /* below the stack pointer, which the compiler may use, and more */
#define STACK_BYTES 65536

static inline uintptr_t stack_pointer(void)
{
    uintptr_t pointer = 0;

#if defined(__x86_64__)
    __asm__ volatile("mov %%rsp, %0" : "=r"(pointer));
#elif defined(__aarch64__)
    __asm__ volatile("mov %0, sp" : "=r"(pointer));
#endif
    return pointer;
}

/*
 * No function of the C libraries takes clone3(2) to a function, and one that returned twice
 * would overwrite what it returns by. The child has our stack below what we use of it: we wait.
 */
long cell_clone_sharing(struct clone_args *args, const struct cell_run *run)
{
    long result = -ENOSYS;

    args->flags |= CLONE_VM | CLONE_VFORK;
    args->stack = ((stack_pointer() - RED_ZONE) & ~(uintptr_t)15) - STACK_BYTES;
    args->stack_size = STACK_BYTES;
#if defined(__x86_64__)
    register const struct cell_run *argument __asm__("r8") = run;
    register int (*function)(const struct cell_run *) __asm__("r9") = cell_command_main;
    __asm__ volatile(
        "syscall\n\t"
        "test %%rax, %%rax\n\t"
        "jnz 1f\n\t"
        "xor %%ebp, %%ebp\n\t"
        "mov %%r8, %%rdi\n\t"
        "call *%%r9\n\t"
        "mov %%eax, %%edi\n\t"
        "mov %[exit], %%eax\n\t"
        "syscall\n\t"
        "hlt\n"
        "1:"
        : "=a"(result)
        : "a"(SYS_clone3), "D"(args), "S"(sizeof(*args)), "r"(argument),
          "r"(function), [exit] "i"(SYS_exit_group)
        : "rcx", "r11", "memory", "cc");
#elif defined(__aarch64__)
    register long first __asm__("x0") = (long)args;
    register long size __asm__("x1") = sizeof(*args);
    register long number __asm__("x8") = SYS_clone3;
    register const struct cell_run *argument __asm__("x9") = run;
    register int (*function)(const struct cell_run *) __asm__("x10") = cell_command_main;
    __asm__ volatile(
        "svc 0\n\t"
        "cbnz x0, 1f\n\t"
        "mov x29, xzr\n\t"
        "mov x0, x9\n\t"
        "blr x10\n\t"
        "mov x8, %[exit]\n\t"
        "svc 0\n\t"
        "brk 1\n"
        "1:"
        : "+r"(first)
        : "r"(size), "r"(number), "r"(argument), "r"(function), [exit] "i"(SYS_exit_group)
        : "x30", "memory", "cc");
    result = first;
#else
    (void)run; /* for others there are no policies */
#endif
    return result;
}
