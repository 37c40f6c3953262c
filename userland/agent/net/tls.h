/* SPDX-License-Identifier: GPL-2.0 */
/*
 * tls: TLS on a connected socket, of both sides (OpenSSL)
 *
 * TLS 1.2 or later. There is no renegotiation and no resumption: a session is
 * never carried over from one service, or one policy, to another. An end without
 * close_notify is an error (what came may be only a part).
 *
 * How an engine gets it, by STARTTLS, STLS or from the first byte: connection.h.
 */
#ifndef IFAX_TLS_H
#define IFAX_TLS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/**
 * enum tls_policy - what a client demands of a server
 * @TLS_NONE: no TLS
 * @TLS_OPPORTUNISTIC: if the server offers it, with whatever certificate; else in the clear.
 *	Protects from listeners, not from who can change bytes
 * @TLS_REQUIRED: with whatever certificate, but never in the clear
 * @TLS_VERIFIED: with a certificate of a trusted authority that bears the host's name
 * @TLS_PINNED: with one of the public keys that are known
 */
enum tls_policy { TLS_NONE, TLS_OPPORTUNISTIC, TLS_REQUIRED, TLS_VERIFIED, TLS_PINNED };

/**
 * struct tls_demand - how a client makes TLS
 * @policy: what is demanded
 * @implicit: from the first byte (SMTPS, POP3S), no STARTTLS. Not with TLS_NONE
 * @name: TLS_VERIFIED: the name in the certificate; NULL: that of the host
 * @authorities: TLS_VERIFIED: file with certificates of authorities; NULL: the system's
 * @pin: TLS_PINNED: SHA-256 digests of public keys (SubjectPublicKeyInfo, DER) in hexadecimal
 * @pins: their number
 * @certificate: our own, for servers that want one (AUTH EXTERNAL); PEM file, NULL: none
 * @key: of @certificate; secret_file.h
 */
struct tls_demand {
	enum tls_policy policy;
	bool implicit;
	const char *name;
	const char *authorities;
	const char **pin;
	size_t pins;
	const char *certificate;
	const char *key;
};

#define TLS_PIN_DIGITS	64

struct tls_server;
struct tls;

/**
 * tls_server_create - certificate and key of a server
 * @certificate: PEM file: ours first, then the chain
 * @key: PEM file of the private key; secret_file.h
 * @reason: receives what is wrong, for people
 * @bytes: of @reason
 *
 * When a file changes it is read again by the next tls_accept(); a pair that
 * does not fit together is logged, and the one before is kept.
 */
struct tls_server *tls_server_create(const char *certificate, const char *key, char *reason,
				     size_t bytes);
void tls_server_free(struct tls_server *server);

/** tls_check_pair - whether certificate and key can be read, fit together, and are in force now */
bool tls_check_pair(const char *certificate, const char *key, char *reason, size_t bytes);

/**
 * tls_accept, tls_connect - begin TLS on a non-blocking socket
 * @demand: outlives the session
 * @host: name or address that was dialed
 *
 * Return: the session, whose handshake is still to be made; NULL: @reason tells why not.
 */
struct tls *tls_accept(struct tls_server *server, int fd, char *reason, size_t bytes);
struct tls *tls_connect(const struct tls_demand *demand, const char *host, int fd, char *reason,
			size_t bytes);

/**
 * tls_handshake, tls_read, tls_write - as connect(), recv() and send() do
 *
 * Return: 0 (tls_handshake) or bytes; tls_read(): 0: the peer closed in order;
 * -1 with errno: EAGAIN: wait until the socket is readable, or writable if
 * tls_wants_write(); EPROTO: failed, tls_fault() tells why.
 */
int tls_handshake(struct tls *tls);
ssize_t tls_read(struct tls *tls, void *bytes, size_t size);
ssize_t tls_write(struct tls *tls, const void *bytes, size_t size);
bool tls_wants_write(const struct tls *tls);

/** tls_pending - bytes came that the socket does not tell of any more */
bool tls_pending(const struct tls *tls);

/** tls_fault - what went wrong, for people */
const char *tls_fault(const struct tls *tls);

/** tls_end - say good-bye if that can be done now, free; the socket stays open. NULL is allowed */
void tls_end(struct tls *tls);

#endif /* IFAX_TLS_H */
