// SPDX-License-Identifier: GPL-2.0
/*
 * spool: files that survive a crash
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#include "log.h"
#include "spool.h"

#define LOCK_TRIES	40
#define LOCK_PAUSE_MS	50

static const char * const place_name[SPOOL_PLACES] = {
	[SPOOL_TMP] = "tmp",
	[SPOOL_MESSAGE] = "message",
	[SPOOL_PAGE] = "page",
	[SPOOL_PROGRESS] = "progress",
	[SPOOL_PDF] = "pdf",
};

static int open_directory(int at, const char *name)
{
	int fd;

	if (mkdirat(at, name, 0700) && errno != EEXIST)
		return -errno;
	fd = openat(at, name,
		    O_RDONLY | O_DIRECTORY | O_CLOEXEC | (at == AT_FDCWD ? 0 : O_NOFOLLOW));
	return fd < 0 ? -errno : fd;
}

/*
 * A daemon that was killed while it started a worker holds the lock until that
 * worker is executed: for a moment, on a loaded machine for a longer one.
 */
static int lock(struct spool *spool)
{
	const struct timespec pause = { 0, LOCK_PAUSE_MS * 1000000L };

	spool->lock_fd = openat(spool->fd, "lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (spool->lock_fd < 0)
		return -errno;
	for (int tries = 1; flock(spool->lock_fd, LOCK_EX | LOCK_NB); tries++) {
		if (errno != EWOULDBLOCK)
			return -errno;
		if (tries == LOCK_TRIES)
			return -EBUSY;
		nanosleep(&pause, NULL);
	}
	return 0;
}

static bool needed_never(void *arg, enum spool_place place, const char *name)
{
	return false;
}

int spool_open(struct spool *spool, const char *path)
{
	int place;
	int err;

	*spool = (struct spool){ .path = path, .fd = -1, .lock_fd = -1 };
	for (place = 0; place < SPOOL_PLACES; place++)
		spool->place_fd[place] = -1;
	spool->fd = open_directory(AT_FDCWD, path);
	if (spool->fd < 0)
		return spool->fd;
	err = lock(spool);
	for (place = 0; !err && place < SPOOL_PLACES; place++) {
		spool->place_fd[place] = open_directory(spool->fd, place_name[place]);
		err = spool->place_fd[place] < 0 ? spool->place_fd[place] : 0;
	}
	if (!err && fsync(spool->fd))
		err = -errno;
	/* what a daemon that was killed has left there is relied on from now on */
	for (place = 0; !err && place < SPOOL_PLACES; place++)
		err = fsync(spool->place_fd[place]) ? -errno : 0;
	if (!err)
		err = spool_sweep(spool, SPOOL_TMP, needed_never, NULL);
	if (err)
		spool_close(spool);
	return err;
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void spool_close(struct spool *spool)
{
	while (spool->spares.names)
		spool_remove_now(spool, SPOOL_MESSAGE, spool->spares.name[--spool->spares.names]);
	for (int place = SPOOL_PLACES - 1; place >= 0; place--)
		close_fd(&spool->place_fd[place]);
	close_fd(&spool->lock_fd);
	close_fd(&spool->fd);
}

uint64_t spool_free_bytes(const struct spool *spool)
{
	struct statvfs fs;

	if (fstatvfs(spool->fd, &fs))
		return 0;
	return (uint64_t)fs.f_bavail * fs.f_frsize;
}

void spool_name(char name[SPOOL_NAME_BYTES])
{
	uint64_t random = 0;

	/* up to 256 bytes come whole once the kernel's pool is ready, and it waits for that */
	while (getrandom(&random, sizeof(random), 0) != sizeof(random))
		;
	snprintf(name, SPOOL_NAME_BYTES, "%016llx", (unsigned long long)random);
}

static int create_in(struct spool *spool, enum spool_place place, struct spool_file *file)
{
	*file = (struct spool_file){ .spool = spool, .place = place, .fd = -1 };
	spool_name(file->name);
	file->fd = openat(spool->place_fd[place], file->name,
			  O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	return file->fd < 0 ? -errno : 0;
}

int spool_create(struct spool *spool, struct spool_file *file)
{
	return create_in(spool, SPOOL_TMP, file);
}

void spool_make_spares(struct spool *spool, struct spool_spares *spares)
{
	struct spool_file file;

	while (spares->names < SPOOL_SPARES && !create_in(spool, SPOOL_MESSAGE, &file)) {
		close(file.fd);
		strcpy(spares->name[spares->names++], file.name);
	}
}

void spool_add_spares(struct spool *spool, struct spool_spares *spares)
{
	while (spares->names)
		strcpy(spool->spares.name[spool->spares.names++], spares->name[--spares->names]);
	spool->names[SPOOL_MESSAGE] = SPOOL_NAMES_NEW;
	spool->wants_spares = false;
}

/* Who has tidied up there meanwhile has taken away nothing else. */
static int take_spare(struct spool *spool, struct spool_file *file)
{
	int fd = -ENOENT;

	*file = (struct spool_file){ .spool = spool, .place = SPOOL_MESSAGE };
	while (fd == -ENOENT && spool->spares.names) {
		strcpy(file->name, spool->spares.name[spool->spares.names - 1]);
		fd = spool_open_file(spool, SPOOL_MESSAGE, file->name, O_RDWR);
		spool->spares.names -= fd >= 0 || fd == -ENOENT;
	}
	file->fd = fd < 0 ? -1 : fd;
	return fd < 0 ? fd : 0;
}

int spool_create_mail(struct spool *spool, struct spool_file *file)
{
	int err;

	spool->wants_spares = spool->spares.names <= SPOOL_SPARES;
	err = take_spare(spool, file);
	if (err != -ENOENT)
		return err;
	spool->names[SPOOL_MESSAGE] = SPOOL_NAMES_NEW;
	return create_in(spool, SPOOL_MESSAGE, file);
}

int spool_write(struct spool_file *file, const void *data, size_t bytes)
{
	const char *at = data;

	while (bytes) {
		ssize_t n = write(file->fd, at, bytes);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		at += n;
		bytes -= n;
		file->bytes += n;
	}
	return 0;
}

/* The file is on disk, the name may not be. After an error the file is gone. */
static int commit_file(struct spool_file *file, enum spool_place place, const char *name)
{
	struct spool *spool = file->spool;
	int err;

	if (fsync(file->fd) ||
	    (file->place != place && renameat(spool->place_fd[file->place], file->name,
					      spool->place_fd[place], name))) {
		err = -errno;
		spool_discard(file);
		return err;
	}
	close(file->fd);
	file->fd = -1;
	return 0;
}

int spool_commit_file(struct spool_file *file, enum spool_place place)
{
	return commit_file(file, place, file->name);
}

int spool_sync(const struct spool *spool, enum spool_place place)
{
	return fsync(spool->place_fd[place]) ? -errno : 0;
}

int spool_commit_as(struct spool_file *file, enum spool_place place, const char *name)
{
	int err = commit_file(file, place, name);

	if (err)
		return err;
	err = spool_sync(file->spool, place);
	if (err)
		spool_remove_now(file->spool, place, name);
	return err;
}

int spool_commit(struct spool_file *file, enum spool_place place)
{
	return spool_commit_as(file, place, file->name);
}

int64_t spool_mail_bytes(int fd)
{
	char bytes[16384];
	int64_t at = 0, missing = 0;
	char last = '\n';
	ssize_t n;

	while ((n = pread(fd, bytes, sizeof(bytes), at)) > 0) {
		for (char *lf = memchr(bytes, '\n', n); lf;
		     lf = memchr(lf + 1, '\n', bytes + n - lf - 1))
			missing += (lf == bytes ? last : lf[-1]) != '\r';
		last = bytes[n - 1];
		at += n;
	}
	if (n < 0)
		return -errno;
	/* the last line may lack its end */
	return at + missing + (last == '\n' ? 0 : 2);
}

void spool_discard(struct spool_file *file)
{
	if (file->fd < 0)
		return;
	unlinkat(file->spool->place_fd[file->place], file->name, 0);
	close(file->fd);
	file->fd = -1;
}

int spool_open_file(struct spool *spool, enum spool_place place, const char *name, int flags)
{
	const int safe = O_CLOEXEC | O_NOFOLLOW;
	int fd = openat(spool->place_fd[place], name, (flags & ~O_CREAT) | safe);

	if (fd < 0 && errno == ENOENT && flags & O_CREAT) {
		fd = openat(spool->place_fd[place], name, flags | safe, 0600);
		if (fd >= 0)
			spool->names[place] = SPOOL_NAMES_NEW;
	}
	return fd < 0 ? -errno : fd;
}

void spool_remove_now(const struct spool *spool, enum spool_place place, const char *name)
{
	if (unlinkat(spool->place_fd[place], name, 0) && errno != ENOENT)
		log_event(LOG_WARNING, "spool.remove place=%s name=%s error=%s",
			  place_name[place], name, strerror(errno));
}

void spool_remove(const struct spool *spool, enum spool_place place, const char *name)
{
	if (name && *name && !(spool->on_remove && spool->on_remove(spool->arg, place, name)))
		spool_remove_now(spool, place, name);
}

void spool_on_remove(struct spool *spool,
		     bool (*on_remove)(void *arg, enum spool_place place, const char *name),
		     void *arg)
{
	spool->on_remove = on_remove;
	spool->arg = arg;
}

/* Whether spool_name() makes such names: others are not ours, if "spool" is wrong */
static bool is_ours(const char *name)
{
	return strlen(name) == SPOOL_NAME_BYTES - 1 &&
	       strspn(name, "0123456789abcdef") == SPOOL_NAME_BYTES - 1;
}

int spool_sweep(const struct spool *spool, enum spool_place place,
		bool (*needed)(void *arg, enum spool_place place, const char *name), void *arg)
{
	int fd = openat(spool->place_fd[place], ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct dirent *entry;
	DIR *dir;

	if (fd < 0)
		return -errno;
	dir = fdopendir(fd);
	if (!dir) {
		close(fd);
		return -ENOMEM;
	}
	while ((entry = readdir(dir))) {
		if (!is_ours(entry->d_name) || needed(arg, place, entry->d_name))
			continue;
		log_event(LOG_NOTICE, "spool.sweep place=%s name=%s", place_name[place],
			  entry->d_name);
		spool_remove(spool, place, entry->d_name);
	}
	closedir(dir);
	return 0;
}
