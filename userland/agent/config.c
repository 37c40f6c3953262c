// SPDX-License-Identifier: GPL-2.0
/*
 * config: the configuration file of a station
 *
 * The grammar is the tables of options below; libConfuse reads it.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "config_check.h"
#include "engine/pop3_server.h"
#include "send/partial.h"

#define TIME(name, value) CFG_INT_CB(name, value, CFGF_NONE, parse_time)

/* Of every section that tells how a client reaches a server; fill_tls() reads them. */
#define TLS_OPTIONS(policy)						\
	CFG_INT_CB("tls", policy, CFGF_NONE, parse_tls),		\
	CFG_BOOL("tls_implicit", cfg_false, CFGF_NONE),			\
	CFG_STR("tls_name", NULL, CFGF_NODEFAULT),			\
	CFG_STR("tls_authorities", NULL, CFGF_NODEFAULT),		\
	CFG_STR_LIST("tls_pins", NULL, CFGF_NODEFAULT),			\
	CFG_STR("tls_certificate", NULL, CFGF_NODEFAULT),		\
	CFG_STR("tls_key", NULL, CFGF_NODEFAULT)

static cfg_opt_t oauth_opts[] = {
	CFG_STR("token_url", NULL, CFGF_NODEFAULT),
	CFG_STR("device_url", NULL, CFGF_NODEFAULT),
	CFG_STR("client_id", NULL, CFGF_NODEFAULT),
	CFG_STR("client_secret_file", NULL, CFGF_NODEFAULT),
	CFG_STR("scope", "", CFGF_NONE),
	CFG_STR("token_file", NULL, CFGF_NODEFAULT),
	CFG_END()
};

static cfg_opt_t route_opts[] = {
	CFG_STR("pop3_first", NULL, CFGF_NODEFAULT),
	TIME("pop3_first_valid", 10 * MINUTE),
	CFG_STR_LIST("host", NULL, CFGF_NODEFAULT),
	CFG_INT("port", 25, CFGF_NONE),
	TLS_OPTIONS(TLS_OPPORTUNISTIC),
	CFG_STR("user", NULL, CFGF_NODEFAULT),
	CFG_STR("secret_file", NULL, CFGF_NODEFAULT),
	CFG_STR("oauth", NULL, CFGF_NODEFAULT),
	CFG_STR_LIST("auth", NULL, CFGF_NODEFAULT),
	CFG_BOOL("auth_without_tls", cfg_false, CFGF_NONE),
	CFG_END()
};

static cfg_opt_t pop3_opts[] = {
	CFG_STR("host", NULL, CFGF_NODEFAULT),
	CFG_INT("port", 110, CFGF_NONE),
	CFG_STR("user", NULL, CFGF_NODEFAULT),
	CFG_STR("secret_file", NULL, CFGF_NODEFAULT),
	CFG_STR("oauth", NULL, CFGF_NODEFAULT),
	CFG_INT_CB("login", POP3_LOGIN_ANY, CFGF_NONE, parse_login),
	CFG_STR_LIST("auth", NULL, CFGF_NODEFAULT),
	CFG_BOOL("auth_without_tls", cfg_false, CFGF_NONE),
	TIME("poll", 15 * MINUTE),
	CFG_BOOL("keep", cfg_false, CFGF_NONE),
	CFG_INT("keep_days", 0, CFGF_NONE),
	CFG_BOOL("capa", cfg_true, CFGF_NONE),
	TLS_OPTIONS(TLS_OPPORTUNISTIC),
	CFG_END()
};

static cfg_opt_t smtp_server_opts[] = {
	CFG_STR("certificate", NULL, CFGF_NODEFAULT),
	CFG_STR("key", NULL, CFGF_NODEFAULT),
	CFG_BOOL("tls_required", cfg_false, CFGF_NONE),
	CFG_STR("users", NULL, CFGF_NODEFAULT),
	CFG_BOOL("auth_without_tls", cfg_false, CFGF_NONE),
	CFG_BOOL("relay_users", cfg_true, CFGF_NONE),
	CFG_STR_LIST("relay_networks", NULL, CFGF_NODEFAULT),
	CFG_STR_LIST("allow", NULL, CFGF_NODEFAULT),
	CFG_STR_LIST("deny", NULL, CFGF_NODEFAULT),
	CFG_STR("offramp", NULL, CFGF_NODEFAULT),
	TIME("repeats", DAY),
	CFG_BOOL("refuse_unprintable", cfg_false, CFGF_NONE),
	CFG_BOOL("verify", cfg_true, CFGF_NONE),
	TIME("relay_after_pop3", 0),
	CFG_INT_CB("spf", SPF_OFF, CFGF_NONE, parse_spf),
	CFG_INT_CB("spf_errors", 0, CFGF_NONE, parse_spf_errors),
	CFG_END()
};

static cfg_opt_t pop3_server_opts[] = {
	CFG_STR("certificate", NULL, CFGF_NODEFAULT),
	CFG_STR("key", NULL, CFGF_NODEFAULT),
	CFG_STR("users", NULL, CFGF_NODEFAULT),
	CFG_BOOL("auth_without_tls", cfg_false, CFGF_NONE),
	TIME("autologout", POP3_AUTOLOGOUT_MS),
	TIME("pdf_wait", 20000),
	CFG_END()
};

static cfg_opt_t rule_opts[] = {
	CFG_STR("from", "", CFGF_NONE),
	CFG_STR("to", "", CFGF_NONE),
	CFG_STR("subaddress", "", CFGF_NONE),
	CFG_STR("subject", "", CFGF_NONE),
	CFG_STR_LIST("spf", NULL, CFGF_NODEFAULT),
	CFG_STR("hours", "", CFGF_NONE),
	CFG_BOOL("print", cfg_true, CFGF_NONE),
	CFG_STR_LIST("mailbox", NULL, CFGF_NODEFAULT),
	CFG_STR_LIST("forward", NULL, CFGF_NODEFAULT),
	CFG_INT_CB("forward_as", 0, CFGF_NONE, parse_form),
	CFG_END()
};

