#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct account {
    char name[32];
    long long cents;
};

static struct account *accounts;
static size_t count;
static bool refused;

static struct account *find(const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(accounts[i].name, name) == 0)
            return &accounts[i];
    }
    return NULL;
}

static struct account *add(const char *name)
{
    accounts = realloc(accounts, (count + 1) * sizeof(*accounts));
    if (accounts == NULL)
        exit(2);
    struct account *account = &accounts[count++];
    snprintf(account->name, sizeof(account->name), "%s", name);
    account->cents = 0;
    return account;
}

static void print_balance(FILE *out, const char *fmt, const struct account *account)
{
    fprintf(out, fmt, account->name, account->cents / 100, account->cents % 100);
}

static void refuse(const char *before, const char *word, const char *after)
{
    printf("error: %s%s%s\n", before, word, after);
    refused = true;
}

/* Cents, or -1. */
static long long parse_cents(const char *word)
{
    long long euros = 0;
    long long cents = 0;
    int digits = 0;
    int decimals = 0;

    for (; isdigit((unsigned char)*word); word++, digits++)
        euros = euros * 10 + (*word - '0');
    if (*word == '.') {
        for (word++; isdigit((unsigned char)*word); word++, decimals++)
            cents = cents * 10 + (*word - '0');
        if (decimals == 0)
            return -1;
        if (decimals == 1)
            cents *= 10;
    }
    return digits == 0 || digits > 15 || decimals > 2 || *word != '\0' ? -1
                                                                       : euros * 100 + cents;
}

static struct account *require(const char *name)
{
    struct account *account = find(name);

    if (account == NULL)
        refuse("no account ", name, "");
    return account;
}

static long long require_cents(const char *word)
{
    long long cents = parse_cents(word);

    if (cents <= 0)
        refuse("", word, " is no amount");
    return cents;
}

static void pay(const char *name, const char *amount, int sign)
{
    struct account *account = require(name);
    long long cents = account != NULL ? require_cents(amount) : -1;

    if (cents <= 0)
        return;
    if (sign < 0 && account->cents < cents) {
        refuse("not enough money", "", "");
        return;
    }
    account->cents += sign * cents;
    print_balance(stdout, "%s: %lld.%02lld\n", account);
}

static void transfer(const char *from_name, const char *to_name, const char *amount)
{
    struct account *from = require(from_name);
    struct account *to = from != NULL ? require(to_name) : NULL;
    long long cents = to != NULL ? require_cents(amount) : -1;

    if (cents <= 0)
        return;
    if (from->cents < cents) {
        refuse("not enough money", "", "");
        return;
    }
    from->cents -= cents;
    to->cents += cents;
    print_balance(stdout, "%s: %lld.%02lld, ", from);
    print_balance(stdout, "%s: %lld.%02lld\n", to);
}

static void open_account(const char *name)
{
    if (find(name) != NULL)
        refuse("account ", name, " exists");
    else
        print_balance(stdout, "%s: %lld.%02lld\n", add(name));
}

static void obey(char *line)
{
    char words[4][32] = {""};

    if (sscanf(line, "%31s %31s %31s %31s", words[0], words[1], words[2], words[3]) < 1)
        return;
    if (strcmp(words[0], "open") == 0) {
        open_account(words[1]);
    } else if (strcmp(words[0], "deposit") == 0) {
        pay(words[1], words[2], 1);
    } else if (strcmp(words[0], "withdraw") == 0) {
        pay(words[1], words[2], -1);
    } else if (strcmp(words[0], "transfer") == 0) {
        transfer(words[1], words[2], words[3]);
    } else if (strcmp(words[0], "balance") == 0) {
        const struct account *account = require(words[1]);
        if (account != NULL)
            print_balance(stdout, "%s: %lld.%02lld\n", account);
    } else {
        refuse("no command ", words[0], "");
    }
}

static void read_ledger(const char *path)
{
    char name[32];
    char amount[32];
    FILE *file = fopen(path, "r");

    if (file == NULL)
        return;
    while (fscanf(file, "%31s %31s", name, amount) == 2)
        add(name)->cents = parse_cents(amount);
    fclose(file);
}

static bool write_ledger(const char *path)
{
    FILE *file = fopen(path, "w");

    if (file == NULL)
        return false;
    for (size_t i = 0; i < count; i++)
        print_balance(file, "%s %lld.%02lld\n", &accounts[i]);
    return fclose(file) == 0;
}

int main(int argc, char **argv)
{
    char line[256];

    if (argc > 1)
        read_ledger(argv[1]);
    while (fgets(line, sizeof(line), stdin) != NULL)
        obey(line);
    if (argc > 1 && !write_ledger(argv[1]))
        return 2;
    return refused ? 1 : 0;
}
