// SPDX-License-Identifier: GPL-2.0
#include <dkim.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "letter.h"
#include "line.h"
#include "message_file.h"
#include "mime_limits.h"
#include "signed.h"

#define KEYS_MAX	5	/* signatures of one domain: two algorithms, two selectors */
#define KEY_NAME_BYTES	320
#define KEY_BITS_MIN	1024

/* What a request is made of; without them in the signature it could be changed, or said again. */
static const char * const fields[] = { "From", "To", "Subject", "Date", "Message-ID" };

/**
 * struct check - a message being checked
 * @out: where keys that are missing are told
 * @domain: of the address in From
 * @name: of keys that are known, @text: their records
 * @tried: signatures of @domain so far
 */
struct check {
	FILE *out;
	char *domain;
	char *name[KEYS_MAX];
	char *text[KEYS_MAX];
	unsigned int keys;
	unsigned int tried;
};

/* ---- the message ---- */

static bool has_once(GMimeMessage *message, const char *name)
{
	GMimeHeaderList *list = g_mime_object_get_header_list(GMIME_OBJECT(message));
	int count = 0;

	for (int i = 0; i < g_mime_header_list_get_count(list); i++)
		count += !g_ascii_strcasecmp(g_mime_header_get_name(
				g_mime_header_list_get_header_at(list, i)), name);
	return count == 1;
}

/* The domain of the only address in From; NULL: it is no such message. To be freed. */
static char *domain_of(GMimeMessage *message)
{
	InternetAddressList *from = g_mime_message_get_from(message);
	InternetAddress *author = internet_address_list_length(from) == 1 ?
		internet_address_list_get_address(from, 0) : NULL;
	const char *address = author && INTERNET_ADDRESS_IS_MAILBOX(author) ?
		internet_address_mailbox_get_addr(INTERNET_ADDRESS_MAILBOX(author)) : NULL;
	const char *at = address ? strrchr(address, '@') : NULL;

	for (size_t i = 0; i < G_N_ELEMENTS(fields); i++)
		if (!has_once(message, fields[i]))
			return NULL;
	return at && at[1] ? g_strdup(at + 1) : NULL;
}

static char *read_domain(int fd, struct failure *failure)
{
	GMimeMessage *message;
	char *domain;

	if (mime_limits_check(fd, failure))
		return NULL;
	message = message_parse(fd);
	domain = message ? domain_of(message) : NULL;
	if (message)
		g_object_unref(message);
	if (!domain)
		fail(failure, EXIT_INPUT,
		     "the message has not one address in From, and one each of To, Subject, Date and "
		     "Message-ID");
	return domain;
}

/* ---- keys ---- */

static int read_keys(struct check *check, FILE *in, struct failure *failure)
{
	char line[LETTER_LINE_BYTES];
	int more;

	while ((more = letter_read_line(in, line, failure)) > 0) {
		char *text = strchr(line, ' ');

		if (!g_str_has_prefix(line, "key=") || !text || check->keys == KEYS_MAX)
			return fail(failure, EXIT_INPUT,
				    "a line on stdin is no key, or one too many");
		*text++ = 0;
		check->name[check->keys] = g_strdup(line + strlen("key="));
		check->text[check->keys++] = g_strdup(text);
	}
	return more;
}

static DKIM_CBSTAT find_key(DKIM *dkim, DKIM_SIGINFO *signature, u_char *text, size_t bytes)
{
	struct check *check = dkim_get_user_context(dkim);
	char name[KEY_NAME_BYTES];

	snprintf(name, sizeof(name), "%s._domainkey.%s", dkim_sig_getselector(signature),
		 dkim_sig_getdomain(signature));
	for (unsigned int i = 0; i < check->keys; i++) {
		if (strcmp(check->name[i], name))
			continue;
		snprintf((char *)text, bytes, "%s", check->text[i]);
		return *text ? DKIM_CBSTAT_CONTINUE : DKIM_CBSTAT_NOTFOUND;
	}
	print_line(check->out, "need=", name);
	return DKIM_CBSTAT_NOTFOUND;
}

/* ---- signatures ---- */

/* Only those of the domain in From are looked at, and only some of them. */
static DKIM_CBSTAT choose(DKIM *dkim, DKIM_SIGINFO **signature, int signatures)
{
	struct check *check = dkim_get_user_context(dkim);

	for (int i = 0; i < signatures; i++) {
		const char *domain = (char *)dkim_sig_getdomain(signature[i]);

		if (!domain || g_ascii_strcasecmp(domain, check->domain) ||
		    ++check->tried > KEYS_MAX)
			dkim_sig_ignore(signature[i]);
	}
	return DKIM_CBSTAT_CONTINUE;
}

