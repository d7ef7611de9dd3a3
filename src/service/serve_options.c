#include "service/serve_options.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cupel/cleanup.h"
#include "cupel/units.h"
#include "service/commands.h"

#define PORT           8470
#define RATE           200
#define RATE_MAX       1000000
#define SLOTS_MAX      1024
#define SUBMISSION_MAX (UINT64_C(256) << 20)

static const char help[] =
    "Usage: cupel serve [OPTION…]\n"
    "\n"
    "Serve the API, its pages and webhooks, and do jobs, until SIGTERM.\n"
    "\n"
    "Queue and workers:\n"
    "      --queue URL          sqlite://PATH or postgresql://HOST/DATABASE; default:\n"
    "                           $CUPEL_QUEUE, where a password is seen by nobody else, or\n"
    "                           cupel/queue.db below $XDG_STATE_HOME\n"
    "      --slots N            jobs at the same time; default: as many as processors\n"
    "      --no-worker          do none: others do\n"
    "\n"
    "HTTP:\n"
    "      --listen ADDRESS:PORT  [::1]:443, for instance; port 0: any; default:\n"
    "                           127.0.0.1:8470\n"
    "      --tls-cert FILE      certificate and its chain, PEM\n"
    "      --tls-key FILE       its key, PEM\n"
    "      --trust-proxy        clients are told by X-Forwarded-For and X-Forwarded-Proto\n"
    "      --max-submission SIZE  of a body, and a 16th of all that come at the same time;\n"
    "                           default: 256 MiB\n"
    "      --rate N             requests a second of a token, or of an address without one,\n"
    "                           twice as many at once; default: 200\n"
    "      --allow-private-webhooks  also by HTTP, and to addresses that are not public\n"
    "      --work FOLDER        of temporary files, made if it is missing; default: /var/tmp\n"
    "\n"
    "Logs, a JSON object a line; -: standard output:\n"
    "      --access-log FILE    each request\n"
    "      --audit-log FILE     who changed what\n"
    "\n"
    "  -h, --help               print this\n"
    "\n"
    "The first line of standard output tells the address; the second, on a queue that has no\n"
    "token, one of the platform's, which is told nobody again.\n"
    "\n"
    "Example:\n"
    "  cupel serve --listen 127.0.0.1:8470\n"
    "\n"
    "Exit:\n"
    "  0  ended by a signal\n"
    "  1  platform failure: the queue cannot be opened, for instance\n"
    "  2  usage\n";

enum option_id {
    QUEUE = 256,
    SLOTS,
    NO_WORKER,
    LISTEN,
    TLS_CERT,
    TLS_KEY,
    TRUST_PROXY,
    MAX_SUBMISSION,
    RATE_OPTION,
    ALLOW_PRIVATE,
    WORK,
    ACCESS_LOG,
    AUDIT_LOG,
};

