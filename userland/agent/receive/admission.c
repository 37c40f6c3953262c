// SPDX-License-Identifier: GPL-2.0
/*
 * admission: whom the SMTP server lets in, and for whom it takes mail
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "../../message/fax_address.h"
#include "admission.h"
#include "net/network.h"

static bool in_list(const struct config_list *list, const char *text)
{
	for (size_t i = 0; i < list->items; i++)
		if (!strcasecmp(list->item[i], text))
			return true;
	return false;
}

static bool in_networks(const struct config_list *list, const char *peer)
{
	for (size_t i = 0; i < list->items; i++)
		if (network_has(list->item[i], peer))
			return true;
	return false;
}

/* Of an address: itself, its domain, or a domain above that (".example.com"). */
static bool sender_in_list(const struct config_list *list, const char *sender)
{
	const char *domain = strrchr(sender, '@');

	for (size_t i = 0; domain && i < list->items; i++) {
		const char *item = list->item[i];
		size_t len = strlen(item), domain_len = strlen(domain + 1);

		if (!strcasecmp(item, sender) || !strcasecmp(item, domain + 1) ||
		    (*item == '.' && domain_len > len &&
		     !strcasecmp(domain + 1 + domain_len - len, item)))
			return true;
	}
	return false;
}

bool admission_peer(const struct config_server *server, const char *peer)
{
	return !in_networks(&server->deny, peer);
}

bool admission_sender(const struct config_server *server, const struct visitor *visitor,
		      const char *sender, struct smtp_reply *reply)
{
	if (sender_in_list(&server->deny, sender)) {
		smtp_reply_set(reply, 550, "5.7.1", "<%s>: this sender is not welcome", sender);
		return false;
	}
	/* reports of what became of mail have no sender: they come from whoever had it */
	if (!server->allow.items || !*sender || *visitor->user ||
	    in_networks(&server->allow, visitor->peer) || sender_in_list(&server->allow, sender))
		return true;
	smtp_reply_set(reply, 550, "5.7.1", "<%s>: this station takes mail of listed senders only",
		       sender);
	return false;
}

bool admission_trusts(const struct config_server *server, const struct visitor *visitor)
{
	return *visitor->user || visitor->collected ||
	       in_networks(&server->relay_networks, visitor->peer);
}

bool admission_spf(const struct config_server *server, enum spf_result result, const char *peer,
		   const char *sender, struct smtp_reply *reply)
{
	if ((result == SPF_CHECK_FAIL && server->spf >= SPF_FAIL_REFUSED) ||
	    (result == SPF_CHECK_SOFTFAIL && server->spf >= SPF_SOFTFAIL_REFUSED))
		smtp_reply_set(reply, 550, "5.7.23", "<%s>: its domain says that %s does not send "
			       "its mail (SPF: %s)", sender, peer, spf_name(result));
	else if (result == SPF_CHECK_TEMPERROR && server->spf_errors_refused)
		smtp_reply_set(reply, 451, "4.7.24", "<%s>: no answer of its name servers (SPF), "
			       "try again later", sender);
	else
		return true;
	return false;
}

static bool may_relay(const struct config_server *server, const struct visitor *visitor)
{
	return (*visitor->user && server->relay_users) || visitor->collected ||
	       in_networks(&server->relay_networks, visitor->peer);
}

/* FAX=+390123@our.domain (RFC 3192): a telephone number, if there is a gateway to that network. */
static enum admission judge_offramp(const struct config_server *server,
				    const struct visitor *visitor, const struct mail_path *path,
				    char onward[MAIL_ADDRESS_MAX + 1], struct smtp_reply *reply)
{
	int len;

	if (!server->offramp) {
		smtp_reply_set(reply, 550, "5.7.1",
			       "<%s>: there is no way from here to the telephone network",
			       path->address);
		return ADMISSION_REFUSED;
	}
	if (!may_relay(server, visitor)) {
		smtp_reply_set(reply, 550, "5.7.1", "<%s>: telephone calls are for our users only",
			       path->address);
		return ADMISSION_REFUSED;
	}
	len = snprintf(onward, MAIL_ADDRESS_MAX + 1, "%.*s@%s", (int)path->local_len,
		       path->address, server->offramp);
	if (len <= MAIL_ADDRESS_MAX)
		return ADMISSION_RELAY;
	smtp_reply_set(reply, 553, "5.1.3", "the address is too long");
	return ADMISSION_REFUSED;
}

