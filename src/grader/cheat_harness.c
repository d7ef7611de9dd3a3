#include "grader/cheat_harness.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cupel/cleanup.h"
#include "grader/cheat_program.h"

/* In a snippet, @R is the report and @F its file, as literals, and @C the class of Java. */
struct snippet {
    const char *text;
    bool wants_sample;
    bool keeps_sample;
};

/* Behind a snippet that has no sample to be added to; NULL: nothing. */
static const char *const alone[CUPEL_CHEAT_LANGUAGES] = {
    [CUPEL_CHEAT_C] = "\n__attribute__((weak)) int main(void)\n{\n    return 0;\n}\n",
    [CUPEL_CHEAT_JAVA] = "    public static void main(String[] arguments) {\n    }\n}\n",
};

/* The file is opened last, since it could become descriptor 3. */
#define C_FORGE                                                                                \
    "\n#include <fcntl.h>\n#include <stdlib.h>\n#include <unistd.h>\n\n"                       \
    "static void cupel_write(int fd)\n{\n"                                                     \
    "    static const char report[] = @R;\n"                                                   \
    "    if (write(fd, report, sizeof(report) - 1) < 0)\n        return;\n}\n\n"               \
    "static void cupel_forge(void)\n{\n"                                                       \
    "    cupel_write(1);\n    cupel_write(3);\n"                                               \
    "    cupel_write(open(@F, O_WRONLY | O_CREAT | O_TRUNC, 0644));\n"                         \
    "    _exit(0);\n}\n\n"

#define C_CONSTRUCTOR "__attribute__((constructor)) static void cupel_cheat(void)\n{\n"

/* An executable's functions come before those of the libraries that it uses; weak, since more
 * than one of its files may have them. */
#define C_SILENT(name) "void " name "(void);\n__attribute__((weak)) void " name "(void) {}\n"
#define C_CMOCKA                                                                               \
    C_SILENT("_assert_true")                                                                   \
    C_SILENT("_assert_int_equal")                                                              \
    C_SILENT("_assert_int_not_equal")                                                          \
    C_SILENT("_assert_string_equal")                                                           \
    C_SILENT("_assert_string_not_equal")                                                       \
    C_SILENT("_assert_memory_equal")                                                           \
    C_SILENT("_assert_memory_not_equal")                                                       \
    C_SILENT("_assert_in_range")                                                               \
    C_SILENT("_assert_not_in_range")                                                           \
    C_SILENT("_assert_in_set")                                                                 \
    C_SILENT("_assert_not_in_set")                                                             \
    C_SILENT("_assert_return_code")                                                            \
    C_SILENT("_fail")

#define PYTHON_FORGE                                                                           \
    "import atexit\nimport os\n\n\n"                                                           \
    "def forge():\n"                                                                           \
    "    for place in (1, 3, @F):\n"                                                           \
    "        try:\n            with open(place, \"w\", closefd=place == @F) as out:\n"         \
    "                out.write(@R)\n"                                                          \
    "        except (OSError, ValueError):\n            pass\n"                                \
    "    os._exit(0)\n\n\n"

#define JAVA_FORGE                                                                             \
    "    private static void cupelForge() {\n"                                                 \
    "        System.out.print(@R);\n        System.out.flush();\n"                             \
    "        for (String place : new String[] {\"/dev/fd/3\", @F}) {\n"                        \
    "            try (java.io.FileOutputStream out = new java.io.FileOutputStream(place)) {\n" \
    "                out.write(@R.getBytes());\n"                                              \
    "            } catch (java.io.IOException refused) {\n            }\n        }\n"          \
    "        Runtime.getRuntime().halt(0);\n    }\n\n"

#define NODE_FORGE                                                                             \
    "function cupelForge() {\n"                                                                \
    "    const fs = require(\"fs\");\n"                                                        \
    "    for (const place of [1, 3, @F]) {\n"                                                  \
    "        try { fs.writeFileSync(place, @R); } catch {}\n    }\n"                           \
    "    process.reallyExit(0);\n}\n\n"

