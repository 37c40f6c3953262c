/* SPDX-License-Identifier: GPL-2.0 */
/*
 * command: what people ask of the station through its control socket
 */
#ifndef IFAX_COMMAND_H
#define IFAX_COMMAND_H

#include <jansson.h>
#include <stdbool.h>

struct fetch_listing;
struct station;

/**
 * command_run - do what a request asks for
 * @request: an object with a "command"
 * @changes: set to whether what is agreed to has to be on disk before it is told
 *
 * Returns the answer, with "ok" and, if that is false, "error"; NULL without memory.
 */
json_t *command_run(struct station *station, json_t *request, bool *changes);

/**
 * command_list - do what a request to list a maildrop asks for: the answer comes later
 * @done: called once, never from within
 * @refusal: why not; NULL: this is another request
 *
 * Return: the listing, to be ended by fetcher_list_end(); NULL: see @refusal.
 */
struct fetch_listing *command_list(struct station *station, json_t *request,
				   void (*done)(void *arg, struct fetch_listing *listing),
				   void *arg, json_t **refusal);

/** command_listed - the answer that @done leads to; NULL without memory */
json_t *command_listed(struct station *station, const struct fetch_listing *listing);

/** command_refuse - the answer that says no; NULL without memory */
json_t *command_refuse(const char *reason);

#endif /* IFAX_COMMAND_H */
