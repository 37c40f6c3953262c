// SPDX-License-Identifier: GPL-2.0
/*
 * config: the configuration of a station
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "config_check.h"
#include "config_private.h"
#include "send/partial.h"

#define FILES_ALWAYS	256	/* with the database, the control socket, and workers */

static bool fill_retry(struct config_retry *retry, cfg_t *cfg)
{
	static const long quick_ms[] = { 10000, 30000, MINUTE, 3 * MINUTE, 10 * MINUTE };
	size_t set = cfg_size(cfg, "quick");

	retry->quick_items = set ? set : sizeof(quick_ms) / sizeof(*quick_ms);
	retry->quick_ms = calloc(retry->quick_items, sizeof(*retry->quick_ms));
	for (size_t i = 0; retry->quick_ms && i < retry->quick_items; i++)
		retry->quick_ms[i] = set ? cfg_getnint(cfg, "quick", i) : quick_ms[i];
	retry->interval_ms = cfg_getint(cfg, "interval");
	retry->longest_ms = cfg_getint(cfg, "longest");
	if (!retry->longest_ms)
		retry->longest_ms = 4 * retry->interval_ms;
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

static bool fill_document(struct config *config, cfg_t *cfg)
{
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
	if (config->split == SPLIT_PARTIAL && config->mail_pages)
		return config_complain(cfg, "%s: mails with mail_pages pages each are not split "
				       "further: one of them, mail_pages or partial", "mail_split");
	if (config->split == SPLIT_PARTIAL && config->mail_bytes < PARTIAL_BYTES_MIN)
		return config_complain(cfg, "%s = partial needs mail_size, of at least 4k",
				       "mail_split");
	return true;
}

static void fill_paper(struct config *config, cfg_t *cfg)
{
	config->scanner = cfg_getstr(cfg, "scanner");
	config->printer = cfg_getstr(cfg, "printer");
	config->paper = cfg_getstr(cfg, "paper");
	config->page_fit = cfg_getstr(cfg, "page_fit");
	config->both_sides = cfg_getbool(cfg, "both_sides");
	config->printing = cfg_getbool(cfg, "printing");
}

static bool fill_station(struct config *config, cfg_t *cfg)
{
	config->name = cfg_getstr(cfg, "name");
	config->address = cfg_getstr(cfg, "address");
	if (!config->address)
		return config_complain(cfg, "no mail address: a line address = \"%s\" is needed",
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
	config->paper_worker = cfg_getstr(cfg, "paper_worker");
	config->message_worker = cfg_getstr(cfg, "message_worker");
	config->spf_worker = cfg_getstr(cfg, "spf_worker");
	return true;
}

/* What others name comes before them. */
static bool fill(struct config *config, cfg_t *cfg)
{
	fill_paper(config, cfg);
	fill_confirm(&config->confirm, cfg_getsec(cfg, "confirm"));
	fill_limits(&config->limits, cfg_getsec(cfg, "limits"));
	fill_timeouts(config, cfg);
	return fill_station(config, cfg) && fill_document(config, cfg) &&
	       fill_retry(&config->retry, cfg_getsec(cfg, "retry")) &&
	       config_fill_servers(config, cfg) && config_fill_peers(config, cfg);
}

bool config_load(struct config *config, const char *path)
{
	cfg_t *cfg = cfg_init(config_options, CFGF_NONE);

	memset(config, 0, sizeof(*config));
	config->file = cfg;
	if (!cfg)
		return false;
	check_options(cfg);
	return config_read(cfg, path) && fill(config, cfg);
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

/* A session has its socket and a mail, a judge of its sender three pipes and files more. */
size_t config_files(const struct config *config)
{
	const struct config_limits *limits = &config->limits;
	size_t files = config->listens ? 2 : 0;

	if (config->listens && config->server.spf != SPF_OFF)
		files += 3;
	if (config->pop3_listens)
		files += 2;
	return FILES_ALWAYS + files * limits->sessions + 2 * (size_t)limits->connections;
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
