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
#define IFAX_ID_SCANNER			0x49465302	/* "IFS", 2 */
#define IFAX_ID_PRINTER			0x49465002	/* "IFP", 2 */
#define IFAX_ID_VERSION			GENMASK(7, 0)

/* Commands: write one; reads as zero */
#define IFAX_REG_CONTROL		0x04
#define IFAX_CONTROL_START		BIT(0)
#define IFAX_CONTROL_STOP		BIT(1)
#define IFAX_CONTROL_RESET		BIT(2)
#define IFAX_CONTROL_EJECT		BIT(3)

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
#define IFAX_INT_PHASE			BIT(12)
#define IFAX_INT_BITS			GENMASK(12, 0)
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
#define IFAX_FEATURE_PHASE		BIT(3)	/* tells its state */
#define IFAX_FEATURE_LAMP		BIT(4)	/* has its lamp switched */
#define IFAX_FEATURE_TRAYS		BIT(5)	/* tells its paper trays */
#define IFAX_FEATURE_MARGIN		BIT(6)	/* places the page on the sheet */
#define IFAX_FEATURE_BITS		GENMASK(6, 0)
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
#define IFAX_MODE_HOLD			BIT(3)	/* the back of the sheet will follow */
#define IFAX_REFERENCE_LINES		16	/* of each */

/* The state of the engine, read only; 0 without FEATURE_PHASE */
#define IFAX_REG_PHASE			0x88
#define IFAX_PHASE_NOW			GENMASK(3, 0)
#define IFAX_PHASE_HELD			BIT(4)	/* a sheet stands in the duplex unit */
/* Values of PHASE_NOW */
#define IFAX_NOW_WARM_UP		1
#define IFAX_NOW_READY			2
#define IFAX_NOW_FEEDING		3
#define IFAX_NOW_MOVING			4
#define IFAX_NOW_EXIT			5
#define IFAX_NOW_ERROR			6

/* The lamp of a scanner */
#define IFAX_REG_LAMP			0x8c
#define IFAX_LAMP_ON			BIT(0)
#define IFAX_LAMP_WARM			BIT(1)	/* read only, as the next */
#define IFAX_LAMP_FAILED		BIT(2)
#define IFAX_LAMP_BITS			GENMASK(2, 0)

#define IFAX_REG_WARM_UP		0x90	/* longest warm-up in ms, read only */
#define IFAX_REG_LINE_RATE		0x94	/* lines a second, 0: not told, read only */

/* White between the corner of the sheet and the first pixel; of the next page */
#define IFAX_REG_MARGIN			0x98
#define IFAX_MARGIN_X			GENMASK(15, 0)	/* pixels */
#define IFAX_MARGIN_Y			GENMASK(31, 16)	/* lines */

/* Paper trays */
#define IFAX_TRAYS_MAX			8
#define IFAX_REG_TRAYS			0x9c	/* how many, read only */
#define IFAX_REG_TRAY			0xa0	/* of the next page, from 0 */
#define IFAX_REG_TRAY_AT(n)		(0xc0 + 4 * (n))	/* read only, as the next */
#define IFAX_TRAY_PRESENT		BIT(0)
#define IFAX_TRAY_PAPER			BIT(1)
#define IFAX_TRAY_LOW			BIT(2)
#define IFAX_TRAY_BITS			GENMASK(2, 0)
#define IFAX_REG_TRAY_SIZE(n)		(0xe0 + 4 * (n))	/* 0.1 mm */
#define IFAX_TRAY_SIZE_X		GENMASK(15, 0)	/* along the line */
#define IFAX_TRAY_SIZE_Y		GENMASK(31, 16)	/* along the way of the sheet */

/* Bytes of a line in memory: whole 32-bit words */
#define IFAX_LINE_BYTES(width_px)	(4 * (((width_px) + 31) / 32))
#define IFAX_GREY_LINE_BYTES(width_px)	(4 * (((width_px) + 3) / 4))

#endif /* _LINUX_IFAX_REGS_H */
