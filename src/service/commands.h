/* The commands of cupel-service. */
#ifndef CUPEL_SERVICE_COMMANDS_H
#define CUPEL_SERVICE_COMMANDS_H

/* What systemd has put into the environment, or NULL. */
struct service_manager {
    const char *socket;   /* $NOTIFY_SOCKET */
    const char *watchdog; /* $WATCHDOG_USEC, where it is ours */
};

/* argv[0] is "cupel NAME", for messages; the rest are its options and operands. Each returns
 * the exit code. */
int service_unpack(int argc, char **argv);
int service_worker(int argc, char **argv, const struct service_manager *manager);
int service_submit(int argc, char **argv);
int service_jobs(int argc, char **argv);
int service_result(int argc, char **argv);
int service_regrade(int argc, char **argv);
int service_schedule(int argc, char **argv);
int service_token(int argc, char **argv);
int service_publish(int argc, char **argv);

/* What the environment says; NULL where it says nothing. */
struct service_environment {
    const char *queue;  /* $CUPEL_QUEUE */
    const char *server; /* $CUPEL_SERVER */
    const char *token;  /* $CUPEL_TOKEN */
    const char *state;  /* folder of the user's: $XDG_STATE_HOME */
    const char *home;
};

struct service_environment service_environment(void);

#endif
