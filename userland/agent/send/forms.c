// SPDX-License-Identifier: GPL-2.0
/*
 * forms: what each recipient of a document gets it as
 */
#include <linux/ifax.h>
#include <stdio.h>
#include <string.h>

#include "forms.h"
#include "log.h"
#include "paper/page_file.h"
#include "store/jobs_private.h"

/* A word of a list with commas between */
static bool has(const char *list, const char *word)
{
	size_t bytes = strlen(word);

	for (; *list; list += strcspn(list, ","), list += *list == ',')
		if (!strncmp(list, word, bytes) && (!list[bytes] || list[bytes] == ','))
			return true;
	return false;
}

bool forms_policy_ok(const char *policy)
{
	return !strcmp(policy, "auto") || page_form_coding(policy, strlen(policy)) >= 0;
}

static uint32_t choose_coding(const char *policy, const struct peer *peer)
{
	static const uint32_t best_first[] = {
		IFAX_CODING_JBIG, IFAX_CODING_MMR, IFAX_CODING_MR,
	};
	int asked = page_form_coding(policy, strlen(policy));

	if (asked >= 0 && (!peer->known || has(peer->codings, policy)))
		return asked;
	for (size_t i = 0; peer->known && i < sizeof(best_first) / sizeof(*best_first); i++)
		if (has(peer->codings, page_form_coding_name(best_first[i])) &&
		    (asked < 0 || best_first[i] < (uint32_t)asked))
			return best_first[i];
	return IFAX_CODING_MH;
}

static enum page_size choose_size(enum page_size most, const struct peer *peer)
{
	static const char * const names[PAGE_SIZES] = { "a4", "b4", "a3" };

	while (most > PAGE_A4 && !(peer->known && has(peer->sizes, names[most])))
		most--;
	return most;
}

void forms_choose(const char *policy, const struct page_form *document, const struct peer *peer,
		  struct page_form *form, char note[FORMS_NOTE_BYTES])
{
	struct page_form best = *document;
	char text[PAGE_FORM_BYTES], best_text[PAGE_FORM_BYTES];
	int asked = page_form_coding(policy, strlen(policy));

	if (asked >= 0)
		best.coding = asked;
	*form = best;
	form->coding = choose_coding(policy, peer);
	page_form_reduce(peer->known ? peer->dpi : "", &form->x_dpi, &form->y_dpi);
	form->size = choose_size(best.size, peer);
	*note = 0;
	if (form->coding >= best.coding && form->x_dpi >= best.x_dpi && form->y_dpi >= best.y_dpi &&
	    form->size >= best.size)
		return;
	page_form_to_text(form, text);
	page_form_to_text(&best, best_text);
	snprintf(note, FORMS_NOTE_BYTES, "sent as %s, not %s: %s%.20s%s", text, best_text,
		 peer->known ? "it takes no more (" : "it is not known to take more",
		 peer->known ? peer->source : "", peer->known ? ")" : "");
}

bool forms_document(int page_fd, struct page_form *document)
{
	struct page_reader reader;
	int more;

	*document = (struct page_form){ IFAX_CODING_MH, 204, 98, PAGE_A4 };
	if (page_reader_init(&reader, page_fd))
		return false;
	while ((more = page_reader_next(&reader)) > 0) {
		const struct ifax_format *format = &reader.page.format;
		uint16_t x_dpi = format->x_dpi, y_dpi = format->y_dpi;
		enum page_size size;

		page_form_dpi(&x_dpi, &y_dpi);
		size = page_form_size_of(x_dpi, format->width_px);
		/* of a resolution that no fax has, the next better one */
		page_form_raise(&x_dpi, &y_dpi);
		if (format->coding > document->coding)
			document->coding = format->coding;
		if (size > document->size)
			document->size = size;
		if (x_dpi * y_dpi > document->x_dpi * document->y_dpi) {
			document->x_dpi = x_dpi;
			document->y_dpi = y_dpi;
		}
	}
	if (more < 0)
		log_event(LOG_ERR, "forms.pages error=%s", reader.why);
	return !more && reader.number;
}

/* MMR if somebody takes it, or more: from there to MH is a short way. */
const char *forms_scanned_as(struct jobs *jobs, const struct job_draft *draft)
{
	if (strcmp(draft->policy, "auto"))
		return strcmp(draft->policy, "mh") ? "mmr" : "mh";
	for (size_t i = 0; i < draft->recipients; i++) {
		struct peer peer;

		book_look_up(jobs, draft->recipient[i].address, &peer);
		if (choose_coding("auto", &peer) != IFAX_CODING_MH)
			return "mmr";
	}
	return "mh";
}

static void choose_for(struct jobs *jobs, const struct job *job, const struct page_form *document,
		       const char *address, char text[PAGE_FORM_BYTES],
		       char note[FORMS_NOTE_BYTES])
{
	struct page_form form;
	struct peer peer;

	book_look_up(jobs, address, &peer);
	forms_choose(job->policy, document, &peer, &form, note);
	page_form_to_text(&form, text);
	if (*note)
		log_event(LOG_NOTICE, "forms.downgrade job=%lld to=%s text=%s",
			  (long long)job->id, address, note);
}

bool forms_change(struct jobs *jobs, const struct job *job, struct recipient *recipient)
{
	char note[FORMS_NOTE_BYTES], text[PAGE_FORM_BYTES];
	struct page_form document;

	if (!page_form_from_text(&document, job->document))
		return false;
	choose_for(jobs, job, &document, recipient->address, text, note);
	/* without memory it stays what it is */
	return strcmp(text, recipient->form) && recipient_set_text(&recipient->note, note) &&
	       recipient_set_text(&recipient->form, text);
}

bool forms_set(struct jobs *jobs, int64_t id, const struct page_form *document)
{
	char note[FORMS_NOTE_BYTES], text[PAGE_FORM_BYTES];
	struct recipients recipients;
	bool good = true;
	struct job job;

	if (!jobs_get(jobs, id, &job))
		return false;
	if (!jobs_recipients(jobs, id, &recipients)) {
		job_clear(&job);
		return false;
	}
	for (size_t i = 0; good && i < recipients.items; i++) {
		const struct recipient *recipient = &recipients.item[i];

		choose_for(jobs, &job, document, recipient->address, text, note);
		good = database_run(jobs->db, "UPDATE recipient SET form = ?, note = ?"
				    " WHERE job = ? AND position = ?", "ssii", text, note, id,
				    recipient->position);
	}
	recipients_clear(&recipients);
	job_clear(&job);
	return good;
}
