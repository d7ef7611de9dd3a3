/*
 * Whether a process that ends has had more files open at a time than its limit says, of which
 * the kernel keeps no trace. RLIMIT_NOFILE lets one more be opened, as evidence (request.c).
 *
 * Its table of descriptors never shrinks, and grows by powers of two (Linux fs/file.c). Where
 * the limit is one of them, the table's size tells of files that are closed again as well, as
 * most runtimes do before they exit; else files that are open still have to tell.
 */
#ifndef CUPEL_SANDBOX_OPEN_FILES_H
#define CUPEL_SANDBOX_OPEN_FILES_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Whether the size of a table tells that a limit was exceeded. Pure. */
bool open_files_table_tells(uint64_t limit);

/*
 * Of the process of thread tid, which waits in the call that notification id of listener_fd is
 * about. False where nothing can be learned: it is gone, or the host hides it.
 */
bool open_files_exceeded(int listener_fd, uint64_t id, pid_t tid, uint64_t limit);

#endif
