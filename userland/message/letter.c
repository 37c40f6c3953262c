// SPDX-License-Identifier: GPL-2.0
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "letter.h"

#define ATOM_CHARACTERS	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789" \
			"!#$%&'*+-/=?^_`{|}~"
#define RECIPIENTS_MAX	1000
#define TEXT_BYTES_MAX	65536
#define LOOPS_MAX	20
#define DATE_S_MAX	253402300799LL	/* the end of year 9999 */

int letter_read_line(FILE *in, char line[LETTER_LINE_BYTES], struct failure *failure)
{
	size_t n = 0;
	int c;

	while ((c = getc(in)) != EOF && c != '\n') {
		if (!c)
			return fail(failure, EXIT_INPUT, "a line on stdin holds a NUL");
		if (n == LETTER_LINE_BYTES - 1)
			return fail(failure, EXIT_INPUT, "a line on stdin is longer than %d bytes",
				    LETTER_LINE_BYTES - 1);
		line[n++] = c;
	}
	line[n] = 0;
	if (ferror(in))
		return fail(failure, EXIT_LATER, "cannot read header values: %s", strerror(errno));
	return n || c == '\n';
}

bool letter_printable(const char *value)
{
	if (!g_utf8_validate(value, -1, NULL))
		return false;
	for (; *value; value = g_utf8_next_char(value))
		if (g_unichar_iscntrl(g_utf8_get_char(value)))
			return false;
	return true;
}

/* Visible ASCII with an @ that has something on both sides. */
static bool ascii_at(const char *value)
{
	const char *at = strrchr(value, '@');

	for (const char *c = value; *c; c++)
		if (!isgraph((unsigned char)*c))
			return false;
	return at && at > value && at[1] && strlen(value) <= 254;
}

/* Some networks give out addresses with dots where RFC 5322 has none: in quotes it has. */
static char *quote_dots(const char *value)
{
	size_t local = strspn(value, ATOM_CHARACTERS ".");

	if (!local || value[local] != '@' ||
	    (*value != '.' && value[local - 1] != '.' && !strstr(value, "..")))
		return g_strdup(value);
	return g_strdup_printf("\"%.*s\"%s", (int)local, value, value + local);
}

static int add_mailbox(InternetAddressList *list, const char *value, struct failure *failure)
{
	char *quoted = quote_dots(value);
	InternetAddressList *parsed = internet_address_list_parse(NULL, quoted);
	InternetAddress *address;
	int err = -1;

	g_free(quoted);
	address = parsed && internet_address_list_length(parsed) == 1 ?
		internet_address_list_get_address(parsed, 0) : NULL;
	if (!address || !INTERNET_ADDRESS_IS_MAILBOX(address) ||
	    !ascii_at(internet_address_mailbox_get_addr((InternetAddressMailbox *)address) ?: "")) {
		fail(failure, EXIT_INPUT, "\"%s\" is not one mail address", value);
	} else if (internet_address_list_length(list) == RECIPIENTS_MAX) {
		fail(failure, EXIT_INPUT, "more than %d recipients", RECIPIENTS_MAX);
	} else {
		internet_address_list_add(list, address);
		err = 0;
	}
	if (parsed)
		g_object_unref(parsed);
	return err;
}

int letter_mailbox(InternetAddressMailbox **mailbox, const char *value, struct failure *failure)
{
	InternetAddressList *list = internet_address_list_new();
	int err = add_mailbox(list, value, failure);
	InternetAddress *address;

	if (!err) {
		address = internet_address_list_get_address(list, 0);
		*mailbox = g_object_ref(INTERNET_ADDRESS_MAILBOX(address));
	}
	g_object_unref(list);
	return err;
}

static int set_message_id(char **id, const char *value, struct failure *failure)
{
	size_t n = strlen(value);

	if (n > 2 && value[0] == '<' && value[n - 1] == '>')
		*id = g_strndup(value + 1, n - 2);
	else
		*id = g_strdup(value);
	if (!ascii_at(*id) || strpbrk(*id, "<>"))
		return fail(failure, EXIT_INPUT, "\"%s\" is not a message-id", value);
	return 0;
}

static int set_date(struct letter *letter, const char *value, struct failure *failure)
{
	char *end;

	errno = 0;
	letter->date_s = strtoll(value, &end, 10);
	if (errno || end == value || *end || letter->date_s < 1 || letter->date_s > DATE_S_MAX)
		return fail(failure, EXIT_INPUT, "date=%s is not a time in seconds since 1970",
			    value);
	return 0;
}

static int add_text(struct letter *letter, const char *value, struct failure *failure)
{
	if (!letter->text)
		letter->text = g_string_new(NULL);
	if (letter->text->len + strlen(value) >= TEXT_BYTES_MAX)
		return fail(failure, EXIT_INPUT, "the text is longer than %d bytes",
			    TEXT_BYTES_MAX);
	g_string_append(letter->text, value);
	g_string_append_c(letter->text, '\n');
	return 0;
}

static int set_importance(struct letter *letter, const char *value, struct failure *failure)
{
	if (strcmp(value, "high") && strcmp(value, "normal") && strcmp(value, "low"))
		return fail(failure, EXIT_INPUT, "importance=%s is not high, normal or low", value);
	letter->importance = g_strdup(value);
	return 0;
}

static int set_whether(gboolean *whether, const char *name, const char *value,
		       struct failure *failure)
{
	if (strcmp(value, "yes") && strcmp(value, "no"))
		return fail(failure, EXIT_INPUT, "%s=%s is neither yes nor no", name, value);
	*whether = *value == 'y';
	return 0;
}

