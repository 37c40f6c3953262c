/* SPDX-License-Identifier: GPL-2.0 */
/*
 * schema: the tables of the database, and how those of older versions become them
 */
#ifndef IFAX_SCHEMA_H
#define IFAX_SCHEMA_H

#include <sqlite3.h>
#include <stdbool.h>

/** schema_prepare - false: it failed, or it is of a newer version; that was logged */
bool schema_prepare(sqlite3 *db);

#endif /* IFAX_SCHEMA_H */
