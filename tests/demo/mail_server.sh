# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# To be sourced by guest scripts: Postfix takes mail for the user "maildrop" at
# mail.example.com, Dovecot offers it by POP3.

start_mail_server()
{
	useradd --create-home maildrop
	echo 'maildrop:{PLAIN}open sesame' >/etc/dovecot/maildrops
	dovecot -c /ifax/tests/demo/dovecot.conf || return

	postconf -e compatibility_level=3.6 myhostname=mail.example.com mydestination=mail.example.com \
		inet_interfaces=127.0.0.1 inet_protocols=ipv4 home_mailbox=Maildir/ \
		alias_maps= message_size_limit=200000000 mailbox_size_limit=0 \
		maillog_file=/out/postfix.log maillog_file_prefixes=/out smtpd_peername_lookup=no
	# no chroots: nothing has to be copied into them
	postconf -F '*/*/chroot=n'
	postfix start 2>/dev/null
}
