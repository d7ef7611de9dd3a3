/*
 * Commands of the service: those of a program of its own, so that no grading loads the
 * libraries that it needs. It takes this one's place, with the command's name and arguments as
 * they are.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/install.h"
#include "cupel/cleanup.h"

int cupel_cli_service(int argc, char **argv)
{
    char name[] = "cupel";
    const char *command = argv[0];
    struct cupel_cli_paths paths;
    struct cupel_error err = {0};

    if (cupel_cli_paths_find(&paths, &err) < 0)
        return cupel_cli_fail(command, CUPEL_EXIT_PLATFORM, "%s", err.text);
    CUPEL_AUTO_FREE char **words = calloc((size_t)argc + 2, sizeof(*words));
    if (words == NULL)
        return cupel_cli_fail(command, CUPEL_EXIT_PLATFORM, "out of memory");
    words[0] = name;
    memcpy(words + 1, argv, (size_t)argc * sizeof(*words));
    words[1] += sizeof(name); /* "cupel submit" is two words again */
    (void)execv(paths.service, words);
    if (errno == ENOENT)
        return cupel_cli_fail(command, CUPEL_EXIT_PLATFORM,
                              "cupel-service is not installed: %s", paths.service);
    return cupel_cli_fail(command, CUPEL_EXIT_PLATFORM, "%s: %s", paths.service,
                          strerrordesc_np(errno));
}
