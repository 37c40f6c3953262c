/* SPDX-License-Identifier: GPL-2.0 */
/*
 * answer: requests by mail: how the station is, and what it did
 *
 * Off unless a secret is configured. A request names it in its text; who does not
 * know it has sent an ordinary mail.
 */
#ifndef IFAX_ANSWER_H
#define IFAX_ANSWER_H

#include "opened.h"
#include "station.h"

/**
 * answer_request - answer a mail, if it is a request
 * @job: the mail
 * @opened: what is in it
 *
 * Return: true: it was one, and has ended; its sender has a mail coming.
 */
bool answer_request(struct station *station, const struct job *job, const struct opened *opened);

#endif /* IFAX_ANSWER_H */
