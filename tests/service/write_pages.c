/*
 * write_pages FOLDER: fills a queue there, sqlite://FOLDER/q.db, and writes each page of it, as
 * who runs the platform sees it, beside its style sheet: to be looked at without a service.
 */
#include <err.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fake_http.h"
#include "fill_queue.h"
#include "service/page.h"

static void write_page(const char *folder, const char *name, const char *text)
{
    char path[4096];

    (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
    FILE *file = fopen(path, "we");
    if (file == NULL || fputs(text, file) < 0 || fclose(file) != 0)
        err(EXIT_FAILURE, "%s", path);
}

static void serve(struct filled *filled, const char *folder, const char *name,
                  const struct fake_request *fake)
{
    struct http_answer answer;
    struct cupel_error error = {0};

    if (fake_serve(&page_routes, filled->queue, fake, &answer, &error) < 0)
        errx(EXIT_FAILURE, "%s: %s", fake->path, error.text);
    write_page(folder, name, answer.body);
    fake_answer_clear(&answer);
}

static void serve_job(struct filled *filled, const char *folder, const char *name,
                      const char *kind, int64_t id, const char *rest,
                      const struct cupel_token *who)
{
    char path[64];
    const struct fake_request fake = {.path = path, .who = who};

    (void)snprintf(path, sizeof(path), "/%s/%" PRId64 "%s", kind, id, rest);
    serve(filled, folder, name, &fake);
}

int main(int argc, char **argv)
{
    static char id[] = "abcdefgh";
    static char name[] = "grace";
    const struct cupel_token who = {.id = id, .role = CUPEL_ROLE_PLATFORM, .name = name};
    static const char *const plain[][2] = {{"/", "queue.html"},
                                           {"/jobs", "jobs.html"},
                                           {"/graders", "graders.html"},
                                           {"/graders/fib", "grader.html"},
                                           {"/regrades", "regrades.html"},
                                           {"/policies", "policies.html"},
                                           {"/policies/native", "policy.html"},
                                           {"/style.css", "style.css"}};
    struct filled filled;

    if (argc != 2)
        errx(EXIT_FAILURE, "usage: %s FOLDER", argv[0]);
    fill_queue(argv[1], &filled);
    for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++)
        serve(&filled, argv[1], plain[i][1],
              &(struct fake_request){.path = plain[i][0], .who = &who});
    serve(&filled, argv[1], "login.html", &(struct fake_request){.path = "/login"});
    serve_job(&filled, argv[1], "job_running.html", "jobs", filled.running, "", &who);
    serve_job(&filled, argv[1], "job_graded.html", "jobs", filled.graded, "", &who);
    serve_job(&filled, argv[1], "job_dead.html", "jobs", filled.dead, "", &who);
    serve_job(&filled, argv[1], "result.html", "jobs", filled.graded, "/result", &who);
    serve_job(&filled, argv[1], "run.html", "jobs", filled.ran, "/result", &who);
    serve_job(&filled, argv[1], "check.html", "jobs", filled.refused, "/result", &who);
    serve_job(&filled, argv[1], "regrade_open.html", "regrades", filled.regrade, "", &who);
    fill_end_regrade(&filled);
    serve_job(&filled, argv[1], "regrade.html", "regrades", filled.regrade, "", &who);
    cupel_queue_close(filled.queue);
    return EXIT_SUCCESS;
}
