/*
 * Architectures and their system calls, by name and number. Numbers are libseccomp's, and those
 * of calls newer than libseccomp 2.5.4 a table's of our own. Pure.
 */
#ifndef CUPEL_CALL_H
#define CUPEL_CALL_H

#include <stdbool.h>

enum cupel_arch {
    CUPEL_ARCH_X86_64,
    CUPEL_ARCH_AARCH64,
    CUPEL_ARCH_COUNT,
};

/* "x86_64", "aarch64": indexed by enum cupel_arch, NULL-terminated. */
extern const char *const cupel_arch_names[];

/* That of this machine. */
enum cupel_arch cupel_arch_native(void);

/* The number of a call. -ENOSYS if arch has no call of that name but another architecture does;
 * -ENOENT if none does. */
int cupel_call_number(enum cupel_arch arch, const char *name);

#define CUPEL_CALL_NAME_SIZE 40

/* The name of a call. False, with "" in ret, if the number is that of none. */
bool cupel_call_name(enum cupel_arch arch, int number, char ret[static CUPEL_CALL_NAME_SIZE]);

#endif
