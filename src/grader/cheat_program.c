#include "grader/cheat_program.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "cupel/cleanup.h"
#include "grader/cheats.h"

/*
 * A program is head, items and tail. %1$s in a head is the class that Java wants, in an item
 * the text as a literal of the language: strings of JSON are strings in all of them.
 */
struct program {
    const char *head;
    const char *item; /* for each text; NULL: none */
    const char *tail;
};

/* NULL-terminated */
static const char *const suffixes[CUPEL_CHEAT_LANGUAGES][8] = {
    [CUPEL_CHEAT_C] = {".c", ".cc", ".cpp", ".cxx", ".C"},
    [CUPEL_CHEAT_PYTHON] = {".py"},
    [CUPEL_CHEAT_JAVA] = {".java"},
    [CUPEL_CHEAT_JAVASCRIPT] = {".js", ".cjs"},
    [CUPEL_CHEAT_SHELL] = {".sh"},
};

#define C_MAIN "#include <stdio.h>\n\nint main(void)\n{\n"
#define C_END  "    return 0;\n}\n"

/* A compiler may see files that the program does not. */
#define C_LOOK                                                                                 \
    "    look(%1$s);\n"                                                                        \
    "#ifdef __has_include\n"                                                                   \
    "#if __has_include(%1$s)\n"                                                                \
    "    puts(\"" CUPEL_CHEAT_MARK                                                             \
    "\" %1$s);\n"                                                                              \
    "#endif\n"                                                                                 \
    "#endif\n"

#define JAVA_MAIN                                                                              \
    "public class %1$s {\n"                                                                    \
    "    public static void main(String[] arguments) {\n"

static const struct program programs[CUPEL_CHEAT_LANGUAGES][CUPEL_CHEATS] = {
    [CUPEL_CHEAT_C] = {[CUPEL_CHEAT_EARLY_EXIT] = {.head = C_MAIN C_END},
                       [CUPEL_CHEAT_FORGED_RESULT] = {C_MAIN, "    puts(%1$s);\n", C_END},
                       [CUPEL_CHEAT_ENDLESS_OUTPUT] =
                           {.head = C_MAIN "    for (;;)\n        puts(\"1\");\n}\n"},
                       [CUPEL_CHEAT_HIDDEN_DATA] =
                           {"#include <stdio.h>\n\nstatic void look(const char *path)\n{\n"
                            "    if (fopen(path, \"r\") != NULL)\n"
                            "        printf(\"" CUPEL_CHEAT_MARK "%%s\\n\", path);\n}\n\n"
                            "int main(void)\n{\n",
                            C_LOOK, C_END}},
    [CUPEL_CHEAT_PYTHON] =
        {[CUPEL_CHEAT_EARLY_EXIT] = {.head = "raise SystemExit(0)\n"},
         [CUPEL_CHEAT_FORGED_RESULT] = {"", "print(%1$s)\n", ""},
         [CUPEL_CHEAT_ENDLESS_OUTPUT] = {.head = "while True:\n    print(\"1\" * 65536)\n"},
         [CUPEL_CHEAT_HIDDEN_DATA] = {"def look(path):\n    try:\n        open(path).close()\n"
                                      "        print(\"" CUPEL_CHEAT_MARK "\" + path)\n"
                                      "    except OSError:\n        pass\n\n\n",
                                      "look(%1$s)\n", ""}},
    [CUPEL_CHEAT_JAVA] =
        {[CUPEL_CHEAT_EARLY_EXIT] = {.head = JAVA_MAIN "        System.exit(0);\n    }\n}\n"},
         [CUPEL_CHEAT_FORGED_RESULT] = {JAVA_MAIN, "        System.out.println(%1$s);\n",
                                        "    }\n}\n"},
         [CUPEL_CHEAT_ENDLESS_OUTPUT] =
             {.head = JAVA_MAIN "        for (;;)\n"
                                "            System.out.println(\"1\".repeat(65536));\n"
                                "    }\n}\n"},
         [CUPEL_CHEAT_HIDDEN_DATA] =
             {"public class %1$s {\n    private static void look(String path) {\n"
              "        if (new java.io.File(path).canRead())\n"
              "            System.out.println(\"" CUPEL_CHEAT_MARK "\" + path);\n    }\n\n"
              "    public static void main(String[] arguments) {\n",
              "        look(%1$s);\n", "    }\n}\n"}},
    [CUPEL_CHEAT_JAVASCRIPT] =
        {[CUPEL_CHEAT_EARLY_EXIT] = {.head = "process.exit(0);\n"},
         [CUPEL_CHEAT_FORGED_RESULT] = {"", "console.log(%1$s);\n", ""},
         [CUPEL_CHEAT_ENDLESS_OUTPUT] =
             {.head = "for (;;) require(\"fs\").writeSync(1, \"1\".repeat(65536));\n"},
         [CUPEL_CHEAT_HIDDEN_DATA] =
             {"const fs = require(\"fs\");\n\nfunction look(path) {\n    try {\n"
              "        fs.closeSync(fs.openSync(path));\n"
              "        console.log(\"" CUPEL_CHEAT_MARK "\" + path);\n"
              "    } catch {}\n}\n\n",
              "look(%1$s);\n", ""}},
    [CUPEL_CHEAT_SHELL] =
        {[CUPEL_CHEAT_EARLY_EXIT] = {.head = "#!/bin/sh\nexit 0\n"},
         [CUPEL_CHEAT_FORGED_RESULT] = {"#!/bin/sh\n", "printf '%%b\\n' %1$s\n", ""},
         [CUPEL_CHEAT_ENDLESS_OUTPUT] = {.head = "#!/bin/sh\nexec yes 1\n"},
         [CUPEL_CHEAT_HIDDEN_DATA] = {"#!/bin/sh\n",
                                      "[ ! -r %1$s ] || echo \"" CUPEL_CHEAT_MARK "\"%1$s\n",
                                      ""}},
};

