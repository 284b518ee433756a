# shellcheck shell=bash disable=SC2034,SC2154
# demo.sh: what "make demo-server" shows.
# limit: 120

test_the_demonstration_of_the_server_works() {
	expect 0 "$TEST_TOP/contrib/demo-server" "$TEST_BUILD"
	expect_text "$OUT" 'by organisation' 'bob@host3: delivered' 'bob@host3: queued' \
		$'bob\t2\t' $'delivered\tHere are the minutes' got/minutes.txt $'file\tdone' '2 joined'
	expect_equal '' "$ERR"
}

# Who looks at it is left in it.
test_on_a_terminal_it_ends_in_a_shell() {
	expect 0 script -qec "'$TEST_TOP/contrib/demo-server' '$TEST_BUILD'" /dev/null <<-'END'
		bob send anna "typed"
		exit
	END
	expect_text "$OUT" 'demo> ' 'anna@host1: delivered' 'All is stopped.'
}
