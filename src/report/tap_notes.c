#include "report/tap_notes.h"

#include <math.h>
#include <string.h>

void tap_notes_init(struct tap_notes *notes, struct report_builder *builder)
{
    *notes = (struct tap_notes){.builder = builder,
                                .comments.max = CUPEL_REPORT_OUTPUT_MAX,
                                .yaml.max = CUPEL_REPORT_OUTPUT_MAX,
                                .message.max = CUPEL_REPORT_MESSAGE_MAX,
                                .seconds = NAN};
}

void tap_notes_free(struct tap_notes *notes)
{
    report_text_free(&notes->comments);
    report_text_free(&notes->yaml);
    report_text_free(&notes->message);
}

static void add_line(struct tap_notes *notes, struct report_text *text, const char *bytes,
                     size_t len)
{
    if (text->total > 0)
        report_text_add(notes->builder, text, "\n", 1);
    report_text_add(notes->builder, text, bytes, len);
}

void tap_notes_add_comment(struct tap_notes *notes, const char *bytes, size_t len)
{
    add_line(notes, &notes->comments, bytes, len);
}

/* The value of a line "key: value"; NULL if it is another's. */
static const char *value_of(const char *key, const char *bytes, size_t *len)
{
    size_t key_len = strlen(key);

    if (*len <= key_len || memcmp(bytes, key, key_len) != 0 || bytes[key_len] != ':')
        return NULL;
    bytes += key_len + 1;
    *len -= key_len + 1;
    report_trim(&bytes, len);
    return bytes;
}

/* 'it''s' or "say \"it\"". */
static void add_quoted(struct tap_notes *notes, const char *bytes, size_t len)
{
    char quote = bytes[0];

    for (size_t i = 1; i + 1 < len; i++) {
        char c = bytes[i];
        if (quote == '"' && c == '\\' && i + 2 < len) {
            c = bytes[++i];
            c = c == 'n' ? '\n' : c;
        } else if (quote == '\'' && c == '\'' && i + 2 < len) {
            c = bytes[++i];
        }
        report_text_add(notes->builder, &notes->message, &c, 1);
    }
}

static void start_message(struct tap_notes *notes, const char *value, size_t len)
{
    if (notes->message.total > 0 || len == 0)
        return;
    if (value[0] == '|' || value[0] == '>')
        notes->in_message = true;
    else if (len >= 2 && (value[0] == '\'' || value[0] == '"') && value[len - 1] == value[0])
        add_quoted(notes, value, len);
    else
        report_text_add(notes->builder, &notes->message, value, len);
}

static void set_seconds(struct tap_notes *notes, const char *value, size_t len)
{
    char number[32];

    if (len >= sizeof(number))
        return;
    memcpy(number, value, len);
    number[len] = '\0';
    notes->seconds = report_parse_seconds(number, "") / 1e3;
}

void tap_notes_add_yaml(struct tap_notes *notes, const char *bytes, size_t len)
{
    static const char *const keys[] = {"message", "error"};
    size_t value_len = len;

    add_line(notes, &notes->yaml, bytes, len);
    if (notes->in_message && (len == 0 || bytes[0] == ' ')) {
        size_t further = len < 2 ? len : 2; /* as everybody indents it */
        add_line(notes, &notes->message, bytes + further, len - further);
        return;
    }
    notes->in_message = false;
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        const char *value = value_of(keys[i], bytes, &value_len);
        if (value != NULL) {
            start_message(notes, value, value_len);
            return;
        }
    }
    const char *value = value_of("duration_ms", bytes, &value_len);
    if (value != NULL)
        set_seconds(notes, value, value_len);
}

void tap_notes_give(struct tap_notes *notes, struct cupel_report_test *test)
{
    test->seconds = notes->seconds;
    if (test->outcome == CUPEL_REPORT_FAILED) {
        bool has_message = notes->message.total > 0;
        report_set_text(notes->builder, has_message ? &notes->message : &notes->comments,
                        &test->message);
        if (has_message)
            report_text_add_part(notes->builder, &notes->yaml, notes->comments.bytes,
                                 notes->comments.len);
        report_set_text(notes->builder, &notes->yaml, &test->output);
    }
    report_text_reset(&notes->comments);
    report_text_reset(&notes->yaml);
    report_text_reset(&notes->message);
    notes->in_message = false;
    notes->seconds = NAN;
}
