// SPDX-License-Identifier: GPL-2.0
/*
 * book: what is known of those that we send to
 */
#include <stdio.h>
#include <string.h>

#include "../../message/page_form.h"
#include "book.h"
#include "jobs_private.h"
#include "log.h"

#define BY_PEOPLE	"set"

/* ---- words ---- */

/* A word of a list, by what it is; NULL: it is nothing that is known */
static char *list_of(struct peer *peer, const char *word, size_t bytes, size_t *room)
{
	char dpi[16];

	if (page_form_coding(word, bytes) >= 0) {
		*room = sizeof(peer->codings);
		return peer->codings;
	}
	if (page_form_size(word, bytes) >= 0) {
		*room = sizeof(peer->sizes);
		return peer->sizes;
	}
	if (bytes >= sizeof(dpi))
		return NULL;
	snprintf(dpi, sizeof(dpi), "%.*s", (int)bytes, word);
	*room = sizeof(peer->dpi);
	return page_form_list_ok(dpi) ? peer->dpi : NULL;
}

static bool has_word(const char *list, const char *word, size_t bytes)
{
	for (; *list; list += strcspn(list, ","), list += *list == ',')
		if (strcspn(list, ",") == bytes && !strncmp(list, word, bytes))
			return true;
	return false;
}

/* Each word where it belongs; false: one is not known */
static bool take_words(struct peer *peer, const char *words)
{
	for (;;) {
		size_t bytes = strcspn(words, ","), room;
		char *list = list_of(peer, words, bytes, &room);

		if (!list)
			return false;
		if (!has_word(list, words, bytes)) {
			size_t used = strlen(list);

			snprintf(list + used, room - used, "%s%.*s", used ? "," : "", (int)bytes,
				 words);
		}
		if (!words[bytes])
			return true;
		words += bytes + 1;
	}
}

/* ---- the book ---- */

static bool store(struct jobs *jobs, const char *address, const struct peer *peer,
		  const char *features)
{
	return database_run(jobs->db, "INSERT INTO peer(address, codings, dpi, sizes, features,"
			    " source, time_ms) VALUES (?, ?, ?, ?, ?, ?, ?)"
			    " ON CONFLICT(address) DO UPDATE SET codings = excluded.codings,"
			    " dpi = excluded.dpi, sizes = excluded.sizes,"
			    " features = excluded.features, source = excluded.source,"
			    " time_ms = excluded.time_ms WHERE source <> '" BY_PEOPLE "'"
			    " OR excluded.source = '" BY_PEOPLE "'",
			    "ssssssi", address, peer->codings, peer->dpi, peer->sizes, features,
			    peer->source, now_ms());
}

bool book_learn(struct jobs *jobs, const char *address, const struct peer *peer,
		const char *features)
{
	struct peer checked = { .known = true };

	if (!take_words(&checked, peer->codings) || *checked.dpi || *checked.sizes)
		return true;
	if ((*peer->dpi && !take_words(&checked, peer->dpi)) ||
	    (*peer->sizes && !take_words(&checked, peer->sizes)))
		return true;
	snprintf(checked.source, sizeof(checked.source), "%s", peer->source);
	log_event(LOG_INFO, "book.learned address=%s codings=%s dpi=%s sizes=%s source=%s", address,
		  checked.codings, checked.dpi, checked.sizes, checked.source);
	return store(jobs, address, &checked, features);
}

bool book_set(struct jobs *jobs, const char *address, const char *words, const char **fault)
{
	struct peer peer = { .source = BY_PEOPLE };

	if (!take_words(&peer, words) || !*peer.codings) {
		*fault = "what a peer takes is codings (mh, mr, mmr, jbig), and resolutions"
			 " (204x391) and sizes (a4, b4, a3) if it takes more than others, with"
			 " commas between";
		return false;
	}
	return store(jobs, address, &peer, "");
}

bool book_remove(struct jobs *jobs, const char *address)
{
	return database_run(jobs->db, "DELETE FROM peer WHERE address = ?", "s", address) &&
	       sqlite3_changes(jobs->db);
}

static bool take_peer(void *arg, sqlite3_stmt *row)
{
	struct peer *peer = arg;

	peer->known = true;
	snprintf(peer->codings, sizeof(peer->codings), "%s", sqlite3_column_text(row, 0));
	snprintf(peer->dpi, sizeof(peer->dpi), "%s", sqlite3_column_text(row, 1));
	snprintf(peer->sizes, sizeof(peer->sizes), "%s", sqlite3_column_text(row, 2));
	snprintf(peer->source, sizeof(peer->source), "%s", sqlite3_column_text(row, 3));
	return false;
}

void book_look_up(struct jobs *jobs, const char *address, struct peer *peer)
{
	*peer = (struct peer){ .known = false };
	database_query(jobs->db, take_peer, peer, "SELECT codings, dpi, sizes, source FROM peer"
		       " WHERE address = ?", "s", address);
}

static bool take_features(void *arg, sqlite3_stmt *row)
{
	snprintf(arg, BOOK_FEATURES_BYTES, "%s", sqlite3_column_text(row, 0));
	return false;
}

void book_features(struct jobs *jobs, const char *address, char features[BOOK_FEATURES_BYTES])
{
	*features = 0;
	database_query(jobs->db, take_features, features, "SELECT features FROM peer"
		       " WHERE address = ?", "s", address);
}
