// SPDX-License-Identifier: GPL-2.0
/*
 * tls: TLS on a connected socket, of both sides (OpenSSL)
 */
#include <arpa/inet.h>
#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "log.h"
#include "secret_file.h"
#include "tls.h"

/* What tells one version of a file from another. */
struct version {
	dev_t device;
	ino_t inode;
	struct timespec changed;
};

struct tls_server {
	SSL_CTX *context;
	char *certificate;
	char *key;
	struct version certificate_version;
	struct version key_version;
};

struct tls {
	SSL *ssl;
	bool wants_write;
	bool broken;			/* after a fault nothing more may be said */
	char fault[256];
};

static void explain(char *reason, size_t bytes, const char *what)
{
	const char *why = ERR_reason_error_string(ERR_get_error());

	snprintf(reason, bytes, "%s: %s", what, why ? why : strerror(errno));
	ERR_clear_error();
}

static SSL_CTX *make_context(const SSL_METHOD *method)
{
	SSL_CTX *context = SSL_CTX_new(method);

	if (!context)
		return NULL;
	SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
	SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
			    SSL_OP_NO_TICKET | SSL_OP_CIPHER_SERVER_PREFERENCE);
	SSL_CTX_set_num_tickets(context, 0);
	SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE |
			 SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
	return context;
}

/* A key that is encrypted: nobody is there to be asked. */
static int no_password(char *buffer, int size, int writing, void *arg)
{
	return 0;
}

static EVP_PKEY *read_key(const char *path, char *reason, size_t bytes)
{
	int fd = secret_file_open(path, reason, bytes);
	BIO *bio = fd < 0 ? NULL : BIO_new_fd(fd, BIO_CLOSE);
	EVP_PKEY *key;

	if (!bio) {
		if (fd >= 0)
			close(fd);
		return NULL;
	}
	key = PEM_read_bio_PrivateKey(bio, NULL, no_password, NULL);
	BIO_free(bio);
	if (!key)
		explain(reason, bytes, path);
	return key;
}

static bool use_certificate(SSL_CTX *context, const char *certificate, const char *key_path,
			    char *reason, size_t bytes)
{
	EVP_PKEY *key = read_key(key_path, reason, bytes);
	bool good = false;

	if (!key)
		return false;
	if (SSL_CTX_use_certificate_chain_file(context, certificate) != 1)
		explain(reason, bytes, certificate);
	else if (SSL_CTX_use_PrivateKey(context, key) != 1 ||
		 SSL_CTX_check_private_key(context) != 1)
		explain(reason, bytes, key_path);
	else
		good = true;
	EVP_PKEY_free(key);
	return good;
}

static struct tls *make_tls(SSL_CTX *context, int fd, char *reason, size_t bytes)
{
	struct tls *tls = calloc(1, sizeof(*tls));

	if (tls)
		tls->ssl = SSL_new(context);
	if (tls && tls->ssl && SSL_set_fd(tls->ssl, fd) == 1)
		return tls;
	snprintf(reason, bytes, "TLS: out of memory");
	ERR_clear_error();
	tls_end(tls);
	return NULL;
}

/* The server */

static struct version version_of(const char *path)
{
	struct stat st;

	if (stat(path, &st))
		return (struct version){ 0 };
	return (struct version){ .device = st.st_dev, .inode = st.st_ino, .changed = st.st_ctim };
}

static bool same_version(const struct version *one, const struct version *other)
{
	return one->device == other->device && one->inode == other->inode &&
	       one->changed.tv_sec == other->changed.tv_sec &&
	       one->changed.tv_nsec == other->changed.tv_nsec;
}

static bool load(struct tls_server *server, char *reason, size_t bytes)
{
	SSL_CTX *context = make_context(TLS_server_method());

	server->certificate_version = version_of(server->certificate);
	server->key_version = version_of(server->key);
	if (!context) {
		explain(reason, bytes, "TLS");
		return false;
	}
	if (!use_certificate(context, server->certificate, server->key, reason, bytes)) {
		SSL_CTX_free(context);
		return false;
	}
	SSL_CTX_free(server->context);
	server->context = context;
	return true;
}

