/* Amounts are doubles, and there are as many accounts as seemed enough. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char names[1000][32];
static double balances[1000];
static int count;
static int refused;

static int find(const char *name)
{
    for (int i = 0; i < count; i++) {
        if (strcmp(names[i], name) == 0)
            return i;
    }
    printf("error: no account %s\n", name);
    refused = 1;
    return -1;
}

static double amount_of(const char *word)
{
    char *end;
    double amount = strtod(word, &end);

    if (*end == '\0' && amount > 0)
        return amount;
    printf("error: %s is no amount\n", word);
    refused = 1;
    return 0;
}

static int take(int i, double amount)
{
    if (balances[i] < amount) {
        puts("error: not enough money");
        refused = 1;
        return 0;
    }
    balances[i] -= amount;
    return 1;
}

static void pay(char words[4][32], int sign)
{
    int i = find(words[1]);
    double amount = i >= 0 ? amount_of(words[2]) : 0;

    if (amount <= 0 || (sign < 0 && !take(i, amount)))
        return;
    if (sign > 0)
        balances[i] += amount;
    printf("%s: %.2f\n", names[i], balances[i]);
}

static void transfer(char words[4][32])
{
    int from = find(words[1]);
    int to = from >= 0 ? find(words[2]) : -1;
    double amount = to >= 0 ? amount_of(words[3]) : 0;

    if (amount <= 0 || !take(from, amount))
        return;
    balances[to] += amount;
    printf("%s: %.2f, %s: %.2f\n", names[from], balances[from], names[to], balances[to]);
}

static void open_account(const char *name)
{
    for (int i = 0; i < count; i++) {
        if (strcmp(names[i], name) == 0) {
            printf("error: account %s exists\n", name);
            refused = 1;
            return;
        }
    }
    strcpy(names[count++], name);
    printf("%s: 0.00\n", name);
}

int main(void)
{
    char line[256];

    while (fgets(line, sizeof(line), stdin) != NULL) {
        char words[4][32] = {""};
        sscanf(line, "%31s %31s %31s %31s", words[0], words[1], words[2], words[3]);
        if (strcmp(words[0], "open") == 0) {
            open_account(words[1]);
        } else if (strcmp(words[0], "deposit") == 0) {
            pay(words, 1);
        } else if (strcmp(words[0], "withdraw") == 0) {
            pay(words, -1);
        } else if (strcmp(words[0], "transfer") == 0) {
            transfer(words);
        } else if (strcmp(words[0], "balance") == 0) {
            int i = find(words[1]);
            if (i >= 0)
                printf("%s: %.2f\n", names[i], balances[i]);
        } else {
            printf("error: no command %s\n", words[0]);
            refused = 1;
        }
    }
    return refused;
}
