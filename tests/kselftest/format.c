// SPDX-License-Identifier: GPL-2.0
/*
 * Capabilities and formats of both kinds of devices.
 */
#include <kselftest_harness.h>
#include "machine.h"

FIXTURE(format)
{
	int fd;
	struct ifax_caps caps;
	struct ifax_format format;
};

FIXTURE_VARIANT(format)
{
	uint32_t kind;
};

FIXTURE_VARIANT_ADD(format, scanner)
{
	.kind = IFAX_KIND_SCANNER,
};

FIXTURE_VARIANT_ADD(format, printer)
{
	.kind = IFAX_KIND_PRINTER,
};

FIXTURE_SETUP(format)
{
	self->fd = variant->kind == IFAX_KIND_SCANNER ? ifax_open_scanner(SCANNER, 0) :
							ifax_open_printer(PRINTER, 0);
	ASSERT_LE(0, self->fd);
	ASSERT_EQ(0, ifax_get_caps(self->fd, &self->caps));
	ASSERT_EQ(0, ifax_get_format(self->fd, &self->format));
}

FIXTURE_TEARDOWN(format)
{
	close(self->fd);
}

TEST_F(format, caps)
{
	const struct ifax_caps *caps = &self->caps;
	uint32_t i;

	EXPECT_EQ(variant->kind, caps->kind);
	EXPECT_TRUE(ifax_has_coding(caps, IFAX_CODING_RAW));
	EXPECT_TRUE(ifax_has_coding(caps, IFAX_CODING_MH));
	EXPECT_TRUE(ifax_has_coding(caps, IFAX_CODING_MMR));
	EXPECT_LT(0, caps->width_px_min);
	EXPECT_LE(1728, caps->width_px_max);
	EXPECT_LE(2376, caps->length_lines_max);
	EXPECT_LT(0, caps->budget_bytes);
	ASSERT_LT(0, caps->resolutions);
	ASSERT_GE(IFAX_RESOLUTIONS_MAX, caps->resolutions);
	for (i = 0; i < IFAX_RESOLUTIONS_MAX; i++)
		EXPECT_EQ(i < caps->resolutions, caps->resolution[i].x_dpi != 0);
	for (i = 0; i < ARRAY_SIZE(caps->reserved); i++)
		EXPECT_EQ(0, caps->reserved[i]);
}

TEST_F(format, default_is_possible)
{
	struct ifax_format tried = self->format;

	EXPECT_EQ(0, ifax_try_format(self->fd, &tried));
	EXPECT_EQ(0, memcmp(&tried, &self->format, sizeof(tried)));
	EXPECT_EQ(0, ifax_set_format(self->fd, &self->format));
	EXPECT_EQ(self->caps.resolution[0].x_dpi, tried.x_dpi);
	EXPECT_EQ(self->caps.resolution[0].y_dpi, tried.y_dpi);
}

TEST_F(format, try_moves_to_the_nearest)
{
	struct ifax_format format = self->format;
	struct ifax_format now;

	format.width_px = UINT32_MAX;
	format.length_lines = UINT32_MAX;
	format.x_dpi = self->caps.resolution[0].x_dpi + 1;
	format.y_dpi = self->caps.resolution[0].y_dpi - 1;
	EXPECT_EQ(-EINVAL, ifax_set_format(self->fd, &format));
	ASSERT_EQ(0, ifax_try_format(self->fd, &format));
	EXPECT_EQ(self->caps.width_px_max, format.width_px);
	EXPECT_EQ(self->caps.length_lines_max, format.length_lines);
	EXPECT_EQ(self->caps.resolution[0].x_dpi, format.x_dpi);
	EXPECT_EQ(self->caps.resolution[0].y_dpi, format.y_dpi);

	ASSERT_EQ(0, ifax_get_format(self->fd, &now));
	EXPECT_EQ(0, memcmp(&now, &self->format, sizeof(now)));

	ASSERT_EQ(0, ifax_set_format(self->fd, &format));
	ASSERT_EQ(0, ifax_get_format(self->fd, &now));
	EXPECT_EQ(0, memcmp(&now, &format, sizeof(now)));

	format.width_px = 0;
	ASSERT_EQ(0, ifax_try_format(self->fd, &format));
	EXPECT_EQ(self->caps.width_px_min, format.width_px);
}

TEST_F(format, every_resolution)
{
	struct ifax_format format = self->format;
	uint32_t i;

	for (i = 0; i < self->caps.resolutions; i++) {
		format.x_dpi = self->caps.resolution[i].x_dpi;
		format.y_dpi = self->caps.resolution[i].y_dpi;
		EXPECT_EQ(0, ifax_set_format(self->fd, &format));
	}
	format.x_dpi = 1;
	EXPECT_EQ(-EINVAL, ifax_set_format(self->fd, &format));
}