/* What is wrong with a signature; NULL: it counts. */
static const char *fault(DKIM *dkim, DKIM_SIGINFO *signature)
{
	unsigned int flags = dkim_sig_getflags(signature), bits = 0;
	ssize_t body = 0, canonical = 0, limit = 0;
	dkim_alg_t algorithm = DKIM_SIGN_UNKNOWN;

	if (flags & DKIM_SIGFLAG_IGNORE)
		return "a signature of another domain";
	if (!(flags & DKIM_SIGFLAG_PASSED) || dkim_sig_getbh(signature) != DKIM_SIGBH_MATCH)
		return dkim_sig_geterrorstr(dkim_sig_geterror(signature)) ?: "it does not verify";
	if (flags & DKIM_SIGFLAG_TESTKEY)
		return "its key is for tests only";
	for (size_t i = 0; i < G_N_ELEMENTS(fields); i++)
		if (!dkim_sig_hdrsigned(signature, (u_char *)fields[i]))
			return "it does not cover From, To, Subject, Date and Message-ID";
	if (dkim_sig_getcanonlen(dkim, signature, &body, &canonical, &limit) != DKIM_STAT_OK ||
	    limit != -1)
		return "it does not cover the whole body";
	if (dkim_sig_getsignalg(signature, &algorithm) != DKIM_STAT_OK ||
	    algorithm == DKIM_SIGN_RSASHA1)
		return "it uses SHA-1";
	if (dkim_sig_getkeysize(signature, &bits) != DKIM_STAT_OK ||
	    (algorithm == DKIM_SIGN_RSASHA256 && bits < KEY_BITS_MIN))
		return "its key is too short";
	return NULL;
}

static bool judge(DKIM *dkim, FILE *out)
{
	DKIM_SIGINFO **signature;
	int signatures = 0;
	bool good = false;

	if (dkim_getsiglist(dkim, &signature, &signatures) != DKIM_STAT_OK)
		return false;
	for (int i = 0; i < signatures && !good; i++) {
		const char *why = fault(dkim, signature[i]);

		good = !why;
		if (why)
			print_line(out, "note=", why);
	}
	return good;
}

/* All of the message, into the library. */
static int feed(DKIM *dkim, int fd, struct failure *failure)
{
	u_char bytes[16384];
	off_t at = 0;
	ssize_t n;

	while ((n = pread(fd, bytes, sizeof(bytes), at)) > 0) {
		DKIM_STAT status = dkim_chunk(dkim, bytes, n);

		/* without a signature there is nothing to read on for */
		if (status == DKIM_STAT_NOSIG)
			return 0;
		if (status != DKIM_STAT_OK)
			return fail(failure, EXIT_INPUT, "the signatures cannot be read: %s",
				    dkim_getresultstr(status));
		at += n;
	}
	if (n < 0)
		return fail(failure, EXIT_LATER, "cannot read the message: %s", strerror(errno));
	dkim_chunk(dkim, NULL, 0);
	dkim_eom(dkim, NULL);
	return 0;
}

static int verify(struct check *check, int fd, FILE *out, struct failure *failure)
{
	DKIM_LIB *library = dkim_init(NULL, NULL);
	DKIM_STAT status;
	DKIM *dkim;
	int err;

	if (!library)
		return fail(failure, EXIT_LATER, "out of memory");
	dkim_set_key_lookup(library, find_key);
	dkim_set_prescreen(library, choose);
	dkim = dkim_verify(library, (u_char *)"ifax", NULL, &status);
	if (!dkim) {
		dkim_close(library);
		return fail(failure, EXIT_LATER, "out of memory");
	}
	dkim_set_user_context(dkim, check);
	err = feed(dkim, fd, failure);
	if (!err)
		fprintf(out, "ok signed=%d\n", judge(dkim, out));
	dkim_free(dkim);
	dkim_close(library);
	return err;
}

int signed_check(int message_fd, FILE *keys, FILE *out, struct failure *failure)
{
	struct check check = { .out = out };
	int err = read_keys(&check, keys, failure);

	if (!err) {
		check.domain = read_domain(message_fd, failure);
		err = check.domain ? verify(&check, message_fd, out, failure) : -1;
	}
	for (unsigned int i = 0; i < check.keys; i++) {
		g_free(check.name[i]);
		g_free(check.text[i]);
	}
	g_free(check.domain);
	return err;
}
