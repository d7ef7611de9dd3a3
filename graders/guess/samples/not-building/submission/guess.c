/* fflush() without its header, and a brace too few. */
int main(void)
{
    long largest;

    while (scanf("%ld", &largest) == 1) {
        printf("%ld\n", largest / 2);
        fflush(stdout);
    return 0;
}
