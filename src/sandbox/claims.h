/*
 * Whether descriptors that a cell sent are what they stand for. A cell that was taken over may
 * send others: what is done with them is done with our rights, not with its own, and a read
 * can wait for a server that the cell itself is (FUSE). So each is looked at before it is used,
 * by what does not wait and changes nothing.
 *
 * Nothing here keeps a cell that an ordinary user's cupel has started from what that user may
 * do anyway: to signal the supervisor, for one.
 */
#ifndef CUPEL_SANDBOX_CLAIMS_H
#define CUPEL_SANDBOX_CLAIMS_H

#include <stdbool.h>
#include <sys/types.h>

#include "cupel/error.h"

/* A folder of uid's in memory: a tmpfs, or with may_overlay a view of one. Those of the host
 * belong to others. */
bool claim_is_folder(int fd, uid_t uid, bool may_overlay);

/* A pidfd of process pid, which the kernel named when that process sent it; or of one that is
 * gone. Returns 0; -EPROTO if it is none; -errno if that cannot be seen. */
CUPEL_MUST_CHECK int claim_check_pidfd(int fd, pid_t pid);

/* The root of a /proc that shows a pid namespace which is neither ours nor above ours: whom it
 * shows, the cell could kill itself. */
bool claim_is_proc(int fd);

/* A file in memory that can be read, and so without waiting. */
bool claim_is_memory_file(int fd);

/* A NETLINK_SOCK_DIAG socket. */
bool claim_is_sock_diag(int fd);

/* /proc/sysvipc/shm, of whatever ipc namespace. */
bool claim_is_segments(int fd);

/* /dev/null, which stands for what the kernel does not have. */
bool claim_is_null(int fd);

/* A SOCK_SEQPACKET socket of AF_UNIX that listens. */
bool claim_is_listening(int fd);

#endif