static const struct option options[] = {
    {"queue", required_argument, NULL, QUEUE},
    {"slots", required_argument, NULL, SLOTS},
    {"no-worker", no_argument, NULL, NO_WORKER},
    {"listen", required_argument, NULL, LISTEN},
    {"tls-cert", required_argument, NULL, TLS_CERT},
    {"tls-key", required_argument, NULL, TLS_KEY},
    {"trust-proxy", no_argument, NULL, TRUST_PROXY},
    {"max-submission", required_argument, NULL, MAX_SUBMISSION},
    {"rate", required_argument, NULL, RATE_OPTION},
    {"allow-private-webhooks", no_argument, NULL, ALLOW_PRIVATE},
    {"work", required_argument, NULL, WORK},
    {"access-log", required_argument, NULL, ACCESS_LOG},
    {"audit-log", required_argument, NULL, AUDIT_LOG},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

/* "127.0.0.1:8470", "[::1]:8470". */
static bool parse_listen(const char *text, char address[static INET6_ADDRSTRLEN],
                         uint16_t *ret_port)
{
    unsigned char bytes[sizeof(struct in6_addr)];
    const char *colon = strrchr(text, ':');
    uint64_t port = 0;

    if (colon == NULL || !cupel_cli_parse_number(colon + 1, 0, UINT16_MAX, &port))
        return false;
    bool is_six = text[0] == '[' && colon > text + 1 && colon[-1] == ']';
    const char *start = is_six ? text + 1 : text;
    size_t len = (size_t)(colon - start) - (is_six ? 1 : 0);
    if (len >= INET6_ADDRSTRLEN)
        return false;
    memcpy(address, start, len);
    address[len] = '\0';
    *ret_port = (uint16_t)port;
    return inet_pton(is_six ? AF_INET6 : AF_INET, address, bytes) == 1;
}

static bool take_number(const char *command, const char *option, const char *text, uint64_t max,
                        uint64_t *ret)
{
    if (cupel_cli_parse_number(text, 1, max, ret))
        return true;
    (void)cupel_cli_usage(command, "%s %s: expected a number from 1 to %llu", option, text,
                          (unsigned long long)max);
    return false;
}

static bool take_size(const char *command, const char *text, uint64_t *ret)
{
    struct cupel_error err = {0};

    if (cupel_units_parse_bytes(text, ret, &err) == 0 && *ret > 0)
        return true;
    (void)cupel_cli_usage(command, "--max-submission %s: %s", text,
                          err.code != 0 ? err.text : "expected more than that");
    return false;
}

static bool take_listen(const char *command, const char *text, struct serve_options *ret)
{
    if (parse_listen(text, ret->address, &ret->server.port))
        return true;
    (void)cupel_cli_usage(command,
                          "--listen %s: expected an address and a port: 127.0.0.1:8470, "
                          "[::1]:8470",
                          text);
    return false;
}

/* Options that may be wrong by themselves. */
static bool take_checked(const char *command, int option, const char *value,
                         struct serve_options *ret)
{
    uint64_t number = 0;

    switch (option) {
    case SLOTS:
        ret->slots = value;
        return take_number(command, "--slots", value, SLOTS_MAX, &number);
    case LISTEN:
        return take_listen(command, value, ret);
    case MAX_SUBMISSION:
        return take_size(command, value, &ret->server.settings.max_submission);
    case RATE_OPTION:
        if (!take_number(command, "--rate", value, RATE_MAX, &number))
            return false;
        ret->server.rate = (unsigned)number;
        return true;
    default: /* getopt_long has said it */
        return false;
    }
}

static bool take(const char *command, int option, const char *value, struct serve_options *ret)
{
    switch (option) {
    case QUEUE:
        ret->server.queue_url = value;
        return true;
    case NO_WORKER:
        ret->has_worker = false;
        return true;
    case TLS_CERT:
        ret->server.tls_cert = value;
        return true;
    case TLS_KEY:
        ret->server.tls_key = value;
        return true;
    case TRUST_PROXY:
        ret->server.trust_proxy = true;
        return true;
    case ALLOW_PRIVATE:
        ret->server.settings.allow_private_webhooks = true;
        return true;
    case WORK:
        ret->server.settings.work = value;
        return true;
    case ACCESS_LOG:
        ret->server.access_log = value;
        return true;
    case AUDIT_LOG:
        ret->server.audit_log = value;
        return true;
    default:
        return take_checked(command, option, value, ret);
    }
}

static bool set_default_queue(const char *command, const char *state_folder,
                              struct serve_options *ret, int *ret_code)
{
    char folder[PATH_MAX];

    if (state_folder == NULL) {
        *ret_code = cupel_cli_usage(command,
                                    "expected --queue URL: neither $CUPEL_QUEUE nor "
                                    "$XDG_STATE_HOME nor $HOME is set");
        return false;
    }
    int len = snprintf(folder, sizeof(folder), "%s/cupel", state_folder);
    for (char *slash = strchr(folder + 1, '/'); len < PATH_MAX && slash != NULL;
         slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        (void)mkdir(folder, 0755);
        *slash = '/';
    }
    if (len >= PATH_MAX || (mkdir(folder, 0700) < 0 && errno != EEXIST)) {
        *ret_code = cupel_cli_fail(command, CUPEL_EXIT_PLATFORM, "%s: %s", folder,
                                   strerrordesc_np(len >= PATH_MAX ? ENAMETOOLONG : errno));
        return false;
    }
    (void)snprintf(ret->queue_url, sizeof(ret->queue_url), "sqlite://%s/queue.db", folder);
    ret->server.queue_url = ret->queue_url;
    return true;
}

/* Where bodies are kept: made if its parent is there. */
static bool check_work(const char *command, const char *path)
{
    (void)mkdir(path, 0700);
    CUPEL_AUTO_FD fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0 && faccessat(fd, ".", W_OK | X_OK, AT_EACCESS) == 0)
        return true;
    (void)cupel_cli_usage(command, "--work %s: %s", path, strerrordesc_np(errno));
    return false;
}

static bool check(const char *command, const char *operand, const char *state_folder,
                  struct serve_options *ret, int *ret_code)
{
    *ret_code = CUPEL_EXIT_USAGE;
    if (operand != NULL) {
        (void)cupel_cli_usage(command, "%s: no operands are expected", operand);
        return false;
    }
    if ((ret->server.tls_cert == NULL) != (ret->server.tls_key == NULL)) {
        (void)cupel_cli_usage(command, "expected both --tls-cert and --tls-key, or neither");
        return false;
    }
    if (!check_work(command, ret->server.settings.work))
        return false;
    if (ret->server.queue_url == NULL)
        ret->server.queue_url = service_environment().queue;
    return ret->server.queue_url != NULL ||
           set_default_queue(command, state_folder, ret, ret_code);
}

bool serve_options_read(int argc, char **argv, const char *state_folder,
                        struct serve_options *ret, int *ret_code)
{
    struct cupel_error err = {0};
    int option;

    *ret = (struct serve_options){.address = "127.0.0.1", .has_worker = true};
    ret->server.port = PORT;
    ret->server.rate = RATE;
    ret->server.address = ret->address;
    ret->server.settings.work = "/var/tmp";
    ret->server.settings.max_submission = SUBMISSION_MAX;
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): there is one thread yet */
    while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
        if (option == 'h') {
            *ret_code =
                cupel_cli_write(NULL, help, &err) < 0 ? CUPEL_EXIT_PLATFORM : CUPEL_EXIT_OK;
            return false;
        }
        if (!take(argv[0], option, optarg == NULL ? "" : optarg, ret)) {
            *ret_code = CUPEL_EXIT_USAGE;
            return false;
        }
    }
    return check(argv[0], argv[optind], state_folder, ret, ret_code);
}