static cfg_opt_t mailbox_opts[] = {
	CFG_STR_LIST("users", NULL, CFGF_NODEFAULT),
	CFG_BOOL("all", cfg_false, CFGF_NONE),
	CFG_STR_LIST("recipients", NULL, CFGF_NODEFAULT),
	CFG_INT("expire_days", 0, CFGF_NONE),
	CFG_INT_CB("form", 0, CFGF_NONE, parse_form),
	CFG_END()
};

static cfg_opt_t retry_opts[] = {
	CFG_INT_LIST_CB("quick", NULL, CFGF_NODEFAULT, parse_time),
	TIME("interval", 30 * MINUTE),
	TIME("give_up", 4 * DAY),
	TIME("paper", 10000),
	CFG_END()
};

/* What a station prints as it comes: by RFC 2533, with the words of RFC 2879 */
#define FEATURES \
	"(& (color=Binary) (image-file-structure=[TIFF-minimal,TIFF-limited]) (MRC-mode=0)" \
	" (image-coding=[MH,MR,MMR,JBIG]) (paper-size=[letter,A4,B4])" \
	" (| (& (dpi=200) (dpi-xyratio=[200/100,1]))" \
	" (& (dpi=204) (dpi-xyratio=[204/98,204/196,204/391]))) (ua-media=stationery))"

static cfg_opt_t confirm_opts[] = {
	CFG_BOOL("delivery", cfg_true, CFGF_NONE),
	CFG_BOOL("processing", cfg_true, CFGF_NONE),
	CFG_BOOL("answer", cfg_true, CFGF_NONE),
	CFG_BOOL("answer_failures", cfg_false, CFGF_NONE),
	CFG_STR("features", FEATURES, CFGF_NONE),
	CFG_INT_CB("print", PRINT_FAILURES, CFGF_NONE, parse_print),
	TIME("delayed", 4 * 60 * MINUTE),
	TIME("offer", 0),
	TIME("prefer", 30 * MINUTE),
	CFG_END()
};

static cfg_opt_t requests_opts[] = {
	CFG_STR_LIST("allow", "{status, journal, relay}", CFGF_NONE),
	CFG_STR("secret_file", NULL, CFGF_NODEFAULT),
	CFG_STR_LIST("users", NULL, CFGF_NODEFAULT),
	CFG_STR_LIST("signers", NULL, CFGF_NODEFAULT),
	CFG_INT("recipients", 50, CFGF_NONE),
	CFG_INT("pages", 100, CFGF_NONE),
	TIME("valid", DAY),
	TIME("answer", 60 * MINUTE),
	CFG_END()
};

static cfg_opt_t relay_list_opts[] = {
	CFG_STR_LIST("to", NULL, CFGF_NODEFAULT),
	CFG_END()
};

static cfg_opt_t limits_opts[] = {
	CFG_INT_CB("message", 100 * MIB, CFGF_NONE, parse_size),
	CFG_INT_CB("free_space", 50 * MIB, CFGF_NONE, parse_size),
	CFG_INT("sessions", 100, CFGF_NONE),
	CFG_INT("sessions_per_peer", 20, CFGF_NONE),
	CFG_INT("connections", 10, CFGF_NONE),
	CFG_INT("connections_per_host", 4, CFGF_NONE),
	CFG_INT("mails_per_connection", 100, CFGF_NONE),
	CFG_INT("mails_per_minute", 0, CFGF_NONE),
	CFG_INT("recipients", 100, CFGF_NONE),
	CFG_INT("history", 1000, CFGF_NONE),
	TIME("worker", 2 * MINUTE),
	TIME("parts", DAY),
	CFG_END()
};

static cfg_opt_t smtp_client_timeouts_opts[] = {
	TIME("connect", 2 * MINUTE),
	TIME("greeting", 5 * MINUTE),
	TIME("tls", 5 * MINUTE),
	TIME("hello", 5 * MINUTE),
	TIME("auth", 5 * MINUTE),
	TIME("mail", 5 * MINUTE),
	TIME("rcpt", 5 * MINUTE),
	TIME("data", 2 * MINUTE),
	TIME("block", 3 * MINUTE),
	TIME("dot", 10 * MINUTE),
	TIME("rset", 5 * MINUTE),
	TIME("quit", MINUTE),
	TIME("idle", 2000),
	CFG_END()
};

static cfg_opt_t smtp_server_timeouts_opts[] = {
	TIME("tls", MINUTE),
	TIME("auth", 2 * MINUTE),
	TIME("command", 5 * MINUTE),
	TIME("data", 5 * MINUTE),
	TIME("mail", 4 * 60 * MINUTE),
	TIME("inspection", 30000),
	TIME("spf", 20000),
	CFG_END()
};

static cfg_opt_t pop3_client_timeouts_opts[] = {
	TIME("connect", 2 * MINUTE),
	TIME("greeting", MINUTE),
	TIME("tls", MINUTE),
	TIME("login", MINUTE),
	TIME("command", MINUTE),
	TIME("block", MINUTE),
	TIME("quit", 5 * MINUTE),
	TIME("noop", 2 * MINUTE),
	CFG_END()
};

/*
 * libConfuse takes the end of the file for the end of a section, too. So the
 * file is read with one word more, which only a file that is closed knows.
 */
#define END_OF_FILE	"end_of_file"

static bool end_seen;

static int see_end(cfg_t *cfg, cfg_opt_t *opt, int argc, const char **argv)
{
	end_seen = true;
	return 0;
}

