/*
 * Technique: take memory in huge pages, 2 MiB at a time
 * Family: exhaustion
 * Layers: memory
 * Outcome: limit memory
 * Policies: native
 * Control: room
 * Options: --memory 128MiB --cpu 20s --wall 20s
 */
#include "exhaust.h"

int main(void)
{
    return exhaust_by("hoard", "huge", "192", "300", NULL);
}
