#ifndef CUPEL_SERVICE_SERVE_H
#define CUPEL_SERVICE_SERVE_H

/* cupel serve; argv[0] is "cupel serve". state_folder: $XDG_STATE_HOME, or what stands for it;
 * NULL: there is none. environment: what the worker is given. Returns the exit code. */
int service_serve(int argc, char **argv, const char *state_folder, char **environment);

#endif