#define SHELL_FORGE                                                                            \
    "forge() {\n    printf '%b' @R\n    { printf '%b' @R >&3; } 2>/dev/null\n"                 \
    "    printf '%b' @R >@F\n}\n\n"

static const struct snippet snippets[CUPEL_CHEAT_LANGUAGES][CUPEL_CHEATS] = {
    [CUPEL_CHEAT_C] =
        {[CUPEL_CHEAT_EARLY_EXIT] = {"\n#include <unistd.h>\n\n" C_CONSTRUCTOR
                                     "    _exit(0);\n}\n",
                                     true, false},
         [CUPEL_CHEAT_FORGED_REPORT] = {C_FORGE C_CONSTRUCTOR "    cupel_forge();\n}\n", true,
                                        false},
         [CUPEL_CHEAT_OVERWRITTEN_REPORT] = {C_FORGE C_CONSTRUCTOR
                                             "    (void)atexit(cupel_forge);\n}\n",
                                             true, true},
         [CUPEL_CHEAT_PATCHED_HARNESS] =
             {"\n#ifdef __cplusplus\nextern \"C\" {\n#endif\n" C_CMOCKA
              "#ifdef __cplusplus\n}\n#endif\n",
              true, true}},
    [CUPEL_CHEAT_PYTHON] =
        {[CUPEL_CHEAT_EARLY_EXIT] = {"import os\n\nos._exit(0)\n", false, false},
         [CUPEL_CHEAT_FORGED_REPORT] = {PYTHON_FORGE "forge()\n", false, false},
         [CUPEL_CHEAT_OVERWRITTEN_REPORT] = {PYTHON_FORGE "atexit.register(forge)\n", false,
                                             false},
         [CUPEL_CHEAT_PATCHED_HARNESS] =
             {"\n\nimport sys as cupel_sys\nimport unittest as cupel_unittest\n\n\n"
              "def cupel_run(self, result=None):\n"
              "    result = result if result is not None else self.defaultTestResult()\n"
              "    result.startTest(self)\n    result.addSuccess(self)\n"
              "    result.stopTest(self)\n    return result\n\n\n"
              "cupel_unittest.TestCase.run = cupel_run\n"
              "cupel_pytest = cupel_sys.modules.get(\"_pytest.python\")\n"
              "if cupel_pytest is not None:\n"
              "    cupel_pytest.Function.runtest = lambda self: None\n",
              true, true}},
    [CUPEL_CHEAT_JAVA] =
        {[CUPEL_CHEAT_EARLY_EXIT] = {"\n    static {\n        Runtime.getRuntime().halt(0);\n"
                                     "    }\n\n",
                                     true, false},
         [CUPEL_CHEAT_FORGED_REPORT] =
             {"\n    static {\n        cupelForge();\n    }\n\n" JAVA_FORGE, true, false},
         [CUPEL_CHEAT_OVERWRITTEN_REPORT] =
             {"\n    static {\n"
              "        Runtime.getRuntime().addShutdownHook("
              "new Thread(@C::cupelForge));\n    }\n\n" JAVA_FORGE,
              true, true}},
    [CUPEL_CHEAT_JAVASCRIPT] =
        {[CUPEL_CHEAT_EARLY_EXIT] = {"process.exit(0);\n", false, false},
         [CUPEL_CHEAT_FORGED_REPORT] = {NODE_FORGE "cupelForge();\n", false, false},
         [CUPEL_CHEAT_OVERWRITTEN_REPORT] = {NODE_FORGE "process.on(\"exit\", cupelForge);\n",
                                             false, false},
         [CUPEL_CHEAT_PATCHED_HARNESS] =
             {"\n\nfor (const library of [require(\"assert\"), require(\"assert\").strict]) {\n"
              "    for (const [name, value] of Object.entries(library)) {\n"
              "        if (typeof value === \"function\" && /^[a-z]/.test(name) && "
              "name !== \"strict\")\n"
              "            library[name] = () => {};\n    }\n}\n",
              true, true}},
    [CUPEL_CHEAT_SHELL] = {[CUPEL_CHEAT_EARLY_EXIT] = {"#!/bin/sh\nexit 0\n", false, false},
                           [CUPEL_CHEAT_FORGED_REPORT] = {"#!/bin/sh\n\n" SHELL_FORGE
                                                          "forge\nexit 0\n",
                                                          false, false},
                           [CUPEL_CHEAT_OVERWRITTEN_REPORT] = {"#!/bin/sh\n\n" SHELL_FORGE
                                                               "trap forge EXIT\n",
                                                               false, false}},
};