static cfg_opt_t station_opts[] = {
	CFG_STR("name", "ifax", CFGF_NONE),
	CFG_STR("host_name", NULL, CFGF_NODEFAULT),
	CFG_STR("address", NULL, CFGF_NODEFAULT),
	CFG_STR("operator", NULL, CFGF_NODEFAULT),
	CFG_BOOL("report_on_paper", cfg_false, CFGF_NONE),
	CFG_STR("spool", "/var/spool/ifax", CFGF_NONE),
	CFG_STR("control", "/run/ifax/control", CFGF_NONE),
	CFG_STR("control_group", "", CFGF_NONE),
	CFG_STR("user", "", CFGF_NONE),
	CFG_STR("name_servers", NULL, CFGF_NODEFAULT),
	CFG_STR("scanner", "scan0", CFGF_NONE),
	CFG_STR("printer", "print0", CFGF_NONE),
	CFG_BOOL("printing", cfg_true, CFGF_NONE),
	CFG_STR("paper", "auto", CFGF_NONE),
	CFG_STR("page_fit", "office", CFGF_NONE),
	CFG_BOOL("both_sides", cfg_false, CFGF_NONE),
	CFG_STR("coding", "mh", CFGF_NONE),
	CFG_STR("resolution", "204x196", CFGF_NONE),
	CFG_BOOL("convertible", cfg_false, CFGF_NONE),
	CFG_STR("number", "", CFGF_NONE),
	CFG_STR("subject", "Fax from {name}", CFGF_NONE),
	CFG_STR("text", "A fax of {document} from {name}.", CFGF_NONE),
	CFG_STR("header_line", "", CFGF_NONE),
	CFG_INT_CB("broadcast", BROADCAST_HIDDEN, CFGF_NONE, parse_broadcast),
	CFG_INT("mail_pages", 0, CFGF_NONE),
	CFG_INT_CB("mail_size", 0, CFGF_NONE, parse_size),
	CFG_INT_CB("mail_split", SPLIT_PAGES, CFGF_NONE, parse_split),
	CFG_STR("paper_worker", "ifax-paper", CFGF_NONE),
	CFG_STR("message_worker", "ifax-message", CFGF_NONE),
	CFG_STR("spf_worker", "ifax-spf", CFGF_NONE),
	CFG_STR_LIST("smtp_listen", NULL, CFGF_NODEFAULT),
	CFG_STR_LIST("smtps_listen", NULL, CFGF_NODEFAULT),
	CFG_STR_LIST("domains", NULL, CFGF_NODEFAULT),
	CFG_STR_LIST("recipients", NULL, CFGF_NODEFAULT),
	CFG_SEC("smtp_server", smtp_server_opts, CFGF_NONE),
	CFG_STR_LIST("pop3_listen", NULL, CFGF_NODEFAULT),
	CFG_STR_LIST("pop3s_listen", NULL, CFGF_NODEFAULT),
	CFG_SEC("pop3_server", pop3_server_opts, CFGF_NONE),
	CFG_SEC("rule", rule_opts, CFGF_MULTI | CFGF_TITLE | CFGF_NO_TITLE_DUPES),
	CFG_SEC("mailbox", mailbox_opts, CFGF_MULTI | CFGF_TITLE | CFGF_NO_TITLE_DUPES),
	CFG_STR("token_worker", "ifax-token", CFGF_NONE),
	CFG_SEC("oauth", oauth_opts, CFGF_MULTI | CFGF_TITLE | CFGF_NO_TITLE_DUPES),
	CFG_SEC("route", route_opts, CFGF_MULTI | CFGF_TITLE | CFGF_NO_TITLE_DUPES),
	CFG_SEC("pop3", pop3_opts, CFGF_MULTI | CFGF_TITLE | CFGF_NO_TITLE_DUPES),
	CFG_SEC("retry", retry_opts, CFGF_NONE),
	CFG_SEC("confirm", confirm_opts, CFGF_NONE),
	CFG_SEC("requests", requests_opts, CFGF_NONE),
	CFG_SEC("relay_list", relay_list_opts, CFGF_MULTI | CFGF_TITLE | CFGF_NO_TITLE_DUPES),
	CFG_SEC("limits", limits_opts, CFGF_NONE),
	CFG_SEC("smtp_client_timeouts", smtp_client_timeouts_opts, CFGF_NONE),
	CFG_SEC("smtp_server_timeouts", smtp_server_timeouts_opts, CFGF_NONE),
	CFG_SEC("pop3_client_timeouts", pop3_client_timeouts_opts, CFGF_NONE),
	CFG_FUNC(END_OF_FILE, see_end),
	CFG_END()
};

/* libConfuse does not tell the sections the name of the file. */
static const char *file_name;

static void print_allowed(const cfg_t *cfg)
{
	const char *separator = " (allowed here: ";

	for (const cfg_opt_t *opt = cfg->opts; opt && opt->name; opt++) {
		if (!strcmp(opt->name, "__unknown") || !strcmp(opt->name, END_OF_FILE))
			continue;
		fprintf(stderr, "%s%s", separator, opt->name);
		separator = ", ";
	}
	fputc(')', stderr);
}

static void print_error(cfg_t *cfg, const char *format, va_list values)
{
	char text[512];

	vsnprintf(text, sizeof(text), format, values);
	if (strstr(text, END_OF_FILE)) {
		fprintf(stderr, "%s: %s is not closed: } is missing\n", file_name,
			strcmp(cfg_name(cfg), "root") ? cfg_name(cfg) : "the last list");
		return;
	}
	/* what the file as a whole lacks is on no line */
	if (end_seen && !strcmp(cfg_name(cfg), "root"))
		fprintf(stderr, "%s: %s", file_name, text);
	else
		fprintf(stderr, "%s:%d: %s", file_name, cfg->line, text);
	if (!strncmp(format, "no such option", 14))
		print_allowed(cfg);
	fputc('\n', stderr);
}

