/* SPDX-License-Identifier: GPL-2.0 */
/*
 * wal: SQLite's write-ahead log, synced and emptied by a thread
 *
 * Who commits writes to the log and goes on; a thread makes it durable, and copies
 * it into the database when it is long. No call of SQLite in the event loop syncs:
 * it would only where the log is begun anew, and that is done here, too. For that
 * moment who commits has to wait.
 */
#ifndef IFAX_WAL_H
#define IFAX_WAL_H

#include <sqlite3.h>
#include <stdbool.h>

#define WAL_PAGES	2000		/* so many make it long */
#define WAL_PAGES_MAX	(2 * WAL_PAGES)	/* so many make it too long */
#define WAL_BYTES	(WAL_PAGES * (4096 + 24))

/**
 * struct wal - the log of a database
 * @db: the connection of who commits
 * @path: of the log
 * @fd: the log, to be synced; -1: not open yet
 * @reader: keeps the others from beginning the log anew
 * @writer: copies it into the database
 * @told_pages: its length when it was told last that it cannot be begun anew
 */
struct wal {
	sqlite3 *db;
	char *path;
	int fd;
	sqlite3 *reader;
	sqlite3 *writer;
	int told_pages;
};

/**
 * wal_open - watch over the log of a database
 * @db: the connection of who commits; has schema and journal mode
 * @path: of the database
 *
 * What is in the log is on disk when this returns: a daemon that was killed may have
 * left there what it had promised to nobody.
 *
 * Return: false: an error was logged.
 */
bool wal_open(struct wal *wal, sqlite3 *db, const char *path);

/** wal_close - before the database is closed; also after wal_open() failed */
void wal_close(struct wal *wal);

/** wal_sync - in a thread: what was committed is on disk. Return: 0 or an errno */
int wal_sync(struct wal *wal);

/**
 * wal_empty - in a thread: copy the log into the database, and begin it anew
 *
 * @whole: the log cannot be relied on: nothing of it may stay behind
 * @pages: of the log
 *
 * If commits come meanwhile the log goes on; the next time it is tried again, and from
 * WAL_PAGES_MAX on they wait until it is done. It goes on, too, while somebody else reads
 * in what was before them, or has the database locked.
 *
 * Return: false: what is in the log could not be copied, an error was logged.
 */
bool wal_empty(struct wal *wal, bool whole, int pages);

#endif /* IFAX_WAL_H */
