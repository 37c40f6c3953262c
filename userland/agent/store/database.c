// SPDX-License-Identifier: GPL-2.0
/*
 * database: SQLite statements with typed values
 */
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include "database.h"
#include "log.h"

static bool failed(sqlite3 *db, const char *what)
{
	log_event(LOG_ERR, "database.error what=%s error=%s", what,
		  db ? sqlite3_errmsg(db) : "out of memory");
	return false;
}

bool database_exec(sqlite3 *db, const char *sql)
{
	return sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK || failed(db, sql);
}

sqlite3 *database_open(const char *path)
{
	/* with a mutex: by it a thread holds the event loop's connection (wal.c) */
	const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOFOLLOW |
			  SQLITE_OPEN_FULLMUTEX;
	sqlite3 *db = NULL;

	if (sqlite3_open_v2(path, &db, flags, NULL) != SQLITE_OK) {
		failed(db, path);
		sqlite3_close(db);
		return NULL;
	}
	sqlite3_busy_timeout(db, 2000);
	if (!database_exec(db, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
			       "PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF;")) {
		sqlite3_close(db);
		return NULL;
	}
	return db;
}

/* Statements are kept to be run again: to compile one takes longer than to run it. */
static sqlite3_stmt *kept_statement(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *statement = sqlite3_next_stmt(db, NULL);

	while (statement && (strcmp(sqlite3_sql(statement), sql) || sqlite3_stmt_busy(statement)))
		statement = sqlite3_next_stmt(db, statement);
	return statement;
}

static void release(sqlite3_stmt *statement)
{
	sqlite3_reset(statement);
	sqlite3_clear_bindings(statement);
}

static sqlite3_stmt *prepare(sqlite3 *db, const char *sql, const char *types, va_list values)
{
	sqlite3_stmt *statement = kept_statement(db, sql);
	int err = SQLITE_OK;

	if (!statement && sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement,
					     NULL) != SQLITE_OK) {
		failed(db, sql);
		return NULL;
	}
	for (int i = 1; *types && err == SQLITE_OK; types++, i++) {
		if (*types == 'i')
			err = sqlite3_bind_int64(statement, i, va_arg(values, int64_t));
		else
			err = sqlite3_bind_text(statement, i, va_arg(values, const char *), -1,
						SQLITE_STATIC);
	}
	if (err != SQLITE_OK) {
		failed(db, sql);
		release(statement);
		return NULL;
	}
	return statement;
}

static bool step(sqlite3 *db, sqlite3_stmt *statement,
		 bool (*row)(void *arg, sqlite3_stmt *row), void *arg)
{
	bool good;
	int err;

	do
		err = sqlite3_step(statement);
	while (err == SQLITE_ROW && (!row || row(arg, statement)));
	good = err == SQLITE_DONE || err == SQLITE_ROW || failed(db, sqlite3_sql(statement));
	release(statement);
	return good;
}

bool database_run(sqlite3 *db, const char *sql, const char *types, ...)
{
	sqlite3_stmt *statement;
	va_list values;

	va_start(values, types);
	statement = prepare(db, sql, types, values);
	va_end(values);
	return statement && step(db, statement, NULL, NULL);
}

bool database_query(sqlite3 *db, bool (*row)(void *arg, sqlite3_stmt *row), void *arg,
		    const char *sql, const char *types, ...)
{
	sqlite3_stmt *statement;
	va_list values;

	va_start(values, types);
	statement = prepare(db, sql, types, values);
	va_end(values);
	return statement && step(db, statement, row, arg);
}

static bool take_number(void *arg, sqlite3_stmt *row)
{
	if (sqlite3_column_type(row, 0) != SQLITE_NULL)
		*(int64_t *)arg = sqlite3_column_int64(row, 0);
	return false;
}

int64_t database_number(sqlite3 *db, int64_t otherwise, const char *sql, const char *types, ...)
{
	int64_t number = otherwise;
	sqlite3_stmt *statement;
	va_list values;

	va_start(values, types);
	statement = prepare(db, sql, types, values);
	va_end(values);
	if (statement)
		step(db, statement, take_number, &number);
	return number;
}

void database_close(sqlite3 *db)
{
	sqlite3_stmt *statement;

	while (db && (statement = sqlite3_next_stmt(db, NULL)))
		sqlite3_finalize(statement);
	sqlite3_close(db);
}

bool database_begin(sqlite3 *db)
{
	return database_run(db, "BEGIN IMMEDIATE", "");
}

bool database_end(sqlite3 *db, bool good)
{
	if (good && database_run(db, "COMMIT", ""))
		return true;
	/* SQLite may have rolled back by itself, as it does when the disk is full */
	if (!sqlite3_get_autocommit(db))
		database_exec(db, "ROLLBACK");
	return false;
}
