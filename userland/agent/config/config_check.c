// SPDX-License-Identifier: GPL-2.0
/*
 * config_check: values of options: what they mean, and whether they can be meant
 */
#include <ctype.h>
#include <errno.h>
#include <event2/util.h>
#include <limits.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

#include "config_check.h"
#include "config_private.h"
#include "engine/mail_path.h"
#include "engine/smtp_reply.h"
#include "engine/smtp_server.h"
#include "net/network.h"
#include "receive/spf.h"
#include "send/forms.h"
#include "send/template.h"
#include "send/words.h"

struct unit {
	const char *name;
	long factor;
};

static const struct unit time_units[] = {
	{ "ms", 1 }, { "s", 1000 }, { "min", MINUTE }, { "h", 60 * MINUTE }, { "d", DAY },
	{ NULL, 0 },
};

static const struct unit size_units[] = {
	{ "", 1 }, { "k", 1024 }, { "M", MIB }, { "G", 1024 * MIB }, { NULL, 0 },
};

static bool parse_quantity(const char *text, const struct unit *unit, long *value)
{
	char *end;
	long n;

	if (!isdigit((unsigned char)*text))
		return false;
	errno = 0;
	n = strtol(text, &end, 10);
	for (; unit->name; unit++)
		if (!strcmp(end, unit->name))
			return !errno && !__builtin_mul_overflow(n, unit->factor, value);
	return false;
}

int parse_time(cfg_t *cfg, cfg_opt_t *opt, const char *text, void *result)
{
	if (parse_quantity(text, time_units, result) && *(long *)result <= INT_MAX)
		return 0;
	cfg_error(cfg, "%s = %s: a time is a number with ms, s, min, h or d, up to 24d, as in 30s",
		  opt->name, text);
	return -1;
}

int parse_size(cfg_t *cfg, cfg_opt_t *opt, const char *text, void *result)
{
	if (parse_quantity(text, size_units, result))
		return 0;
	cfg_error(cfg, "%s = %s: a size is a number of bytes, or with k, M or G, as in 50M",
		  opt->name, text);
	return -1;
}

/* The place of a word in a list that ends with NULL. */
static int parse_word(cfg_t *cfg, cfg_opt_t *opt, const char *text, void *result,
		      const char * const *words)
{
	char allowed[256] = "";
	size_t used = 0;

	for (long i = 0; words[i]; i++) {
		if (!strcmp(text, words[i])) {
			*(long *)result = i;
			return 0;
		}
		used += snprintf(allowed + used, sizeof(allowed) - used, "%s%s", i ? ", " : "",
				 words[i]);
	}
	cfg_error(cfg, "%s = %s: allowed are %s", opt->name, text, allowed);
	return -1;
}

int parse_broadcast(cfg_t *cfg, cfg_opt_t *opt, const char *text, void *result)
{
	static const char * const words[] = {
		[BROADCAST_HIDDEN] = "hidden", [BROADCAST_EACH] = "each",
		[BROADCAST_OPEN] = "open", NULL,
	};

	return parse_word(cfg, opt, text, result, words);
}

int parse_split(cfg_t *cfg, cfg_opt_t *opt, const char *text, void *result)
{
	static const char * const words[] = {
		[SPLIT_PAGES] = "pages", [SPLIT_PARTIAL] = "partial", NULL,
	};

	return parse_word(cfg, opt, text, result, words);
}

int parse_form(cfg_t *cfg, cfg_opt_t *opt, const char *text, void *result)
{
	static const char * const words[] = { "tiff", "pdf", NULL };

	return parse_word(cfg, opt, text, result, words);
}

bool parse_hours(const char *text, int *begin_min, int *end_min)
{
	int hour[2], minute[2], used = 0;

	*begin_min = 0;
	*end_min = 0;
	if (!*text)
		return true;
	if (sscanf(text, "%2d:%2d-%2d:%2d%n", &hour[0], &minute[0], &hour[1], &minute[1],
		   &used) != 4 ||
	    text[used])
		return false;
	for (int i = 0; i < 2; i++)
		if (hour[i] < 0 || hour[i] > 24 || minute[i] < 0 || minute[i] > 59)
			return false;
	*begin_min = hour[0] * 60 + minute[0];
	*end_min = hour[1] * 60 + minute[1];
	return true;
}

