// SPDX-License-Identifier: GPL-2.0
/*
 * ifax-token: gets tokens of OAuth 2.0, by HTTPS
 *
 * A process of its own: the daemon knows no HTTP. It reads lines on standard input,
 *
 *	action=authorise	ask for a device code (RFC 8628), wait for the consent
 *	action=refresh		get a new access token (RFC 6749, 6)
 *	token_url= device_url= client_id= client_secret= scope= file=
 *	refused=	an access token that is not good any more, though it has not ended
 *
 * and writes "code url=... code=..." for people, then "ok" or "error ...". It ends
 * with 0, 1 (refused) or 2 (try again).
 */
#include <curl/curl.h>
#include <fcntl.h>
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "token_file.h"

#define REPLY_MAX	65536
#define HTTP_S		60L
#define VALUE_MAX	2048

enum exit_code { EXIT_GOOD, EXIT_REFUSED, EXIT_AGAIN };

static struct {
	char action[16];
	char token_url[VALUE_MAX];
	char device_url[VALUE_MAX];
	char client_id[VALUE_MAX];
	char client_secret[VALUE_MAX];
	char scope[VALUE_MAX];
	char file[PATH_MAX];
	char refused[TOKEN_MAX + 1];
} given;

struct reply {
	char text[REPLY_MAX];
	size_t len;
};

static enum exit_code fail(enum exit_code code, const char *what, const char *why)
{
	printf("error %s: %.300s\n", what, why);
	return code;
}

static void read_values(void)
{
	static const struct {
		const char *name;
		char *value;
		size_t size;
	} known[] = {
		{ "action", given.action, sizeof(given.action) },
		{ "token_url", given.token_url, sizeof(given.token_url) },
		{ "device_url", given.device_url, sizeof(given.device_url) },
		{ "client_id", given.client_id, sizeof(given.client_id) },
		{ "client_secret", given.client_secret, sizeof(given.client_secret) },
		{ "scope", given.scope, sizeof(given.scope) },
		{ "file", given.file, sizeof(given.file) },
		{ "refused", given.refused, sizeof(given.refused) },
	};
	char line[TOKEN_MAX + 32];

	while (fgets(line, sizeof(line), stdin)) {
		size_t len = strcspn(line, "=");

		line[strcspn(line, "\r\n")] = 0;
		for (size_t i = 0; line[len] && i < sizeof(known) / sizeof(known[0]); i++)
			if (len == strlen(known[i].name) && !strncmp(line, known[i].name, len))
				snprintf(known[i].value, known[i].size, "%s", line + len + 1);
	}
}

/* HTTP */

static size_t keep_reply(char *bytes, size_t size, size_t count, void *arg)
{
	struct reply *reply = arg;
	size_t len = size * count;

	if (len > sizeof(reply->text) - 1 - reply->len)
		return 0;
	memcpy(reply->text + reply->len, bytes, len);
	reply->len += len;
	return len;
}

static void add_field(CURL *curl, char *form, size_t size, const char *name, const char *value)
{
	char *escaped = curl_easy_escape(curl, value, 0);
	size_t used = strlen(form);

	snprintf(form + used, size - used, "%s%s=%s", used ? "&" : "", name, escaped ? escaped : "");
	curl_free(escaped);
}

/* Names and values, ending with NULL; NULL: @why tells what is wrong. */
static json_t *post(const char *url, const char *const *fields, char why[CURL_ERROR_SIZE])
{
	static struct reply reply;
	CURL *curl = curl_easy_init();
	char form[4 * VALUE_MAX + 2 * TOKEN_MAX] = "";
	json_error_t error;
	json_t *json = NULL;

	snprintf(why, CURL_ERROR_SIZE, "out of memory");
	if (!curl)
		return NULL;
	reply.len = 0;
	for (; fields[0]; fields += 2)
		add_field(curl, form, sizeof(form), fields[0], fields[1]);
	/* where a token goes is not to be decided by a redirection, nor seen on the way */
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, strncmp(url, "http://127.0.0.1:", 17) ?
			 "https" : "http");
	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_POSTFIELDS, form);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, keep_reply);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, &reply);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, HTTP_S);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, why);
	if (curl_easy_perform(curl) == CURLE_OK) {
		reply.text[reply.len] = 0;
		json = json_loads(reply.text, 0, &error);
		if (!json)
			snprintf(why, CURL_ERROR_SIZE, "the reply is no JSON");
	}
	explicit_bzero(form, sizeof(form));
	explicit_bzero(reply.text, reply.len);
	curl_easy_cleanup(curl);
	return json;
}

/* Tokens */

static const char *text_of(json_t *json, const char *name)
{
	const char *text = json_string_value(json_object_get(json, name));

	return text ? text : "";
}

static enum exit_code keep_token(json_t *json, struct token *token)
{
	json_int_t seconds = json_integer_value(json_object_get(json, "expires_in"));
	char reason[512];

