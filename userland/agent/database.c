// SPDX-License-Identifier: GPL-2.0
/*
 * database: SQLite statements with typed values
 */
#include <stdarg.h>
#include <stddef.h>

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
	const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOFOLLOW;
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

static sqlite3_stmt *prepare(sqlite3 *db, const char *sql, const char *types, va_list values)
{
	sqlite3_stmt *statement;
	int err = SQLITE_OK;

	if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK) {
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
		sqlite3_finalize(statement);
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
	sqlite3_finalize(statement);
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

bool database_begin(sqlite3 *db)
{
	return database_exec(db, "BEGIN IMMEDIATE");
}

bool database_end(sqlite3 *db, bool good)
{
	if (good && database_exec(db, "COMMIT"))
		return true;
	/* SQLite may have rolled back by itself, as it does when the disk is full */
	if (!sqlite3_get_autocommit(db))
		database_exec(db, "ROLLBACK");
	return false;
}
