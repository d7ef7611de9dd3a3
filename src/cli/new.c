/* cupel new: a grader from a template, which passes `cupel test` as it is. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/install.h"
#include "cupel/cleanup.h"
#include "cupel/path.h"
#include "grader/folder_list.h"

/* A template is a grader among the shipped ones, in a folder that is called so, and calls
 * itself so. */
#define TEMPLATE    "template-"
#define PLACEHOLDER "new-grader"

#define NAME_LENGTH_MAX 64
#define FILE_MAX_BYTES  ((size_t)1 << 20)

static const char help[] =
    "Usage: cupel new FOLDER --template TEMPLATE\n"
    "\n"
    "Start a grader: a definition, data, samples that are correct, wrong and not building, "
    "and\n"
    "a README that says what to change. `cupel test FOLDER` passes at once.\n"
    "\n"
    "  FOLDER  made here, and must not be there yet; its name becomes the grader's\n"
    "\n"
    "      --template TEMPLATE  c           a program in C, compiled with gcc\n"
    "                           gradescope  an autograder of Gradescope, unchanged\n"
    "                           harness     tests of pytest, apart from a script in Python\n"
    "                           io          files of input and of output; any language\n"
    "                           java        a class in Java, compiled with javac\n"
    "                           python      a script in Python\n"
    "  -h, --help               print this\n"
    "\n"
    "Example:\n"
    "  cupel new lists --template c && cupel test lists\n"
    "\n"
    "Exit:\n"
    "  0  the folder is complete\n"
    "  1  platform failure: something could not be written\n"
    "  2  usage, or FOLDER is there already\n";

struct request {
    const char *command;
    const char *folder;
    const char *template;
    bool help;
};

