/* SPDX-License-Identifier: GPL-2.0 */
/*
 * database: SQLite statements with typed values
 */
#ifndef IFAX_DATABASE_H
#define IFAX_DATABASE_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

/**
 * database_open - open or make a database; what is committed is on disk
 *
 * Return: the database, NULL: an error was logged.
 */
sqlite3 *database_open(const char *path);

void database_close(sqlite3 *db);

/** database_exec - run statements without values */
bool database_exec(sqlite3 *db, const char *sql);

/**
 * database_run - run one statement
 * @types: a letter for each value: i (int64_t), s (text or NULL)
 *
 * Return: true: done; false: an error was logged.
 */
bool database_run(sqlite3 *db, const char *sql, const char *types, ...);

/**
 * database_query - run one statement that gives rows
 * @row: called with each row until it returns false
 * @arg: for @row
 * @types: as in database_run()
 */
bool database_query(sqlite3 *db, bool (*row)(void *arg, sqlite3_stmt *row), void *arg,
		    const char *sql, const char *types, ...);

/** database_number - the first column of the first row, or @otherwise */
int64_t database_number(sqlite3 *db, int64_t otherwise, const char *sql, const char *types, ...);

/**
 * database_begin, database_end - a transaction
 * @good: of database_end(): commit, otherwise roll back
 *
 * Return: true: begun, or committed.
 */
bool database_begin(sqlite3 *db);
bool database_end(sqlite3 *db, bool good);

#endif /* IFAX_DATABASE_H */
