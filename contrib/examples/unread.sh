#!/bin/sh
# unread.sh: "you have mail" for cam: call it from a shell's profile, or before each prompt.
#
#   unread.sh        says how many messages nobody has read, or nothing
#   unread.sh -l     and who wrote them
#
# It never starts camd, and takes a millisecond. Needs jq for -l.
set -eu

unread=$(cam status --no-start --json 2>/dev/null | sed -n 's/.*"unread":\([0-9]*\).*/\1/p') || exit 0
case $unread in
'' | 0) exit 0 ;;
1) echo 'You have a new message.' ;;
*) echo "You have $unread new messages." ;;
esac
if [ "${1:-}" = -l ]; then
	cam log --no-start --json -n 1000 |
		jq -r 'select(.unread) | .nick // .from' | sort | uniq -c | sort -rn
fi