enum cupel_cheat_language cupel_cheat_language(const char *name)
{
    const char *suffix = strrchr(name, '.');

    for (unsigned i = 0; suffix != NULL && i < CUPEL_CHEAT_LANGUAGES; i++) {
        for (const char *const *known = suffixes[i]; *known != NULL; known++) {
            if (strcmp(suffix, *known) == 0)
                return (enum cupel_cheat_language)i;
        }
    }
    return CUPEL_CHEAT_LANGUAGES;
}

char *cupel_cheat_class(const char *name)
{
    const char *slash = strrchr(name, '/');
    const char *base = slash != NULL ? slash + 1 : name;

    return strndup(base, (size_t)(strrchr(base, '.') - base));
}

void cupel_cheat_put_literal(FILE *out, const char *text)
{
    json_t *string = json_string(text);
    char *literal = string != NULL ? json_dumps(string, JSON_ENCODE_ANY) : NULL;

    json_decref(string);
    (void)fputs(literal != NULL ? literal : "\"\"", out);
    free(literal);
}

/* Put fmt with its %1$s replaced by text, and %% by a percent sign. */
static void put(FILE *out, const char *fmt, const char *text)
{
    while (*fmt != '\0') {
        size_t len = strcspn(fmt, "%");
        (void)fwrite(fmt, 1, len, out);
        fmt += len;
        if (strncmp(fmt, "%1$s", 4) == 0) {
            (void)fputs(text, out);
            fmt += 4;
        } else if (*fmt == '%') {
            (void)fputc('%', out);
            fmt += 2;
        }
    }
}

/* False if memory ran out. */
static bool put_items(FILE *out, const char *item, const char *const *texts)
{
    for (; item != NULL && *texts != NULL; texts++) {
        json_t *string = json_string(*texts);
        if (string == NULL)
            continue; /* not UTF-8 */
        char *literal = json_dumps(string, JSON_ENCODE_ANY);
        json_decref(string);
        if (literal == NULL)
            return false;
        put(out, item, literal);
        free(literal);
    }
    return true;
}

char *cupel_cheat_program(const char *name, enum cupel_cheat cheat, const char *const *texts)
{
    const struct program *program = &programs[cupel_cheat_language(name)][cheat];
    CUPEL_AUTO_FREE char *class = cupel_cheat_class(name);
    char *text = NULL;
    size_t len = 0;

    FILE *out = class != NULL ? open_memstream(&text, &len) : NULL;
    if (out == NULL)
        return NULL;
    put(out, program->head, class);
    bool complete = put_items(out, program->item, texts);
    if (program->tail != NULL)
        put(out, program->tail, class);
    bool failed = ferror(out) != 0;
    if (fclose(out) == 0 && complete && !failed)
        return text;
    free(text);
    return NULL;
}
