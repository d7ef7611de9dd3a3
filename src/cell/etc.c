#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "cell/cell.h"
#include "cupel/cleanup.h"

/* Names for the ids that a run can meet: its own, and those of the host's files. */
static const struct {
    const char *name;
    const char *text;
} files[] = {
    {"passwd",
     "root:x:0:0:root:/nonexistent:/usr/sbin/nologin\n"
     "learner:x:1000:1000:learner:/box:/bin/sh\n"
     "nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n"},
    {"group", "root:x:0:\nlearner:x:1000:\nnogroup:x:65534:\n"},
    {"hosts", "127.0.0.1 localhost cupel\n::1 localhost\n"},
    {"nsswitch.conf",
     "passwd: files\ngroup: files\nhosts: files\nnetworks: files\n"
     "protocols: files\nservices: files\n"},
};

int cell_etc_write(int etc_fd, struct cupel_error *err)
{
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        CUPEL_AUTO_FD fd = openat(etc_fd, files[i].name,
                                  O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644);
        if (fd < 0)
            return cupel_fail_errno(err, "create /etc/%s", files[i].name);
        if (write(fd, files[i].text, strlen(files[i].text)) < 0)
            return cupel_fail_errno(err, "write /etc/%s", files[i].name);
    }
    return 0;
}
