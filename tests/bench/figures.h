/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Figures that a bench in the virtual machine finds: as TAP, a test for each goal,
 * and as a table. And what each of them does to the simulator.
 */
#ifndef IFAX_BENCH_FIGURES_H
#define IFAX_BENCH_FIGURES_H

#include <stdbool.h>
#include <stddef.h>

#define FEEDER	"/dev/ifax/feeder0"

/* The table in which all is kept; a file with this name is overwritten */
void figures_begin(const char *path);
/* Ends table and TAP; returns what main() returns */
int figures_end(void);

void figure(const char *what, double found);
void goal(bool reached, const char *what, double found, const char *bound);

/* Gives up the run if @err is a negative errno */
void check(const char *what, int err);

void write_file(const char *path, const char *data, size_t bytes);
/* Lines per second of the simulated hardware, 0: as fast as it goes */
void set_line_rate(unsigned int lines_per_s);

#endif /* IFAX_BENCH_FIGURES_H */
