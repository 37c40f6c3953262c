/* SPDX-License-Identifier: GPL-2.0 */
/*
 * questions: the name server of libspf2 is the daemon
 *
 * The worker has no socket. What it has to know it asks on standard output, a line
 * "ask TYPE NAME" each, with A, AAAA, MX, TXT or PTR as type; the answer comes on file
 * descriptor 3: a line "found", "nothing", "unknown" (no such name) or "failed", then
 * a line for each record, then a line with a dot.
 */
#ifndef _IFAX_SPF_QUESTIONS_H
#define _IFAX_SPF_QUESTIONS_H

#include <netinet/in.h>
#include <spf2/spf.h>

/** questions_open() - the answers come on @fd; NULL without memory */
SPF_dns_server_t *questions_open(int fd);

#endif /* _IFAX_SPF_QUESTIONS_H */
