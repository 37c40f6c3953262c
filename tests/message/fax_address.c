// SPDX-License-Identifier: GPL-2.0
/* Fax addresses of RFC 3191, 3192 and 2846, good ones, others, and wrong ones. */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../userland/message/fax_address.h"

static const struct {
	const char *text, *number, *subaddress, *post_dial, *elements;
} good[] = {
	{ "FAX=+390402263381@example.com", "+390402263381", "", "", "" },
	{ "fax=+39-40-226-338@example.com", "+3940226338", "", "", "" },
	{ "FAX=+39.40.226.338@example.com", "+3940226338", "", "", "" },
	{ "/FAX=+3940226338@example.com", "+3940226338", "", "", "" },
	{ "FAX=+3940226338/@example.com", "+3940226338", "", "", "" },
	{ "/FAX=+3940226338/T33S=1387/@example.com", "+3940226338", "1387", "", "" },
	{ "FAX=+3940226338/t33s=13-87*6#1@example.com", "+3940226338", "1387*6#1", "", "" },
	{ "FAX=+3940226338/T33S=1387/ATTN=Jones@example.com", "+3940226338", "1387", "",
	  "ATTN=Jones;" },
	{ "FAX=+3940226338/X-OWN=a=b/EMPTY=/BARE@example.com", "+3940226338", "", "",
	  "X-OWN=a=b;EMPTY=;BARE;" },
	{ "\"FAX=+3940226338/ATTN=Dr. Jones\"@example.com", "+3940226338", "", "",
	  "ATTN=Dr. Jones;" },
	{ "\"FAX=+39/ATTN=a\\\"b@c\"@example.com", "+39", "", "", "ATTN=a\"b@c;" },
	{ "FAX=0w40226338p1*2#@example.com", "0w40226338p1*2#", "", "", "" },
	{ "FAX=+39/POST=p12-34w5@example.com", "+39", "", "p1234w5", "" },
	{ "VOICE=+39-40@example.com", "+3940", "", "", "" },
	{ "FAX=112@[192.0.2.1]", "112", "", "", "" },
	{ "FAX=273@example.com", "273", "", "", "" },
};

/* M8: any other form is syntactically distinct */
static const char * const other[] = {
	"user@example.com", "FAX@example.com", "FAXES=1@example.com", "PAGER=+39@example.com",
	"", "@", "@example.com", "FAX=1", "FAX=1@", "\"FAX=1@example.com", "\"FAX=1\"", "a/FAX=1@b",
	"//FAX=1@example.com", "fax=\x01@example.com",
	"FAX=12345678901234567890123456789012345678901234567890123456789012345@example.com",
};

static const char * const wrong[] = {
	"FAX=@example.com", "FAX=+@example.com", "FAX=-.-@example.com", "FAX=xyz@example.com",
	"FAX=+39p1@example.com", "FAX=1+39@example.com", "FAX=++39@example.com",
	"FAX=39 40@example.com", "FAX=39/T33S=@example.com", "FAX=39/T33S@example.com",
	"FAX=39/T33S=12a@example.com", "FAX=39/T33S=1/T33S=2@example.com",
	"FAX=39/POST=1/POST=2@example.com", "FAX=39//ATTN=a@example.com", "FAX=39/=a@example.com",
	"FAX=39/a/b/c/d/e/f/g/h/i@example.com",
};

static unsigned int count, failures;

static void ok(bool condition, const char *kind, const char *text)
{
	failures += !condition;
	printf("%sok %u - %s: %.70s\n", condition ? "" : "not ", ++count, kind, text);
}

static bool elements_are(const struct fax_address *address, const char *wanted)
{
	char text[2 * FAX_LOCAL_MAX] = "";

	for (unsigned int i = 0; i < address->element_count; i++) {
		const struct fax_element *e = &address->elements[i];

		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%.*s%s%.*s;",
			 (int)e->name_bytes, e->name, e->value ? "=" : "", (int)e->value_bytes,
			 e->value ? e->value : "");
	}
	return !strcmp(text, wanted);
}

/* Whatever bytes: an answer, and strings that end. */
static bool survives_mutations(void)
{
	uint32_t state = 1;

	for (unsigned int i = 0; i < 200000; i++) {
		struct fax_address address;
		char text[128];

		snprintf(text, sizeof(text), "%s", good[i % (sizeof(good) / sizeof(good[0]))].text);
		for (unsigned int j = 0; j < 3; j++) {
			state = state * 1664525 + 1013904223;
			text[(state >> 8) % strlen(good[0].text)] = state >> 24;
		}
		if (fax_address_parse(&address, text) == FAX_ADDRESS_OK &&
		    (!*address.number || !*address.domain ||
		     strlen(address.number) >= FAX_NUMBER_MAX))
			return false;
	}
	return true;
}

int main(void)
{
	struct fax_address address;

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		ok(fax_address_parse(&address, good[i].text) == FAX_ADDRESS_OK &&
		   !strcmp(address.number, good[i].number) &&
		   !strcmp(address.subaddress, good[i].subaddress) &&
		   !strcmp(address.post_dial, good[i].post_dial) &&
		   address.is_voice == (*good[i].text == 'V') &&
		   !strcmp(address.domain, strrchr(good[i].text, '@') + 1) &&
		   elements_are(&address, good[i].elements), "fax", good[i].text);
	for (size_t i = 0; i < sizeof(other) / sizeof(other[0]); i++)
		ok(fax_address_parse(&address, other[i]) == FAX_ADDRESS_OTHER, "M8: other", other[i]);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		ok(fax_address_parse(&address, wrong[i]) == FAX_ADDRESS_WRONG, "wrong", wrong[i]);
	ok(survives_mutations(), "200 000 mutations", "");
	printf("1..%u\n", count);
	return failures != 0;
}
