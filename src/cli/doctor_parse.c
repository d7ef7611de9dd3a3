/* What the kernel and systemd write, taken apart. Pure. Source: cgroups(7), proc(5). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/doctor.h"

const char *const doctor_hierarchy_names[] = {"none", "version 1", "hybrid", "version 2"};

/* Behind the line feed that ends a line, or the end of the text. */
static const char *next_line(const char *line)
{
    const char *end = strchr(line, '\n');

    return end == NULL ? line + strlen(line) : end + 1;
}

/* A field of a line, counted from 0; fields stand apart by blanks or tabs. Its length, 0 if the
 * line has no such field. */
static size_t find_field(const char *line, unsigned index, const char **ret)
{
    for (;;) {
        line += strspn(line, " \t");
        size_t len = strcspn(line, " \t\n");
        if (len == 0 || index == 0) {
            *ret = line;
            return len;
        }
        line += len;
        index--;
    }
}

static bool is_zero(const char *line, unsigned index)
{
    const char *field = NULL;

    return find_field(line, index, &field) == 1 && field[0] == '0';
}

static void add_name(struct doctor_names *names, const char *name, size_t len)
{
    if (names->count < DOCTOR_NAMES_MAX && len < sizeof(names->names[0]))
        (void)snprintf(names->names[names->count++], sizeof(names->names[0]), "%.*s", (int)len,
                       name);
}

/* Lines of name, hierarchy, number of cgroups, enabled; a hierarchy other than 0 is version 1.
 */
void doctor_parse_controllers(const char *text, struct doctor_names *ret_version_1,
                              bool *ret_memory_disabled)
{
    ret_version_1->count = 0;
    *ret_memory_disabled = false;
    for (const char *line = text; *line != '\0'; line = next_line(line)) {
        const char *name = NULL;
        const char *last = NULL;
        size_t len = find_field(line, 0, &name);
        if (line[0] == '#' || find_field(line, 3, &last) == 0)
            continue;
        if (!is_zero(line, 1))
            add_name(ret_version_1, name, len);
        if (is_zero(line, 3) && len == 6 && memcmp(name, "memory", 6) == 0)
            *ret_memory_disabled = true;
    }
}

void doctor_parse_own_cgroup(const char *text, char ret[static PATH_MAX])
{
    ret[0] = '\0';
    for (const char *line = text; *line != '\0'; line = next_line(line)) {
        size_t len = strcspn(line, "\n");
        if (strncmp(line, "0::/", 4) == 0 && len - 3 < PATH_MAX) {
            memcpy(ret, line + 3, len - 3);
            ret[len - 3] = '\0';
            return;
        }
    }
}

/* "systemd 252 (252.38-1~deb12u1)" */
void doctor_parse_systemd(const char *text, char ret[static 32])
{
    static const char first[] = "systemd ";
    size_t len = 0;

    ret[0] = '\0';
    if (strncmp(text, first, sizeof(first) - 1) != 0)
        return;
    text += sizeof(first) - 1;
    len = strspn(text, "0123456789");
    if (len < 32) {
        memcpy(ret, text, len);
        ret[len] = '\0';
    }
}

static bool is_octal(const char *digits)
{
    return strspn(digits, "01234567") >= 3;
}

/* A field in which blanks, line feeds and backslashes are \ooo. */
static void copy_field(const char *field, size_t field_len, char ret[static PATH_MAX])
{
    size_t len = 0;

    for (size_t i = 0; i < field_len && len < PATH_MAX - 1; i++) {
        if (field[i] == '\\' && is_octal(field + i + 1)) {
            ret[len++] = (char)((field[i + 1] - '0') << 6 | (field[i + 2] - '0') << 3 |
                                (field[i + 3] - '0'));
            i += 3;
        } else {
            ret[len++] = field[i];
        }
    }
    ret[len] = '\0';
}

/* Lines of id, parent, device, root, mount point, options, tags…, "-", type, source, options.
 */
const char *doctor_parse_mount(const char *text, const char *type, char ret[static PATH_MAX])
{
    size_t type_len = strlen(type);

    for (const char *line = text; *line != '\0'; line = next_line(line)) {
        size_t len = strcspn(line, "\n");
        const char *dash = memmem(line, len, " - ", 3);
        const char *field = NULL;
        if (dash == NULL || strncmp(dash + 3, type, type_len) != 0 || dash[3 + type_len] != ' ')
            continue;
        size_t field_len = find_field(line, 4, &field);
        copy_field(field, field_len, ret);
        return next_line(line);
    }
    return NULL;
}

enum doctor_hierarchy doctor_hierarchy_of(bool version_1_mounted, bool version_2_mounted,
                                          const struct doctor_names *version_1)
{
    if (version_2_mounted)
        return version_1->count > 0 ? DOCTOR_HYBRID : DOCTOR_VERSION_2;
    return version_1_mounted || version_1->count > 0 ? DOCTOR_VERSION_1 : DOCTOR_NO_HIERARCHY;
}

/* What systemd allows in the name of a unit; others are made by hand. */
static bool is_unit(const char *name, size_t len)
{
    static const char characters[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:-_.\\@";
    static const char *const suffixes[] = {".service", ".scope"};

    if (len >= 256 || strspn(name, characters) < len)
        return false;
    for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
        size_t suffix = strlen(suffixes[i]);
        if (len > suffix && memcmp(name + len - suffix, suffixes[i], suffix) == 0)
            return true;
    }
    return false;
}

void doctor_parse_unit(const char *cgroup, char ret[static 256])
{
    ret[0] = '\0';
    while (*cgroup == '/') {
        const char *name = cgroup + 1;
        size_t len = strcspn(name, "/");
        if (is_unit(name, len)) {
            memcpy(ret, name, len);
            ret[len] = '\0';
        }
        cgroup = name + len;
    }
}

bool doctor_is_release(const char *release, unsigned major, unsigned minor)
{
    char *dot = NULL;
    char *end = NULL;

    unsigned long has_major = strtoul(release, &dot, 10);
    if (dot == release || *dot != '.')
        return true;
    unsigned long has_minor = strtoul(dot + 1, &end, 10);
    if (end == dot + 1)
        return true;
    return has_major > major || (has_major == major && has_minor >= minor);
}
