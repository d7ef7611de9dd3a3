struct entry {
    char name[32], number[32];
};

void print(struct entry *entries, int count);
