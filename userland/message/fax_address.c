// SPDX-License-Identifier: GPL-2.0
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "fax_address.h"

/* Besides digits, what a local number may hold: pauses, waits, tones */
static const char dialled[] = "pPwWtT*#ABCDabcd";

static bool is_name(const struct fax_element *element, const char *name)
{
	return element->name_bytes == strlen(name) &&
	       !strncasecmp(element->name, name, element->name_bytes);
}

/* The local part without quotes and backslashes. Returns what is behind its @, or NULL. */
static const char *split_local(const char *text, char local[FAX_LOCAL_MAX + 1])
{
	bool quoted = *text == '"';
	size_t n = 0;

	text += quoted;
	while (*text && *text != (quoted ? '"' : '@')) {
		text += quoted && *text == '\\';
		if ((unsigned char)*text < ' ' || *text == 0x7f || n == FAX_LOCAL_MAX)
			return NULL;
		local[n++] = *text++;
	}
	local[n] = 0;
	text += quoted && *text == '"';
	return *text == '@' && text[1] ? text + 1 : NULL;
}

/* A number: digits and what is @allowed; separators are left out. */
static bool copy_number(char *number, size_t room, const char *from, size_t bytes,
			const char *allowed)
{
	size_t n = 0;

	for (size_t i = 0; i < bytes; i++) {
		if (from[i] == '-' || from[i] == '.')
			continue;
		if (n == room - 1 ||
		    !((from[i] >= '0' && from[i] <= '9') || strchr(allowed, from[i])))
			return false;
		number[n++] = from[i];
	}
	number[n] = 0;
	return n;
}

static bool copy_main_number(struct fax_address *address, const struct fax_element *service)
{
	const char *from = service->value;
	size_t bytes = service->value_bytes;

	if (!from || !bytes)
		return false;
	if (*from != '+')
		return copy_number(address->number, FAX_NUMBER_MAX, from, bytes, dialled);
	address->number[0] = '+';
	return copy_number(address->number + 1, FAX_NUMBER_MAX - 1, from + 1, bytes - 1, "");
}

/* The element at @at, up to the next slash; returns what is behind it, or NULL. */
static const char *next_element(const char *at, struct fax_element *element)
{
	size_t bytes = strcspn(at, "/");
	const char *equals = memchr(at, '=', bytes);

	*element = (struct fax_element){ .name = at, .name_bytes = bytes };
	if (equals) {
		element->name_bytes = equals - at;
		element->value = equals + 1;
		element->value_bytes = bytes - element->name_bytes - 1;
	}
	return at[bytes] ? at + bytes + 1 : NULL;
}

static bool take_element(struct fax_address *address, const struct fax_element *element)
{
	const char *value = element->value ? element->value : "";

	if (is_name(element, "T33S"))
		return !*address->subaddress &&
		       copy_number(address->subaddress, FAX_NUMBER_MAX, value,
				   element->value_bytes, "*#");
	if (is_name(element, "POST"))
		return !*address->post_dial &&
		       copy_number(address->post_dial, FAX_NUMBER_MAX, value,
				   element->value_bytes, dialled);
	if (!element->name_bytes || address->element_count == FAX_ELEMENTS_MAX)
		return false;
	address->elements[address->element_count++] = *element;
	return true;
}

enum fax_address_result fax_address_parse(struct fax_address *address, const char *text)
{
	const char *domain, *at;
	struct fax_element element;

	memset(address, 0, sizeof(*address));
	domain = split_local(text, address->local);
	if (!domain || strlen(domain) > FAX_DOMAIN_MAX)
		return FAX_ADDRESS_OTHER;
	strcpy(address->domain, domain);
	at = next_element(address->local + (*address->local == '/'), &element);
	if (!element.value || (!is_name(&element, "FAX") && !is_name(&element, "VOICE")))
		return FAX_ADDRESS_OTHER;
	address->is_voice = is_name(&element, "VOICE");
	if (!copy_main_number(address, &element))
		return FAX_ADDRESS_WRONG;
	while (at && *at) {
		at = next_element(at, &element);
		if (!take_element(address, &element))
			return FAX_ADDRESS_WRONG;
	}
	return FAX_ADDRESS_OK;
}
