#!/bin/sh
# deploy-gate.sh: nothing is deployed before somebody has agreed, from the screen, from a
# shell or from any IP Messenger on the desk:
#
#   deploy-gate.sh anna 'Deploy 2.4 to production?' && make deploy
#
# Ends with 0 for yes only. Whoever does not answer within GATE_SECONDS (600) has not agreed.
set -eu

who=$1 question=$2
log() { logger -t deploy-gate -- "$*" 2>/dev/null || printf '%s\n' "$*" >&2; }

status=0
answer=$(cam ask --choices 'yes,no,in an hour' --timeout "${GATE_SECONDS:-600}" \
	"$who" "$question") || status=$?
case $status in
10) log "$who agreed: $question" ;;
11) log "$who refused: $question" && exit 1 ;;
12)
	log "$who wants an hour: $question"
	sleep 3600
	exec "$0" "$who" "$question"
	;;
# Any other text is a reason, not a yes.
0) log "$who answered '$answer': $question" && exit 1 ;;
4) log "$who did not answer in time: $question" && exit 1 ;;
*) log "could not ask $who ($status): $question" && exit 1 ;;
esac
