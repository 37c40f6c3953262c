// SPDX-License-Identifier: GPL-2.0
/*
 * config_peers: other servers: routes to them, maildrops on them, and their tokens
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "config_private.h"

static bool fill_tls(struct tls_demand *demand, struct config_list *pins, cfg_t *cfg)
{
	config_fill_list(cfg, "tls_pins", pins);
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
		return config_complain(cfg, "%s: tls_implicit needs a tls other than none",
				       cfg_title(cfg));
	if (demand->policy == TLS_PINNED && !demand->pins)
		return config_complain(cfg, "%s: tls = pinned needs tls_pins", cfg_title(cfg));
	/* who names them means that they are looked at */
	if (demand->policy != TLS_PINNED && demand->pins)
		return config_complain(cfg, "%s: tls_pins needs tls = pinned", cfg_title(cfg));
	if (demand->policy != TLS_VERIFIED && (demand->authorities || demand->name))
		return config_complain(cfg, "%s: tls_authorities and tls_name need tls = verified",
				       cfg_title(cfg));
	if (!demand->certificate != !demand->key)
		return config_complain(cfg, "%s: tls_certificate and tls_key go together",
				       cfg_title(cfg));
	return pins->item;
}

static bool fill_login(const struct config *config, struct config_route *route, cfg_t *cfg)
{
	const char *oauth = cfg_getstr(cfg, "oauth");
	bool external;

	config_fill_list(cfg, "auth", &route->auth);
	route->user = cfg_getstr(cfg, "user");
	route->secret_file = cfg_getstr(cfg, "secret_file");
	route->auth_without_tls = cfg_getbool(cfg, "auth_without_tls");
	route->oauth = oauth ? config_oauth(config, oauth) : NULL;
	if (oauth && !route->oauth)
		return config_complain(cfg, "there is no oauth \"%s\"", oauth);
	external = route->auth.items == 1 && !strcasecmp(route->auth.item[0], "EXTERNAL");
	if (route->oauth && route->secret_file)
		return config_complain(cfg, "route \"%s\": either oauth or secret_file",
				       cfg_title(cfg));
	if (route->user && !route->secret_file && !route->oauth && !external)
		return config_complain(cfg, "route \"%s\": user needs secret_file", cfg_title(cfg));
	if (!route->user && (route->secret_file || route->oauth || route->auth.items))
		return config_complain(cfg, "route \"%s\": secret_file, oauth and auth need user",
				       cfg_title(cfg));
	if (external && !route->tls.certificate)
		return config_complain(cfg, "route \"%s\": auth EXTERNAL needs tls_certificate",
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
			return config_complain(section, "oauth \"%s\" needs token_url, device_url, "
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
		if (strcmp(cfg_title(section), "*") && !config_is_domain(cfg_title(section)))
			return config_complain(section, "route \"%s\": a domain is needed, as in "
					       "example.com, or * for all others", cfg_title(section));
		config_fill_list(section, "host", &config->route[i].hosts);
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
		return config_complain(cfg, "pop3 \"%s\": either oauth or secret_file",
				       account->title);
	account->oauth = config_oauth(config, oauth);
	account->login = POP3_LOGIN_SASL;
	return account->oauth || config_complain(cfg, "there is no oauth \"%s\"", oauth);
}

/* What one visit has left there the other would print, too. */
static bool is_visited(const struct config *config, size_t accounts)
{
	const struct config_account *account = &config->account[accounts];

	for (size_t i = 0; i < accounts; i++)
		if (!strcasecmp(config->account[i].host, account->host) &&
		    config->account[i].port == account->port &&
		    !strcmp(config->account[i].user, account->user))
			return true;
	return false;
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
		if (!account->host || !account->user || !*account->user ||
		    (!account->secret_file && !cfg_getstr(section, "oauth")))
			return config_complain(section, "pop3 \"%s\" needs host, user and secret_file, "
					       "or oauth", account->title);
		if (is_visited(config, i))
			return config_complain(section, "pop3 \"%s\": another section has this maildrop",
					       account->title);
		if (!fill_token(config, account, section))
			return false;
		config_fill_list(section, "auth", &account->auth);
		if (!account->auth.item || !fill_tls(&account->tls, &account->tls_pins, section))
			return false;
		if (account->auth.items && account->login != POP3_LOGIN_SASL)
			return config_complain(section, "pop3 \"%s\": auth needs login = sasl",
					       account->title);
		if (!account->capa && account->tls.policy > TLS_OPPORTUNISTIC &&
		    !account->tls.implicit)
			return config_complain(section, "pop3 \"%s\": capa = no leaves no way to find out "
					       "whether the server has the TLS that is demanded",
					       account->title);
	}
	return config->account;
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
			return config_complain(section, "pop3_first: there is no pop3 \"%s\"",
					       title);
	}
	return true;
}

bool config_fill_peers(struct config *config, cfg_t *cfg)
{
	return fill_oauths(config, cfg) && fill_routes(config, cfg) &&
	       fill_accounts(config, cfg) && fill_pop3_first(config, cfg);
}
