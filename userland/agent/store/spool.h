/* SPDX-License-Identifier: GPL-2.0 */
/*
 * spool: files that survive a crash
 *
 * A file is written in tmp/ and moved to its place. Mail that comes is written in its
 * place at once, into a spare: an empty file that a thread made there before, with
 * others, so that one sync of the directory is enough for all of them. What a crash leaves in
 * tmp/ is swept at the next start; what lies in the other places and is in no job, too.
 */
#ifndef IFAX_SPOOL_H
#define IFAX_SPOOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * enum spool_place - the directories of the spool
 * @SPOOL_TMP: files that are being written
 * @SPOOL_MESSAGE: mail, as it was received or is to be sent
 * @SPOOL_PAGE: page files
 * @SPOOL_PROGRESS: what paper workers did, line by line; locked by the worker
 * @SPOOL_PDF: mail with PDFs instead of TIFFs, under the name of the mail it was made of
 */
enum spool_place {
	SPOOL_TMP,
	SPOOL_MESSAGE,
	SPOOL_PAGE,
	SPOOL_PROGRESS,
	SPOOL_PDF,
	SPOOL_PLACES,
};

#define SPOOL_NAME_BYTES	17
#define SPOOL_SPARES		16	/* made at a time; at most twice as many wait */

/**
 * enum spool_names - whether a power cut would take names away from a place
 * @SPOOL_NAMES_SYNCED: none
 * @SPOOL_NAMES_NEW: some were made
 * @SPOOL_NAMES_SYNCING: the place is being synced, and no more came since then
 */
enum spool_names { SPOOL_NAMES_SYNCED, SPOOL_NAMES_NEW, SPOOL_NAMES_SYNCING };

/**
 * struct spool_file - a file that is being written
 * @spool: where
 * @place: where it is now
 * @fd: open for reading and writing
 * @name: its name there, and in its place later
 * @bytes: written by spool_write()
 */
struct spool_file {
	struct spool *spool;
	enum spool_place place;
	int fd;
	char name[SPOOL_NAME_BYTES];
	uint64_t bytes;
};

/**
 * struct spool_spares - empty files in message/
 * @names: how many there are
 */
struct spool_spares {
	char name[2 * SPOOL_SPARES][SPOOL_NAME_BYTES];
	unsigned int names;
};

/**
 * struct spool - an open spool
 * @path: its directory
 * @fd: its directory, open
 * @lock_fd: held locked: a spool has one daemon
 * @place_fd: its places, open
 * @names: in its places
 * @spares: for mail that will come
 * @wants_spares: they become few
 * @on_remove: takes over what is to be removed
 * @arg: for @on_remove
 */
struct spool {
	const char *path;
	int fd;
	int lock_fd;
	int place_fd[SPOOL_PLACES];
	enum spool_names names[SPOOL_PLACES];
	struct spool_spares spares;
	bool wants_spares;
	bool (*on_remove)(void *arg, enum spool_place place, const char *name);
	void *arg;
};

/* All return 0 or a negative errno unless said otherwise. */

/**
 * spool_open - open a spool, make what is missing, lock it, empty tmp/
 *
 * -EBUSY: another daemon has it.
 */
int spool_open(struct spool *spool, const char *path);
void spool_close(struct spool *spool);

/** spool_free_bytes - room left on the spool's file system for us (0 if not known) */
uint64_t spool_free_bytes(const struct spool *spool);

/** spool_create - begin a file in tmp/; spool_create_mail - in message/, where it will stay */
int spool_create(struct spool *spool, struct spool_file *file);
int spool_create_mail(struct spool *spool, struct spool_file *file);
/** spool_make_spares - in a thread, for spool_add_spares(); what cannot be made is not */
void spool_make_spares(struct spool *spool, struct spool_spares *spares);
void spool_add_spares(struct spool *spool, struct spool_spares *spares);
int spool_write(struct spool_file *file, const void *data, size_t bytes);

/**
 * spool_commit - put a file on disk in its place and close it
 *
 * After an error the file is gone.
 */
int spool_commit(struct spool_file *file, enum spool_place place);
/** spool_commit_file - without the directory, which spool_sync() puts on disk for many at once */
int spool_commit_file(struct spool_file *file, enum spool_place place);
int spool_sync(const struct spool *spool, enum spool_place place);
/** spool_commit_as - as spool_commit(), with another name, instead of what has it */
int spool_commit_as(struct spool_file *file, enum spool_place place, const char *name);
void spool_discard(struct spool_file *file);

/** spool_mail_bytes - bytes of a mail on the wire, each line with CRLF; or negative errno */
int64_t spool_mail_bytes(int fd);

/** spool_name - a name that no file has */
void spool_name(char name[SPOOL_NAME_BYTES]);

/**
 * spool_open_file - open a file in its place; a descriptor or a negative errno
 * @flags: with O_CREAT it is made if there is none; its name is to be synced then
 */
int spool_open_file(struct spool *spool, enum spool_place place, const char *name, int flags);
/** spool_remove - have a file removed, when it is on disk that nobody needs it; "" is none */
void spool_remove(const struct spool *spool, enum spool_place place, const char *name);
/** spool_remove_now - the same at once */
void spool_remove_now(const struct spool *spool, enum spool_place place, const char *name);
/** spool_on_remove - who decides when files are removed; @on_remove is false if he cannot */
void spool_on_remove(struct spool *spool,
		     bool (*on_remove)(void *arg, enum spool_place place, const char *name),
		     void *arg);

/**
 * spool_sweep - remove the files of a place that nobody needs; what a spool does not name so stays
 * @needed: says whether a file is needed
 * @arg: for @needed
 */
int spool_sweep(const struct spool *spool, enum spool_place place,
		bool (*needed)(void *arg, enum spool_place place, const char *name), void *arg);

#endif /* IFAX_SPOOL_H */
