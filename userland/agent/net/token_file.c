// SPDX-License-Identifier: GPL-2.0
/*
 * token_file: tokens of OAuth 2.0 (RFC 6749), in a file that only its owner can read
 */
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "secret_file.h"
#include "token_file.h"

#define SPARE_MS	60000

static void copy(char *to, const json_t *from)
{
	snprintf(to, TOKEN_MAX + 1, "%s", json_is_string(from) ? json_string_value(from) : "");
}

bool token_read(const char *path, struct token *token, char *reason, size_t bytes)
{
	int fd = secret_file_open(path, reason, bytes);
	json_error_t error;
	json_t *json;

	memset(token, 0, sizeof(*token));
	if (fd < 0)
		return false;
	json = json_loadfd(fd, 0, &error);
	close(fd);
	copy(token->access, json_object_get(json, "access_token"));
	copy(token->refresh, json_object_get(json, "refresh_token"));
	token->expires_ms = json_integer_value(json_object_get(json, "expires_ms"));
	json_decref(json);
	if (*token->access || *token->refresh)
		return true;
	snprintf(reason, bytes, "%s: has no token", path);
	return false;
}

static bool write_whole(int fd, const struct token *token)
{
	json_t *json = json_pack("{s:s, s:s, s:I}", "access_token", token->access, "refresh_token",
				 token->refresh, "expires_ms", (json_int_t)token->expires_ms);
	bool good = json && !json_dumpfd(json, fd, JSON_INDENT(1)) && !fsync(fd);

	json_decref(json);
	return good;
}

static bool sync_directory(const char *path)
{
	char directory[PATH_MAX];
	bool good;
	int fd;

	snprintf(directory, sizeof(directory), "%s", path);
	fd = open(dirname(directory), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	good = fd >= 0 && !fsync(fd);
	if (fd >= 0)
		close(fd);
	return good;
}

bool token_write(const char *path, const struct token *token, char *reason, size_t bytes)
{
	char fresh[PATH_MAX];
	bool good;
	int fd;

	snprintf(fresh, sizeof(fresh), "%s.XXXXXX", path);
	fd = mkostemp(fresh, O_CLOEXEC);
	good = fd >= 0 && write_whole(fd, token) && !rename(fresh, path) && sync_directory(path);
	if (!good)
		snprintf(reason, bytes, "%s: %s", path, strerror(errno));
	if (!good && fd >= 0)
		unlink(fresh);
	if (fd >= 0)
		close(fd);
	return good;
}

bool token_is_good(const struct token *token, int64_t now_ms)
{
	return *token->access && (!token->expires_ms || token->expires_ms - SPARE_MS > now_ms);
}
