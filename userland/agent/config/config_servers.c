// SPDX-License-Identifier: GPL-2.0
/*
 * config_servers: the station's own servers, and what becomes of what they take
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "config_check.h"
#include "config_private.h"

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
	config_fill_list(cfg, "relay_networks", &server->relay_networks);
	config_fill_list(cfg, "allow", &server->allow);
	config_fill_list(cfg, "deny", &server->deny);
	if (!server->relay_networks.item || !server->allow.item || !server->deny.item)
		return false;
	if (!server->certificate != !server->key)
		return config_complain(cfg, "%s: certificate and key go together", "smtp_server");
	if (server->tls_required && !server->certificate)
		return config_complain(cfg, "%s: tls_required needs a certificate and its key",
				       "smtp_server");
	return true;
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
		return config_complain(cfg, "%s: certificate and key go together", "pop3_server");
	if (!server->certificate) {
		server->certificate = config->server.certificate;
		server->key = config->server.key;
	}
	if (!server->users)
		server->users = config->server.users;
	if (config->pop3_listens && !server->users)
		return config_complain(root, "%s: nobody could log in: it needs pop3_server { users }",
				       "pop3_listen");
	if (cfg_size(root, "pop3s_listen") && !server->certificate)
		return config_complain(root, "%s needs pop3_server { certificate key }",
				       "pop3s_listen");
	return true;
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
		config_fill_list(section, "recipients", &mailbox->recipients);
		config_fill_list(section, "users", &mailbox->users);
		if (!mailbox->recipients.item || !mailbox->users.item)
			return false;
		if (!mailbox->users.items)
			return config_complain(section, "mailbox \"%s\" needs users = { \"NAME\" }",
					       mailbox->title);
		if (!mailbox->all && !mailbox->recipients.items)
			return config_complain(section, "mailbox \"%s\" gets no mail: it needs "
					       "recipients, or all = yes", mailbox->title);
	}
	return config->mailbox;
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
		return config_complain(section, "hours = %s: two times of day are needed, as in 18:00-08:00",
				       cfg_getstr(section, "hours"));
	config_fill_list(section, "mailbox", &rule->mailboxes);
	config_fill_list(section, "forward", &rule->forward);
	config_fill_list(section, "spf", &rule->spf);
	if (!rule->mailboxes.item || !rule->forward.item || !rule->spf.item)
		return false;
	for (size_t i = 0; i < rule->mailboxes.items; i++)
		if (!has_mailbox(config, rule->mailboxes.item[i]))
			return config_complain(section, "there is no mailbox \"%s\"",
					       rule->mailboxes.item[i]);
	if (rule->spf.items && config->server.spf == SPF_OFF)
		return config_complain(section, "rule \"%s\": spf needs smtp_server { spf }",
				       cfg_title(section));
	return true;
}

/* Behind the mailboxes, which rules name. */
static bool fill_rules(struct config *config, cfg_t *cfg)
{
	size_t rules = cfg_size(cfg, "rule");

	config->rule = calloc(rules + 1, sizeof(*config->rule));
	for (size_t i = 0; config->rule && i < rules; i++) {
		config->rules = i + 1;
		if (!fill_rule(config, &config->rule[i], cfg_getnsec(cfg, "rule", i)))
			return false;
	}
	return config->rule;
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
	config_fill_list(cfg, "allow", &requests->allow);
	config_fill_list(cfg, "users", &requests->users);
	config_fill_list(cfg, "signers", &requests->signers);
	if (requests->users.items && !config->server.users)
		return config_complain(cfg, "%s: nobody can log in: it needs smtp_server { users }",
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
		config_fill_list(section, "to", &config->relay_list[i].to);
		if (!config->relay_list[i].to.item)
			return false;
		if (!config->relay_list[i].to.items)
			return config_complain(section, "relay_list \"%s\" needs to = { ADDRESS }",
					       config->relay_list[i].title);
	}
	return config->relay_list;
}

/* A recipient of a domain that is not ours would never be taken. */
static bool are_ours(const struct config *config, cfg_t *cfg)
{
	for (size_t i = 0; i < config->recipients.items; i++) {
		const char *at = strrchr(config->recipients.item[i], '@');
		bool ours = !at;

		for (size_t j = 0; at && j < config->domains.items; j++)
			ours |= !strcasecmp(at + 1, config->domains.item[j]);
		if (!ours)
			return config_complain(cfg, "recipients: %s is of none of the domains",
					       config->recipients.item[i]);
	}
	return true;
}

static bool fill_smtp(struct config *config, cfg_t *cfg)
{
	config_fill_list(cfg, "domains", &config->domains);
	config_fill_list(cfg, "recipients", &config->recipients);
	if (!fill_listen(&config->listen, &config->listens, cfg, "smtp_listen", "smtps_listen") ||
	    !config->domains.item || !config->recipients.item ||
	    !fill_server(&config->server, cfg_getsec(cfg, "smtp_server")))
		return false;
	if (cfg_size(cfg, "smtps_listen") && !config->server.certificate)
		return config_complain(cfg, "%s needs smtp_server { certificate key }",
					      "smtps_listen");
	if (config->listens && !config->domains.items)
		return config_complain(cfg, "smtp_listen needs domains = { \"%s\" }: without its "
					      "own domains the server would refuse every recipient",
					      config->host_name);
	return are_ours(config, cfg);
}

bool config_fill_servers(struct config *config, cfg_t *cfg)
{
	return fill_smtp(config, cfg) &&
	       fill_listen(&config->pop3_listen, &config->pop3_listens, cfg, "pop3_listen",
			   "pop3s_listen") &&
	       fill_requests(config, cfg_getsec(cfg, "requests")) &&
	       fill_relay_lists(config, cfg) && fill_pop3_server(config, cfg) &&
	       fill_mailboxes(config, cfg) && fill_rules(config, cfg);
}
