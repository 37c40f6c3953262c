/* SPDX-License-Identifier: GPL-2.0 */
/*
 * request: a question to the daemon and its answer
 */
#ifndef IFAX_REQUEST_H
#define IFAX_REQUEST_H

#include <jansson.h>

/** enum exit_code - exit codes of ifax, documented in its usage text */
enum exit_code { EXIT_GOOD, EXIT_FAILED, EXIT_USAGE, EXIT_UNREACHABLE };

/**
 * request - ask the daemon
 * @socket: path of its control socket
 * @question: the request; its reference is taken over
 * @answer: receives the answer, NULL after an error
 *
 * Return: EXIT_GOOD, or what to exit with: the reason was told on stderr.
 */
enum exit_code request(const char *socket, json_t *question, json_t **answer);

#endif /* IFAX_REQUEST_H */
