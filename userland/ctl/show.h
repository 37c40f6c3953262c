/* SPDX-License-Identifier: GPL-2.0 */
/*
 * show: answers of the daemon for people
 */
#ifndef IFAX_SHOW_H
#define IFAX_SHOW_H

#include <jansson.h>

void show_jobs(const json_t *jobs);
void show_job(const json_t *job);
void show_status(const json_t *status);
void show_book(const json_t *book);
void show_listing(const json_t *listing);

/** show_text, show_number - a member of an object, "" and 0 if there is none */
const char *show_text(const json_t *object, const char *name);
long long show_number(const json_t *object, const char *name);

#endif /* IFAX_SHOW_H */