static const struct option options[] = {
    {"template", required_argument, NULL, 't'},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

/* false with one line on standard error. */
static bool parse(int argc, char **argv, struct request *request)
{
    int id;

    /* NOLINTNEXTLINE(concurrency-mt-unsafe): this program has one thread */
    while ((id = getopt_long(argc, argv, "h", options, NULL)) != -1) {
        if (id == 't')
            request->template = optarg;
        else if (id == 'h')
            request->help = true;
        else
            return false; /* getopt(3) has told */
    }
    if (request->help)
        return true;
    if (argc - optind != 1 || request->template == NULL) {
        (void)cupel_cli_usage(request->command,
                              "expected a folder and --template; see cupel new --help");
        return false;
    }
    request->folder = argv[optind];
    return true;
}

/* As cupel_definition_read_id() takes it. */
static bool is_name(const char *text)
{
    static const char allowed[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
        "0123456789._-";
    size_t len = strlen(text);

    return len > 0 && len <= NAME_LENGTH_MAX && text[strspn(text, allowed)] == '\0' &&
           strcmp(text, ".") != 0 && strcmp(text, "..") != 0;
}

/* text with each PLACEHOLDER replaced by name. NULL: no memory. The caller frees. */
static char *personalise(const char *text, size_t len, const char *name, size_t *ret_len)
{
    const char *end = text + len;
    char *made = NULL;

    FILE *out = open_memstream(&made, ret_len);
    if (out == NULL)
        return NULL;
    while (text < end) {
        const char *found =
            memmem(text, (size_t)(end - text), PLACEHOLDER, strlen(PLACEHOLDER));
        (void)fwrite(text, 1, (size_t)((found != NULL ? found : end) - text), out);
        if (found != NULL)
            (void)fputs(name, out);
        text = found != NULL ? found + strlen(PLACEHOLDER) : end;
    }
    bool failed = ferror(out) != 0;
    if (fclose(out) == 0 && !failed)
        return made;
    free(made);
    return NULL;
}

static int write_file(int folder_fd, const char *path, const char *bytes, size_t len,
                      struct cupel_error *err)
{
    CUPEL_AUTO_FD fd =
        openat(folder_fd, path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);

    if (fd < 0)
        return cupel_fail_errno(err, "%s", path);
    while (len > 0) {
        ssize_t n = TEMP_FAILURE_RETRY(write(fd, bytes, len));
        if (n < 0)
            return cupel_fail_errno(err, "%s", path);
        bytes += n;
        len -= (size_t)n;
    }
    return 0;
}

static int copy_file(int from_fd, int to_fd, const char *path, const char *name,
                     struct cupel_error *err)
{
    CUPEL_AUTO_FREE char *text = NULL;
    size_t len = 0;

    int r = cupel_path_read_beneath(from_fd, path, FILE_MAX_BYTES, &text, &len, err);
    if (r < 0)
        return r;
    CUPEL_AUTO_FREE char *made = personalise(text, len, name, &len);
    return made != NULL ? write_file(to_fd, path, made, len, err) : -ENOMEM;
}

/* Folders come before what is in them. */
static int copy_folders(int from_fd, int to_fd, struct cupel_error *err)
{
    __attribute__((cleanup(cupel_folder_list_clear))) struct cupel_folder_list list = {0};

    int r = cupel_folder_list(from_fd, S_IFDIR, NULL, &list, err);
    for (size_t i = 0; r == 0 && i < list.count; i++) {
        if (mkdirat(to_fd, list.items[i], 0777) < 0)
            r = cupel_fail_errno(err, "%s", list.items[i]);
    }
    return r;
}

static int copy(int from_fd, int to_fd, const char *name, struct cupel_error *err)
{
    __attribute__((cleanup(cupel_folder_list_clear))) struct cupel_folder_list list = {0};

    int r = copy_folders(from_fd, to_fd, err);
    if (r == 0)
        r = cupel_folder_list(from_fd, S_IFREG, NULL, &list, err);
    for (size_t i = 0; r == 0 && i < list.count; i++)
        r = copy_file(from_fd, to_fd, list.items[i], name, err);
    return r;
}

static int make(const struct request *request, int template_fd, const char *name)
{
    struct cupel_error err = {0};

    if (mkdir(request->folder, 0777) < 0 && errno == EEXIST)
        return cupel_cli_usage(request->command, "%s is there already; nothing was written",
                               request->folder);
    CUPEL_AUTO_FD fd = open(request->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return cupel_cli_usage(request->command, "%s: %s", request->folder,
                               strerrordesc_np(errno));
    int r = copy(template_fd, fd, name, &err);
    if (r < 0)
        return cupel_cli_fail(request->command, CUPEL_EXIT_PLATFORM, "%s/%s", request->folder,
                              err.text[0] != '\0' ? err.text : strerrordesc_np(-r));
    (void)printf("made %s; next: cupel test %s\n", request->folder, request->folder);
    return fflush(stdout) == 0 ? CUPEL_EXIT_OK : CUPEL_EXIT_PLATFORM;
}

/* The folder of the template; -1 with one line on standard error that names those there are. */
static int open_template(const struct request *request, const char *graders)
{
    char folder[NAME_LENGTH_MAX + sizeof(TEMPLATE)];
    struct cupel_folder_list list = {0};
    const char *names[64] = {NULL};
    struct cupel_error err = {0};
    size_t count = 0;
    size_t choice = 0;

    CUPEL_AUTO_FD fd = open(graders, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int r = fd < 0 ? cupel_fail_errno(&err, "%s", graders)
                   : cupel_folder_list(fd, S_IFDIR, NULL, &list, &err);
    if (r < 0) {
        (void)cupel_cli_usage(request->command, "%s", err.text);
        return -1;
    }
    for (size_t i = 0; i < list.count && count + 1 < sizeof(names) / sizeof(names[0]); i++) {
        if (strchr(list.items[i], '/') == NULL &&
            strncmp(list.items[i], TEMPLATE, strlen(TEMPLATE)) == 0)
            names[count++] = list.items[i] + strlen(TEMPLATE);
    }
    int template_fd = -1;
    if (cupel_cli_parse_choice(request->command, "--template", request->template, names,
                               &choice)) {
        (void)snprintf(folder, sizeof(folder), TEMPLATE "%s", names[choice]);
        template_fd = openat(fd, folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    }
    cupel_folder_list_clear(&list);
    return template_fd;
}

int cupel_cli_new(int argc, char **argv)
{
    struct request request = {.command = argv[0]};
    struct cupel_cli_paths paths;
    struct cupel_error err = {0};

    if (!parse(argc, argv, &request))
        return CUPEL_EXIT_USAGE;
    if (request.help)
        return cupel_cli_write(NULL, help, &err) < 0 ? CUPEL_EXIT_PLATFORM : CUPEL_EXIT_OK;
    if (cupel_cli_paths_find(&paths, &err) < 0)
        return cupel_cli_fail(request.command, CUPEL_EXIT_PLATFORM, "%s", err.text);
    CUPEL_AUTO_FREE char *copy_of_folder = strdup(request.folder);
    if (copy_of_folder == NULL)
        return cupel_cli_fail(request.command, CUPEL_EXIT_PLATFORM, "out of memory");
    const char *name = basename(copy_of_folder);
    if (!is_name(name))
        return cupel_cli_usage(request.command,
                               "%s: expected a name of at most %d letters, digits, '.', '_' "
                               "and '-', since it becomes the grader's",
                               request.folder, NAME_LENGTH_MAX);
    CUPEL_AUTO_FD template_fd = open_template(&request, paths.graders);
    return template_fd < 0 ? CUPEL_EXIT_USAGE : make(&request, template_fd, name);
}
