// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "message_file.h"

GMimeMessage *message_parse(int fd)
{
	GMimeStream *stream = g_mime_stream_fs_new_with_bounds(fd, 0, -1);
	GMimeParser *parser = g_mime_parser_new_with_stream(stream);
	GMimeMessage *message;

	g_mime_stream_fs_set_owner(GMIME_STREAM_FS(stream), FALSE);
	message = g_mime_parser_construct_message(parser, NULL);
	g_object_unref(parser);
	g_object_unref(stream);
	return message;
}

gint64 message_write(GMimeMessage *message, int fd, struct failure *failure)
{
	GMimeFormatOptions *options = g_mime_format_options_new();
	GMimeStream *stream = g_mime_stream_fs_new_with_bounds(fd, 0, -1);
	gint64 bytes = -1;

	g_mime_stream_fs_set_owner(GMIME_STREAM_FS(stream), FALSE);
	g_mime_format_options_set_newline_format(options, GMIME_NEWLINE_FORMAT_DOS);
	errno = 0;
	if (ftruncate(fd, 0) ||
	    g_mime_object_write_to_stream(GMIME_OBJECT(message), options, stream) < 0)
		fail(failure, EXIT_LATER, "cannot write the message: %s", strerror(errno));
	else
		bytes = g_mime_stream_tell(stream);
	g_object_unref(stream);
	g_mime_format_options_free(options);
	return bytes;
}