int parse_print(cfg_t *cfg, cfg_opt_t *opt, const char *text, void *result)
{
	static const char * const words[] = {
		[PRINT_FAILURES] = "failures", [PRINT_ALL] = "all", [PRINT_NONE] = "none", NULL,
	};

	return parse_word(cfg, opt, text, result, words);
}

int parse_spf(cfg_t *cfg, cfg_opt_t *opt, const char *text, void *result)
{
	static const char * const words[] = {
		[SPF_OFF] = "off", [SPF_NOTED] = "note", [SPF_FAIL_REFUSED] = "fail",
		[SPF_SOFTFAIL_REFUSED] = "softfail", NULL,
	};

	return parse_word(cfg, opt, text, result, words);
}

int parse_spf_errors(cfg_t *cfg, cfg_opt_t *opt, const char *text, void *result)
{
	static const char * const words[] = { "take", "later", NULL };

	return parse_word(cfg, opt, text, result, words);
}

int parse_login(cfg_t *cfg, cfg_opt_t *opt, const char *text, void *result)
{
	static const char * const words[] = {
		[POP3_LOGIN_USER] = "user", [POP3_LOGIN_APOP] = "apop", [POP3_LOGIN_ANY] = "any",
		[POP3_LOGIN_SASL] = "sasl", NULL,
	};

	return parse_word(cfg, opt, text, result, words);
}

int parse_tls(cfg_t *cfg, cfg_opt_t *opt, const char *text, void *result)
{
	static const char * const words[] = {
		[TLS_NONE] = "none", [TLS_OPPORTUNISTIC] = "opportunistic",
		[TLS_REQUIRED] = "required", [TLS_VERIFIED] = "verified", [TLS_PINNED] = "pinned",
		NULL,
	};

	return parse_word(cfg, opt, text, result, words);
}

static int check_port(cfg_t *cfg, cfg_opt_t *opt)
{
	long port = cfg_opt_getnint(opt, 0);

	if (port >= 1 && port <= 65535)
		return 0;
	cfg_error(cfg, "%s = %ld: a port is a number from 1 to 65535", opt->name, port);
	return -1;
}

static int check_count(cfg_t *cfg, cfg_opt_t *opt)
{
	long count = cfg_opt_getnint(opt, 0);

	if (count >= 1 && count <= 1000000)
		return 0;
	cfg_error(cfg, "%s = %ld: allowed are 1 to 1000000", opt->name, count);
	return -1;
}

/* Each recipient is a mail of its own. */
static int check_relay(cfg_t *cfg, cfg_opt_t *opt)
{
	long count = cfg_opt_getnint(opt, 0);

	if (count >= 1 && count <= 100)
		return 0;
	cfg_error(cfg, "%s = %ld: allowed are 1 to 100", opt->name, count);
	return -1;
}

static int check_days(cfg_t *cfg, cfg_opt_t *opt)
{
	long days = cfg_opt_getnint(opt, 0);

	if (days >= 0 && days <= 36500)
		return 0;
	cfg_error(cfg, "%s = %ld: allowed are 0 (never) to 36500", opt->name, days);
	return -1;
}

static int check_positive_time(cfg_t *cfg, cfg_opt_t *opt)
{
	if (cfg_opt_getnint(opt, cfg_opt_size(opt) - 1) > 0)
		return 0;
	cfg_error(cfg, "%s: a time longer than 0 is needed", opt->name);
	return -1;
}

static int check_poll(cfg_t *cfg, cfg_opt_t *opt)
{
	if (check_positive_time(cfg, opt))
		return -1;
	if (cfg_opt_getnint(opt, 0) <= 24 * 3600 * 1000L)
		return 0;
	cfg_error(cfg, "%s: at least once a day (1440min)", opt->name);
	return -1;
}

