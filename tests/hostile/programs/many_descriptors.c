/*
 * Technique: open so many files that no descriptor is left
 * Family: exhaustion
 * Layers: open_files
 * Outcome: limit open_files
 * Policies: native
 * Control: room
 */
#include "exhaust.h"

int main(void)
{
    return exhaust_by("files", "open", "/", "200", NULL);
}