static void load_changed(struct tls_server *server)
{
	struct version certificate = version_of(server->certificate);
	struct version key = version_of(server->key);
	char reason[512];

	if (same_version(&certificate, &server->certificate_version) &&
	    same_version(&key, &server->key_version))
		return;
	if (load(server, reason, sizeof(reason)))
		log_event(LOG_NOTICE, "tls.certificate file=%s", server->certificate);
	else
		log_event(LOG_ERR, "tls.certificate error=%s", reason);
}

bool tls_check_pair(const char *certificate, const char *key, char *reason, size_t bytes)
{
	SSL_CTX *context = make_context(TLS_server_method());
	const char *fault = NULL;
	const X509 *ours;
	bool good;

	snprintf(reason, bytes, "TLS: out of memory");
	good = context && use_certificate(context, certificate, key, reason, bytes);
	ours = good ? SSL_CTX_get0_certificate(context) : NULL;
	if (ours && X509_cmp_current_time(X509_get0_notAfter(ours)) < 0)
		fault = "is not in force any more";
	else if (ours && X509_cmp_current_time(X509_get0_notBefore(ours)) > 0)
		fault = "is not in force yet";
	if (fault)
		snprintf(reason, bytes, "%s: the certificate %s", certificate, fault);
	SSL_CTX_free(context);
	return good && !fault;
}

struct tls_server *tls_server_create(const char *certificate, const char *key, char *reason,
				     size_t bytes)
{
	struct tls_server *server = calloc(1, sizeof(*server));

	snprintf(reason, bytes, "TLS: out of memory");
	if (!server)
		return NULL;
	server->certificate = strdup(certificate);
	server->key = strdup(key);
	if (server->certificate && server->key && load(server, reason, bytes))
		return server;
	tls_server_free(server);
	return NULL;
}

void tls_server_free(struct tls_server *server)
{
	if (!server)
		return;
	SSL_CTX_free(server->context);
	free(server->certificate);
	free(server->key);
	free(server);
}

struct tls *tls_accept(struct tls_server *server, int fd, char *reason, size_t bytes)
{
	struct tls *tls;

	load_changed(server);
	tls = make_tls(server->context, fd, reason, bytes);
	if (tls)
		SSL_set_accept_state(tls->ssl);
	return tls;
}

/* The client */

static bool is_pinned(const struct tls_demand *demand, X509 *certificate)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	char text[TLS_PIN_DIGITS + 1];
	unsigned char *key = NULL;
	bool found = false;
	int bytes = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &key);

	if (bytes < 0 || !EVP_Digest(key, bytes, digest, NULL, EVP_sha256(), NULL)) {
		OPENSSL_free(key);
		return false;
	}
	OPENSSL_free(key);
	for (int i = 0; i < TLS_PIN_DIGITS / 2; i++)
		sprintf(text + 2 * i, "%02x", digest[i]);
	for (size_t i = 0; i < demand->pins; i++)
		found |= !strcasecmp(demand->pin[i], text);
	return found;
}

static int verify_pin(X509_STORE_CTX *context, void *arg)
{
	X509 *certificate = X509_STORE_CTX_get0_cert(context);

	if (certificate && is_pinned(arg, certificate))
		return 1;
	X509_STORE_CTX_set_error(context, X509_V_ERR_APPLICATION_VERIFICATION);
	return 0;
}

static bool is_address(const char *host)
{
	unsigned char address[sizeof(struct in6_addr)];

	return inet_pton(AF_INET, host, address) == 1 || inet_pton(AF_INET6, host, address) == 1;
}

static bool trust(SSL_CTX *context, const char *authorities)
{
	if (authorities)
		return SSL_CTX_load_verify_file(context, authorities) == 1;
	return SSL_CTX_set_default_verify_paths(context) == 1;
}