/* It becomes a line of a mail, or of a page, and a text of JSON. */
static int check_line(cfg_t *cfg, cfg_opt_t *opt)
{
	const char *text = cfg_opt_getnstr(opt, cfg_opt_size(opt) - 1);
	char clean[501];

	if (snprintf(clean, sizeof(clean), "%s", text) < (int)sizeof(clean)) {
		mail_text_clean(clean);
		if (!strcmp(clean, text))
			return 0;
	}
	cfg_error(cfg, "%s: a line of UTF-8 is needed, of up to 500 bytes, without tabs",
		  opt->name);
	return -1;
}

/* The same, and it is to be said to people. */
static int check_title(cfg_t *cfg, cfg_opt_t *opt)
{
	if (*cfg_opt_getnstr(opt, 0))
		return check_line(cfg, opt);
	cfg_error(cfg, "%s: a name is needed", opt->name);
	return -1;
}

/* Names in braces that nobody knows would be sent as they stand. */
static int check_template(cfg_t *cfg, cfg_opt_t *opt, const char *names)
{
	const char *text = cfg_opt_getnstr(opt, 0);
	size_t bytes;
	const char *unknown = template_unknown(text, names, &bytes);

	if (!unknown)
		return check_line(cfg, opt);
	cfg_error(cfg, "%s: %.*s stands for nothing; in braces are allowed%s", opt->name,
		  (int)bytes, unknown, names);
	return -1;
}

static int check_subject(cfg_t *cfg, cfg_opt_t *opt)
{
	return check_template(cfg, opt, WORDS_OF_SUBJECT);
}

static int check_text(cfg_t *cfg, cfg_opt_t *opt)
{
	return check_template(cfg, opt, WORDS_OF_TEXT);
}

static int check_header_line(cfg_t *cfg, cfg_opt_t *opt)
{
	return check_template(cfg, opt, WORDS_OF_HEADER_LINE);
}

static int check_amount(cfg_t *cfg, cfg_opt_t *opt)
{
	if (cfg_opt_getnint(opt, 0) >= 0)
		return 0;
	cfg_error(cfg, "%s = %ld: 0 or more is needed", opt->name, cfg_opt_getnint(opt, 0));
	return -1;
}

static int check_coding(cfg_t *cfg, cfg_opt_t *opt)
{
	const char *coding = cfg_opt_getnstr(opt, 0);

	if (forms_policy_ok(coding))
		return 0;
	cfg_error(cfg, "%s = %s: allowed are mh, mr, mmr, jbig, auto", opt->name, coding);
	return -1;
}

static int check_paper(cfg_t *cfg, cfg_opt_t *opt)
{
	static const char *const names[] = {
		"auto", "a4", "a3", "a5", "b4", "letter", "legal", NULL
	};
	const char *paper = cfg_opt_getnstr(opt, 0);

	for (const char *const *name = names; *name; name++)
		if (!strcmp(paper, *name))
			return 0;
	cfg_error(cfg, "%s = %s: allowed are auto, a4, a3, a5, b4, letter, legal", opt->name,
		  paper);
	return -1;
}

static int check_page_fit(cfg_t *cfg, cfg_opt_t *opt)
{
	static const char *const names[] = {
		"office", "same", "trim", "reduce", "rotate", "split", NULL
	};
	const char *fit = cfg_opt_getnstr(opt, 0);

	for (const char *const *name = names; *name; name++)
		if (!strcmp(fit, *name))
			return 0;
	cfg_error(cfg, "%s = %s: allowed are office, same, trim, reduce, rotate, split",
		  opt->name, fit);
	return -1;
}

static int check_address(cfg_t *cfg, cfg_opt_t *opt)
{
	const char *address = cfg_opt_getnstr(opt, cfg_opt_size(opt) - 1);

	if (mail_path_can_be_named(address))
		return 0;
	cfg_error(cfg, "%s = %s: a mail address is needed, as in fax@example.com", opt->name,
		  address);
	return -1;
}

static int check_socket(cfg_t *cfg, cfg_opt_t *opt)
{
	const char *path = cfg_opt_getnstr(opt, 0);
	const size_t max = sizeof(((struct sockaddr_un *)NULL)->sun_path) - 1;

	if (*path == '/' && strlen(path) <= max)
		return 0;
	cfg_error(cfg, "%s = %s: a path that begins with / is needed, of up to %zu bytes",
		  opt->name, path, max);
	return -1;
}