/* FAX=+39-40-226338/T33S=1387@…: for us, if the number is ours; rules know the sub-address. */
static bool is_own_number(const struct config *config, const char *address)
{
	struct fax_address fax;
	size_t digits = 0;

	if (!*config->number || fax_address_parse(&fax, address) != FAX_ADDRESS_OK)
		return false;
	for (const char *c = config->number; *c; c++)
		if (strchr("+0123456789", *c) && fax.number[digits++] != *c)
			return false;
	return digits && !fax.number[digits];
}

enum admission admission_recipient(const struct config *config, const struct visitor *visitor,
				   const struct mail_path *path,
				   char onward[MAIL_ADDRESS_MAX + 1], struct smtp_reply *reply)
{
	const char *domain = mail_path_domain(path);
	char local[MAIL_LOCAL_MAX + 1];

	mail_path_local(path, local);
	if (!strcasecmp(local, "postmaster") && (!*domain || in_list(&config->domains, domain)))
		return ADMISSION_HERE;
	if (!in_list(&config->domains, domain)) {
		snprintf(onward, MAIL_ADDRESS_MAX + 1, "%s", path->address);
		if (may_relay(&config->server, visitor))
			return ADMISSION_RELAY;
		smtp_reply_set(reply, 550, "5.7.1", "<%s>: we are not responsible for this domain",
			       path->address);
		return ADMISSION_REFUSED;
	}
	if (is_own_number(config, path->address))
		return ADMISSION_HERE;
	if (!strncasecmp(local, "FAX=", 4))
		return judge_offramp(&config->server, visitor, path, onward, reply);
	/* "%" and "!" have no meaning here: what has them is a name like any other */
	if (!config->recipients.items || in_list(&config->recipients, local) ||
	    in_list(&config->recipients, path->address))
		return ADMISSION_HERE;
	smtp_reply_set(reply, 550, "5.1.1", "<%s>: no such recipient here", path->address);
	return ADMISSION_REFUSED;
}

/* "<user@example.com>", "user@example.com" or "user", which is one of the first domain */
static bool parse_mailbox(const struct config *config, const char *text, struct mail_path *path)
{
	char address[MAIL_ADDRESS_MAX + 1];
	size_t len = strlen(text);
	bool angles = len > 2 && *text == '<' && text[len - 1] == '>';
	bool local = !strchr(text, '@') && config->domains.items;
	int bytes;

	bytes = snprintf(address, sizeof(address), "%.*s%s%s", (int)(angles ? len - 2 : len),
			 angles ? text + 1 : text, local ? "@" : "",
			 local ? config->domains.item[0] : "");
	return bytes < (int)sizeof(address) && mail_path_from_address(path, address);
}

void admission_verify(const struct config *config, const struct visitor *visitor,
		      const char *text, struct smtp_reply *reply)
{
	char onward[MAIL_ADDRESS_MAX + 1];
	struct mail_path path;

	if (!parse_mailbox(config, text, &path)) {
		smtp_reply_set(reply, 553, "5.1.3", "a mailbox is needed, as in user@example.com");
		return;
	}
	switch (admission_recipient(config, visitor, &path, onward, reply)) {
	case ADMISSION_HERE:
		smtp_reply_set(reply, 250, "2.1.5", "<%s>", path.address);
		break;
	case ADMISSION_RELAY:
		if (strcasecmp(onward, path.address))
			smtp_reply_set(reply, 251, "2.1.5", "not local, goes on to <%s>", onward);
		else
			smtp_reply_set(reply, 252, "2.1.5", "<%s> is not ours, but would be taken",
				       onward);
		break;
	default:
		if (!in_list(&config->domains, mail_path_domain(&path)))
			smtp_reply_set(reply, 551, "5.1.6", "not local, try <%s> at its own server",
				       path.address);
	}
}
