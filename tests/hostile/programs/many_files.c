/*
 * Technique: make so many files that no inode is left
 * Family: exhaustion
 * Layers: disk
 * Outcome: limit disk
 * Policies: native
 * Control: room
 */
#include "exhaust.h"

int main(void)
{
    return exhaust_by("files", "inodes", "/tmp", "6000", NULL);
}
