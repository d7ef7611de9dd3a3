/* What is asked of a submission by both ways to a service, before anything of it is kept or
 * sent. Internal to client_*.c. */
#ifndef CUPEL_SERVICE_CLIENT_SUBMISSION_H
#define CUPEL_SERVICE_CLIENT_SUBMISSION_H

#include "grader/folder_list.h"
#include "service/client.h"

/* Its texts, and the name of its file. -EINVAL. */
CUPEL_MUST_CHECK int client_check_submission(const struct client_submission *submission,
                                             struct cupel_error *err);

/* Of a grader of a course, which submission->course may name. -EINVAL. */
CUPEL_MUST_CHECK int client_check_course(const struct client_submission *submission,
                                         const char *course, struct cupel_error *err);

/* Its files (cupel_folder_list_clear()). -EINVAL: it has none, or one with a name that no form
 * can have; -EFBIG: too many. */
CUPEL_MUST_CHECK int client_list_folder(int folder_fd, struct cupel_folder_list *ret,
                                        struct cupel_error *err);

/* The last component of a path; "submission" of standard input, "-". */
const char *client_submission_name(const char *path);

#endif
