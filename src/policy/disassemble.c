#include "policy/disassemble.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What the accumulator holds before an instruction, as far as it is known. */
enum content {
    CONTENT_UNREACHED,
    CONTENT_NUMBER,
    CONTENT_ARCH,
    CONTENT_OTHER,
};

struct writer {
    FILE *out;
    const struct sock_filter *program;
    size_t count;
    enum content *before; /* of each instruction */
    enum cupel_arch arch;
};

static enum content content_after(const struct sock_filter *i, enum content before)
{
    if (BPF_CLASS(i->code) == BPF_JMP)
        return before;
    if (i->code != (BPF_LD | BPF_W | BPF_ABS))
        return CONTENT_OTHER;
    if (i->k == offsetof(struct seccomp_data, nr))
        return CONTENT_NUMBER;
    return i->k == offsetof(struct seccomp_data, arch) ? CONTENT_ARCH : CONTENT_OTHER;
}

static void lead_to(struct writer *w, size_t target, enum content content)
{
    if (target >= w->count)
        return;
    if (w->before[target] == CONTENT_UNREACHED)
        w->before[target] = content;
    else if (w->before[target] != content)
        w->before[target] = CONTENT_OTHER;
}

/* Jumps lead forward only, so that one pass sees every way to an instruction before it. */
static void follow(struct writer *w)
{
    w->before[0] = CONTENT_OTHER;
    for (size_t pc = 0; pc < w->count; pc++) {
        const struct sock_filter *i = &w->program[pc];
        enum content content = content_after(i, w->before[pc]);
        if (w->before[pc] == CONTENT_UNREACHED || BPF_CLASS(i->code) == BPF_RET)
            continue;
        if (i->code == (BPF_JMP | BPF_JA)) {
            lead_to(w, pc + 1 + i->k, content);
        } else if (BPF_CLASS(i->code) == BPF_JMP) {
            lead_to(w, pc + 1 + i->jt, content);
            lead_to(w, pc + 1 + i->jf, content);
        } else {
            lead_to(w, pc + 1, content);
        }
    }
}

static void put_load(const struct writer *w, const struct sock_filter *i)
{
    size_t arguments = offsetof(struct seccomp_data, args);

    if (i->k == offsetof(struct seccomp_data, nr))
        (void)fputs("load the number of the call", w->out);
    else if (i->k == offsetof(struct seccomp_data, arch))
        (void)fputs("load the architecture", w->out);
    else if (i->k >= arguments && i->k < sizeof(struct seccomp_data) && i->k % 4 == 0)
        (void)fprintf(w->out, "load arg%zu, %s half", (i->k - arguments) / 8,
                      (i->k - arguments) % 8 == 0 ? "low" : "high");
    else
        (void)fprintf(w->out, "load what is at %u", i->k);
}

static void put_value(const struct writer *w, enum content content, uint32_t value)
{
    char name[CUPEL_CALL_NAME_SIZE];

    if (content == CONTENT_NUMBER && cupel_call_name(w->arch, (int)value, name))
        (void)fprintf(w->out, "%u (%s)", value, name);
    else if (content == CONTENT_NUMBER && value == 0x40000000) /* __X32_SYSCALL_BIT */
        (void)fprintf(w->out, "0x%x (x32)", value);
    else if (content == CONTENT_NUMBER)
        (void)fprintf(w->out, "%u", value);
    else if (content == CONTENT_ARCH && value == AUDIT_ARCH_X86_64)
        (void)fputs("x86_64", w->out);
    else if (content == CONTENT_ARCH && value == AUDIT_ARCH_AARCH64)
        (void)fputs("aarch64", w->out);
    else
        (void)fprintf(w->out, "0x%x", value);
}

static void put_jump(const struct writer *w, size_t pc)
{
    static const struct {
        unsigned operation;
        const char *text;
    } operators[] = {{BPF_JEQ, "=="}, {BPF_JGT, ">"}, {BPF_JGE, ">="}, {BPF_JSET, "&"}};
    const struct sock_filter *i = &w->program[pc];
    const char *operator= "?";

    if (i->code == (BPF_JMP | BPF_JA)) {
        (void)fprintf(w->out, "go to %zu", pc + 1 + i->k);
        return;
    }
    for (size_t n = 0; n < sizeof(operators) / sizeof(operators[0]); n++) {
        if (operators[n].operation == BPF_OP(i->code))
            operator= operators[n].text;
    }
    (void)fprintf(w->out, "if %s ", operator);
    put_value(w, w->before[pc], i->k);
    (void)fprintf(w->out, " go to %zu, else %zu", pc + 1 + i->jt, pc + 1 + i->jf);
}

static void put_return(const struct writer *w, uint32_t value)
{
    uint32_t data = value & SECCOMP_RET_DATA;
    const char *name = strerrorname_np((int)data);

    switch (value & SECCOMP_RET_ACTION_FULL) {
    case SECCOMP_RET_ALLOW:
        (void)fputs("allow", w->out);
        break;
    case SECCOMP_RET_LOG:
        (void)fputs("log", w->out);
        break;
    case SECCOMP_RET_ERRNO:
        (void)fprintf(w->out, "errno %s", name != NULL ? name : "0");
        break;
    case SECCOMP_RET_USER_NOTIF:
        (void)fputs("ask the supervisor", w->out);
        break;
    case SECCOMP_RET_KILL_PROCESS:
        (void)fputs("kill", w->out);
        break;
    default:
        (void)fprintf(w->out, "return 0x%x", value);
    }
}

static void put_instruction(const struct writer *w, size_t pc)
{
    const struct sock_filter *i = &w->program[pc];

    (void)fprintf(w->out, "%5zu  ", pc);
    if (i->code == (BPF_LD | BPF_W | BPF_ABS))
        put_load(w, i);
    else if (i->code == (BPF_ALU | BPF_AND | BPF_K))
        (void)fprintf(w->out, "and 0x%x", i->k);
    else if (BPF_CLASS(i->code) == BPF_JMP && BPF_SRC(i->code) == BPF_K)
        put_jump(w, pc);
    else if (i->code == (BPF_RET | BPF_K))
        put_return(w, i->k);
    else
        (void)fprintf(w->out, "code 0x%x jt %u jf %u k 0x%x", i->code, i->jt, i->jf, i->k);
    (void)fputc('\n', w->out);
}

char *cupel_filter_disassemble(const struct cupel_filter *filter, enum cupel_arch arch)
{
    struct writer w = {.program = filter->instructions, .count = filter->count, .arch = arch};
    char *text = NULL;
    size_t len = 0;

    w.before = calloc(filter->count + 1, sizeof(*w.before));
    w.out = w.before != NULL ? open_memstream(&text, &len) : NULL;
    if (w.out == NULL) {
        free(w.before);
        return NULL;
    }
    follow(&w);
    for (size_t pc = 0; pc < filter->count; pc++)
        put_instruction(&w, pc);
    free(w.before);
    bool failed = ferror(w.out) != 0;
    if (fclose(w.out) != 0 || failed) {
        free(text);
        return NULL;
    }
    return text;
}