static bool demand_name(SSL *ssl, const char *name)
{
	X509_VERIFY_PARAM *param = SSL_get0_param(ssl);

	X509_VERIFY_PARAM_set_hostflags(param, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	if (is_address(name))
		return X509_VERIFY_PARAM_set1_ip_asc(param, name) == 1;
	return X509_VERIFY_PARAM_set1_host(param, name, 0) == 1;
}

static SSL_CTX *client_context(const struct tls_demand *demand, char *reason, size_t bytes)
{
	SSL_CTX *context = make_context(TLS_client_method());

	if (!context) {
		explain(reason, bytes, "TLS");
		return NULL;
	}
	if (demand->certificate && !use_certificate(context, demand->certificate, demand->key,
						    reason, bytes))
		goto free;
	if (demand->policy == TLS_VERIFIED) {
		SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
		if (!trust(context, demand->authorities)) {
			explain(reason, bytes, demand->authorities ? demand->authorities :
				"the certificates of the authorities");
			goto free;
		}
	} else if (demand->policy == TLS_PINNED) {
		SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
		SSL_CTX_set_cert_verify_callback(context, verify_pin, (void *)demand);
	}
	return context;

free:
	SSL_CTX_free(context);
	return NULL;
}

struct tls *tls_connect(const struct tls_demand *demand, const char *host, int fd, char *reason,
			size_t bytes)
{
	SSL_CTX *context = client_context(demand, reason, bytes);
	struct tls *tls;

	if (!context)
		return NULL;
	tls = make_tls(context, fd, reason, bytes);
	/* lives as long as the session that was made of it */
	SSL_CTX_free(context);
	if (!tls)
		return NULL;
	SSL_set_connect_state(tls->ssl);
	if ((is_address(host) || SSL_set_tlsext_host_name(tls->ssl, host) == 1) &&
	    (demand->policy != TLS_VERIFIED ||
	     demand_name(tls->ssl, demand->name ? demand->name : host)))
		return tls;
	explain(reason, bytes, "TLS");
	tls_end(tls);
	return NULL;
}

/* Both */

static void keep_fault(struct tls *tls, int error, unsigned long code)
{
	long verified = SSL_get_verify_result(tls->ssl);
	const char *why = ERR_reason_error_string(code);

	tls->broken = true;
	if (ERR_GET_REASON(code) == SSL_R_CERTIFICATE_VERIFY_FAILED)
		why = verified == X509_V_ERR_APPLICATION_VERIFICATION ?
			"the server's key is none of those that are pinned" :
			X509_verify_cert_error_string(verified);
	else if (error == SSL_ERROR_SYSCALL && errno)
		why = strerror(errno);
	else if (error == SSL_ERROR_SYSCALL)
		why = "the connection was closed without the end that TLS has";
	snprintf(tls->fault, sizeof(tls->fault), "TLS: %s", why ? why : "failed");
}

/* What became of a call of OpenSSL that did not do what it was asked. */
static int judge(struct tls *tls, int result)
{
	int error = SSL_get_error(tls->ssl, result);
	unsigned long code = ERR_peek_error();

	tls->wants_write = error == SSL_ERROR_WANT_WRITE;
	if (error == SSL_ERROR_ZERO_RETURN)
		return 0;
	if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) {
		errno = EAGAIN;
		return -1;
	}
	keep_fault(tls, error, code);
	ERR_clear_error();
	errno = EPROTO;
	return -1;
}

int tls_handshake(struct tls *tls)
{
	int result;

	ERR_clear_error();
	errno = 0;
	result = SSL_do_handshake(tls->ssl);
	if (result == 1)
		return 0;
	if (judge(tls, result) < 0)
		return -1;
	snprintf(tls->fault, sizeof(tls->fault), "TLS: the peer ended the handshake");
	tls->broken = true;
	errno = EPROTO;
	return -1;
}

ssize_t tls_read(struct tls *tls, void *bytes, size_t size)
{
	size_t n = 0;

	ERR_clear_error();
	errno = 0;
	if (SSL_read_ex(tls->ssl, bytes, size, &n) == 1)
		return n;
	return judge(tls, 0);
}

ssize_t tls_write(struct tls *tls, const void *bytes, size_t size)
{
	size_t n = 0;

	ERR_clear_error();
	errno = 0;
	if (SSL_write_ex(tls->ssl, bytes, size, &n) == 1)
		return n;
	if (judge(tls, 0) < 0)
		return -1;
	errno = EPIPE;
	return -1;
}

bool tls_wants_write(const struct tls *tls)
{
	return tls->wants_write;
}

bool tls_pending(const struct tls *tls)
{
	return SSL_has_pending(tls->ssl);
}

const char *tls_fault(const struct tls *tls)
{
	return tls->fault;
}

void tls_end(struct tls *tls)
{
	if (!tls)
		return;
	if (tls->ssl && !tls->broken && SSL_is_init_finished(tls->ssl))
		SSL_shutdown(tls->ssl);
	ERR_clear_error();
	SSL_free(tls->ssl);
	free(tls);
}