/* FIRST-LAST or FIRST- */
static int set_pages(struct letter *letter, const char *value, struct failure *failure)
{
	char more;
	int values;

	values = strspn(value, "0123456789-") == strlen(value) && strlen(value) <= 11 ?
		sscanf(value, "%5u-%5u%c", &letter->first_page, &letter->last_page, &more) : 0;
	if (values < 1 || values > 2 || strchr(value, '-') != strrchr(value, '-') ||
	    !strchr(value, '-') || !letter->first_page ||
	    (values == 2 ? letter->last_page < letter->first_page :
	     value[strlen(value) - 1] != '-'))
		return fail(failure, EXIT_INPUT, "pages=%s is not FIRST-LAST or FIRST-", value);
	return 0;
}

static int set_form(struct letter *letter, const char *value, struct failure *failure)
{
	if (strcmp(value, "tiff") && strcmp(value, "pdf"))
		return fail(failure, EXIT_INPUT, "as=%s is neither tiff nor pdf", value);
	letter->is_pdf = *value == 'p';
	return 0;
}

/* "mmr 204x196 a4", see page_form.h */
static int set_page_form(struct page_form *form, gboolean *has, const char *name, const char *value,
			 struct failure *failure)
{
	*has = page_form_from_text(form, value);
	return *has ? 0 :
		fail(failure, EXIT_INPUT, "%s=%s is not CODING XxY SIZE, as in mmr 204x196 a4",
		     name, value);
}

static int add_loop(struct letter *letter, const char *value, struct failure *failure)
{
	if (!letter->loops)
		letter->loops = g_ptr_array_new_with_free_func(g_free);
	if (letter->loops->len == LOOPS_MAX || !ascii_at(value))
		return fail(failure, EXIT_INPUT, "loop=%s is no address, or one too many", value);
	g_ptr_array_add(letter->loops, g_strdup(value));
	return 0;
}

/* A tab, which no value can hold, is what parts the header line's left from its right. */
static void append_right(struct letter *letter, const char *value)
{
	char *left = letter->header;

	letter->header = g_strdup_printf("%s\t%s", left, value);
	g_free(left);
}

static int take(struct letter *letter, char *line, struct failure *failure)
{
	char *value = strchr(line, '=');

	if (!value)
		return fail(failure, EXIT_INPUT, "\"%s\" on stdin is not NAME=VALUE", line);
	*value++ = 0;
	if (!letter_printable(value))
		return fail(failure, EXIT_INPUT,
			    "%s= holds control characters or is not UTF-8", line);
	if (!strcmp(line, "from") && !letter->from)
		return letter_mailbox(&letter->from, value, failure);
	if (!strcmp(line, "to"))
		return add_mailbox(letter->to, value, failure);
	if (!strcmp(line, "mdn-to") && !letter->mdn_to)
		return letter_mailbox(&letter->mdn_to, value, failure);
	if (!strcmp(line, "importance") && !letter->importance)
		return set_importance(letter, value, failure);
	if (!strcmp(line, "hide-recipients"))
		return set_whether(&letter->hides_recipients, line, value, failure);
	if (!strcmp(line, "convertible"))
		return set_whether(&letter->convertible, line, value, failure);
	if (!strcmp(line, "as"))
		return set_form(letter, value, failure);
	if (!strcmp(line, "form") && !letter->has_form)
		return set_page_form(&letter->form, &letter->has_form, line, value, failure);
	if (!strcmp(line, "better") && !letter->has_better)
		return set_page_form(&letter->better, &letter->has_better, line, value, failure);
	if (!strcmp(line, "loop"))
		return add_loop(letter, value, failure);
	if (!strcmp(line, "pages") && !letter->first_page)
		return set_pages(letter, value, failure);
	if (!strcmp(line, "subject") && !letter->subject)
		letter->subject = g_strdup(value);
	else if (!strcmp(line, "header") && !letter->header)
		letter->header = g_strdup(value);
	else if (!strcmp(line, "header-right") && letter->header)
		append_right(letter, value);
	else if (!strcmp(line, "message-id") && !letter->message_id)
		return set_message_id(&letter->message_id, value, failure);
	else if (!strcmp(line, "original-id") && !letter->original_id)
		return set_message_id(&letter->original_id, value, failure);
	else if (!strcmp(line, "date") && !letter->date_s)
		return set_date(letter, value, failure);
	else if (!strcmp(line, "text"))
		return add_text(letter, value, failure);
	else
		return fail(failure, EXIT_INPUT, "%s= on stdin is unknown or was there before",
			    line);
	return 0;
}

int letter_read(struct letter *letter, FILE *in, struct failure *failure)
{
	char line[LETTER_LINE_BYTES];
	int more;

	*letter = (struct letter){ .to = internet_address_list_new() };
	while ((more = letter_read_line(in, line, failure)) > 0)
		if (take(letter, line, failure))
			return -1;
	if (more < 0)
		return -1;
	if (!letter->from)
		return fail(failure, EXIT_INPUT, "no from= on stdin");
	if (!internet_address_list_length(letter->to))
		return fail(failure, EXIT_INPUT, "no to= on stdin");
	if (!letter->first_page)
		letter->first_page = 1;
	return 0;
}

void letter_free(struct letter *letter)
{
	if (letter->text)
		g_string_free(letter->text, TRUE);
	g_free(letter->message_id);
	g_free(letter->original_id);
	g_free(letter->header);
	if (letter->loops)
		g_ptr_array_free(letter->loops, TRUE);
	g_free(letter->subject);
	g_free(letter->importance);
	if (letter->mdn_to)
		g_object_unref(letter->mdn_to);
	if (letter->from)
		g_object_unref(letter->from);
	g_object_unref(letter->to);
}
