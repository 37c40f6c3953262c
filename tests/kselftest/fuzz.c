// SPDX-License-Identifier: GPL-2.0
/*
 * Whatever programs do to the devices and the netlink family, from several
 * threads at once, while a person plays with the paper and the hardware comes
 * and goes: nothing breaks, and pages go through as before. Numbers come from
 * a seed, and their count is bounded.
 */
#include <fcntl.h>
#include <linux/ifax_netlink.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/ioctl.h>
#include <sys/uio.h>
#include <kselftest_harness.h>
#include "genl.h"
#include "machine.h"

#define SEED		20010101
#define CALLERS		4
#define CALLS		6000
#define MESSAGES	3000
#define LIVES		6
#define BLOCK_BYTES	4096

FIXTURE(fuzz)
{
	struct sheet sheet;
};

/* What all threads use; a device that comes back gets a new file under its old number */
static int scanner, printer;
static const struct sheet *paper;
static atomic_bool is_over;

/**
 * struct actor - a thread
 * @thread: thread
 * @number: its number, which its random numbers depend on
 * @state: of them
 * @block: memory behind which there is none
 */
struct actor {
	pthread_t thread;
	unsigned int number;
	uint32_t state;
	uint8_t *block;
};

FIXTURE_SETUP(fuzz)
{
	ASSERT_TRUE(set_line_rate(0));
	scanner = ifax_open_scanner(SCANNER, O_NONBLOCK);
	ASSERT_LE(0, scanner);
	printer = ifax_open_printer(PRINTER, O_NONBLOCK);
	ASSERT_LE(0, printer);
	sheet_draw(&self->sheet, A4_WIDTH_PX, 40, 1);
	paper = &self->sheet;
	atomic_store(&is_over, false);
}

FIXTURE_TEARDOWN(fuzz)
{
	close(scanner);
	close(printer);
	sheet_free(&self->sheet);
}

static uint32_t below(struct actor *actor, uint32_t bound)
{
	actor->state ^= actor->state << 13;
	actor->state ^= actor->state >> 17;
	actor->state ^= actor->state << 5;
	return bound ? actor->state % bound : actor->state;
}

/* Numbers at which programs break */
static uint32_t number(struct actor *actor)
{
	static const uint32_t edges[] = {
		0, 1, 2, 3, 4, 7, 8, 31, 32, 63, 64, 255, 256, 1728, 4095, 4096, 65535, 65536,
		INT32_MAX, (uint32_t)INT32_MIN, UINT32_MAX - 1, UINT32_MAX,
	};

	return below(actor, 4) ? edges[below(actor, ARRAY_SIZE(edges))] : below(actor, 0);
}

static int device(struct actor *actor)
{
	return below(actor, 2) ? scanner : printer;
}

/* Memory for an argument: whole, cut off in its middle, or none at all */
static void *argument(struct actor *actor, const void *data, size_t bytes)
{
	uint8_t *at = actor->block + BLOCK_BYTES - bytes;

	switch (below(actor, 16)) {
	case 0:
		return NULL;
	case 1:
		return (void *)-4096L;
	case 2:
		at += below(actor, bytes + 1);
		break;
	}
	memcpy(at, data, actor->block + BLOCK_BYTES - at);
	return at;
}

/* A request that there is, often with the struct of the kernel, a few of its fields changed */
static void call_known(struct actor *actor, int fd)
{
	static const unsigned int requests[] = {
		IFAX_IOC_GET_CAPS, IFAX_IOC_GET_FORMAT, IFAX_IOC_TRY_FORMAT, IFAX_IOC_SET_FORMAT,
		IFAX_IOC_SET_FORMAT, IFAX_IOC_GET_STATE, IFAX_IOC_START, IFAX_IOC_START,
		IFAX_IOC_COMMIT, IFAX_IOC_COMMIT, IFAX_IOC_GET_PAGE, IFAX_IOC_GET_PAGE,
		IFAX_IOC_CANCEL, IFAX_IOC_FINISH,
	};
	unsigned int request = requests[below(actor, ARRAY_SIZE(requests))];
	size_t bytes = _IOC_SIZE(request);
	uint32_t data[128] = {};
	uint32_t changes;

	if (below(actor, 4))
		ioctl(fd, IFAX_IOC_GET_FORMAT, data);
	for (changes = below(actor, 4); bytes >= 4 && changes; changes--)
		data[below(actor, bytes / 4)] = number(actor);
	ioctl(fd, request, argument(actor, data, bytes));
}

