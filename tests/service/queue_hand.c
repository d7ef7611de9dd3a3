/*
 * queue-hand URL: what a worker does, by hand. Reads a command a line, and answers each with
 * one: "lease" with the job's id or 0; "tell JSON", "finish STATUS SCORE MAX FILE" (FILE: its
 * result; -: none; SCORE -: it has none) and "fail WHY", of the job that was leased last, with
 * "ok" or what is wrong; "takes BYTES": what gradings take by graders whose checks end after
 * it.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "queue/queue.h"

#define LINE_SIZE  8192
#define LEASE_US   60000000
#define RESULT_MAX (1U << 24)
#define MICRO      1e6

struct hand {
    struct cupel_queue *queue;
    struct cupel_lease lease;
    uint64_t takes_bytes;
    struct cupel_error err;
};

static void lease(struct hand *hand)
{
    const struct cupel_capacity capacity = {.memory_bytes = UINT64_C(1) << 40,
                                            .cpus_milli = 1000000};
    struct cupel_job *job = NULL;
    int64_t next_us = 0;

    int r =
        cupel_queue_lease(hand->queue, "hand", &capacity, LEASE_US, &job, &next_us, &hand->err);
    if (r < 0) {
        (void)printf("%s\n", hand->err.text);
        return;
    }
    hand->lease = (struct cupel_lease){job == NULL ? 0 : job->id, job == NULL ? 0 : job->token};
    cupel_job_free(job);
    (void)printf("%" PRId64 "\n", hand->lease.job);
}

static int put_result(struct hand *hand, const char *path, struct cupel_blob *ret)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return cupel_fail_errno(&hand->err, "%s", path);
    int r = cupel_queue_put_blob(hand->queue, fd, RESULT_MAX, ret, &hand->err);
    (void)close(fd);
    return r;
}

static int finish(struct hand *hand, char *words)
{
    char *rest = NULL;
    const char *status = strtok_r(words, " ", &rest);
    const char *score = strtok_r(NULL, " ", &rest);
    const char *max = strtok_r(NULL, " ", &rest);
    struct cupel_blob blob;
    struct cupel_job_end end = {.status = status,
                                .grader_memory_bytes = hand->takes_bytes,
                                .facts =
                                    "{\"verdicts\":{\"passed\":2},"
                                    "\"denied\":{\"pt\\\"race\":1},"
                                    "\"enforcement\":{\"memory\":\"cgroup\"},"
                                    "\"seconds\":{\"wall\":0.5}}"};

    if (score == NULL || max == NULL)
        return cupel_fail(&hand->err, -1, "expected STATUS SCORE MAX FILE");
    end.has_score = strcmp(score, "-") != 0;
    end.score_micro = (int64_t)(strtod(score, NULL) * MICRO);
    end.max_score_micro = (int64_t)(strtod(max, NULL) * MICRO);
    if (strcmp(rest, "-") != 0) {
        if (put_result(hand, rest, &blob) < 0)
            return -1;
        end.result = blob.sha256;
    }
    return cupel_queue_finish(hand->queue, hand->lease, &end, &hand->err);
}

static void obey(struct hand *hand, char *line)
{
    char *words = strchr(line, ' ');
    int r = -1;

    if (words != NULL)
        *words++ = '\0';
    if (strcmp(line, "lease") == 0) {
        lease(hand);
        return;
    }
    (void)cupel_fail(&hand->err, -1, "unknown command %s", line);
    if (strcmp(line, "takes") == 0 && words != NULL) {
        hand->takes_bytes = strtoull(words, NULL, 10);
        r = 0;
    }
    if (strcmp(line, "tell") == 0 && words != NULL)
        r = cupel_queue_tell(hand->queue, hand->lease, words, &hand->err);
    else if (strcmp(line, "finish") == 0 && words != NULL)
        r = finish(hand, words);
    else if (strcmp(line, "fail") == 0 && words != NULL)
        r = cupel_queue_fail(hand->queue, hand->lease, words, &hand->err);
    (void)printf("%s\n", r == 0 ? "ok" : hand->err.text);
}

int main(int argc, char **argv)
{
    struct hand hand = {.queue = NULL};
    char line[LINE_SIZE];

    if (argc != 2 || cupel_queue_open(argv[1], &hand.queue, &hand.err) < 0) {
        (void)fprintf(stderr, "usage: queue-hand URL\n%s\n", hand.err.text);
        return 2;
    }
    while (fgets(line, sizeof(line), stdin) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        obey(&hand, line);
        (void)fflush(stdout);
    }
    cupel_queue_close(hand.queue);
    return 0;
}
