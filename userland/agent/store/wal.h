/* SPDX-License-Identifier: GPL-2.0 */
/*
 * wal: SQLite's write-ahead log, synced and emptied by a thread
 *
 * Who commits writes to the log and goes on; a thread makes it durable, and copies
 * it into the database when it is long. No call of SQLite in the event loop syncs:
 * it would only where the log is begun anew, and that is done here, too.
 */
#ifndef IFAX_WAL_H
#define IFAX_WAL_H

#include <sqlite3.h>
#include <stdbool.h>

#define WAL_PAGES	2000		/* so many make it long */
#define WAL_BYTES	(WAL_PAGES * (4096 + 24))

/**
 * struct wal - the log of a database
 * @path: of the log
 * @fd: the log, to be synced; -1: not open yet
 * @reader: keeps the others from beginning the log anew
 * @writer: copies it into the database
 */
struct wal {
	char *path;
	int fd;
	sqlite3 *reader;
	sqlite3 *writer;
};

/**
 * wal_open - watch over the log of a database
 * @path: of the database, which is open and has schema and journal mode
 *
 * What is in the log is on disk when this returns: a daemon that was killed may have
 * left there what it had promised to nobody.
 *
 * Return: false: an error was logged.
 */
bool wal_open(struct wal *wal, const char *path);

/** wal_close - before the database is closed; also after wal_open() failed */
void wal_close(struct wal *wal);

/** wal_sync - in a thread: what was committed is on disk. Return: 0 or an errno */
int wal_sync(struct wal *wal);

/**
 * wal_empty - in a thread: copy the log into the database, and begin it anew
 *
 * @whole: the log cannot be relied on: nothing of it may stay behind
 *
 * If commits come meanwhile the log goes on; the next time it is tried again. So it
 * does if somebody else reads in what was before them.
 *
 * Return: false: what is in the log could not be copied, an error was logged.
 */
bool wal_empty(struct wal *wal, bool whole);

#endif /* IFAX_WAL_H */
