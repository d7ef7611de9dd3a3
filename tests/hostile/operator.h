/*
 * What as_operator.c gives a cupel that it starts, for programs to look for.
 */
#ifndef HOSTILE_OPERATOR_H
#define HOSTILE_OPERATOR_H

#define OPERATOR_TERMINAL "/dev/tty"
#define OPERATOR_KEY      "hostile-operator"

#endif
