/* SPDX-License-Identifier: GPL-2.0 */
/*
 * lost: after a crash, what the database knows of mail whose file is not there
 *
 * A mail goes into the database before its name is surely on disk (commits.h). If
 * only the former survived a power cut nobody was told of it: it is to be fetched
 * again, and is in no mailbox.
 */
#ifndef IFAX_LOST_H
#define IFAX_LOST_H

#include <stdbool.h>

#include "jobs.h"
#include "spool.h"

/** lost_forget - at the start, before anybody asks what was fetched */
bool lost_forget(struct jobs *jobs, const struct spool *spool);

#endif /* IFAX_LOST_H */
