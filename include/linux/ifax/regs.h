/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Registers of a scanner or print engine. Documentation/hardware.rst is the
 * contract; this file only gives its numbers names.
 *
 * Every engine has a bank of 32-bit registers of its own. Scanner and printer
 * share one layout: a scanner moves lines from paper to memory, a printer from
 * memory to paper, and all that differs is which interrupts can come.
 */
#ifndef _LINUX_IFAX_REGS_H
#define _LINUX_IFAX_REGS_H

#include <linux/bits.h>

#define IFAX_BANK_BYTES			0x100

/* Kind and version: three letters and the version of the layout */
#define IFAX_REG_ID			0x00
#define IFAX_ID_SCANNER			0x49465301	/* "IFS", 1 */
#define IFAX_ID_PRINTER			0x49465001	/* "IFP", 1 */

/* Commands: write one; reads as zero */
#define IFAX_REG_CONTROL		0x04
#define IFAX_CONTROL_START		BIT(0)
#define IFAX_CONTROL_STOP		BIT(1)
#define IFAX_CONTROL_RESET		BIT(2)

/* Sensors and state, read only */
#define IFAX_REG_STATUS			0x08
#define IFAX_STATUS_BUSY		BIT(0)
#define IFAX_STATUS_PAPER		BIT(1)
#define IFAX_STATUS_COVER_OPEN		BIT(2)
#define IFAX_STATUS_JAM			BIT(3)
#define IFAX_STATUS_PAPER_LOW		BIT(4)
#define IFAX_STATUS_TONER_LOW		BIT(5)
#define IFAX_STATUS_BITS		GENMASK(5, 0)

/* What happened (write 1 to clear), and which of it raises the interrupt */
#define IFAX_REG_INT_STATUS		0x0c
#define IFAX_REG_INT_ENABLE		0x10
#define IFAX_INT_PAGE_END		BIT(0)
#define IFAX_INT_LONG			BIT(1)
#define IFAX_INT_OVERRUN		BIT(2)
#define IFAX_INT_UNDERRUN		BIT(3)
#define IFAX_INT_JAM			BIT(4)
#define IFAX_INT_COVER			BIT(5)
#define IFAX_INT_NO_PAPER		BIT(6)
#define IFAX_INT_FAULT			BIT(7)
#define IFAX_INT_PAPER			BIT(8)
#define IFAX_INT_KEY			BIT(9)
#define IFAX_INT_LAMP			BIT(10)
#define IFAX_INT_DOUBLE			BIT(11)
#define IFAX_INT_BITS			GENMASK(11, 0)
/* What is told also between pages */
#define IFAX_INT_IDLE			(IFAX_INT_PAPER | IFAX_INT_KEY)

/* The next page: set while not busy */
#define IFAX_REG_WIDTH			0x14	/* pixels */
#define IFAX_REG_RESOLUTION		0x18	/* dots per inch, as below */
#define IFAX_REG_LENGTH			0x1c	/* scanner: most lines; printer: lines */
#define IFAX_REG_BAND			0x20	/* lines in a band */

/* Flow: the engine moves line n (from 0) only if n < LIMIT */
#define IFAX_REG_LIMIT			0x24
#define IFAX_REG_LINES			0x28	/* lines moved, read only */

/* The one-touch number that came with the start key, 0: none, read only */
#define IFAX_REG_KEY			0x2c

/* What the engine can do, read only */
#define IFAX_REG_WIDTH_RANGE		0x30
#define IFAX_WIDTH_RANGE_MAX		GENMASK(15, 0)
#define IFAX_WIDTH_RANGE_MIN		GENMASK(31, 16)
#define IFAX_REG_LENGTH_MAX		0x34
#define IFAX_REG_RESOLUTIONS		0x38	/* entries in the table, 1 to 16 */
#define IFAX_REG_FEATURES		0x3c
#define IFAX_FEATURE_PAUSE		BIT(0)	/* waits for LIMIT */
#define IFAX_FEATURE_GREY		BIT(1)	/* the sensor tells grey */
#define IFAX_FEATURE_BACK		BIT(2)	/* turns sheets */
#define IFAX_FEATURE_BITS		GENMASK(2, 0)
#define IFAX_REG_RESOLUTION_AT(n)	(0x40 + 4 * (n))
#define IFAX_RESOLUTION_X		GENMASK(15, 0)
#define IFAX_RESOLUTION_Y		GENMASK(31, 16)

/* Port of the pixels, for a DMA controller that needs an address */
#define IFAX_REG_DATA			0x80

/* How the next page is made: set while not busy */
#define IFAX_REG_MODE			0x84
#define IFAX_MODE_GREY			BIT(0)	/* eight bits a pixel */
#define IFAX_MODE_BACK			BIT(1)	/* of the sheet that was taken last */
#define IFAX_MODE_REFERENCE		BIT(2)	/* no sheet: dark, then white lines */
#define IFAX_REFERENCE_LINES		16	/* of each */

/* Bytes of a line in memory: whole 32-bit words */
#define IFAX_LINE_BYTES(width_px)	(4 * (((width_px) + 31) / 32))
#define IFAX_GREY_LINE_BYTES(width_px)	(4 * (((width_px) + 3) / 4))

#endif /* _LINUX_IFAX_REGS_H */
