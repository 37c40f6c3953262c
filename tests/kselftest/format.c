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
	for (i = 0; i < ARRAY_SIZE(format.reserved); i++) {
		format = self->format;
		format.reserved[i] = 1;
		refused(_metadata, self, format);
	}
}

TEST_HARNESS_MAIN
