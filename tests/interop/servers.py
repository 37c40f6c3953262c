# SPDX-License-Identifier: GPL-2.0
"""Servers as Debian has them, on ports of their own."""
import os
import poplib
import smtplib

from interop import SECRET, Peer, debian
from mail import Certificate
from station import free_port


def answers(port):
    try:
        with smtplib.SMTP("127.0.0.1", port, timeout=5):
            return True
    except OSError:
        return False


def files_of(certificate):
    with open(certificate.path, "rb") as file, open(certificate.key, "rb") as key:
        return [("certificate.pem", file.read()), ("key.pem", key.read())]


class MailServer(Peer):
    """A mail server with a maildir for fax@ its domain."""

    def mails(self):
        box = self.path("mail/box/new")
        found = []
        for name in sorted(os.listdir(box)) if os.path.isdir(box) else ():
            with open(os.path.join(box, name), "rb") as file:
                found.append(file.read())
        return found


class Postfix(MailServer):
    """Mail for p.example.com stays there, other mail goes on by @routes (domain: port).

    @more: of its configuration; @files, @start: of what runs beside it.
    """

    def __init__(self, routes, more="", files=(), start=""):
        self.port = free_port()
        self.certificate = Certificate("p.example.com", "localhost")
        relay = " ".join(routes)
        transports = ", ".join(f"{{{domain} = smtp:[127.0.0.1]:{port}}}"
                               for domain, port in routes.items())
        config = f"""
compatibility_level = 3.6
maillog_file = /var/log/maillog
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = p.example.com
mydestination =
alias_maps =
mynetworks =
relay_domains = {relay}
transport_maps = {f'inline:{{ {transports} }}' if routes else ''}
virtual_mailbox_domains = p.example.com
virtual_mailbox_base = /mail
virtual_mailbox_maps = inline:{{ {{fax@p.example.com = box/}} }}
virtual_uid_maps = static:8
virtual_gid_maps = static:8
virtual_minimum_uid = 8
smtpd_tls_security_level = may
smtpd_tls_chain_files = /key.pem, /certificate.pem
smtp_tls_security_level = may
smtpd_error_sleep_time = 0
queue_run_delay = 2s
minimal_backoff_time = 2s
maximal_backoff_time = 2s
{more}
"""
        super().__init__(debian(), [("etc/postfix/main.cf", config),
                                    *files_of(self.certificate), *files], f"""
mkdir -p /mail && chown mail:mail /mail
{start}
postconf -M# smtp/inet
postconf -M {self.port}/inet="{self.port} inet n - y - - smtpd"
exec postfix start-fg
""", lambda: answers(self.port))


class PostfixAndDovecot(Postfix):
    """What Postfix keeps for fax@p.example.com is a maildrop of Dovecot's at @pop3_port."""

    def __init__(self, routes, more=""):
        self.pop3_port = free_port()
        super().__init__(routes, more, [("users", f"fax:{{PLAIN}}{SECRET}\n"),
                                        ("etc/dovecot/dovecot.conf", f"""
protocols = pop3
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
mail_location = maildir:/mail/box
first_valid_uid = 1
log_path = /var/log/dovecot
passdb {{
 driver = passwd-file
 args = scheme=PLAIN /users
}}
userdb {{
 driver = static
 args = uid=mail gid=mail home=/mail/box
}}
service pop3-login {{
 inet_listener pop3 {{
  port = {self.pop3_port}
 }}
 inet_listener pop3s {{
  port = 0
 }}
}}
""")], "dovecot -F &")