static int check_path(cfg_t *cfg, cfg_opt_t *opt)
{
	const char *path = cfg_opt_getnstr(opt, 0);

	if (*path == '/')
		return 0;
	cfg_error(cfg, "%s = %s: a path that begins with / is needed", opt->name, path);
	return -1;
}

/* Domains go into greetings and commands, and are compared with those of addresses. */
bool config_is_domain(const char *text)
{
	char address[MAIL_DOMAIN_MAX + 3];
	struct mail_path path;

	return snprintf(address, sizeof(address), "x@%s", text) < (int)sizeof(address) &&
	       mail_path_can_be_named(address) && mail_path_from_address(&path, address);
}

static int check_domain(cfg_t *cfg, cfg_opt_t *opt)
{
	const char *name = cfg_opt_getnstr(opt, cfg_opt_size(opt) - 1);

	if (config_is_domain(name))
		return 0;
	cfg_error(cfg, "%s = %s: a domain is needed, as in example.com, without a dot at its end",
		  opt->name, name);
	return -1;
}

static int check_host(cfg_t *cfg, cfg_opt_t *opt)
{
	const char *host = cfg_opt_getnstr(opt, cfg_opt_size(opt) - 1);

	if (config_is_domain(host) ||
	    (strchr(host, ':') && !strchr(host, '/') && network_is_valid(host)))
		return 0;
	cfg_error(cfg, "%s = %s: the name or address of a host is needed; its port stands in port",
		  opt->name, host);
	return -1;
}

static int check_recipient(cfg_t *cfg, cfg_opt_t *opt)
{
	const char *name = cfg_opt_getnstr(opt, cfg_opt_size(opt) - 1);
	const char *domain = strrchr(name, '@');

	if (*name && (!domain || config_is_domain(domain + 1)))
		return check_line(cfg, opt);
	cfg_error(cfg, "%s = %s: a local part or a mail address is needed, as in fax, or "
		  "fax@example.com", opt->name, name);
	return -1;
}

/* A token goes there: not in the clear, but to a test on this machine. */
static int check_https(cfg_t *cfg, cfg_opt_t *opt)
{
	const char *url = cfg_opt_getnstr(opt, 0);

	if ((!strncmp(url, "https://", 8) || !strncmp(url, "http://127.0.0.1:", 17)) &&
	    !url[strcspn(url, " \r\n\t")])
		return 0;
	cfg_error(cfg, "%s = %s: a URL that begins with https:// is needed", opt->name, url);
	return -1;
}

static int check_mechanism(cfg_t *cfg, cfg_opt_t *opt)
{
	static const char known[] =
		" PLAIN LOGIN CRAM-MD5 SCRAM-SHA-1 SCRAM-SHA-256 EXTERNAL OAUTHBEARER XOAUTH2 ";
	const char *name = cfg_opt_getnstr(opt, cfg_opt_size(opt) - 1);
	const char *at = *name ? strcasestr(known, name) : NULL;

	if (at && at[-1] == ' ' && at[strlen(name)] == ' ')
		return 0;
	cfg_error(cfg, "%s = %s: allowed are%s", opt->name, name, known);
	return -1;
}

static int check_pin(cfg_t *cfg, cfg_opt_t *opt)
{
	const char *pin = cfg_opt_getnstr(opt, cfg_opt_size(opt) - 1);

	if (strlen(pin) == TLS_PIN_DIGITS &&
	    strspn(pin, "0123456789abcdefABCDEF") == TLS_PIN_DIGITS)
		return 0;
	cfg_error(cfg, "%s = %s: the SHA-256 of a public key is needed, 64 hexadecimal digits",
		  opt->name, pin);
	return -1;
}

static int check_network(cfg_t *cfg, cfg_opt_t *opt)
{
	const char *text = cfg_opt_getnstr(opt, cfg_opt_size(opt) - 1);

	if (network_is_valid(text))
		return 0;
	cfg_error(cfg, "%s = %s: an address or a network is needed, as in 192.0.2.0/24",
		  opt->name, text);
	return -1;
}

