// SPDX-License-Identifier: GPL-2.0
/*
 * spandsp encodes a page when it is started, from rows that it asks for; it wants
 * a file for its format. What it decodes it writes as rows, too, but opens a file.
 * Fax order: the first bit of a byte is the least significant one. A page has to
 * have its end code.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <spandsp.h>

#include "bench.h"
#include "peer_tiff.h"

struct spandsp {
	t4_tx_state_t *tx;
	t4_rx_state_t *rx;
	int tx_file, rx_file;
	u8 *coded;		/* in its order, with an end code */
	size_t coded_bytes;
	const u8 *row;		/* next one to encode */
	u8 *to;			/* next one decoded */
};

static bool can(u32 coding)
{
	return coding == IFAX_CODING_MH || coding == IFAX_CODING_MR || coding == IFAX_CODING_MMR;
}

static int encoding(u32 coding)
{
	return coding == IFAX_CODING_MH ? T4_COMPRESSION_ITU_T4_1D :
	       coding == IFAX_CODING_MR ? T4_COMPRESSION_ITU_T4_2D : T4_COMPRESSION_ITU_T6;
}

static int next_row(void *user_data, uint8_t *row, size_t bytes)
{
	struct bench_run *run = user_data;
	struct spandsp *peer = run->priv;

	if (peer->row == run->page->rows + run->page->lines * run->page->stride)
		return 0;
	memcpy(row, peer->row, bytes);
	peer->row += bytes;
	return bytes;
}

static int take_row(void *user_data, const uint8_t *row, size_t bytes)
{
	struct bench_run *run = user_data;
	struct spandsp *peer = run->priv;

	if (peer->to == run->rows + run->page->lines * run->page->stride || !bytes)
		return 0;
	memcpy(peer->to, row, bytes);
	peer->to += bytes;
	return 0;
}

static void path_of(int file, char path[64])
{
	if (file < 0)
		abort();
	snprintf(path, 64, "/proc/self/fd/%d", file);
}

static void make_input(struct bench_run *run, struct spandsp *peer)
{
	struct bench_run ours = *run;

	ours.fmt.flags |= IFAX_FMT_END | IFAX_FMT_LSB_FIRST;
	bench_ifax.begin(&ours);
	bench_ifax.encode(&ours);
	bench_ifax.end(&ours);
	peer->coded_bytes = ours.out_bytes;
	peer->coded = malloc(ours.out_bytes);
	if (!peer->coded)
		abort();
	memcpy(peer->coded, ours.out, ours.out_bytes);
}

static void begin(struct bench_run *run)
{
	struct spandsp *peer = calloc(1, sizeof(*peer));
	char path[64];
	size_t bytes;
	u8 *tiff;

	if (!peer)
		abort();
	run->priv = peer;
	make_input(run, peer);
	peer->tx_file = memfd_create("page", 0);
	peer->rx_file = memfd_create("decoded", 0);
	bytes = tiff_file(&run->fmt, run->page, run->coded, run->coded_bytes, &tiff);
	path_of(peer->tx_file, path);
	if (write(peer->tx_file, tiff, bytes) != (ssize_t)bytes)
		abort();
	free(tiff);
	peer->tx = t4_tx_init(NULL, path, -1, -1);
	path_of(peer->rx_file, path);
	peer->rx = t4_rx_init(NULL, path, T4_COMPRESSION_ITU_T6);
	if (!peer->tx || !peer->rx)
		abort();
	t4_tx_set_tx_encoding(peer->tx, encoding(run->fmt.coding));
	t4_tx_set_row_read_handler(peer->tx, next_row, run);
	t4_rx_set_rx_encoding(peer->rx, encoding(run->fmt.coding));
	t4_rx_set_image_width(peer->rx, run->page->width_px);
	t4_rx_set_row_write_handler(peer->rx, take_row, run);
}

static void encode(struct bench_run *run)
{
	struct spandsp *peer = run->priv;

	peer->row = run->page->rows;
	if (t4_tx_restart_page(peer->tx) || t4_tx_start_page(peer->tx))
		abort();
	run->out_bytes = t4_tx_get_chunk(peer->tx, run->out, run->room);
}

static void decode(struct bench_run *run)
{
	struct spandsp *peer = run->priv;

	peer->to = run->rows;
	t4_rx_start_page(peer->rx);
	t4_rx_put_chunk(peer->rx, peer->coded, peer->coded_bytes);
	t4_rx_end_page(peer->rx);
}

static void end(struct bench_run *run)
{
	struct spandsp *peer = run->priv;

	t4_tx_free(peer->tx);
	t4_rx_free(peer->rx);
	close(peer->tx_file);
	close(peer->rx_file);
	free(peer->coded);
	free(peer);
}

const struct bench_impl bench_spandsp = {
	.name = "spandsp", .flags = IFAX_FMT_LSB_FIRST, .can = can, .begin = begin,
	.encode = encode, .decode = decode, .end = end,
};