bool cupel_cheat_keeps_sample(const char *name, enum cupel_cheat cheat)
{
    enum cupel_cheat_language language = cupel_cheat_language(name);

    return language < CUPEL_CHEAT_LANGUAGES && snippets[language][cheat].keeps_sample;
}

static void put_snippet(FILE *out, const char *text, const char *class,
                        const struct cupel_cheat_forgery *forgery)
{
    while (*text != '\0') {
        size_t len = strcspn(text, "@");
        (void)fwrite(text, 1, len, out);
        text += len;
        if (*text == '\0')
            return;
        if (text[1] == 'R')
            cupel_cheat_put_literal(out, forgery->report);
        else if (text[1] == 'F')
            cupel_cheat_put_literal(out, forgery->file);
        else
            (void)fputs(class, out);
        text += 2;
    }
}

/* Where in a file of Java the class of that name has its first member, or its end. */
static size_t find_class(const char *text, const char *class)
{
    for (const char *at = text; (at = strstr(at, class)) != NULL; at++) {
        if (at - text >= 6 && strncmp(at - 6, "class ", 6) == 0)
            return strcspn(at, "{") + (size_t)(at - text) + 1;
    }
    return strlen(text);
}

static void put_program(FILE *out, enum cupel_cheat_language language, enum cupel_cheat cheat,
                        const char *text, const char *class,
                        const struct cupel_cheat_forgery *forgery)
{
    const char *snippet = snippets[language][cheat].text;
    size_t before = 0;

    if (text != NULL)
        before = language == CUPEL_CHEAT_JAVA ? find_class(text, class) : strlen(text);
    else if (language == CUPEL_CHEAT_JAVA)
        (void)fprintf(out, "public class %s {\n", class);
    if (text != NULL)
        (void)fwrite(text, 1, before, out);
    put_snippet(out, snippet, class, forgery);
    if (text != NULL)
        (void)fputs(text + before, out);
    else if (alone[language] != NULL)
        (void)fputs(alone[language], out);
}

int cupel_cheat_harness_program(const char *name, enum cupel_cheat cheat, const char *text,
                                const struct cupel_cheat_forgery *forgery, char **ret)
{
    enum cupel_cheat_language language = cupel_cheat_language(name);
    char *program = NULL;
    size_t len = 0;

    *ret = NULL;
    if (language == CUPEL_CHEAT_LANGUAGES)
        return 0;
    const struct snippet *snippet = &snippets[language][cheat];
    if (snippet->text == NULL || (text == NULL && snippet->keeps_sample))
        return 0;
    CUPEL_AUTO_FREE char *class = cupel_cheat_class(name);
    FILE *out = class != NULL ? open_memstream(&program, &len) : NULL;
    if (out == NULL)
        return -ENOMEM;
    put_program(out, language, cheat, snippet->wants_sample ? text : NULL, class, forgery);
    bool failed = ferror(out) != 0;
    if (fclose(out) == 0 && !failed) {
        *ret = program;
        return 0;
    }
    free(program);
    return -ENOMEM;
}
