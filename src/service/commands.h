/* The commands of cupel-service, each with argv as main()'s: argv[0] is "cupel NAME". Returns
 * the exit code. */
#ifndef CUPEL_SERVICE_COMMANDS_H
#define CUPEL_SERVICE_COMMANDS_H

/* What systemd has put into the environment, or NULL. */
struct service_manager {
    const char *socket;   /* $NOTIFY_SOCKET */
    const char *watchdog; /* $WATCHDOG_USEC, where it is ours */
};

int service_worker(int argc, char **argv, const struct service_manager *manager);

#endif