static int check_network_or_name(cfg_t *cfg, cfg_opt_t *opt)
{
	const char *text = cfg_opt_getnstr(opt, cfg_opt_size(opt) - 1);
	struct mail_path path;

	if (network_is_valid(text) || mail_path_from_address(&path, text) ||
	    config_is_domain(text + (*text == '.')))
		return 0;
	cfg_error(cfg, "%s = %s: a network, a domain (with a dot in front: all below it) or a mail "
		  "address is needed", opt->name, text);
	return -1;
}

static int check_count_or_none(cfg_t *cfg, cfg_opt_t *opt)
{
	long count = cfg_opt_getnint(opt, 0);

	if (count >= 0 && count <= 1000000)
		return 0;
	cfg_error(cfg, "%s = %ld: allowed are 0 to 1000000", opt->name, count);
	return -1;
}

static int check_spf(cfg_t *cfg, cfg_opt_t *opt)
{
	const char *text = cfg_opt_getnstr(opt, cfg_opt_size(opt) - 1);

	for (int i = 0; i < SPF_CHECK_RESULTS; i++)
		if (!strcasecmp(text, spf_name(i)))
			return 0;
	cfg_error(cfg, "%s = %s: allowed are none, neutral, pass, fail, softfail, temperror, permerror",
		  opt->name, text);
	return -1;
}

static int check_device(cfg_t *cfg, cfg_opt_t *opt)
{
	const char *device = cfg_opt_getnstr(opt, 0);

	if (*device && *device != '-' && *device != '.' && !strchr(device, '/'))
		return 0;
	cfg_error(cfg, "%s = %s: a device name is needed, as in scan0 (without /dev/ifax/)",
		  opt->name, device);
	return -1;
}

static int check_request(cfg_t *cfg, cfg_opt_t *opt)
{
	const char *word = cfg_opt_getnstr(opt, cfg_opt_size(opt) - 1);

	if (!strcmp(word, "status") || !strcmp(word, "journal") || !strcmp(word, "relay"))
		return 0;
	cfg_error(cfg, "%s = %s: allowed are status, journal, relay", opt->name, word);
	return -1;
}

bool parse_listen(const char *text, struct config_address *listen)
{
	int bytes = sizeof(listen->address);

	memset(listen, 0, sizeof(*listen));
	if (evutil_parse_sockaddr_port(text, (struct sockaddr *)&listen->address, &bytes))
		return false;
	listen->bytes = bytes;
	/* without a port the port is 0, at the same place in both families */
	return ((struct sockaddr_in *)&listen->address)->sin_port != 0;
}

/* "(...)": what is opened is closed, and nothing is behind it */
static bool is_closed(const char *text)
{
	int open = 0;

	do {
		open += (*text == '(') - (*text == ')');
	} while (*text++ && open > 0);
	return text[-1] == ')' && !*text;
}

/* Its lines are a reply of the SMTP server, too. */
static int check_features(cfg_t *cfg, cfg_opt_t *opt)
{
	const char *features = cfg_opt_getnstr(opt, 0);
	size_t bytes = strlen(features);

	if (bytes > SMTP_FEATURES_MAX || (bytes && !is_closed(features))) {
		cfg_error(cfg, "%s: a feature expression of at most %d bytes is needed, as in"
			  " (& (color=Binary) (image-coding=[MH,MMR]))", opt->name,
			  SMTP_FEATURES_MAX);
		return -1;
	}
	return check_line(cfg, opt);
}

static int check_resolution(cfg_t *cfg, cfg_opt_t *opt)
{
	const char *resolution = cfg_opt_getnstr(opt, 0);

	if (page_form_list_ok(resolution) && !strchr(resolution, ','))
		return 0;
	cfg_error(cfg, "%s = %s: allowed are 204x98, 204x196, 204x391, 300x300, 408x391, 600x600",
		  opt->name, resolution);
	return -1;
}

static int check_listen(cfg_t *cfg, cfg_opt_t *opt)
{
	const char *text = cfg_opt_getnstr(opt, cfg_opt_size(opt) - 1);
	struct config_address listen;

	if (parse_listen(text, &listen))
		return 0;
	cfg_error(cfg, "%s = %s: an address with a port is needed, as in 0.0.0.0:25 or [::]:25",
		  opt->name, text);
	return -1;
}

