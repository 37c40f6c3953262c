/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The machine under test: scan0 and print0 of the simulator, their feeder and
 * tray, and what the administrator can do.
 */
#ifndef IFAX_TEST_MACHINE_H
#define IFAX_TEST_MACHINE_H

#include <stdbool.h>
#include <stdint.h>
#include <libifax.h>

#include "sheet.h"

#define SCANNER	"scan0"
#define PRINTER	"print0"
#define FEEDER	"feeder0"
#define TRAY	"tray0"

/* What the administrator has by default */
#define BUDGET_KIB		65536

/* The width of A4 in a fax */
#define A4_WIDTH_PX		1728

/* Slow enough that a test can look at a page under way */
#define SLOW_LINES_PER_S	20
/* So slow that nothing happens meanwhile */
#define CRAWL_LINES_PER_S	1

/* Far more than a machine under load needs for anything here */
#define PATIENCE_MS		120000

/* The harness would cut a test off that a debug kernel on a busy machine cannot finish in 30 s */
#ifdef TEST_TIMEOUT_DEFAULT
#undef TEST_TIMEOUT_DEFAULT
#define TEST_TIMEOUT_DEFAULT	900
#endif

/* Functions that return bool are true if all went well, and tell why if not. */

/* Both devices, with nothing in feeder and tray; @format: of an A4 page, set on both */
bool machine_open(int *scanner, int *printer, struct ifax_format *format);
/* Pixels as they are, on both */
bool machine_uncoded(int scanner, int printer, struct ifax_format *format);
/* Closes both, and everything is as it was before a test */
void machine_close(int scanner, int printer);

bool feeder_put(const struct sheet *sheet);
void feeder_empty(int fd);
bool tray_take(struct sheet *sheet);
void tray_empty(void);
bool tray_wait(unsigned int sheets);

bool set_line_rate(unsigned int lines_per_s);
bool set_feed_ms(unsigned int feed_ms);
bool set_scan_pause(bool pause);
bool set_budget_kib(unsigned int budget_kib);
bool set_total_budget_kib(unsigned int budget_kib);
unsigned int total_budget_default_kib(void);
bool set_sensor(const char *pile, const char *sensor, unsigned int value);
bool order_fault(const char *engine, const char *fault);
/* What a person does to a paper tray: "0 a4:500", "1 out" */
bool order_trays(const char *engine, const char *text);
bool driver_unbind(const char *name);
bool driver_bind(const char *name);
/* 0 or a negative errno, and silence */
int driver_try_bind(const char *name);

bool write_sheet(int fd, const struct ifax_format *format, const struct sheet *sheet);
ssize_t read_page(int fd, struct coded *coded);
void block(int fd, bool blocking);
int poll_ms(int fd, short events, int timeout_ms);
bool wait_for_state(int fd, uint32_t mask, uint32_t flags);
uint64_t used_bytes(int fd);
/* The clock of time stamps */
uint64_t boottime_ns(void);

#endif /* IFAX_TEST_MACHINE_H */
