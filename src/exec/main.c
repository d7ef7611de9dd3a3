/*
 * cupel-exec: runs the learner's program for a harness.
 *
 * Theory of operation
 *
 * A harness runs in the judge's cell, the learner's program in the learner's, and neither sees
 * anything of the other. There this program is /cupel/exec. It connects to /cupel/broker, which
 * is the supervisor's, says what to run, and from then on stands for the learner's program:
 * passes its standard input, output and error on, and exits as it does.
 *
 *   send.c    files to place and the command, before anything runs
 *   relay.c   input and output, each as fast as whoever reads it
 *   answer.c  output, files that were asked for, the end
 *
 * It decides nothing: policy and limits are the test's, and the supervisor's to enforce. The
 * connection is the call: when it closes, for whatever reason, the supervisor kills what runs.
 * So a harness that kills this program, or ends, ends the learner's program.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "cupel/cleanup.h"
#include "cupel/path.h"
#include "exec/exec.h"

/* Tests of this program have a broker elsewhere. */
#ifndef EXEC_BROKER_PATH
#define EXEC_BROKER_PATH CUPEL_BROKER_PATH
#endif

static const char help[] =
    "Usage: /cupel/exec [OPTION…] [--] COMMAND [ARGUMENT…]\n"
    "\n"
    "Run the learner's program from a harness: COMMAND is run in the learner's cell, in a "
    "fresh\n"
    "view of the learner's box, with the policy and limits of the test. Standard input, "
    "output\n"
    "and error are passed on. Part of cupel, which places it in the judge's cell.\n"
    "\n"
    "      --chdir DIR           working folder; default: /box\n"
    "      --env NAME=VALUE      environment variable; may be repeated, as the next two\n"
    "      --put FILE[:NAME]     copy a file or folder into the learner's box before COMMAND\n"
    "                            starts; NAME: in /box or /tmp; default: FILE, or what "
    "follows\n"
    "                            its last '/' if it is no path below the working folder\n"
    "      --get NAME[:FILE]     copy a file out of the learner's box when COMMAND has ended;\n"
    "                            FILE: default: NAME. If it is not there, is no regular file\n"
    "                            or more than 16 MiB, that is told, and there is no FILE\n"
    "      --report FILE         write a cupel.run/1 document: how it ended, and figures\n"
    "  -h, --help                print this\n"
    "\n"
    "Standard input is read to its end, whether COMMAND reads it or not: </dev/null in loops\n"
    "that read.\n"
    "\n"
    "Example:\n"
    "  echo 21 | /cupel/exec --put data/table.txt -- ./double table.txt\n"
    "\n"
    "Exit:\n"
    "  COMMAND's own status; 128+N if signal N of its own killed it\n"
    "  124  a limit ended it\n"
    "  125  nothing ran, or the call failed: wrong usage, a file that cannot be put, no "
    "broker\n"
    "  126  COMMAND was found, but could not be executed\n"
    "  127  COMMAND or DIR was not found\n";

enum option_id { OPTION_CHDIR = 256, OPTION_ENV, OPTION_PUT, OPTION_GET, OPTION_REPORT };

static const struct option options[] = {
    {"chdir", required_argument, NULL, OPTION_CHDIR},
    {"env", required_argument, NULL, OPTION_ENV},
    {"put", required_argument, NULL, OPTION_PUT},
    {"get", required_argument, NULL, OPTION_GET},
    {"report", required_argument, NULL, OPTION_REPORT},
    {"help", no_argument, NULL, 'h'},
    {0},
};

static void tell(const char *text)
{
    (void)fprintf(stderr, "cupel-exec: %s\n", text);
}

static bool refuse(const char *option, const char *value, const char *why)
{
    (void)fprintf(stderr, "cupel-exec: %s %s: %s\n", option, value, why);
    return false;
}

/* "FIRST[:SECOND]"; *ret_second is NULL if it is not given. */
static bool split(const char *option, char *text, const char **ret_first,
                  const char **ret_second)
{
    char *colon = strchr(text, ':');

    if (colon == text || text[0] == '\0' || (colon != NULL && colon[1] == '\0'))
        return refuse(option, text, "expected a name, or two with a colon between");
    *ret_first = text;
    *ret_second = NULL;
    if (colon != NULL) {
        *colon = '\0';
        *ret_second = colon + 1;
    }
    return true;
}

/* Slashes at the end say no more than that it is a folder. */
static void strip_slashes(char *path)
{
    size_t len = strlen(path);

    while (len > 1 && path[len - 1] == '/')
        path[--len] = '\0';
}

