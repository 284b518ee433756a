# shellcheck shell=bash disable=SC2034,SC2119,SC2154,SC2015
# held.sh: files that the organisation's server holds for who is away, while their sender has
# gone.

. "${BASH_SOURCE[0]%/*}/../org.sh"

# Bytes that nothing can make shorter, the same for the same name.
bytes() { # NAME SIZE
	head -c "$2" /dev/zero |
		openssl enc -aes-128-ctr -nosalt -pass "pass:$1" -pbkdf2 -iter 1
}

lists() { # NAME FILTER
	cam_as "$1" file ls --json | jq -se "any(.[]; $2)" >/dev/null
}

offered() { # NAME FILE: its id
	await 30 lists "$1" ".name == \"$2\" and .state == \"offered\""
	cam_as "$1" file ls --json | jq -r "select(.name == \"$2\") | .id" | tail -n 1
}

# How many files lie at the server, of how many rows.
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
leave_file() { # SENDER FILE TO...
	local sender=$1 file=$2
	shift 2
	expect 0 cam_as "$sender" file send --no-wait "$file" "$@"
	await 60 lists "$sender" ".name == \"${file##*/}\" and .server == \"held\""
}

test_a_file_arrives_although_its_sender_has_gone() {
	away anna bob
	bytes plan 3000001 >"$T/plan.bin"
	mkdir -p "$T/folder/sub"
	bytes one 300000 >"$T/folder/sub/one"
	echo two >"$T/folder/two"
	leave_file anna "$T/plan.bin" bob
	leave_file anna "$T/folder" bob
	keeps 2
	stop anna
	start bob
	local id
	id=$(offered bob plan.bin)
	expect 0 cam_as bob file get "$id"
	cmp "$T/plan.bin" "$T/bob/files/plan.bin"
	expect 0 cam_as bob file get "$(offered bob folder)"
	diff -r "$T/folder" "$T/bob/files/folder"
	await 20 keeps 0
	# She comes to know of it.
	start anna
	await 30 lists anna '.name == "plan.bin" and .state == "done" and .fetches == 1'
	await 30 lists anna '.name == "folder" and .state == "done"'
	refuse_bytes plan.bin "$T"/server/work/server.db* "$T"/server/logs/*
}
