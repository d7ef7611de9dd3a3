/* What a process has to do before all else. */
#ifndef CUPEL_CLI_START_H
#define CUPEL_CLI_START_H

#include <stdbool.h>

/* A descriptor of ours must never be taken for a standard stream that was closed. */
bool cli_open_standard_streams(void);

/* jansson's reader does not notice that it could not keep what it has read, and then reads what
 * is not there: with this, the process ends with exit_code instead, and says why. */
void cli_end_without_memory(int exit_code);

#endif
