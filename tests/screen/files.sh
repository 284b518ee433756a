# shellcheck shell=bash disable=SC2034,SC2154
# files.sh: what is offered, fetched and shown on the screen.
# limit: 120
# shellcheck source=tests/screen/screen.sh
. "$(dirname "${BASH_SOURCE[0]}")/screen.sh"

folder_of() { # NAME: where what that user fetches lies
	echo "$T/$1/files"
}

paste_text() { # NAME TEXT
	printf '%s' "$2" >"$T/paste"
	on_tmux "$1" load-buffer "$T/paste"
	on_tmux "$1" paste-buffer -p -r -t s
}

test_an_offer_is_got_by_a_key_and_its_lines_tell_how_far_it_is() {
	two
	head -c 200000 /dev/zero >"$T/plan.pdf"
	open_screen anna
	open_screen bob
	keys anna '/talk bob' Enter
	keys bob '/talk anna' Enter
	sees anna 'Nothing has been said'
	keys bob "/attach $T/plan.pdf" Enter
	sees anna 'file: plan.pdf 195 KiB [offered: M-g gets it]'
	sees bob 'file: plan.pdf 195 KiB [offered]'
	keys anna M-g
	sees anna '[saved:' "$(folder_of anna)/plan.pdf]" "'plan.pdf' from Bob is saved as"
	sees bob 'file: plan.pdf 195 KiB [fetched]'
	cmp "$T/plan.pdf" "$(folder_of anna)/plan.pdf"
	# Once more into another folder.
	mkdir "$T/other place"
	keys anna "/get-into '$T/other place'" Enter
	await 20 cmp "$T/plan.pdf" "$T/other place/plan.pdf"
}

test_what_is_on_its_way_is_seen_and_cancelled() {
	two
	# More than comes over before the keys that end it.
	truncate -s 8G "$T/huge.bin"
	open_screen anna
	keys anna '/talk bob' Enter
	sees anna 'Nothing has been said'
	cam_as bob file send "$T/huge.bin" anna
	sees anna 'file: huge.bin 8.0 GiB [offered: M-g gets it]'
	keys anna M-g
	# In the message, and in the status line behind what that told.
	sees anna '[running] ' '░░░' 'iB/s' "getting 'huge.bin'"
	keys anna Left
	sees anna '↓'
	keys anna C-x s
	sees anna '[cancelled: M-g'
	sees_not anna '↓'
	await 20 nothing_runs bob
}

nothing_runs() { # NAME
	cam_as "$1" file ls --json | json_all 'all(.[]; .state != "running")'
}

test_the_view_of_files_lists_them_and_ends_them() {
	two
	for name in one two three; do echo "$name" >"$T/$name.txt"; done
	cam_as bob file send "$T/one.txt" anna
	cam_as bob file send "$T/two.txt" anna
	cam_as anna file send "$T/three.txt" bob
	open_screen anna
	keys anna F7
	sees anna '→ three.txt' '← two.txt' '← one.txt'
	keys anna Down
	sees anna "'two.txt' from Bob"
	keys anna Enter
	sees anna "saved: $(folder_of anna)/two.txt"
	keys anna Down f
	sees anna 'into which folder?' "> $(folder_of anna)/"
	mkdir "$T/deep"
	keys anna C-u "$T/de" Tab
	sees anna "> $T/deep/"
	keys anna Enter
	sees anna "saved: $T/deep/one.txt"
	keys anna Home c
	sees anna 'withdrawn'
	keys anna d
	sees_not anna 'three.txt'
	expect_equal 2 "$(cam_as anna file ls --json | wc -l)"
	keys anna Escape
	sees anna 'This is cam'
}

test_files_fit_on_a_narrow_screen() {
	two
	echo x >"$T/a.txt"
	cam_as bob file send "$T/a.txt" anna
	open_screen anna 40 12
	keys anna '/files' Enter
	shows anna <<-'END'
		 files  Enter gets, f into a folder, s …
		← a.txt                    offered





		────────────────────────────────────────
		'a.txt' from Bob, file
		offered, end-to-end encrypted
		 00:00 1:log 2:files
		>
	END
}

test_files_that_are_pasted_are_offered_when_one_says_so() {
	two
	mkdir "$T/my files"
	echo 1 >"$T/my files/first one.txt"
	echo 2 >"$T/second.txt"
	open_screen anna
	keys anna '/talk bob' Enter
	sees anna 'Nothing has been said'
	paste_text anna "'$T/my files/first one.txt' file://$T/second.txt "
	sees anna 's sends 2 files to Bob, i inserts it as text, Esc: no'
	keys anna s
	await_log bob '.offers[1].name == "second.txt"'
	sees anna 'file: first one.txt 2 B [offered]' 'file: second.txt 2 B [offered]'
	# As it is, where one says that.
	paste_text anna "$T/second.txt"
	sees anna "s sends 'second.txt' to Bob"
	keys anna i
	sees anna "> $T/second.txt"
	keys anna C-u
	# What is no file is text at once, and so is what goes on.
	paste_text anna "$T/none.txt"
	sees anna "> $T/none.txt"
	keys anna C-u '/attach '
	paste_text anna "$T/my files/first one.txt"
	sees anna '/attach' 'first\ one.txt'
	keys anna Enter
	await_log bob '.offers[0].name == "first one.txt"'
}