class Exim(MailServer):
    """Mail for e.example.com stays there, other mail goes on by @routes (domain: port)."""
    log_file = "var/log/exim4/main"

    def __init__(self, routes):
        self.port = free_port()
        self.certificate = Certificate("e.example.com", "localhost")
        routers = "".join(f"""
to_{port}:
  driver = manualroute
  domains = {domain}
  route_data = 127.0.0.1::{port}
  self = send
  transport = remote
""" for domain, port in routes.items())
        config = f"""
primary_hostname = e.example.com
local_interfaces = 127.0.0.1
daemon_smtp_ports = {self.port}
log_file_path = /var/log/exim4/%s
tls_advertise_hosts = *
tls_certificate = /certificate.pem
tls_privatekey = /key.pem
dsn_advertise_hosts = *
acl_smtp_rcpt = rcpt
begin acl
rcpt:
  accept domains = e.example.com : {" : ".join(routes)}
  deny message = no relay
begin routers
{routers}
here:
  driver = accept
  domains = e.example.com
  local_parts = fax
  transport = box
begin transports
remote:
  driver = smtp
  allow_localhost
box:
  driver = appendfile
  directory = /mail/box
  maildir_format
  create_directory
  user = mail
begin retry
* * F,1h,2s
"""
        super().__init__(debian("exim"), [("etc/exim4/exim4.conf", config),
                                          *files_of(self.certificate)], """
mkdir -p /mail && chown mail:mail /mail
chgrp Debian-exim /key.pem && chmod 640 /key.pem
exec exim4 -bdf -q2s
""", lambda: answers(self.port))


class Dovecot(Peer):
    """The maildrops of @users, with the secret SECRET.

    @introspection: URL where it asks what a token is worth (RFC 7662).
    """

    def __init__(self, *users, introspection=None):
        self.port = free_port()
        self.secure_port = free_port()
        self.certificate = Certificate("d.example.com", "localhost")
        self.count = 0
        mechanisms = tokens = ""
        if introspection:
            mechanisms = "oauthbearer xoauth2"
            tokens = """passdb {
 driver = oauth2
 mechanisms = oauthbearer xoauth2
 args = /etc/dovecot/oauth2.conf
}"""
        config = f"""
protocols = pop3
listen = 127.0.0.1
ssl = yes
ssl_cert = </certificate.pem
ssl_key = </key.pem
disable_plaintext_auth = no
auth_mechanisms = {mechanisms} plain login cram-md5 scram-sha-1 scram-sha-256 apop
auth_failure_delay = 0
mail_location = maildir:/mail/%u
log_path = /var/log/maillog
first_valid_uid = 1
mail_max_userip_connections = 100
{tokens}
passdb {{
 driver = passwd-file
 args = scheme=PLAIN /users
}}
userdb {{
 driver = static
 args = uid=mail gid=mail home=/mail/%u
}}
service pop3-login {{
 inet_listener pop3 {{
  port = {self.port}
 }}
 inet_listener pop3s {{
  port = {self.secure_port}
 }}
}}
"""
        boxes = [(f"mail/{user}/{place}/.keep", "")
                 for user in users for place in ("cur", "new", "tmp")]
        super().__init__(debian(), [
            ("etc/dovecot/dovecot.conf", config), *files_of(self.certificate), *boxes,
            ("etc/dovecot/oauth2.conf", f"""
introspection_mode = post
introspection_url = {introspection}
username_attribute = username
active_attribute = active
active_value = true
"""),
            ("users", "".join(f"{user}:{{PLAIN}}{SECRET}\n" for user in users))],
            "rm -f /mail/*/*/.keep; chown -R mail:mail /mail; exec dovecot -F", self.answers)

    def answers(self):
        try:
            poplib.POP3("127.0.0.1", self.port, timeout=5).quit()
            return True
        except OSError:
            return False

    def put(self, user, mail):
        """Delivers a mail."""
        self.count += 1
        path = self.path(f"mail/{user}/tmp/{self.count}.x.host")
        with open(path, "wb") as file:
            file.write(mail)
        os.chmod(path, 0o666)
        os.rename(path, path.replace("/tmp/", "/new/"))

    def left(self, user):
        return sum(len(os.listdir(self.path(f"mail/{user}/{place}"))) for place in ("cur", "new"))