	snprintf(token->access, sizeof(token->access), "%s", text_of(json, "access_token"));
	/* a provider that gives no new one means the old one to be kept */
	if (*text_of(json, "refresh_token"))
		snprintf(token->refresh, sizeof(token->refresh), "%s",
			 text_of(json, "refresh_token"));
	token->expires_ms = seconds > 0 ? ((int64_t)time(NULL) + seconds) * 1000 : 0;
	if (!token_write(given.file, token, reason, sizeof(reason)))
		return fail(EXIT_AGAIN, "the token cannot be kept", reason);
	puts("ok");
	return EXIT_GOOD;
}

static enum exit_code refused(json_t *json)
{
	const char *why = text_of(json, "error_description");

	if (!*why)
		why = text_of(json, "error");
	return fail(EXIT_REFUSED, "the provider refused", *why ? why : "without a reason");
}

/* Many connections may want it at once: the first one gets it for all. */
static enum exit_code refresh(struct token *token)
{
	const char *const fields[] = {
		"grant_type", "refresh_token", "refresh_token", token->refresh,
		"client_id", given.client_id, *given.client_secret ? "client_secret" : NULL,
		given.client_secret, NULL,
	};
	char why[CURL_ERROR_SIZE];
	enum exit_code code;
	json_t *json;

	if (!*token->refresh)
		return fail(EXIT_REFUSED, "the token has ended", "authorise the station again");
	json = post(given.token_url, fields, why);
	if (!json)
		return fail(EXIT_AGAIN, given.token_url, why);
	code = *text_of(json, "access_token") ? keep_token(json, token) : refused(json);
	json_decref(json);
	return code;
}

static enum exit_code locked_refresh(void)
{
	struct token token;
	char reason[512];
	int fd = open(given.file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

	if (fd < 0 || flock(fd, LOCK_EX) ||
	    !token_read(given.file, &token, reason, sizeof(reason)))
		return fail(EXIT_REFUSED, given.file, "authorise the station first");
	if (!token_is_good(&token, (int64_t)time(NULL) * 1000) ||
	    !strcmp(token.access, given.refused))
		return refresh(&token);
	puts("ok");
	return EXIT_GOOD;
}

/* The device flow (RFC 8628) */

static enum exit_code wait_for_consent(const char *device_code, json_int_t interval_s,
				       json_int_t expires_s)
{
	const char *const fields[] = {
		"grant_type", "urn:ietf:params:oauth:grant-type:device_code",
		"device_code", device_code, "client_id", given.client_id,
		*given.client_secret ? "client_secret" : NULL, given.client_secret, NULL,
	};
	time_t end = time(NULL) + expires_s;
	struct token token = { 0 };
	char why[CURL_ERROR_SIZE];

	while (time(NULL) < end) {
		enum exit_code code;
		const char *error;
		json_t *json;

		sleep(interval_s);
		json = post(given.token_url, fields, why);
		error = text_of(json, "error");
		if (!json || !strcmp(error, "authorization_pending")) {
			json_decref(json);
			continue;
		}
		if (!strcmp(error, "slow_down")) {
			interval_s += 5;
			json_decref(json);
			continue;
		}
		code = *text_of(json, "access_token") ? keep_token(json, &token) : refused(json);
		json_decref(json);
		return code;
	}
	return fail(EXIT_REFUSED, "nobody agreed in time", "try again");
}

static enum exit_code authorise(void)
{
	const char *const fields[] = {
		"client_id", given.client_id, "scope", given.scope, NULL,
	};
	char why[CURL_ERROR_SIZE];
	json_int_t interval_s;
	enum exit_code code;
	const char *url;
	json_t *json;

	json = post(given.device_url, fields, why);
	if (!json)
		return fail(EXIT_AGAIN, given.device_url, why);
	if (!*text_of(json, "device_code")) {
		code = refused(json);
		json_decref(json);
		return code;
	}
	url = text_of(json, "verification_uri");
	if (!*url)
		url = text_of(json, "verification_url");
	printf("code url=%s code=%s\n", url, text_of(json, "user_code"));
	fflush(stdout);
	interval_s = json_integer_value(json_object_get(json, "interval"));
	code = wait_for_consent(text_of(json, "device_code"), interval_s > 0 ? interval_s : 5,
				json_integer_value(json_object_get(json, "expires_in")));
	json_decref(json);
	return code;
}

int main(void)
{
	enum exit_code code;

	umask(077);
	read_values();
	curl_global_init(CURL_GLOBAL_DEFAULT);
	if (!strcmp(given.action, "authorise"))
		code = authorise();
	else if (!strcmp(given.action, "refresh"))
		code = locked_refresh();
	else
		code = fail(EXIT_REFUSED, "action", "authorise or refresh");
	explicit_bzero(&given, sizeof(given));
	curl_global_cleanup();
	return code;
}
