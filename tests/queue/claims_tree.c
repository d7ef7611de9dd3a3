/* Folders as blobs, and back. */
#include "claims.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cupel/cleanup.h"
#include "cupel/path.h"
#include "queue/sql.h"
#include "queue/tree.h"

static const struct cupel_tree_limits limits = {.max_bytes = MIB, .max_files = 10};

struct folder {
    char path[32];
    int fd;
};

static struct folder make_folder(void)
{
    struct folder folder = {.path = "/tmp/cupel-tree-XXXXXX"};

    assert_non_null(mkdtemp(folder.path));
    folder.fd = open(folder.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(folder.fd >= 0);
    return folder;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *position)
{
    (void)st;
    (void)type;
    (void)position;
    return remove(path);
}

static void remove_folder(struct folder *folder)
{
    (void)close(folder->fd);
    assert_int_equal(nftw(folder->path, remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
}

static void write_file(const struct folder *folder, const char *path, const char *text,
                       mode_t mode)
{
    CUPEL_AUTO_FD fd = openat(folder->fd, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    assert_int_equal(fchmod(fd, mode), 0);
}

static struct folder make_grader(void)
{
    struct folder folder = make_folder();

    assert_int_equal(mkdirat(folder.fd, "data", 0700), 0);
    assert_int_equal(mkdirat(folder.fd, "data/deep", 0700), 0);
    write_file(&folder, "grader.json", "{}", 0640);
    write_file(&folder, "data.txt", "", 0600);
    write_file(&folder, "data/deep/check.sh", "#!/bin/sh\n", 0700);
    assert_int_equal(symlinkat("grader.json", folder.fd, "link"), 0);
    return folder;
}

static void assert_file(const struct folder *folder, const char *path, const char *text,
                        mode_t mode)
{
    CUPEL_AUTO_FREE char *found = NULL;
    struct cupel_error err = {0};
    struct stat st;
    size_t len = 0;

    assert_int_equal(cupel_path_read_beneath(folder->fd, path, MIB, &found, &len, &err), 0);
    assert_string_equal(found, text);
    assert_int_equal(fstatat(folder->fd, path, &st, AT_SYMLINK_NOFOLLOW), 0);
    assert_int_equal(st.st_mode & 07777, mode);
}

static struct cupel_blob put(struct cupel_queue *queue, const struct folder *folder)
{
    struct cupel_blob blob = {.bytes = 0};
    struct cupel_error err = {0};

    if (cupel_queue_put_tree(queue, folder->fd, &limits, &blob, &err) < 0)
        fail_msg("%s", err.text);
    return blob;
}

static int get(struct cupel_queue *queue, const char *sha256)
{
    struct folder folder = make_folder();
    struct cupel_error err = {0};

    int r = cupel_queue_get_tree(queue, sha256, folder.fd, NULL, &err);
    assert_int_equal(err.text[0] != '\0', r < 0);
    remove_folder(&folder);
    return r;
}

static int get_document(struct cupel_queue *queue, const char *text)
{
    CUPEL_AUTO_FD fd = memfd_create("document", MFD_CLOEXEC);
    struct cupel_blob blob = {.bytes = 0};
    struct cupel_error err = {0};

    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
    assert_int_equal(cupel_queue_put_blob(queue, fd, MIB, &blob, &err), 0);
    return get(queue, blob.sha256);
}

static void a_folder_comes_back_as_it_was(void **state)
{
    struct folder grader = make_grader();
    struct folder back = make_folder();
    struct cupel_error err = {0};
    struct stat st;

    struct cupel_blob blob = put(*state, &grader);
    mode_t mask = umask(0077);
    assert_int_equal(cupel_queue_get_tree(*state, blob.sha256, back.fd, NULL, &err), 0);
    (void)umask(mask);
    assert_file(&back, "grader.json", "{}", 0644);
    assert_file(&back, "data.txt", "", 0644);
    assert_file(&back, "data/deep/check.sh", "#!/bin/sh\n", 0755);
    assert_int_equal(fstatat(back.fd, "data/deep", &st, 0), 0);
    assert_int_equal(st.st_mode & 07777, 0755);
    assert_int_equal(fstatat(back.fd, "link", &st, AT_SYMLINK_NOFOLLOW), -1);
    assert_string_equal(put(*state, &back).sha256, blob.sha256);
    remove_folder(&back);
    remove_folder(&grader);
}

static void another_byte_is_another_tree(void **state)
{
    struct folder grader = make_grader();

    struct cupel_blob before = put(*state, &grader);
    write_file(&grader, "data.txt", "x", 0600);
    assert_string_not_equal(put(*state, &grader).sha256, before.sha256);
    write_file(&grader, "data.txt", "", 0600);
    assert_string_equal(put(*state, &grader).sha256, before.sha256);
    write_file(&grader, "data.txt", "", 0700);
    assert_string_not_equal(put(*state, &grader).sha256, before.sha256);
    remove_folder(&grader);
}

static void what_is_too_large_is_refused(void **state)
{
    const struct cupel_tree_limits few = {.max_bytes = MIB, .max_files = 2};
    const struct cupel_tree_limits small = {.max_bytes = 11, .max_files = 10};
    const struct cupel_tree_limits enough = {.max_bytes = 12, .max_files = 3};
    struct folder grader = make_grader();
    struct cupel_blob blob = {.bytes = 7};
    struct cupel_error err = {0};

    assert_int_equal(cupel_queue_put_tree(*state, grader.fd, &few, &blob, &err), -EFBIG);
    assert_int_equal(cupel_queue_put_tree(*state, grader.fd, &small, &blob, &err), -EFBIG);
    assert_int_equal(blob.bytes, 7);
    assert_int_equal(cupel_queue_put_tree(*state, grader.fd, &enough, &blob, &err), 0);
    remove_folder(&grader);
}

static void what_is_no_tree_is_refused(void **state)
{
#define FILE_OF(path, sha256)                                                                  \
    "{\"schema\":\"cupel.tree/1\",\"files\":[{\"path\":\"" path                                \
    "\",\"bytes\":0,\"sha256\":\"" sha256 "\",\"executable\":false}]}"
#define MISSING "0000000000000000000000000000000000000000000000000000000000000000"
    static const char *const documents[] = {
        "",
        "[]",
        "{}",
        "{\"schema\":\"cupel.tree/2\",\"files\":[]}",
        "{\"schema\":\"cupel.tree/1\",\"files\":{}}",
        "{\"schema\":\"cupel.tree/1\",\"files\":[{}]}",
        "{\"schema\":\"cupel.tree/1\",\"files\":[],\"files\":[]}",
        FILE_OF("../x", MISSING),
        FILE_OF("/etc/x", MISSING),
        FILE_OF("a/../../x", MISSING),
        FILE_OF("", MISSING),
        FILE_OF("x", "../../etc/passwd"),
    };

    for (size_t i = 0; i < sizeof(documents) / sizeof(documents[0]); i++)
        assert_int_equal(get_document(*state, documents[i]), -EPROTO);
    assert_int_equal(get_document(*state, FILE_OF("x", MISSING)), -ENOENT);
    assert_int_equal(get_document(*state, "{\"schema\":\"cupel.tree/1\",\"files\":[]}"), 0);
    assert_int_equal(get(*state, MISSING), -ENOENT);
    assert_int_equal(get(*state, "x"), -EINVAL);
}

/* In the folder beside SQLite's file, or in PostgreSQL's table. */
static void damage(const char *sha256)
{
    struct cupel_error err = {0};
    struct sql *sql = NULL;
    char path[512];
    char text[256];

    (void)snprintf(path, sizeof(path), "%s.blobs/%.2s/%s", claims_url + strlen("sqlite://"),
                   sha256, sha256 + 2);
    CUPEL_AUTO_FD fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd >= 0) {
        assert_int_equal(pwrite(fd, "X", 1, 0), 1);
        return;
    }
    (void)snprintf(text, sizeof(text), "UPDATE blobs SET bytes = 'X' WHERE sha256 = '%s'",
                   sha256);
    assert_int_equal(sql_open(claims_url, &sql, &err), 0);
    assert_int_equal(sql_script(sql, text, &err), 0);
    sql_close(sql);
}

static void a_damaged_blob_is_noticed(void **state)
{
    /* SHA-256 of "{}" */
    static const char of_grader[] =
        "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
    struct folder grader = make_grader();

    struct cupel_blob blob = put(*state, &grader);
    assert_int_equal(get(*state, blob.sha256), 0);
    damage(of_grader);
    assert_int_equal(get(*state, blob.sha256), -EIO);
    assert_string_equal(put(*state, &grader).sha256, blob.sha256);
    damage(blob.sha256);
    assert_int_equal(get(*state, blob.sha256), -EIO);
    remove_folder(&grader);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        CLAIM(a_folder_comes_back_as_it_was), CLAIM(another_byte_is_another_tree),
        CLAIM(what_is_too_large_is_refused),  CLAIM(what_is_no_tree_is_refused),
        CLAIM(a_damaged_blob_is_noticed),
    };

    return claims_take_url(argc, argv)
               ? cmocka_run_group_tests_name("queue.tree", tests, NULL, NULL)
               : 2;
}