static void call_unknown(struct actor *actor, int fd)
{
	uint32_t data[128];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(data); i++)
		data[i] = number(actor);
	if (below(actor, 2))
		ioctl(fd, _IOC(below(actor, 4), IFAX_IOC_MAGIC, below(actor, 16),
			       below(actor, sizeof(data))), argument(actor, data, sizeof(data)));
	else
		ioctl(fd, (unsigned long)below(actor, 0), argument(actor, data, sizeof(data)));
}

static void call_data(struct actor *actor, int fd)
{
	uint8_t data[3000];
	size_t bytes = below(actor, sizeof(data)), i;
	struct iovec vector[2];
	ssize_t n;

	for (i = 0; i < bytes; i++)
		data[i] = below(actor, 3) ? 0 : below(actor, 256);
	vector[0] = (struct iovec){ argument(actor, data, bytes), bytes };
	vector[1] = (struct iovec){ argument(actor, data, bytes), number(actor) };
	switch (below(actor, 6)) {
	case 0:
		n = read(fd, vector[0].iov_base, bytes);
		break;
	case 1:
		n = write(fd, vector[0].iov_base, bytes);
		break;
	case 2:
		n = readv(fd, vector, 2);
		break;
	case 3:
		n = writev(fd, vector, 2);
		break;
	case 4:
		n = preadv2(fd, vector, 1, below(actor, 2) ? -1L : number(actor), number(actor));
		break;
	default:
		n = pwritev2(fd, vector, 1, below(actor, 2) ? -1L : number(actor), number(actor));
	}
	if (n < 0)
		return;
}

static void call_other(struct actor *actor, int fd)
{
	void *mapped;

	switch (below(actor, 6)) {
	case 0:
		poll_ms(fd, number(actor), 0);
		break;
	case 1:
		lseek(fd, number(actor), below(actor, 5));
		break;
	case 2:
		if (ftruncate(fd, number(actor)))
			break;
		break;
	case 3:
		mapped = mmap(NULL, BLOCK_BYTES, PROT_READ, MAP_SHARED, fd, 0);
		if (mapped != MAP_FAILED)
			munmap(mapped, BLOCK_BYTES);
		break;
	case 4:
		close(dup(fd));
		break;
	default:
		fsync(fd);
	}
}

static void *caller(void *arg)
{
	static void (*const calls[])(struct actor *actor, int fd) = {
		call_known, call_known, call_known, call_data, call_data, call_unknown, call_other,
	};
	struct actor *actor = arg;
	int i;

	for (i = 0; i < CALLS && !atomic_load(&is_over); i++)
		calls[below(actor, ARRAY_SIZE(calls))](actor, device(actor));
	return NULL;
}

/* Requests with attributes of any type, size and nesting */
static void *talker(void *arg)
{
	static const char *const names[] = { SCANNER, PRINTER, "", "scan99", "a name too long to be one" };
	struct actor *actor = arg;
	struct genl_message message, reply;
	struct genl_family family;
	int fd = genl_open(), i, attrs;
	uint8_t data[64];
	size_t n;

	if (fd < 0 || !genl_find(fd, IFAX_GENL_NAME, &family))
		return arg;
	for (i = 0; i < MESSAGES && !atomic_load(&is_over); i++) {
		genl_begin(&message, family.id, below(actor, 4) ? 1 + below(actor, 3) : below(actor, 256),
			   below(actor, 2) ? NLM_F_DUMP : NLM_F_ACK);
		for (attrs = below(actor, 5); attrs; attrs--) {
			const char *name = names[below(actor, ARRAY_SIZE(names))];

			for (n = 0; n < sizeof(data); n++)
				data[n] = below(actor, 256);
			if (below(actor, 2))
				genl_put(&message, IFAX_A_DEVICE_NAME, name, strlen(name) + 1);
			else
				genl_put(&message, below(actor, 16) | (below(actor, 8) ? 0 : NLA_F_NESTED),
					 data, below(actor, sizeof(data)));
		}
		/* A length that is not that of the message */
		if (!below(actor, 16))
			message.netlink.nlmsg_len -= below(actor, message.netlink.nlmsg_len);
		genl_send(fd, &message);
		while (genl_take(fd, &reply, 0) > 0)
			;
	}
	close(fd);
	return NULL;
}

/* Lays paper in, takes it out, opens covers, makes memory small */
static void *person(void *arg)
{
	static const char *const sensors[] = { "jam", "cover_open" };
	struct actor *actor = arg;
	const char *sensor;

	while (!atomic_load(&is_over)) {
		switch (below(actor, 6)) {
		case 0:
			sensor = sensors[below(actor, ARRAY_SIZE(sensors))];
			set_sensor(below(actor, 2) ? FEEDER : TRAY, sensor, 1);
			usleep(below(actor, 3000));
			set_sensor(FEEDER, sensor, 0);
			set_sensor(TRAY, sensor, 0);
			break;
		case 1:
			set_budget_kib(below(actor, 64));
			break;
		case 2:
			set_line_rate(below(actor, 2) ? 0 : 20000);
			break;
		case 3:
			tray_empty();
			break;
		default:
			feeder_put(paper);
			set_budget_kib(BUDGET_KIB);
			usleep(below(actor, 3000));
		}
	}
	set_budget_kib(BUDGET_KIB);
	set_line_rate(0);
	return NULL;
}

