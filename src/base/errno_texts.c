/* Writes the cases of a switch that returns glibc's text of each errno. The build runs it, with
 * the file's name. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv)
{
    FILE *file = argc == 2 ? fopen(argv[1], "we") : NULL;

    if (file == NULL)
        return EXIT_FAILURE;
    for (int number = 0; number <= EHWPOISON; number++) { /* the last one */
        const char *text = strerrordesc_np(number);
        if (text != NULL && fprintf(file, "case %d:\n    return \"%s\";\n", number, text) < 0)
            return EXIT_FAILURE;
    }
    return fclose(file) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
