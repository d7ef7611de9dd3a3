#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

#include "fault_calls.h"

enum { NAME_BYTES = 32 };

const char *const fault_kind_names[FAULT_KINDS] = {"supervisor", "spawn",   "cell",   "lane",
                                                   "init",       "command", "unpack", "other"};

enum fault_kind fault_kind_of_child(enum fault_kind parent, long call)
{
    switch (parent) {
    case FAULT_SUPERVISOR:
        return FAULT_SPAWN;
    case FAULT_CELL: /* which forks lanes; processes 1 have namespaces, and need clone3(2) */
        return call == SYS_clone3 ? FAULT_INIT : FAULT_LANE;
    case FAULT_LANE:
        return FAULT_INIT;
    case FAULT_INIT:
        return FAULT_COMMAND;
    case FAULT_SPAWN:
    case FAULT_COMMAND:
    case FAULT_UNPACK:
    case FAULT_OTHER:
    case FAULT_KINDS:
    default:
        return FAULT_OTHER;
    }
}

enum fault_kind fault_kind_of_program(enum fault_kind before, pid_t pid)
{
    char path[NAME_BYTES];
    char name[NAME_BYTES] = "";

    if (before == FAULT_SUPERVISOR)
        return FAULT_SUPERVISOR;
    (void)snprintf(path, sizeof(path), "/proc/%d/comm", pid);
    FILE *file = fopen(path, "re");
    if (file == NULL || fgets(name, sizeof(name), file) == NULL)
        name[0] = '\0';
    if (file != NULL)
        (void)fclose(file);
    if (before == FAULT_SPAWN && strncmp(name, "cupel-cell", 10) == 0)
        return FAULT_CELL;
    return before == FAULT_COMMAND && strcmp(name, "unpack\n") == 0 ? FAULT_UNPACK
                                                                    : FAULT_OTHER;
}
