/* Runs a fuzz target once over each file of its corpus: replay FOLDER… */
#include <dirent.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "cupel/cleanup.h"
#include "cupel/path.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
/* Few targets have one. */
__attribute__((weak)) int LLVMFuzzerInitialize(int *argc, char ***argv);

static int replay_file(int dir_fd, const char *name)
{
    struct cupel_error err = {0};
    CUPEL_AUTO_FREE char *bytes = NULL;
    size_t len = 0;

    int r = cupel_path_read_beneath(dir_fd, name, 16U << 20, &bytes, &len, &err);
    if (r < 0) {
        (void)fprintf(stderr, "%s: %s\n", name, err.text);
        return r;
    }
    return LLVMFuzzerTestOneInput((const uint8_t *)bytes, len);
}

int main(int argc, char **argv)
{
    int replayed = 0;

    if (LLVMFuzzerInitialize != NULL && LLVMFuzzerInitialize(&argc, &argv) != 0)
        return EXIT_FAILURE;
    for (int i = 1; i < argc; i++) {
        DIR *folder = opendir(argv[i]);
        if (folder == NULL) {
            perror(argv[i]);
            return EXIT_FAILURE;
        }
        for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
            if (entry->d_name[0] == '.')
                continue;
            if (replay_file(dirfd(folder), entry->d_name) != 0)
                return EXIT_FAILURE;
            replayed++;
        }
        (void)closedir(folder);
    }
    (void)printf("%d inputs replayed\n", replayed);
    return replayed > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