static void start(struct __test_metadata *_metadata, struct actor *actor, unsigned int seed,
		  void *(*act)(void *arg))
{
	actor->number = seed;
	actor->state = (SEED + seed) * 2654435761u | 1;
	actor->block = mmap(NULL, 2 * BLOCK_BYTES, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, actor->block);
	ASSERT_EQ(0, mprotect(actor->block + BLOCK_BYTES, BLOCK_BYTES, PROT_NONE));
	ASSERT_EQ(0, pthread_create(&actor->thread, NULL, act, actor));
}

static void join(struct __test_metadata *_metadata, struct actor *actor)
{
	void *wrong;

	ASSERT_EQ(0, pthread_join(actor->thread, &wrong));
	EXPECT_EQ(NULL, wrong);
	munmap(actor->block, 2 * BLOCK_BYTES);
}

/* The person puts things right, programs begin anew: a page goes from feeder to tray */
static void expect_all_works(struct __test_metadata *_metadata)
{
	struct ifax_page_record record;
	struct ifax_format format;
	struct coded coded;
	struct sheet got;

	close(scanner);
	scanner = ifax_open_scanner(SCANNER, 0);
	ASSERT_LE(0, scanner);
	close(printer);
	printer = ifax_open_printer(PRINTER, 0);
	ASSERT_LE(0, printer);
	set_sensor(TRAY, "paper_sheets", 1000);
	tray_empty();
	feeder_empty(scanner);
	ASSERT_EQ(0, ifax_get_format(scanner, &format));
	format.width_px = A4_WIDTH_PX;
	ASSERT_EQ(0, ifax_set_format(scanner, &format));
	ASSERT_EQ(0, ifax_set_format(printer, &format));
	ASSERT_TRUE(feeder_put(paper));
	ASSERT_EQ(0, ifax_start(scanner));
	ASSERT_LT(0, read_page(scanner, &coded));
	ASSERT_EQ(0, ifax_get_page(scanner, &record));
	EXPECT_EQ(IFAX_PAGE_OK, record.status);
	ASSERT_EQ(0, ifax_write_all(printer, coded.data, coded.bytes));
	ASSERT_EQ(0, ifax_commit(printer));
	ASSERT_EQ(0, ifax_get_page(printer, &record));
	EXPECT_EQ(IFAX_PAGE_OK, record.status);
	EXPECT_TRUE(tray_take(&got));
	EXPECT_TRUE(sheet_same(paper, &got));
	sheet_free(&got);
	coded_free(&coded);
}

static void fuzz(struct __test_metadata *_metadata, unsigned int seed, void (*meanwhile)(void))
{
	struct actor callers[CALLERS], talking, hands;
	int i;

	for (i = 0; i < CALLERS; i++)
		start(_metadata, &callers[i], seed + i, caller);
	start(_metadata, &talking, seed + CALLERS, talker);
	start(_metadata, &hands, seed + CALLERS + 1, person);
	if (meanwhile)
		meanwhile();
	for (i = 0; i < CALLERS; i++)
		join(_metadata, &callers[i]);
	join(_metadata, &talking);
	atomic_store(&is_over, true);
	join(_metadata, &hands);
}

TEST_F(fuzz, calls)
{
	fuzz(_metadata, 0, NULL);
	expect_all_works(_metadata);
}

/* Scanner and printer are taken away from under it */
static void take_away(void)
{
	usleep(300000);
	driver_unbind(SCANNER);
	driver_unbind(PRINTER);
	usleep(20000);
	atomic_store(&is_over, true);
}

TEST_F(fuzz, calls_while_devices_go)
{
	unsigned int life;

	for (life = 1; life <= LIVES; life++) {
		atomic_store(&is_over, false);
		fuzz(_metadata, life * 100, take_away);
		ASSERT_TRUE(driver_bind(SCANNER));
		ASSERT_TRUE(driver_bind(PRINTER));
		close(scanner);
		scanner = ifax_open_scanner(SCANNER, O_NONBLOCK);
		ASSERT_LE(0, scanner);
		close(printer);
		printer = ifax_open_printer(PRINTER, O_NONBLOCK);
		ASSERT_LE(0, printer);
	}
	expect_all_works(_metadata);
}

TEST_HARNESS_MAIN
