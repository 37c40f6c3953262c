/* SPDX-License-Identifier: GPL-2.0 */
/*
 * readiness: whether this machine has what the configuration names
 *
 * The file may be right and the station stand still: because a program is not
 * installed, a certificate is over, a secret can be read by all.
 */
#ifndef IFAX_READINESS_H
#define IFAX_READINESS_H

#include "config/config.h"

/**
 * readiness_check - look for all of it
 * @config: the configuration
 * @fault: called for each thing that is missing or wrong, with words for people
 * @arg: for @fault
 *
 * As the user that the daemon runs as: it is about what that user can read.
 *
 * Return: how many faults there are.
 */
unsigned int readiness_check(const struct config *config,
			     void (*fault)(void *arg, const char *text), void *arg);

#endif /* IFAX_READINESS_H */
