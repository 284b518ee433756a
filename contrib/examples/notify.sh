#!/bin/sh
# notify.sh: a hook that passes a message on as a notification on the desktop or, where
# there is none, as mail:
#
#   cam config set hook.message.received /usr/local/share/doc/cam/examples/notify.sh
#
# The event comes as JSON on stdin. Set NOTIFY_MAIL to an address for mail only. Needs jq,
# and notify-send or sendmail.
set -eu

event=$(cat)
from=$(printf '%s' "$event" | jq -r '.nick // .from')
# A sealed message keeps its secret: opening it tells its sender.
text=$(printf '%s' "$event" | jq -r '.text // "(sealed: cam open \(.id[0:8]))"')

if [ -z "${NOTIFY_MAIL:-}" ] && [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
	exec notify-send --app-name=cam -- "$from" "$text"
fi
{
	printf 'To: %s\n' "${NOTIFY_MAIL:-$(id -un)}"
	# Encoded words: a header must not hold what somebody else chose.
	printf 'Subject: =?UTF-8?B?%s?=\n' "$(printf 'cam: %s' "$from" | base64 | tr -d '\n')"
	printf 'MIME-Version: 1.0\nContent-Type: text/plain; charset=UTF-8\n'
	printf 'Content-Transfer-Encoding: base64\n\n'
	printf '%s\n' "$text" | base64
} | sendmail -t
