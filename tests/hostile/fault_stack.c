/* Who makes a call, all the way up: without an unwinder, since what is traced is built as ever.
 */
#include <inttypes.h>
#include <stdio.h>
#include <sys/uio.h>

#include "fault_calls.h"

enum { CODES_MAX = 64, WORDS = 512, STACK_WORDS_MAX = 1 << 15 };

struct range {
    uint64_t start;
    uint64_t end;
};

struct memory {
    struct range code[CODES_MAX];
    size_t code_count;
    struct range stack;
};

static bool learn(pid_t pid, uint64_t stack_pointer, struct memory *ret)
{
    char path[32];
    char line[512];
    char rights[5];
    struct range range;

    (void)snprintf(path, sizeof(path), "/proc/%d/maps", pid);
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return false;
    while (fgets(line, sizeof(line), file) != NULL) {
        if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %4s", &range.start, &range.end, rights) != 3)
            continue;
        if (rights[2] == 'x' && ret->code_count < CODES_MAX)
            ret->code[ret->code_count++] = range;
        if (range.start <= stack_pointer && stack_pointer < range.end)
            ret->stack = (struct range){stack_pointer, range.end};
    }
    (void)fclose(file);
    return true;
}

static bool is_code(const struct memory *memory, uint64_t word)
{
    for (size_t i = 0; i < memory->code_count; i++) {
        if (memory->code[i].start <= word && word < memory->code[i].end)
            return true;
    }
    return false;
}

static void mix(uint64_t *sum, uint64_t word)
{
    *sum = (*sum ^ word) * 0x100000001b3U; /* FNV-1a, of words */
    *sum ^= *sum >> 29U;
}

/* All words of the stack that are addresses of code are taken for return addresses. Some are
 * not: then two are told apart that are the same, but never the other way round. */
uint64_t fault_callers(pid_t pid, uint64_t instruction, uint64_t stack_pointer)
{
    uint64_t words[WORDS];
    uint64_t sum = 0xcbf29ce484222325U;
    struct memory memory = {0};

    mix(&sum, instruction);
    if (!learn(pid, stack_pointer, &memory))
        return sum;
    struct iovec here = {words, sizeof(words)};
    for (size_t read = 0; read < STACK_WORDS_MAX; read += WORDS) {
        struct iovec there = {(void *)(uintptr_t)memory.stack.start, sizeof(words)};
        if (there.iov_len > memory.stack.end - memory.stack.start)
            there.iov_len = memory.stack.end - memory.stack.start;
        ssize_t n = process_vm_readv(pid, &here, 1, &there, 1, 0);
        for (size_t i = 0; n > 0 && i < (size_t)n / sizeof(*words); i++) {
            if (is_code(&memory, words[i]))
                mix(&sum, words[i]);
        }
        if (n < (ssize_t)sizeof(words))
            break;
        memory.stack.start += sizeof(words);
    }
    return sum;
}
