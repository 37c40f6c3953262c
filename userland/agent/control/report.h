/* SPDX-License-Identifier: GPL-2.0 */
/*
 * report: jobs as JSON, for the control socket
 */
#ifndef IFAX_REPORT_H
#define IFAX_REPORT_H

#include <jansson.h>

#include "receive/fetch_listing.h"
#include "store/jobs.h"

/**
 * report_jobs - the newest @limit jobs, the newest first; NULL without memory
 * @reports: also those that report to others what became of their mail
 */
json_t *report_jobs(struct jobs *jobs, int64_t limit, bool reports);

/** report_queue - the oldest @limit jobs that are still to be sent, or could not be */
json_t *report_queue(struct jobs *jobs, int64_t limit);

/** report_job - one job with its recipients, pages and stages; NULL: there is none */
json_t *report_job(struct jobs *jobs, int64_t id);

/** report_book - what is known of those that we send to; NULL without memory */
json_t *report_book(struct jobs *jobs);

/** report_counts - number of jobs in each state that has any */
json_t *report_counts(struct jobs *jobs);

/** report_listing - what lies in a maildrop; NULL without memory */
json_t *report_listing(struct jobs *jobs, const struct fetch_listing *listing);

#endif /* IFAX_REPORT_H */
