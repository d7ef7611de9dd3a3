#include <stdio.h>

struct account {
    char name[32];
    long cents;
}

int main(void)
{
    struct account account = {"alice", 0};

    printf("%s: %ld.00\n", account.name, account.cents);
    return 0;
}
