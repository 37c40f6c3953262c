/* SPDX-License-Identifier: GPL-2.0 */
/*
 * command: what people ask of the station through its control socket
 */
#ifndef IFAX_COMMAND_H
#define IFAX_COMMAND_H

#include <jansson.h>
#include <stdbool.h>

struct station;

/**
 * command_run - do what a request asks for
 * @request: an object with a "command"
 * @changes: set to whether what is agreed to has to be on disk before it is told
 *
 * Returns the answer, with "ok" and, if that is false, "error"; NULL without memory.
 */
json_t *command_run(struct station *station, json_t *request, bool *changes);

/** command_refuse - the answer that says no; NULL without memory */
json_t *command_refuse(const char *reason);

#endif /* IFAX_COMMAND_H */
