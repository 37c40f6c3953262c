// SPDX-License-Identifier: GPL-2.0
/*
 * pool: a few threads for what blocks (fsync), so that the event loop never does
 */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "log.h"
#include "pool.h"

#define STACK_BYTES	(128 * 1024)

struct queue {
	struct pool_task *first;
	struct pool_task **last;
};

/**
 * struct pool - its threads and their tasks
 * @wake: tells the event loop that tasks are finished
 * @mutex: guards what follows
 * @work: tells the threads that there is a task, or the end
 * @waiting: to be begun
 * @finished: @done is to be called
 * @pending: tasks whose @done was not called yet; of the event loop alone
 */
struct pool {
	struct event *event;
	int wake;
	pthread_t *thread;
	unsigned int threads_max;
	unsigned int pending;

	pthread_mutex_t mutex;
	pthread_cond_t work;
	unsigned int threads;
	unsigned int idle;
	bool over;
	struct queue waiting;
	struct queue finished;
};

static void put(struct queue *queue, struct pool_task *task)
{
	task->next = NULL;
	*queue->last = task;
	queue->last = &task->next;
}

static struct pool_task *take(struct queue *queue)
{
	struct pool_task *task = queue->first;

	if (!task)
		return NULL;
	queue->first = task->next;
	if (!queue->first)
		queue->last = &queue->first;
	return task;
}

static void *run_tasks(void *arg)
{
	const uint64_t one = 1;
	struct pool *pool = arg;
	struct pool_task *task;
	bool first;

	pthread_mutex_lock(&pool->mutex);
	while (!pool->over) {
		task = take(&pool->waiting);
		if (!task) {
			pool->idle++;
			pthread_cond_wait(&pool->work, &pool->mutex);
			pool->idle--;
			continue;
		}
		pthread_mutex_unlock(&pool->mutex);
		task->work(task->arg);
		pthread_mutex_lock(&pool->mutex);
		first = !pool->finished.first;
		put(&pool->finished, task);
		if (!first)
			continue;
		/* once is enough for all that is finished when the loop comes to look */
		pthread_mutex_unlock(&pool->mutex);
		if (write(pool->wake, &one, sizeof(one)) < 0)
			log_event(LOG_ERR, "pool.wake errno=%d", errno);
		pthread_mutex_lock(&pool->mutex);
	}
	pthread_mutex_unlock(&pool->mutex);
	return NULL;
}

/* Called with the mutex held. */
static void start_thread(struct pool *pool)
{
	pthread_attr_t attributes;
	sigset_t all, before;

	/* signals are the event loop's */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, STACK_BYTES);
	if (!pthread_create(&pool->thread[pool->threads], &attributes, run_tasks, pool))
		pool->threads++;
	pthread_attr_destroy(&attributes);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
}

void pool_run(struct pool *pool, struct pool_task *task)
{
	bool alone;

	pool->pending++;
	pthread_mutex_lock(&pool->mutex);
	put(&pool->waiting, task);
	if (!pool->idle && pool->threads < pool->threads_max)
		start_thread(pool);
	alone = !pool->threads;
	if (alone)
		take(&pool->waiting);
	pthread_mutex_unlock(&pool->mutex);
	/* who is woken finds the mutex free */
	pthread_cond_signal(&pool->work);
	if (!alone)
		return;
	/* not one thread can be had: slowly is better than not at all */
	task->work(task->arg);
	pthread_mutex_lock(&pool->mutex);
	put(&pool->finished, task);
	pthread_mutex_unlock(&pool->mutex);
	event_active(pool->event, EV_READ, 1);
}

static void finish_tasks(struct pool *pool)
{
	struct pool_task *task;
	uint64_t count;

	if (read(pool->wake, &count, sizeof(count)) < 0 && errno != EAGAIN)
		log_event(LOG_ERR, "pool.read errno=%d", errno);
	for (;;) {
		pthread_mutex_lock(&pool->mutex);
		task = take(&pool->finished);
		pthread_mutex_unlock(&pool->mutex);
		if (!task)
			return;
		pool->pending--;
		task->done(task->arg);
	}
}

static void on_wake(evutil_socket_t fd, short what, void *arg)
{
	finish_tasks(arg);
}

struct pool *pool_create(struct event_base *base, unsigned int threads)
{
	struct pool *pool = calloc(1, sizeof(*pool));

	if (!pool)
		return NULL;
	pthread_mutex_init(&pool->mutex, NULL);
	pthread_cond_init(&pool->work, NULL);
	pool->waiting.last = &pool->waiting.first;
	pool->finished.last = &pool->finished.first;
	pool->threads_max = threads;
	pool->thread = calloc(threads, sizeof(*pool->thread));
	pool->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (pool->wake >= 0)
		pool->event = event_new(base, pool->wake, EV_READ | EV_PERSIST, on_wake, pool);
	if (pool->thread && pool->event && !event_add(pool->event, NULL))
		return pool;
	pool_free(pool);
	return NULL;
}

void pool_drain(struct pool *pool)
{
	struct pollfd wake = { .fd = pool->wake, .events = POLLIN };

	finish_tasks(pool);
	while (pool->pending) {
		poll(&wake, 1, -1);
		finish_tasks(pool);
	}
}

void pool_free(struct pool *pool)
{
	if (!pool)
		return;
	pthread_mutex_lock(&pool->mutex);
	pool->over = true;
	pthread_cond_broadcast(&pool->work);
	pthread_mutex_unlock(&pool->mutex);
	for (unsigned int i = 0; i < pool->threads; i++)
		pthread_join(pool->thread[i], NULL);
	if (pool->event)
		event_free(pool->event);
	if (pool->wake >= 0)
		close(pool->wake);
	pthread_cond_destroy(&pool->work);
	pthread_mutex_destroy(&pool->mutex);
	free(pool->thread);
	free(pool);
}
