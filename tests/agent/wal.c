// SPDX-License-Identifier: GPL-2.0
/*
 * The log of the database is begun anew even if commits come all the time: here one comes
 * while each file is synced. And it goes on as long as somebody else reads in it.
 */
#include <dlfcn.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../mail/tap.h"
#include "store/database.h"
#include "store/wal.h"

#define PAGES_EACH	250	/* of a round: about so many */
#define ROUNDS		(5 * WAL_PAGES_MAX / 2 / PAGES_EACH)
#define NOT_NOW_US	20000	/* who commits has to wait: the sync goes on */

static _Atomic bool is_emptying;
static _Atomic unsigned int syncs, answered;
static unsigned int own_syncs;		/* of the thread that commits */
static __thread bool is_thread;
static sqlite3 *db;
static int log_pages;

/* SQLite's, too */
static void sync_begins(void)
{
	unsigned int number;

	if (!is_thread) {
		own_syncs++;
		return;
	}
	number = ++syncs;
	for (int us = 0; is_emptying && answered < number && us < NOT_NOW_US; us += 100)
		usleep(100);
}

int fsync(int fd)
{
	sync_begins();
	return ((typeof(&fsync))dlsym(RTLD_NEXT, "fsync"))(fd);
}

int fdatasync(int fd)
{
	sync_begins();
	return ((typeof(&fdatasync))dlsym(RTLD_NEXT, "fdatasync"))(fd);
}

static int on_commit(void *arg, sqlite3 *of, const char *name, int pages)
{
	log_pages = pages;
	return SQLITE_OK;
}

static bool write_pages(int pages)
{
	return database_run(db, "UPDATE big SET bytes = randomblob(?)", "i", (int64_t)pages * 4096);
}

struct emptying {
	struct wal *wal;
	bool good;
};

static void *empty(void *arg)
{
	struct emptying *emptying = arg;

	is_thread = true;
	emptying->good = !wal_sync(emptying->wal) && wal_empty(emptying->wal, false, log_pages);
	is_emptying = false;
	return NULL;
}

/* Return: all went well */
static bool empty_while_commits_come(struct wal *wal)
{
	struct emptying emptying = { .wal = wal };
	pthread_t thread;
	bool good = true;

	is_emptying = true;
	answered = syncs;
	pthread_create(&thread, NULL, empty, &emptying);
	while (is_emptying) {
		if (answered == syncs) {
			usleep(100);
			continue;
		}
		good &= write_pages(1);
		answered++;
	}
	pthread_join(thread, NULL);
	return good && emptying.good;
}

/* The longest that the log was; -1: something failed */
static int run(struct wal *wal, int rounds)
{
	int most = 0;

	for (int i = 0; i < rounds; i++) {
		if (!write_pages(PAGES_EACH))
			return -1;
		if (log_pages > most)
			most = log_pages;
		if (log_pages >= WAL_PAGES && !empty_while_commits_come(wal))
			return -1;
	}
	return most;
}

static void remove_all(const char *directory)
{
	static const char * const name[] = { "ifax.db", "ifax.db-wal", "ifax.db-shm" };
	char path[128];

	for (size_t i = 0; i < sizeof(name) / sizeof(*name); i++) {
		snprintf(path, sizeof(path), "%s/%s", directory, name[i]);
		unlink(path);
	}
	rmdir(directory);
}

int main(void)
{
	char directory[] = P_tmpdir "/ifax-test-XXXXXX";
	const int room = WAL_PAGES_MAX + 2 * PAGES_EACH;
	struct wal wal;
	sqlite3 *other;
	char path[128];
	int most;

	if (!mkdtemp(directory))
		return 1;
	snprintf(path, sizeof(path), "%s/ifax.db", directory);
	db = database_open(path);
	if (!db || !database_exec(db, "CREATE TABLE big (bytes BLOB);"
				      "INSERT INTO big VALUES ('')") || !wal_open(&wal, db, path))
		return 1;
	sqlite3_wal_hook(db, on_commit, NULL);
	sqlite3_busy_timeout(db, 0);
	database_exec(db, "PRAGMA synchronous = NORMAL");
	own_syncs = 0;

	most = run(&wal, ROUNDS);
	tap_ok(most > WAL_PAGES_MAX && most <= room, "commits during each sync: %d rounds of"
	       " %d pages, the log has %d at most", ROUNDS, PAGES_EACH, most);

	other = database_open(path);
	database_exec(other, "BEGIN; SELECT count(*) FROM big;");
	most = run(&wal, ROUNDS);
	tap_ok(most > 2 * WAL_PAGES_MAX, "somebody else reads: the log goes on (%d pages)", most);
	database_exec(other, "COMMIT");
	run(&wal, 1);
	most = run(&wal, ROUNDS);
	tap_ok(most <= room, "until he ends: %d at most", most);
	tap_ok(!own_syncs, "who commits has never synced (%u times)", own_syncs);
	database_exec(other, "BEGIN IMMEDIATE");
	tap_ok(empty_while_commits_come(&wal) == false && wal_empty(&wal, false, WAL_PAGES_MAX),
	       "somebody else has it locked: nobody can commit, and to copy is no error");
	database_exec(other, "COMMIT");
	database_close(other);

	wal_close(&wal);
	database_close(db);
	remove_all(directory);
	return tap_end();
}
