// SPDX-License-Identifier: GPL-2.0
/*
 * FFmpeg's decoder of T.4 and T.6 has no entry of its own: it is reached by a
 * TIFF file as a packet. It has no encoder.
 */
#include <stdlib.h>
#include <string.h>
#include <libavcodec/avcodec.h>

#include "bench.h"
#include "peer_tiff.h"

struct ffmpeg {
	AVCodecContext *context;
	AVPacket *packet;
	AVFrame *frame;
};

static bool can(u32 coding)
{
	return coding == IFAX_CODING_MH || coding == IFAX_CODING_MR || coding == IFAX_CODING_MMR;
}

static void begin(struct bench_run *run)
{
	struct ffmpeg *peer = calloc(1, sizeof(*peer));
	const AVCodec *codec = avcodec_find_decoder(AV_CODEC_ID_TIFF);
	struct ifax_codec_format fmt = run->fmt;
	size_t bytes;
	u8 *tiff;

	if (!peer || !codec)
		abort();
	av_log_set_level(AV_LOG_QUIET);
	peer->context = avcodec_alloc_context3(codec);
	peer->packet = av_packet_alloc();
	peer->frame = av_frame_alloc();
	if (!peer->context || !peer->packet || !peer->frame)
		abort();
	peer->context->thread_count = 1;
	/* else it would invert all pixels, which is no part of the coding */
	fmt.flags |= IFAX_FMT_WHITE_IS_1;
	bytes = tiff_file(&fmt, run->page, run->coded, run->coded_bytes, &tiff);
	if (avcodec_open2(peer->context, codec, NULL) || av_new_packet(peer->packet, bytes))
		abort();
	memcpy(peer->packet->data, tiff, bytes);
	free(tiff);
	run->priv = peer;
}

static void decode(struct bench_run *run)
{
	struct ffmpeg *peer = run->priv;

	if (avcodec_send_packet(peer->context, peer->packet) ||
	    avcodec_receive_frame(peer->context, peer->frame))
		av_frame_unref(peer->frame);
}

static void fetch(struct bench_run *run, bool decoded)
{
	struct ffmpeg *peer = run->priv;
	u32 y;

	for (y = 0; y < run->page->lines && y < (u32)peer->frame->height; y++)
		memcpy(run->rows + y * run->page->stride,
		       peer->frame->data[0] + y * peer->frame->linesize[0], run->page->stride);
}

static void end(struct bench_run *run)
{
	struct ffmpeg *peer = run->priv;

	avcodec_free_context(&peer->context);
	av_packet_free(&peer->packet);
	av_frame_free(&peer->frame);
	free(peer);
}

const struct bench_impl bench_ffmpeg = {
	.name = "ffmpeg", .can = can, .begin = begin, .decode = decode, .fetch = fetch, .end = end,
};
