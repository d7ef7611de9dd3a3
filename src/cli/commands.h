/* The commands of cupel, one file each. */
#ifndef CUPEL_CLI_COMMANDS_H
#define CUPEL_CLI_COMMANDS_H

/* argv[0] is "cupel NAME", for messages; the rest are its options and operands. Each returns
 * the exit code. */
int cupel_cli_grade(int argc, char **argv);
int cupel_cli_test(int argc, char **argv);
int cupel_cli_new(int argc, char **argv);
int cupel_cli_lint(int argc, char **argv);
int cupel_cli_run(int argc, char **argv);
int cupel_cli_policy(int argc, char **argv);
int cupel_cli_doctor(int argc, char **argv);

/* Any command of cupel-service's; returns only if that cannot be executed. */
int cupel_cli_service(int argc, char **argv);

#endif