static bool complain(cfg_t *cfg, const char *format, const char *value)
{
	cfg_error(cfg, format, value);
	return false;
}

static void fill_list(cfg_t *cfg, const char *option, struct config_list *list)
{
	list->items = cfg_size(cfg, option);
	list->item = calloc(list->items + 1, sizeof(*list->item));
	for (size_t i = 0; list->item && i < list->items; i++)
		list->item[i] = cfg_getnstr(cfg, option, i);
}

static bool fill_tls(struct tls_demand *demand, struct config_list *pins, cfg_t *cfg)
{
	fill_list(cfg, "tls_pins", pins);
	*demand = (struct tls_demand){
		.policy = cfg_getint(cfg, "tls"),
		.implicit = cfg_getbool(cfg, "tls_implicit"),
		.name = cfg_getstr(cfg, "tls_name"),
		.authorities = cfg_getstr(cfg, "tls_authorities"),
		.pin = pins->item,
		.pins = pins->items,
		.certificate = cfg_getstr(cfg, "tls_certificate"),
		.key = cfg_getstr(cfg, "tls_key"),
	};
	if (demand->implicit && demand->policy == TLS_NONE)
		return complain(cfg, "%s: tls_implicit needs a tls other than none",
				cfg_title(cfg));
	if (demand->policy == TLS_PINNED && !demand->pins)
		return complain(cfg, "%s: tls = pinned needs tls_pins", cfg_title(cfg));
	if (!demand->certificate != !demand->key)
		return complain(cfg, "%s: tls_certificate and tls_key go together",
				cfg_title(cfg));
	return pins->item;
}

static bool fill_login(const struct config *config, struct config_route *route, cfg_t *cfg)
{
	const char *oauth = cfg_getstr(cfg, "oauth");
	bool external;

	fill_list(cfg, "auth", &route->auth);
	route->user = cfg_getstr(cfg, "user");
	route->secret_file = cfg_getstr(cfg, "secret_file");
	route->auth_without_tls = cfg_getbool(cfg, "auth_without_tls");
	route->oauth = oauth ? config_oauth(config, oauth) : NULL;
	if (oauth && !route->oauth)
		return complain(cfg, "there is no oauth \"%s\"", oauth);
	external = route->auth.items == 1 && !strcasecmp(route->auth.item[0], "EXTERNAL");
	if (route->oauth && route->secret_file)
		return complain(cfg, "route \"%s\": either oauth or secret_file", cfg_title(cfg));
	if (route->user && !route->secret_file && !route->oauth && !external)
		return complain(cfg, "route \"%s\": user needs secret_file", cfg_title(cfg));
	if (!route->user && (route->secret_file || route->oauth || route->auth.items))
		return complain(cfg, "route \"%s\": secret_file, oauth and auth need user",
				cfg_title(cfg));
	if (external && !route->tls.certificate)
		return complain(cfg, "route \"%s\": auth EXTERNAL needs tls_certificate",
				cfg_title(cfg));
	return route->auth.item;
}

static bool fill_oauths(struct config *config, cfg_t *cfg)
{
	config->oauths = cfg_size(cfg, "oauth");
	config->oauth = calloc(config->oauths + 1, sizeof(*config->oauth));
	for (size_t i = 0; config->oauth && i < config->oauths; i++) {
		cfg_t *section = cfg_getnsec(cfg, "oauth", i);
		struct config_oauth *oauth = &config->oauth[i];

		*oauth = (struct config_oauth){
			.title = cfg_title(section),
			.token_url = cfg_getstr(section, "token_url"),
			.device_url = cfg_getstr(section, "device_url"),
			.client_id = cfg_getstr(section, "client_id"),
			.client_secret_file = cfg_getstr(section, "client_secret_file"),
			.scope = cfg_getstr(section, "scope"),
			.token_file = cfg_getstr(section, "token_file"),
			.worker = cfg_getstr(cfg, "token_worker"),
		};
		if (!oauth->token_url || !oauth->device_url || !oauth->client_id ||
		    !oauth->token_file)
			return complain(section, "oauth \"%s\" needs token_url, device_url, "
					"client_id and token_file", oauth->title);
	}
	return config->oauth;
}

static bool fill_routes(struct config *config, cfg_t *cfg)
{
	config->routes = cfg_size(cfg, "route");
	config->route = calloc(config->routes + 1, sizeof(*config->route));
	for (size_t i = 0; config->route && i < config->routes; i++) {
		cfg_t *section = cfg_getnsec(cfg, "route", i);

		config->route[i] = (struct config_route){
			.domain = cfg_title(section),
			.port = cfg_getint(section, "port"),
		};
		fill_list(section, "host", &config->route[i].hosts);
		if (!config->route[i].hosts.item)
			return false;
		if (!fill_tls(&config->route[i].tls, &config->route[i].tls_pins, section) ||
		    !fill_login(config, &config->route[i], section))
			return false;
	}
	return config->route;
}

/* A token is used by AUTH; the provider is one of those that are configured. */
static bool fill_token(const struct config *config, struct config_account *account, cfg_t *cfg)
{
	const char *oauth = cfg_getstr(cfg, "oauth");

	if (!oauth)
		return true;
	if (account->secret_file)
		return complain(cfg, "pop3 \"%s\": either oauth or secret_file", account->title);
	account->oauth = config_oauth(config, oauth);
	account->login = POP3_LOGIN_SASL;
	return account->oauth || complain(cfg, "there is no oauth \"%s\"", oauth);
}

