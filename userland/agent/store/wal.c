// SPDX-License-Identifier: GPL-2.0
/*
 * wal: SQLite's write-ahead log, synced and emptied by a thread
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "database.h"
#include "log.h"
#include "wal.h"

#define HOLD_TRIES	1000

/* SQLite does not write what does not change, but for this number. */
static bool write_something(sqlite3 *db)
{
	char sql[64];

	snprintf(sql, sizeof(sql), "PRAGMA user_version = %lld",
		 (long long)database_number(db, 0, "PRAGMA user_version", ""));
	return database_exec(db, sql);
}

/*
 * To sync a file that does not grow costs a fraction of one that does: the log gets the
 * room that it will have. What is behind its end is no part of it for SQLite. On a full disk
 * it stays as it is: there is work that makes room.
 */
static int lengthen(int fd)
{
	static const char zeros[65536];
	off_t end = lseek(fd, 0, SEEK_END), at = end;

	while (at >= 0 && at < WAL_BYTES && pwrite(fd, zeros, sizeof(zeros), at) == sizeof(zeros))
		at += sizeof(zeros);
	if (end < 0 || (at < WAL_BYTES && ftruncate(fd, end)) || fsync(fd))
		return errno;
	return 0;
}

bool wal_open(struct wal *wal, sqlite3 *db, const char *path)
{
	int err;

	*wal = (struct wal){ .db = db, .fd = -1 };
	if (!sqlite3_db_mutex(db)) {
		log_event(LOG_ERR, "database.log error=%s", "SQLite is built without mutexes");
		return false;
	}
	if (asprintf(&wal->path, "%s-wal", path) < 0) {
		wal->path = NULL;
		return false;
	}
	wal->reader = database_open(path);
	wal->writer = database_open(path);
	/*
	 * An empty log is begun here, too, not by who is first to commit. And nobody copies but
	 * wal_empty(): who commits next would begin a log anew that was copied after it.
	 */
	if (!wal->reader || !wal->writer ||
	    sqlite3_wal_autocheckpoint(wal->writer, 0) != SQLITE_OK ||
	    !write_something(wal->writer))
		return false;
	/* who has to wait for us does not wait for others, too */
	sqlite3_busy_timeout(wal->writer, 0);
	wal->fd = open(wal->path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	err = wal->fd < 0 ? errno : lengthen(wal->fd);
	if (err)
		log_event(LOG_ERR, "database.log file=%s error=%s", wal->path, strerror(err));
	return !err;
}

void wal_close(struct wal *wal)
{
	if (wal->fd >= 0)
		close(wal->fd);
	wal->fd = -1;
	database_close(wal->reader);
	database_close(wal->writer);
	free(wal->path);
	*wal = (struct wal){ .fd = -1 };
}

int wal_sync(struct wal *wal)
{
	return fdatasync(wal->fd) ? errno : 0;
}

/*
 * The first commit after all was copied begins the log anew. It must be on disk before
 * old pages of the log are written over: else a power cut could leave an old begin
 * before new pages. So it is made here, where waiting for the disk is allowed.
 */
static void begin_anew(struct wal *wal)
{
	if (sqlite3_exec(wal->writer, "BEGIN IMMEDIATE", NULL, NULL, NULL) != SQLITE_OK)
		return;
	if (!sqlite3_get_autocommit(wal->reader))
		database_exec(wal->reader, "COMMIT");
	database_end(wal->writer, write_something(wal->writer));
}

/*
 * Nobody of us reads or writes until let_go(): each call of SQLite with the connection takes its
 * mutex. false: somebody is in a transaction all the time
 */
static bool hold(struct wal *wal)
{
	sqlite3_mutex *mutex = sqlite3_db_mutex(wal->db);

	for (int i = 0; i < HOLD_TRIES; i++) {
		sqlite3_mutex_enter(mutex);
		if (sqlite3_txn_state(wal->db, NULL) == SQLITE_TXN_NONE)
			return true;
		sqlite3_mutex_leave(mutex);
		usleep(1000);
	}
	return false;
}

static void let_go(struct wal *wal)
{
	sqlite3_mutex_leave(sqlite3_db_mutex(wal->db));
}

/* Copy what stands there now. Return: a code of SQLite */
static int copy(struct wal *wal, int *left)
{
	int pages = 0, copied = 0;
	int err = sqlite3_wal_checkpoint_v2(wal->writer, NULL, SQLITE_CHECKPOINT_PASSIVE, &pages,
					    &copied);

	*left = pages - copied;
	return err;
}

/* A reader that stays is not ours; the log grows as long as it does. */
static void tell(struct wal *wal, int left, int pages)
{
	if (!left)
		wal->told_pages = 0;
	if (!left || pages < WAL_PAGES_MAX || pages < 2 * wal->told_pages)
		return;
	wal->told_pages = pages;
	log_event(LOG_WARNING, "database.log file=%s pages=%d error=%s", wal->path, pages,
		  "it grows: somebody else reads in the database, and does not end");
}

bool wal_empty(struct wal *wal, bool whole, int pages)
{
	int left = 0;
	int err;

	if (!database_exec(wal->reader, "BEGIN; SELECT count(*) FROM sqlite_schema;"))
		return false;
	err = copy(wal, &left);
	if (!err && !left && hold(wal)) {
		if (pages >= WAL_PAGES_MAX) {
			/* what came meanwhile is little */
			database_exec(wal->reader, "COMMIT");
			err = copy(wal, &left);
		}
		if (!err)
			begin_anew(wal);
		let_go(wal);
	}
	if (!sqlite3_get_autocommit(wal->reader))
		database_exec(wal->reader, "COMMIT");
	/* somebody else copies: the next time */
	if (!whole && err == SQLITE_BUSY)
		return true;
	tell(wal, left, pages);
	if (err)
		log_event(LOG_ERR, "database.checkpoint error=%s", sqlite3_errmsg(wal->writer));
	else if (whole && left)
		log_event(LOG_ERR, "database.checkpoint left=%d error=%s", left,
			  "somebody else reads in the database");
	return !err && (!whole || !left);
}