static bool add_put(struct exec_request *request, char *text)
{
    struct exec_file file = {0};

    if (!split("--put", text, &file.here, &file.there))
        return false;
    strip_slashes(text);
    if (file.there == NULL && cupel_path_is_plain(file.here)) {
        file.there = file.here;
    } else if (file.there == NULL) {
        const char *slash = strrchr(file.here, '/');
        file.there = slash != NULL ? slash + 1 : file.here;
    }
    request->puts[request->put_count++] = file;
    return true;
}

static bool add_get(struct exec_request *request, char *text)
{
    struct exec_file file = {0};

    if (!split("--get", text, &file.there, &file.here))
        return false;
    if (request->get_count == CUPEL_BROKER_GETS)
        return refuse("--get", text, "more files than a call gives back");
    if (file.here == NULL)
        file.here = file.there;
    request->gets[request->get_count++] = file;
    return true;
}

static bool parse_option(struct exec_request *request, int id, char *value,
                         size_t *variable_count)
{
    switch (id) {
    case OPTION_CHDIR:
        request->chdir = value;
        return true;
    case OPTION_ENV:
        if (strchr(value, '=') == NULL || value[0] == '=')
            return refuse("--env", value, "expected NAME=VALUE");
        request->environment[(*variable_count)++] = value;
        return true;
    case OPTION_PUT:
        return add_put(request, value);
    case OPTION_GET:
        return add_get(request, value);
    case OPTION_REPORT:
        request->report = value;
        return true;
    default:
        return false; /* getopt(3) has told */
    }
}

/* Fill request, whose lists have room for all arguments. Returns -1 to go on, or the exit
 * status. */
static int parse(int argc, char **argv, struct exec_request *request)
{
    size_t variable_count = 0;
    int id;

    while ((id = getopt_long(argc, argv, "+h", options, NULL)) != -1) {
        if (id == 'h')
            return fputs(help, stdout) < 0 || fflush(stdout) != 0 ? EXEC_STATUS_FAILED
                                                                  : EXIT_SUCCESS;
        if (!parse_option(request, id, optarg, &variable_count))
            return EXEC_STATUS_FAILED;
    }
    if (optind == argc) {
        tell("expected a command; see /cupel/exec --help");
        return EXEC_STATUS_FAILED;
    }
    request->argv = (const char **)(uintptr_t)(argv + optind);
    return -1;
}

/* A standard stream that is closed must not become the connection's descriptor. */
static int fill_standard_streams(struct cupel_error *err)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        if (fcntl(fd, F_GETFD) < 0 &&
            open("/dev/null", fd == STDIN_FILENO ? O_RDONLY : O_WRONLY) != fd) /* NOLINT */
            return cupel_fail_errno(err, "open /dev/null");
    }
    return 0;
}

static int connect_broker(struct cupel_error *err)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = EXEC_BROKER_PATH};
    CUPEL_AUTO_FD fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

    if (fd < 0)
        return cupel_fail_errno(err, "make a socket");
    if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0)
        return cupel_fail_errno(err, "connect to %s, which only a harness has",
                                EXEC_BROKER_PATH);
    return cupel_take_fd(&fd);
}

static int call(const struct exec_request *request)
{
    CUPEL_AUTO_FREE struct exec *exec = malloc(sizeof(*exec));
    struct cupel_error err = {0};

    if (exec == NULL) {
        tell("out of memory");
        return EXEC_STATUS_FAILED;
    }
    exec->request = request;
    exec->tell = tell;
    exec->answered = false;
    exec->status = -1;
    exec->state = CUPEL_BROKER_ANSWERING;
    exec->file_fd = -1;
    exec->output_len = exec->input_len = 0;
    int r = fill_standard_streams(&err);
    if (r == 0) {
        exec->socket_fd = connect_broker(&err);
        r = exec->socket_fd < 0 ? exec->socket_fd : exec_send_request(exec, &err);
    }
    if (r == 0)
        r = exec_relay(exec, &err);
    if (r == 0)
        return exec->status;
    tell(err.text);
    return EXEC_STATUS_FAILED;
}

int main(int argc, char **argv)
{
    const size_t room = (size_t)argc;
    CUPEL_AUTO_FREE struct exec_file *puts_room = calloc(room, sizeof(*puts_room));
    CUPEL_AUTO_FREE struct exec_file *gets_room = calloc(room, sizeof(*gets_room));
    CUPEL_AUTO_FREE const char **environment = calloc(room, sizeof(*environment));
    struct exec_request request = {
        .puts = puts_room, .gets = gets_room, .environment = environment, .chdir = ""};

    if (puts_room == NULL || gets_room == NULL || environment == NULL) {
        tell("out of memory");
        return EXEC_STATUS_FAILED;
    }
    int status = parse(argc, argv, &request);
    return status >= 0 ? status : call(&request);
}
