/*
 * The walk over an archive, as cupel-unpack makes it: whatever the bytes, the archive is
 * unpacked or refused, in words that can be printed. Never is it the platform's failure, and
 * what stands below the root afterwards is within the limits, plain and not linked to outside.
 *
 * The root is a file system of its own in this process's memory, which is nowhere mounted and
 * goes with the process; in a user namespace, so that it takes no privilege and gives none.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <linux/openat2.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../unit/own_namespaces.h"
#include "cupel/cleanup.h"
#include "cupel/text.h"
#include "require.h"
#include "unpack/reject.h"
#include "unpack/unpack.h"

#define MAX_BYTES 4096
#define MAX_FILES 8

const char *__asan_default_options(void);
int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What was found below the root. */
struct found {
    uint64_t entries;
    uint64_t files;
    uint64_t bytes;
};

static int root_fd = -1;
static int input_fd = -1;

/* libarchive asks for as much memory as a header says, and lives with a refusal, which in a
 * cell the limit of policy `unpack` gives. */
const char *__asan_default_options(void)
{
    return "allocator_may_return_null=1:max_allocation_size_mb=512";
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    require(enter_own_namespaces());
    CUPEL_AUTO_FD fs = (int)syscall(SYS_fsopen, "tmpfs", FSOPEN_CLOEXEC);
    require(fs >= 0 && syscall(SYS_fsconfig, fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) == 0);
    root_fd = (int)syscall(SYS_fsmount, fs, FSMOUNT_CLOEXEC, MOUNT_ATTR_NODEV);
    require(root_fd >= 0);
    input_fd = memfd_create("submission", MFD_CLOEXEC);
    require(input_fd >= 0);
    require(setlocale(LC_CTYPE, "C.UTF-8") != NULL);
    (void)umask(022);
    return 0;
}

/* An absolute target would resolve below the root of RESOLVE_IN_ROOT, but not here. */
static void check_link(const char *path)
{
    struct open_how how = {.flags = O_PATH | O_CLOEXEC, .resolve = RESOLVE_BENEATH};

    CUPEL_AUTO_FD fd = (int)syscall(SYS_openat2, root_fd, path, &how, sizeof(how));
    require(fd >= 0 || errno == ENOENT || errno == ELOOP || errno == ENOTDIR);
}

static void check_entry(int folder_fd, const char *name, const char *path, struct stat *ret_st)
{
    require(fstatat(folder_fd, name, ret_st, AT_SYMLINK_NOFOLLOW) == 0);
    mode_t mode = ret_st->st_mode;
    require(cupel_text_is_utf8(name, strlen(name)));
    if (S_ISLNK(mode))
        check_link(path);
    else if (S_ISDIR(mode))
        require((mode & 07777) == 0755);
    else
        require(S_ISREG(mode) && ((mode & 07777) == 0755 || (mode & 07777) == 0644));
}

static void count(const struct stat *st, struct found *found)
{
    found->entries++;
    if (S_ISREG(st->st_mode)) {
        found->files++;
        found->bytes += (uint64_t)st->st_size;
    }
}

/* Calls take() for each entry of the folder at path. */
static void each(const char *path,
                 void (*take)(int fd, const char *name, const char *path, struct found *found),
                 struct found *found)
{
    char below[8192];

    int fd = openat(root_fd, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    DIR *folder = fdopendir(fd);
    require(folder != NULL);
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        (void)snprintf(below, sizeof(below), "%s/%s", path, entry->d_name);
        take(fd, entry->d_name, below, found);
    }
    (void)closedir(folder);
}

static void check(int fd, const char *name, const char *path, struct found *found)
{
    struct stat st;

    check_entry(fd, name, path, &st);
    count(&st, found);
    if (S_ISDIR(st.st_mode))
        each(path, check, found);
}

static void take_away(int fd, const char *name, const char *path, struct found *found)
{
    struct stat st;

    require(fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0);
    if (S_ISDIR(st.st_mode))
        each(path, take_away, found);
    require(unlinkat(fd, name, S_ISDIR(st.st_mode) ? AT_REMOVEDIR : 0) == 0);
}

static void check_reason(const char *text)
{
    require(text[0] != '\0' && cupel_text_is_utf8(text, strlen(text)));
    for (const unsigned char *p = (const unsigned char *)text; *p != '\0'; p++)
        require(*p >= 0x20 && *p != 0x7F && !(p[0] == 0xC2 && p[1] < 0xA0));
}

static int next_fd(void)
{
    CUPEL_AUTO_FD fd = fcntl(root_fd, F_DUPFD_CLOEXEC, 0);
    return fd;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct cupel_unpack_limits limits = {.max_size_bytes = MAX_BYTES,
                                                      .max_files = MAX_FILES};
    struct cupel_error err = {0};
    struct found found = {0};

    require(ftruncate(input_fd, 0) == 0 && pwrite(input_fd, data, size, 0) == (ssize_t)size);
    int free_fd = next_fd();
    int r = cupel_unpack(input_fd, root_fd, &limits, &err);
    require(next_fd() == free_fd);
    if (r < 0 && r != CUPEL_REJECTED)
        (void)fprintf(stderr, "the platform fails: %s\n", err.text);
    require(r == 0 || r == CUPEL_REJECTED);
    if (r < 0)
        check_reason(err.text);
    each(".", check, &found);
    require(found.entries <= MAX_FILES && found.bytes <= MAX_BYTES);
    require(r < 0 || found.files > 0);
    each(".", take_away, &found);
    return 0;
}