/* Behind the accounts, which routes name */
static bool fill_pop3_first(struct config *config, cfg_t *cfg)
{
	for (size_t i = 0; i < config->routes; i++) {
		cfg_t *section = cfg_getnsec(cfg, "route", i);
		const char *title = cfg_getstr(section, "pop3_first");
		struct config_route *route = &config->route[i];

		route->pop3_first_valid_ms = cfg_getint(section, "pop3_first_valid");
		for (size_t j = 0; title && j < config->accounts; j++)
			if (!strcmp(config->account[j].title, title))
				route->pop3_first = &config->account[j];
		if (title && !route->pop3_first)
			return complain(section, "pop3_first: there is no pop3 \"%s\"", title);
	}
	return true;
}

static bool fill_accounts(struct config *config, cfg_t *cfg)
{
	config->accounts = cfg_size(cfg, "pop3");
	config->account = calloc(config->accounts + 1, sizeof(*config->account));
	for (size_t i = 0; config->account && i < config->accounts; i++) {
		cfg_t *section = cfg_getnsec(cfg, "pop3", i);
		struct config_account *account = &config->account[i];

		*account = (struct config_account){
			.title = cfg_title(section),
			.host = cfg_getstr(section, "host"),
			.port = cfg_getint(section, "port"),
			.user = cfg_getstr(section, "user"),
			.secret_file = cfg_getstr(section, "secret_file"),
			.login = cfg_getint(section, "login"),
			.auth_without_tls = cfg_getbool(section, "auth_without_tls"),
			.poll_ms = cfg_getint(section, "poll"),
			.keep = cfg_getbool(section, "keep") || cfg_getint(section, "keep_days"),
			.keep_days = cfg_getint(section, "keep_days"),
			.capa = cfg_getbool(section, "capa"),
		};
		if (!account->host || !account->user ||
		    (!account->secret_file && !cfg_getstr(section, "oauth")))
			return complain(section, "pop3 \"%s\" needs host, user and secret_file, "
					"or oauth", account->title);
		if (!fill_token(config, account, section))
			return false;
		fill_list(section, "auth", &account->auth);
		if (!account->auth.item || !fill_tls(&account->tls, &account->tls_pins, section))
			return false;
		if (!account->capa && account->tls.policy > TLS_OPPORTUNISTIC &&
		    !account->tls.implicit)
			return complain(section, "pop3 \"%s\": capa = no leaves no way to find out "
					"whether the server has the TLS that is demanded",
					account->title);
	}
	return config->account;
}

/* Addresses of two options: where one begins in clear, and where one begins with TLS. */
static bool fill_listen(struct config_address **listen, size_t *listens, cfg_t *cfg,
			const char *clear, const char *secure)
{
	size_t in_clear = cfg_size(cfg, clear);
	size_t with_tls = cfg_size(cfg, secure);
	struct config_address *at = calloc(in_clear + with_tls + 1, sizeof(*at));

	*listen = at;
	*listens = in_clear + with_tls;
	for (size_t i = 0; at && i < in_clear; i++)
		parse_listen(cfg_getnstr(cfg, clear, i), at++);
	for (size_t i = 0; at && i < with_tls; i++) {
		parse_listen(cfg_getnstr(cfg, secure, i), at);
		at++->tls = true;
	}
	return at;
}

static bool has_mailbox(const struct config *config, const char *name)
{
	for (size_t i = 0; i < config->mailboxes; i++)
		if (!strcmp(config->mailbox[i].title, name))
			return true;
	return false;
}

static bool fill_rule(struct config *config, struct config_rule *rule, cfg_t *section)
{
	*rule = (struct config_rule){
		.from = cfg_getstr(section, "from"),
		.to = cfg_getstr(section, "to"),
		.subaddress = cfg_getstr(section, "subaddress"),
		.subject = cfg_getstr(section, "subject"),
		.print = cfg_getbool(section, "print"),
		.as_pdf = cfg_getint(section, "forward_as"),
	};
	if (!parse_hours(cfg_getstr(section, "hours"), &rule->begin_min, &rule->end_min))
		return complain(section, "hours = %s: two times of day are needed, as in 18:00-08:00",
				cfg_getstr(section, "hours"));
	fill_list(section, "mailbox", &rule->mailboxes);
	fill_list(section, "forward", &rule->forward);
	fill_list(section, "spf", &rule->spf);
	if (!rule->mailboxes.item || !rule->forward.item || !rule->spf.item)
		return false;
	for (size_t i = 0; i < rule->mailboxes.items; i++)
		if (!has_mailbox(config, rule->mailboxes.item[i]))
			return complain(section, "there is no mailbox \"%s\"",
					rule->mailboxes.item[i]);
	return true;
}

/* Behind the mailboxes, which rules name. */
static bool fill_rules(struct config *config, cfg_t *cfg)
{
	size_t rules = cfg_size(cfg, "rule");

	config->rule = calloc(rules + 1, sizeof(*config->rule));
	for (; config->rule && config->rules < rules; config->rules++)
		if (!fill_rule(config, &config->rule[config->rules],
			       cfg_getnsec(cfg, "rule", config->rules)))
			return false;
	return config->rule;
}

static bool fill_mailboxes(struct config *config, cfg_t *cfg)
{
	config->mailboxes = cfg_size(cfg, "mailbox");
	config->mailbox = calloc(config->mailboxes + 1, sizeof(*config->mailbox));
	for (size_t i = 0; config->mailbox && i < config->mailboxes; i++) {
		cfg_t *section = cfg_getnsec(cfg, "mailbox", i);
		struct config_mailbox *mailbox = &config->mailbox[i];

		*mailbox = (struct config_mailbox){
			.title = cfg_title(section),
			.all = cfg_getbool(section, "all"),
			.expire_days = cfg_getint(section, "expire_days"),
			.as_pdf = cfg_getint(section, "form"),
		};
		fill_list(section, "recipients", &mailbox->recipients);
		fill_list(section, "users", &mailbox->users);
		if (!mailbox->recipients.item || !mailbox->users.item)
			return false;
		if (!mailbox->users.items)
			return complain(section, "mailbox \"%s\" needs users = { \"NAME\" }",
					mailbox->title);
		if (!mailbox->all && !mailbox->recipients.items)
			return complain(section, "mailbox \"%s\" gets no mail: it needs "
					"recipients, or all = yes", mailbox->title);
	}
	return config->mailbox;
}