await_offers() { # NAME COUNT
	await 20 has_offers "$@"
}
has_offers() { # NAME COUNT
	[ "$(cam_as "$1" file ls --json | wc -l)" -eq "$2" ]
}

test_files_are_sent_by_the_verb_too() {
	two
	mkdir "$HOME/my things"
	echo 1 >"$HOME/my things/a b.txt"
	open_screen anna
	keys anna '/talk bob' Enter
	sees anna 'Nothing has been said'
	keys anna '/file send ~/my' Tab
	sees anna '/file send ~/my\ things/'
	keys anna Tab
	sees anna '/file send ~/my\ things/a\ b.txt'
	keys anna Enter
	await_offers bob 1
	keys anna '/file send ~/my\ things/a\ b.txt bob' Enter
	sees anna '$ cam file send' 'bob@pc2: delivered'
	await_offers bob 2
	keys anna '/file ls' Enter
	sees anna '$ cam file ls'
}

# 64x32 pixels, four fields of one colour each.
make_png() { # FILE
	local program='
import struct, sys, zlib
rows = b"".join(b"\0" + b"".join(bytes((255 * (x < 32), 255 * (y < 16), 128)) for x in range(64))
                for y in range(32))
def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
open(sys.argv[1], "wb").write(b"\x89PNG\r\n\x1a\n" +
    chunk(b"IHDR", struct.pack(">IIBBBBB", 64, 32, 8, 2, 0, 0, 0)) +
    chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))'
	python3 -c "$program" "$1"
}

test_a_picture_is_shown_in_place_of_the_screen() {
	[ -x "$TEST_BUILD/cam-show" ] || skip 'built without chafa'
	command -v python3 >/dev/null || skip 'python3 is missing'
	two
	make_png "$T/four.png"
	echo 'no picture' >"$T/none.png"
	open_screen anna
	keys anna '/talk bob' Enter
	sees anna 'Nothing has been said'
	cam_as bob send --image "$T/four.png" anna 'look'
	sees anna 'picture: four.png' 'M-s shows it'
	keys anna M-s
	sees anna 'any key: back' '▔▔▔▔'
	keys anna x
	sees anna 'Bob: look' '[saved: M-s shows it]'
	# What comes meanwhile is there afterwards.
	keys anna M-s
	sees anna 'any key: back'
	cam_as bob send anna 'meanwhile'
	resize anna 70 20
	sees anna 'Bob: meanwhile'
	# A file is fetched for that.
	cp "$T/four.png" "$T/five.png"
	cam_as bob file send "$T/five.png" anna
	sees anna 'file: five.png 114 B [offered: M-g'
	keys anna M-s
	sees anna 'any key: back'
	keys anna x
	sees anna "$(folder_of anna)/five.png"
	cam_as bob file send "$T/none.png" anna
	sees anna 'none.png'
	keys anna M-s
	sees anna 'it is neither PNG, JPEG nor a still WebP image'
}

test_a_link_is_opened_or_copied() {
	two
	printf '#!/bin/sh\necho "$@" >%q\n' "$T/opened" >"$T/browser"
	chmod +x "$T/browser"
	cam_as anna config set tui.browser "$T/browser --new"
	open_screen anna
	keys anna '/talk bob' Enter
	sees anna 'Nothing has been said'
	cam_as bob send anna 'see https://example.org/a_(b)?q=1&r=$HOME. and (http://two.example/x), thanks'
	sees anna 'two.example'
	keys anna M-l
	sees anna 'which? 1 https://example.org/a_(b)?q=1&r=$HOME 2 http://two.example/x'
	keys anna 1
	await 20 test -s "$T/opened"
	expect_equal '--new https://example.org/a_(b)?q=1&r=$HOME' "$(cat "$T/opened")"
	sees anna 'opening https://example.org'
	keys anna C-x l 2
	sees anna "clipboard: http://two.example/x"
}

test_the_log_tells_what_happened() {
	two
	echo x >"$T/a.txt"
	open_screen anna
	keys anna F8
	cam_as bob away 'at lunch'
	sees anna 'Bob is away: at lunch'
	cam_as bob back
	sees anna 'Bob is back'
	cam_as anna file send "$T/a.txt" bob
	cam_as bob file get "$(cam_as bob file ls --json | jq -r .id)"
	sees anna "Bob has fetched 'a.txt'"
	cam_as bob file send "$T/a.txt" anna
	sees anna "Bob offers 'a.txt'"
	stop bob
	sees anna 'Bob (bob@pc2) has left'
}
