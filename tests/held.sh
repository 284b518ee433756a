# shellcheck shell=bash disable=SC2034,SC2119,SC2154,SC2015
# tests/held.sh: files that a camserver holds, for the session tests that source it.
#
#   away SENDER NAME...       a server and members; all but the first have gone
#   leave_file SENDER FILE TO brought to the server for them
#   offered NAME FILE         the id under which it is offered to him
#   lists NAME FILTER         among what NAME's camd lists
#   keeps FILES               so many lie at the server

. "${BASH_SOURCE[0]%/*}/org.sh"

lists() { # NAME FILTER
	cam_as "$1" file ls --json | jq -se "any(.[]; $2)" >/dev/null
}

offered() { # NAME FILE: its id
	await 30 lists "$1" ".name == \"$2\" and .state == \"offered\""
	cam_as "$1" file ls --json | jq -r "select(.name == \"$2\") | .id" | tail -n 1
}

keeps() { # FILES
	[ "$(find "$T/server/work/held" -type f | wc -l)" = "$1" ]
}

# A sender and receivers who know each other; the receivers are away.
away() { # SENDER NAME...
	local name sender=$1 n=2
	serve_org
	join "$@"
	shift
	for name; do
		await_user "$sender" "$name@pc$n"
		stop "$name"
		await_user "$sender" "$name@pc$n" offline
		n=$((n + 1))
	done
}

# What goes by the server, sent while they are away and the sender goes.
leave_file() { # SENDER FILE TO
	expect 0 cam_as "$1" file send --no-wait "$2" "$3"
	await 60 lists "$1" ".name == \"${2##*/}\" and .server == \"held\""
}

# Nothing is remembered at the server of what senders know.
knows_all() {
	[ "$(held_rows 'count(*)')$(held_rows 'count(*)' held_for)$(held_rows 'count(*)' held_part)" = 000 ]
}

held_rows() { # COLUMN [TABLE]
	python3 -c '
import sqlite3, sys
store = sqlite3.connect("file:" + sys.argv[1] + "?mode=ro", uri=True)
print(*[row[0] for row in store.execute("SELECT " + sys.argv[2] + " FROM " + sys.argv[3])])' \
		"$T/server/work/server.db" "$1" "${2:-held}"
}