/* What it does not have of its own is the SMTP server's. */
static bool fill_pop3_server(struct config *config, cfg_t *root)
{
	cfg_t *cfg = cfg_getsec(root, "pop3_server");
	struct config_pop3_server *server = &config->pop3_server;

	*server = (struct config_pop3_server){
		.certificate = cfg_getstr(cfg, "certificate"),
		.key = cfg_getstr(cfg, "key"),
		.users = cfg_getstr(cfg, "users"),
		.auth_without_tls = cfg_getbool(cfg, "auth_without_tls"),
		.pdf_wait_ms = cfg_getint(cfg, "pdf_wait"),
	};
	config->pop3_autologout_ms = cfg_getint(cfg, "autologout");
	if (!server->certificate != !server->key)
		return complain(cfg, "%s: certificate and key go together", "pop3_server");
	if (!server->certificate) {
		server->certificate = config->server.certificate;
		server->key = config->server.key;
	}
	if (!server->users)
		server->users = config->server.users;
	if (config->pop3_listens && !server->users)
		return complain(root, "%s: nobody could log in: it needs pop3_server { users }",
				"pop3_listen");
	if (cfg_size(root, "pop3s_listen") && !server->certificate)
		return complain(root, "%s needs pop3_server { certificate key }", "pop3s_listen");
	return true;
}

static bool fill_server(struct config_server *server, cfg_t *cfg)
{
	*server = (struct config_server){
		.certificate = cfg_getstr(cfg, "certificate"),
		.key = cfg_getstr(cfg, "key"),
		.tls_required = cfg_getbool(cfg, "tls_required"),
		.users = cfg_getstr(cfg, "users"),
		.auth_without_tls = cfg_getbool(cfg, "auth_without_tls"),
		.relay_users = cfg_getbool(cfg, "relay_users"),
		.offramp = cfg_getstr(cfg, "offramp"),
		.repeats_ms = cfg_getint(cfg, "repeats"),
		.refuse_unprintable = cfg_getbool(cfg, "refuse_unprintable"),
		.verify = cfg_getbool(cfg, "verify"),
		.relay_after_pop3_ms = cfg_getint(cfg, "relay_after_pop3"),
		.spf = cfg_getint(cfg, "spf"),
		.spf_errors_refused = cfg_getint(cfg, "spf_errors"),
	};
	fill_list(cfg, "relay_networks", &server->relay_networks);
	fill_list(cfg, "allow", &server->allow);
	fill_list(cfg, "deny", &server->deny);
	if (!server->relay_networks.item || !server->allow.item || !server->deny.item)
		return false;
	if (!server->certificate != !server->key)
		return complain(cfg, "%s: certificate and key go together", "smtp_server");
	if (server->tls_required && !server->certificate)
		return complain(cfg, "%s: tls_required needs a certificate and its key",
				"smtp_server");
	return true;
}

static bool fill_retry(struct config_retry *retry, cfg_t *cfg)
{
	static const long quick_ms[] = { 10000, 30000, MINUTE, 3 * MINUTE, 10 * MINUTE };
	size_t set = cfg_size(cfg, "quick");

	retry->quick_items = set ? set : sizeof(quick_ms) / sizeof(*quick_ms);
	retry->quick_ms = calloc(retry->quick_items, sizeof(*retry->quick_ms));
	for (size_t i = 0; retry->quick_ms && i < retry->quick_items; i++)
		retry->quick_ms[i] = set ? cfg_getnint(cfg, "quick", i) : quick_ms[i];
	retry->interval_ms = cfg_getint(cfg, "interval");
	retry->give_up_ms = cfg_getint(cfg, "give_up");
	retry->paper_ms = cfg_getint(cfg, "paper");
	return retry->quick_ms;
}

static void fill_limits(struct config_limits *limits, cfg_t *cfg)
{
	*limits = (struct config_limits){
		.message_bytes = cfg_getint(cfg, "message"),
		.free_bytes = cfg_getint(cfg, "free_space"),
		.sessions = cfg_getint(cfg, "sessions"),
		.sessions_per_peer = cfg_getint(cfg, "sessions_per_peer"),
		.connections = cfg_getint(cfg, "connections"),
		.mails_per_minute = cfg_getint(cfg, "mails_per_minute"),
		.connections_per_host = cfg_getint(cfg, "connections_per_host"),
		.mails_per_connection = cfg_getint(cfg, "mails_per_connection"),
		.recipients = cfg_getint(cfg, "recipients"),
		.history_jobs = cfg_getint(cfg, "history"),
		.worker_ms = cfg_getint(cfg, "worker"),
		.parts_ms = cfg_getint(cfg, "parts"),
	};
}

static bool fill_requests(struct config *config, cfg_t *cfg)
{
	struct config_requests *requests = &config->requests;

	*requests = (struct config_requests){
		.secret_file = cfg_getstr(cfg, "secret_file"),
		.recipients = cfg_getint(cfg, "recipients"),
		.pages = cfg_getint(cfg, "pages"),
		.valid_ms = cfg_getint(cfg, "valid"),
		.answer_ms = cfg_getint(cfg, "answer"),
	};
	fill_list(cfg, "allow", &requests->allow);
	fill_list(cfg, "users", &requests->users);
	fill_list(cfg, "signers", &requests->signers);
	if (requests->users.items && !config->server.users)
		return complain(cfg, "%s: nobody can log in: it needs smtp_server { users }",
				"requests { users }");
	return requests->allow.item && requests->users.item && requests->signers.item;
}

