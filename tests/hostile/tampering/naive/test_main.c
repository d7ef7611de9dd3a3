#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "main.h"

int main(void)
{
    char text[12];

    assert(add(2, 3) == 5);
    (void)snprintf(text, sizeof(text), "%d", add(20, 22));
    assert(strcmp(text, "42") == 0);
    return 0;
}
