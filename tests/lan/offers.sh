# shellcheck shell=bash disable=SC2034,SC2154
# offers.sh: files offered and fetched by the local protocol. Source it, then:
#
#   offer NAME WHO PATH...         in a message without text; prints the message's id
#   picture NAME WHO TEXT PATH     one within a text; prints the message's id
#   await_file NAME FILTER         until a file object (cam-rpc(7)) fits; prints the last
#   accept NAME FILTER [FOLDER]    fetches the offer that fits, waits until it is there and
#                                  prints its file object
#   some_files                     $T/tree, a folder with more in it than a name

offer() { # NAME WHO PATH...
	local name=$1
	shift
	cam_as "$name" rpc message.send "$(jq -cn \
		'$ARGS.positional | {to: [.[0]], text: "", files: (.[1:] | map({path: .}))}' --args -- "$@")" |
		jq -r .id
}

picture() { # NAME WHO TEXT PATH
	local name=$1
	shift
	cam_as "$name" rpc message.send "$(jq -cn \
		'$ARGS.positional | {to: [.[0]], text: .[1], files: [{path: .[2], image: true}]}' --args -- "$@")" |
		jq -r .id
}

files_of() { # NAME: a file object a line
	cam_as "$1" rpc offer.list '{}' | jq -c '.offers[]'
}

has_file() { # NAME FILTER
	files_of "$1" | json_all "any(.[]; $2)"
}

await_file() { # NAME FILTER
	await 30 has_file "$@"
	files_of "$1" | jq -c "select($2)" | tail -n 1
}

accept() { # NAME FILTER [FOLDER]
	local id
	id=$(await_file "$1" ".direction == \"in\" and ($2)" | jq -r .id)
	cam_as "$1" rpc offer.accept "$(jq -cn --arg id "$id" --arg dir "${3:-$T/got}" \
		'{$id, $dir}')" >/dev/null
	await_file "$1" ".id == \"$id\" and .state == \"done\""
}

some_files() {
	mkdir -p "$T/tree/sub/deep" "$T/got"
	head -c 3000000 /dev/urandom >"$T/tree/one.bin"
	: >"$T/tree/sub/empty"
	echo hello >"$T/tree/sub/deep/写真.txt"
	echo ':' >"$T/tree/sub/a b"
	touch -d 2020-02-02 "$T/tree/one.bin" "$T/tree/sub/empty" "$T/tree/sub"
}