static const struct {
	const char *option;
	cfg_validate_callback_t check;
} checks[] = {
	{ "name", check_title },
	{ "host_name", check_domain },
	{ "address", check_address },
	{ "operator", check_address },
	{ "spool", check_path },
	{ "control", check_socket },
	{ "scanner", check_device },
	{ "printer", check_device },
	{ "paper", check_paper },
	{ "page_fit", check_page_fit },
	{ "coding", check_coding },
	{ "resolution", check_resolution },
	{ "confirm|features", check_features },
	{ "requests|allow", check_request },
	{ "requests|secret_file", check_path },
	{ "requests|signers", check_line },
	{ "requests|recipients", check_relay },
	{ "requests|pages", check_count },
	{ "requests|valid", check_positive_time },
	{ "relay_list|to", check_address },
	{ "rule|forward", check_address },
	{ "number", check_line },
	{ "subject", check_subject },
	{ "text", check_text },
	{ "header_line", check_header_line },
	{ "mail_pages", check_amount },
	{ "smtp_listen", check_listen },
	{ "smtps_listen", check_listen },
	{ "pop3_listen", check_listen },
	{ "pop3s_listen", check_listen },
	{ "pop3_server|certificate", check_path },
	{ "pop3_server|key", check_path },
	{ "pop3_server|autologout", check_positive_time },
	{ "pop3_server|pdf_wait", check_positive_time },
	{ "pop3_server|users", check_path },
	{ "mailbox|expire_days", check_days },
	{ "domains", check_domain },
	{ "recipients", check_recipient },
	{ "mailbox|recipients", check_recipient },
	{ "route|host", check_host },
	{ "route|port", check_port },
	{ "route|tls_name", check_host },
	{ "route|tls_pins", check_pin },
	{ "route|tls_authorities", check_path },
	{ "route|tls_certificate", check_path },
	{ "route|tls_key", check_path },
	{ "oauth|token_url", check_https },
	{ "oauth|device_url", check_https },
	{ "oauth|client_id", check_line },
	{ "oauth|scope", check_line },
	{ "oauth|client_secret_file", check_path },
	{ "oauth|token_file", check_path },
	{ "route|secret_file", check_path },
	{ "route|auth", check_mechanism },
	{ "smtp_server|users", check_path },
	{ "smtp_server|relay_networks", check_network },
	{ "smtp_server|allow", check_network_or_name },
	{ "smtp_server|deny", check_network_or_name },
	{ "smtp_server|offramp", check_domain },
	{ "limits|mails_per_minute", check_count_or_none },
	{ "smtp_server|certificate", check_path },
	{ "smtp_server|key", check_path },
	{ "pop3|host", check_host },
	{ "pop3|keep_days", check_days },
	{ "pop3|auth", check_mechanism },
	{ "pop3|tls_name", check_host },
	{ "pop3|tls_pins", check_pin },
	{ "pop3|tls_authorities", check_path },
	{ "pop3|tls_certificate", check_path },
	{ "pop3|tls_key", check_path },
	{ "pop3|port", check_port },
	{ "pop3|secret_file", check_path },
	{ "pop3|poll", check_poll },
	{ "route|pop3_first_valid", check_positive_time },
	{ "smtp_client_timeouts|connect", check_positive_time },
	{ "smtp_server_timeouts|inspection", check_positive_time },
	{ "smtp_server_timeouts|spf", check_positive_time },
	{ "rule|spf", check_spf },
	{ "pop3_client_timeouts|connect", check_positive_time },
	{ "retry|quick", check_positive_time },
	{ "retry|interval", check_positive_time },
	{ "retry|paper", check_positive_time },
	{ "limits|sessions", check_count },
	{ "limits|sessions_per_peer", check_count },
	{ "limits|connections", check_count },
	{ "limits|connections_per_host", check_count },
	{ "limits|mails_per_connection", check_count },
	{ "limits|recipients", check_count },
	{ "limits|history", check_count },
	{ "limits|worker", check_positive_time },
	{ "limits|parts", check_positive_time },
};

void check_options(cfg_t *cfg)
{
	for (size_t i = 0; i < sizeof(checks) / sizeof(*checks); i++)
		cfg_set_validate_func(cfg, checks[i].option, checks[i].check);
}