static bool fill_relay_lists(struct config *config, cfg_t *cfg)
{
	config->relay_lists = cfg_size(cfg, "relay_list");
	config->relay_list = calloc(config->relay_lists + 1, sizeof(*config->relay_list));
	for (size_t i = 0; config->relay_list && i < config->relay_lists; i++) {
		cfg_t *section = cfg_getnsec(cfg, "relay_list", i);

		config->relay_list[i].title = cfg_title(section);
		fill_list(section, "to", &config->relay_list[i].to);
		if (!config->relay_list[i].to.item)
			return false;
	}
	return config->relay_list;
}

static void fill_confirm(struct config_confirm *confirm, cfg_t *cfg)
{
	*confirm = (struct config_confirm){
		.delivery = cfg_getbool(cfg, "delivery"),
		.processing = cfg_getbool(cfg, "processing"),
		.mdn = cfg_getbool(cfg, "answer"),
		.mdn_failures = cfg_getbool(cfg, "answer_failures"),
		.features = cfg_getstr(cfg, "features"),
		.print = cfg_getint(cfg, "print"),
		.delay_ms = cfg_getint(cfg, "delayed"),
		.offer_ms = cfg_getint(cfg, "offer"),
		.prefer_ms = cfg_getint(cfg, "prefer"),
	};
}

static void fill_timeouts(struct config *config, cfg_t *cfg)
{
	cfg_t *section = cfg_getsec(cfg, "smtp_client_timeouts");

	config->smtp_connect_ms = cfg_getint(section, "connect");
	config->smtp_client = (struct smtp_client_timeouts){
		.greeting_ms = cfg_getint(section, "greeting"),
		.tls_ms = cfg_getint(section, "tls"),
		.hello_ms = cfg_getint(section, "hello"),
		.auth_ms = cfg_getint(section, "auth"),
		.mail_ms = cfg_getint(section, "mail"),
		.rcpt_ms = cfg_getint(section, "rcpt"),
		.data_ms = cfg_getint(section, "data"),
		.block_ms = cfg_getint(section, "block"),
		.dot_ms = cfg_getint(section, "dot"),
		.rset_ms = cfg_getint(section, "rset"),
		.quit_ms = cfg_getint(section, "quit"),
		.idle_ms = cfg_getint(section, "idle"),
	};
	section = cfg_getsec(cfg, "smtp_server_timeouts");
	config->smtp_tls_ms = cfg_getint(section, "tls");
	config->smtp_auth_ms = cfg_getint(section, "auth");
	config->smtp_command_ms = cfg_getint(section, "command");
	config->smtp_data_ms = cfg_getint(section, "data");
	config->smtp_mail_ms = cfg_getint(section, "mail");
	config->smtp_inspection_ms = cfg_getint(section, "inspection");
	config->smtp_spf_ms = cfg_getint(section, "spf");
	section = cfg_getsec(cfg, "pop3_client_timeouts");
	config->pop3_connect_ms = cfg_getint(section, "connect");
	config->pop3_client = (struct pop3_client_timeouts){
		.greeting_ms = cfg_getint(section, "greeting"),
		.tls_ms = cfg_getint(section, "tls"),
		.login_ms = cfg_getint(section, "login"),
		.command_ms = cfg_getint(section, "command"),
		.block_ms = cfg_getint(section, "block"),
		.quit_ms = cfg_getint(section, "quit"),
		.noop_ms = cfg_getint(section, "noop"),
	};
}

static bool fill(struct config *config, cfg_t *cfg)
{
	config->name = cfg_getstr(cfg, "name");
	config->address = cfg_getstr(cfg, "address");
	if (!config->address)
		return complain(cfg, "no mail address: a line address = \"%s\" is needed",
				"fax@example.com");
	config->host_name = cfg_getstr(cfg, "host_name");
	if (!config->host_name)
		config->host_name = strrchr(config->address, '@') + 1;
	config->operator = cfg_getstr(cfg, "operator");
	config->report_on_paper = cfg_getbool(cfg, "report_on_paper");
	config->spool = cfg_getstr(cfg, "spool");
	config->control = cfg_getstr(cfg, "control");
	config->control_group = cfg_getstr(cfg, "control_group");
	config->user = cfg_getstr(cfg, "user");
	config->name_servers = cfg_getstr(cfg, "name_servers");
	config->scanner = cfg_getstr(cfg, "scanner");
	config->printer = cfg_getstr(cfg, "printer");
	config->paper = cfg_getstr(cfg, "paper");
	config->page_fit = cfg_getstr(cfg, "page_fit");
	config->both_sides = cfg_getbool(cfg, "both_sides");
	config->printing = cfg_getbool(cfg, "printing");
	config->coding = cfg_getstr(cfg, "coding");
	config->resolution = cfg_getstr(cfg, "resolution");
	config->convertible = cfg_getbool(cfg, "convertible");
	config->number = cfg_getstr(cfg, "number");
	config->subject = cfg_getstr(cfg, "subject");
	config->text = cfg_getstr(cfg, "text");
	config->header_line = cfg_getstr(cfg, "header_line");
	config->broadcast = cfg_getint(cfg, "broadcast");
	config->mail_pages = cfg_getint(cfg, "mail_pages");
	config->mail_bytes = cfg_getint(cfg, "mail_size");
	config->split = cfg_getint(cfg, "mail_split");
	config->paper_worker = cfg_getstr(cfg, "paper_worker");
	config->message_worker = cfg_getstr(cfg, "message_worker");
	config->spf_worker = cfg_getstr(cfg, "spf_worker");
	fill_list(cfg, "domains", &config->domains);
	fill_list(cfg, "recipients", &config->recipients);
	fill_confirm(&config->confirm, cfg_getsec(cfg, "confirm"));
	fill_limits(&config->limits, cfg_getsec(cfg, "limits"));
	fill_timeouts(config, cfg);
	if (!fill_listen(&config->listen, &config->listens, cfg, "smtp_listen", "smtps_listen") ||
	    !fill_listen(&config->pop3_listen, &config->pop3_listens, cfg, "pop3_listen",
			 "pop3s_listen") ||
	    !fill_retry(&config->retry, cfg_getsec(cfg, "retry")) ||
	    !config->domains.item || !config->recipients.item ||
	    !fill_server(&config->server, cfg_getsec(cfg, "smtp_server")))
		return false;
	if (cfg_size(cfg, "smtps_listen") && !config->server.certificate)
		return complain(cfg, "%s needs smtp_server { certificate key }", "smtps_listen");
	if (config->split == SPLIT_PARTIAL && config->mail_pages)
		return complain(cfg, "%s: mails with mail_pages pages each are not split further: one "
				"of them, mail_pages or partial", "mail_split");
	if (config->split == SPLIT_PARTIAL && config->mail_bytes < PARTIAL_BYTES_MIN)
		return complain(cfg, "%s = partial needs mail_size, of at least 4k", "mail_split");
	if (config->listens && !config->domains.items)
		return complain(cfg, "smtp_listen needs domains = { \"%s\" }: without its own "
				"domains the server would refuse every recipient",
				config->host_name);
	return fill_requests(config, cfg_getsec(cfg, "requests")) &&
	       fill_relay_lists(config, cfg) &&
	       fill_pop3_server(config, cfg) && fill_mailboxes(config, cfg) &&
	       fill_rules(config, cfg) && fill_oauths(config, cfg) &&
	       fill_routes(config, cfg) && fill_accounts(config, cfg) &&
	       fill_pop3_first(config, cfg);
}

