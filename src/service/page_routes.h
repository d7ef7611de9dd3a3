/* The handlers of pages, a file each. */
#ifndef CUPEL_SERVICE_PAGE_ROUTES_H
#define CUPEL_SERVICE_PAGE_ROUTES_H

#include "service/http.h"

http_handler page_queue;
http_handler page_jobs;
http_handler page_job;
http_handler page_cancel_job;
http_handler page_retry_job;
http_handler page_result;
http_handler page_graders;
http_handler page_grader;
http_handler page_roll_back;
http_handler page_regrades;
http_handler page_regrade;
http_handler page_ask_publish;
http_handler page_publish_regrade;
http_handler page_ask_withdraw;
http_handler page_withdraw_regrade;
http_handler page_policies;
http_handler page_policy;
http_handler page_login;
http_handler page_take_token;
http_handler page_logout;
http_handler page_style_file;

#endif
