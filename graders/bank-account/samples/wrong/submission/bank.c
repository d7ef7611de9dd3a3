/* One balance for everybody. */
#include <stdio.h>
#include <string.h>

int main(void)
{
    char command[32];
    char name[32];
    double amount;
    double balance = 0;

    while (scanf("%31s %31s", command, name) == 2) {
        if (strcmp(command, "deposit") == 0 && scanf("%lf", &amount) == 1)
            balance += amount;
        else if (strcmp(command, "withdraw") == 0 && scanf("%lf", &amount) == 1)
            balance -= amount;
        printf("Balance of %s: %.2f\n", name, balance);
    }
    return 0;
}
