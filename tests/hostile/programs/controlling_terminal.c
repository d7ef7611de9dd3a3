/*
 * Technique: open the terminal from which cupel was started
 * Family: escape
 * Layers: root, landlock, user
 * Outcome: stopped
 * Policies: every
 * Control: user
 */
#include <fcntl.h>

#include "hostile.h"
#include "operator.h"

int main(void)
{
    return hostile_end(open(OPERATOR_TERMINAL, O_RDWR | O_CLOEXEC));
}
