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
 * room that it will have. What is behind its end is no part of it for SQLite.
 */
static int lengthen(int fd)
{
	static const char zeros[65536];
	off_t at = lseek(fd, 0, SEEK_END);

	for (; at >= 0 && at < WAL_BYTES; at += sizeof(zeros))
		if (pwrite(fd, zeros, sizeof(zeros), at) != sizeof(zeros))
			return errno ? errno : EIO;
	return at < 0 || fsync(fd) ? errno : 0;
}

bool wal_open(struct wal *wal, const char *path)
{
	int err;

	*wal = (struct wal){ .fd = -1 };
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
	if (!database_begin(wal->writer))
		return;
	database_exec(wal->reader, "COMMIT");
	database_end(wal->writer, write_something(wal->writer));
}

bool wal_empty(struct wal *wal, bool whole)
{
	int pages = 0, copied = 0;
	bool good;

	good = database_exec(wal->reader, "BEGIN; SELECT count(*) FROM sqlite_schema;") &&
	       sqlite3_wal_checkpoint_v2(wal->writer, NULL, SQLITE_CHECKPOINT_PASSIVE, &pages,
					 &copied) == SQLITE_OK;
	if (good && pages == copied)
		begin_anew(wal);
	if (!sqlite3_get_autocommit(wal->reader))
		database_exec(wal->reader, "COMMIT");
	if (!good)
		log_event(LOG_ERR, "database.checkpoint error=%s", sqlite3_errmsg(wal->writer));
	else if (whole && pages != copied)
		log_event(LOG_ERR, "database.checkpoint pages=%d copied=%d error=%s", pages, copied,
			  "somebody else reads in the database");
	return good && (!whole || pages == copied);
}
