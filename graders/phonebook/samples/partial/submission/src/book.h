void add(const char *name, const char *number);
int delete (const char *name);
void list(const char *part);