/* The file and END_OF_FILE, to be read; NULL: errno says why not. */
static FILE *open_closed(const char *path)
{
	FILE *file = fopen(path, "re");
	FILE *copy = file ? tmpfile() : NULL;
	int c, err;

	if (copy) {
		while ((c = getc(file)) != EOF)
			putc(c, copy);
		fputs("\n" END_OF_FILE "()\n", copy);
	}
	if (copy && !ferror(file) && !fflush(copy) && !fseek(copy, 0, SEEK_SET)) {
		fclose(file);
		return copy;
	}
	err = errno;
	if (copy)
		fclose(copy);
	if (file)
		fclose(file);
	errno = err;
	return NULL;
}

static bool parse(cfg_t *cfg, const char *path)
{
	FILE *file = open_closed(path);
	int result;

	if (!file) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		return false;
	}
	end_seen = false;
	result = cfg_parse_fp(cfg, file);
	fclose(file);
	if (result == CFG_SUCCESS && !end_seen)
		fprintf(stderr, "%s: the last option is not complete\n", path);
	return result == CFG_SUCCESS && end_seen;
}

bool config_load(struct config *config, const char *path)
{
	cfg_t *cfg = cfg_init(station_opts, CFGF_NONE);

	memset(config, 0, sizeof(*config));
	file_name = path;
	config->file = cfg;
	if (!cfg)
		return false;
	cfg_set_error_function(cfg, print_error);
	check_options(cfg);
	return parse(cfg, path) && fill(config, cfg);
}

static void free_route(struct config_route *route)
{
	free(route->tls_pins.item);
	free(route->auth.item);
	free(route->hosts.item);
}

void config_free(struct config *config)
{
	free(config->server.relay_networks.item);
	free(config->server.allow.item);
	free(config->server.deny.item);
	free(config->domains.item);
	free(config->recipients.item);
	for (size_t i = 0; config->route && i < config->routes; i++)
		free_route(&config->route[i]);
	free(config->route);
	free(config->oauth);
	for (size_t i = 0; config->account && i < config->accounts; i++) {
		free(config->account[i].tls_pins.item);
		free(config->account[i].auth.item);
	}
	free(config->account);
	for (size_t i = 0; config->mailbox && i < config->mailboxes; i++) {
		free(config->mailbox[i].recipients.item);
		free(config->mailbox[i].users.item);
	}
	free(config->mailbox);
	for (size_t i = 0; config->rule && i < config->rules; i++) {
		free(config->rule[i].mailboxes.item);
		free(config->rule[i].forward.item);
		free(config->rule[i].spf.item);
	}
	free(config->rule);
	for (size_t i = 0; config->relay_list && i < config->relay_lists; i++)
		free(config->relay_list[i].to.item);
	free(config->relay_list);
	free(config->requests.allow.item);
	free(config->requests.users.item);
	free(config->requests.signers.item);
	free(config->pop3_listen);
	free(config->listen);
	free(config->retry.quick_ms);
	if (config->file)
		cfg_free(config->file);
	memset(config, 0, sizeof(*config));
}

bool config_can_receive(const struct config *config)
{
	return config->listens || config->accounts;
}

const struct config_oauth *config_oauth(const struct config *config, const char *title)
{
	for (size_t i = 0; i < config->oauths; i++)
		if (!strcmp(config->oauth[i].title, title))
			return &config->oauth[i];
	return NULL;
}

const struct config_route *config_route(const struct config *config, const char *domain)
{
	const struct config_route *other = NULL;

	for (size_t i = 0; i < config->routes; i++) {
		if (!strcasecmp(config->route[i].domain, domain))
			return &config->route[i];
		if (!strcmp(config->route[i].domain, "*"))
			other = &config->route[i];
	}
	return other;
}