/* Fields of a format that name one of several things, and what the device has of them */
static const struct {
	size_t field;
	size_t has;
	uint32_t last;
} choices[] = {
	{ offsetof(struct ifax_format, binarisation), offsetof(struct ifax_caps, binarisations),
	  IFAX_BINARY_ORDERED },
	{ offsetof(struct ifax_format, sides), offsetof(struct ifax_caps, sides),
	  IFAX_SIDES_BOTH },
	{ offsetof(struct ifax_format, paper), offsetof(struct ifax_caps, papers),
	  IFAX_PAPER_LEGAL },
	{ offsetof(struct ifax_format, scaling), offsetof(struct ifax_caps, scalings),
	  IFAX_SCALING_ENGINE },
	{ offsetof(struct ifax_format, page_fit), offsetof(struct ifax_caps, page_fits),
	  IFAX_FIT_OFFICE },
};

static uint32_t *at(void *structure, size_t offset)
{
	return (uint32_t *)((char *)structure + offset);
}

TEST_F(format, choices)
{
	struct ifax_format format;
	uint32_t i, choice;

	for (i = 0; i < ARRAY_SIZE(choices); i++) {
		uint32_t has = *at(&self->caps, choices[i].has);

		EXPECT_TRUE(has & 1);
		EXPECT_EQ(0, has >> (choices[i].last + 1));
		for (choice = 0; choice <= choices[i].last; choice++) {
			format = self->format;
			*at(&format, choices[i].field) = choice;
			if (choices[i].field == offsetof(struct ifax_format, binarisation) &&
			    choice == IFAX_BINARY_THRESHOLD)
				format.threshold = 128;
			EXPECT_EQ(has & 1U << choice ? 0 : -EINVAL,
				  ifax_set_format(self->fd, &format));
			ASSERT_EQ(0, ifax_try_format(self->fd, &format));
			EXPECT_EQ(has & 1U << choice ? choice : 0,
				  *at(&format, choices[i].field));
			EXPECT_EQ(0, ifax_set_format(self->fd, &format));
		}
	}
	format = self->format;
	format.threshold = 1000;
	EXPECT_EQ(-EINVAL, ifax_set_format(self->fd, &format));
	ASSERT_EQ(0, ifax_try_format(self->fd, &format));
	EXPECT_EQ(0, format.threshold);
}

TEST_F(format, copies)
{
	struct ifax_format format = self->format;

	if (variant->kind == IFAX_KIND_SCANNER)
		EXPECT_EQ(1, self->caps.copies_max);
	format.copies = self->caps.copies_max;
	EXPECT_EQ(0, ifax_set_format(self->fd, &format));
	format.copies++;
	EXPECT_EQ(-EINVAL, ifax_set_format(self->fd, &format));
	ASSERT_EQ(0, ifax_try_format(self->fd, &format));
	EXPECT_EQ(self->caps.copies_max, format.copies);
	format.collate = 1;
	ASSERT_EQ(0, ifax_try_format(self->fd, &format));
	EXPECT_EQ(self->caps.copies_max > 1, format.collate);
}

static void refused(struct __test_metadata *_metadata, FIXTURE_DATA(format) *self,
		    struct ifax_format format)
{
	struct ifax_format now;

	EXPECT_EQ(-EINVAL, ifax_try_format(self->fd, &format));
	EXPECT_EQ(-EINVAL, ifax_set_format(self->fd, &format));
	ASSERT_EQ(0, ifax_get_format(self->fd, &now));
	EXPECT_EQ(0, memcmp(&now, &self->format, sizeof(now)));
}

TEST_F(format, what_has_no_neighbour)
{
	struct ifax_format format;
	uint32_t i;

	for (i = 0; i < 40; i++) {
		format = self->format;
		format.coding = i < 32 ? i : 1U << (i - 8);
		if (!ifax_has_coding(&self->caps, format.coding))
			refused(_metadata, self, format);
	}
	for (i = 0; i < 32; i++) {
		format = self->format;
		format.flags |= 1U << i;
		if (!(IFAX_FMT_FLAGS & 1U << i))
			refused(_metadata, self, format);
	}
	for (i = 0; i < ARRAY_SIZE(choices); i++) {
		format = self->format;
		*at(&format, choices[i].field) = choices[i].last + 1;
		refused(_metadata, self, format);
		*at(&format, choices[i].field) = UINT32_MAX;
		refused(_metadata, self, format);
	}
	format = self->format;
	format.collate = 2;
	refused(_metadata, self, format);
	for (i = 0; i < ARRAY_SIZE(format.reserved); i++) {
		format = self->format;
		format.reserved[i] = 1;
		refused(_metadata, self, format);
	}
}

TEST_HARNESS_MAIN
