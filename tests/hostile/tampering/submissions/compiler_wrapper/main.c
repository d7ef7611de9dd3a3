/*
 * Technique: hand in a file whose name has gcc read options, a wrapper of its parts among them
 * Family: tampering
 * Layers: separation
 * Outcome: failed: wrong_output
 * Grader: c
 * Naive: c tests
 */
int add(int a, int b)
{
    return a - b;
}
