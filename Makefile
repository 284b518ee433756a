# Makefile: builds, tests and installs cam. Reads from top to bottom.
#
#   make            everything, into build/
#   make demo       two users on this machine talk (installs what is missing)
#   make demo-server  two members of an organisation, with a router between them
#   make check      every test (installs what is missing)
#   make help       the other targets

B ?= build
V ?= 0
Q = $(if $(filter 0,$V),@)
say = $(if $(filter 0,$V),@printf '  %-7s %s\n' $1 $2,@:)

# config.mk is made by configure, and made again when what it is made from has changed.
NO_CONFIG = help deps demo demo-server check clean distclean pot po
ifneq ($(filter-out $(NO_CONFIG),$(or $(MAKECMDGOALS),all)),)
-include config.mk
endif

all: programs

configure: configure.ac
	$(call say,CONF,$@)
	$Qautoconf && (autoheader -f 2>/dev/null || true)

config.mk: configure config.mk.in
	$(call say,CONF,$@)
	$Qtest -x config.status && ./config.status --recheck >build-config.log 2>&1 && \
		./config.status >>build-config.log 2>&1 || \
		./configure -q $(CONFIGURE_ARGS) >build-config.log 2>&1 || \
		{ cat build-config.log; echo 'run "make deps" to install what is missing' >&2; exit 1; }
	$Qrm -f build-config.log; touch $@

# -- flags ------------------------------------------------------------------

WARN = -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith \
	-Wwrite-strings -Wundef -Wvla -Wformat=2 -Werror=format-nonliteral \
	-Werror=implicit-function-declaration -Wno-unused-parameter -Wno-format-truncation $(WERROR)
STD = -std=c17 -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64
INC = -I. -Isrc -DCAM_VERSION='"$(VERSION)"' -DCAM_LIBEXEC='"$(PREFIX)/libexec/cam"' \
	-DCAM_LOCALEDIR='"$(PREFIX)/share/locale"' \
	$(if $(QRENCODE_VERSION),-DCAM_QRENCODE='"$(QRENCODE_VERSION)"') \
	$(if $(CHAFA_VERSION),-DCAM_CHAFA='"$(CHAFA_VERSION)"') \
	$(if $(SYSTEMD_VERSION),-DCAM_SDBUS='"$(SYSTEMD_VERSION)"') \
	$(if $(AVFORMAT_VERSION),-DCAM_AVFORMAT='"$(AVFORMAT_VERSION)"') \
	$(if $(SODIUM_VERSION),-DCAM_SODIUM='"$(SODIUM_VERSION)"')
# What has these paths compiled in is compiled again when PREFIX is another than last time.
PLACED = $(shell grep -lE 'CAM_(LIBEXEC|LOCALEDIR)' src/*/*.c src/*/*/*.c 2>/dev/null)
EXT_CFLAGS = $(JANSSON_CFLAGS) $(OPENSSL_CFLAGS) $(SQLITE_CFLAGS) $(UTF8PROC_CFLAGS) \
	$(QRENCODE_CFLAGS) $(CHAFA_CFLAGS) $(SYSTEMD_CFLAGS) $(MEDIA_CFLAGS)
FORTIFY = $(if $(SAN),,-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3)
ALL_CFLAGS = $(STD) $(INC) $(WARN) $(CFLAGS) $(FORTIFY) $(HARDEN) $(EXT_CFLAGS) -pthread $(SAN)
ALL_LDFLAGS = $(LDFLAGS) -pthread $(SAN)
PIE_CFLAGS = -fPIE
PIE_LDFLAGS = $(if $(SAN),,-pie -Wl,-z,relro,-z,now)

# -- sources ----------------------------------------------------------------

# Each folder is an archive; the order is the one in which they may use each other (last uses first).
FOLDERS = $(if $(MEDIA_VERSION),media) link lan net rpc store org crypto ipmsg $(if $(MEDIA_VERSION),picture) loop base
# QR codes and images are drawn by programs of their own: cam is linked statically, their
# libraries are not.
PROGRAMS = cam camd camserver cam-tui cam-debug $(if $(QRENCODE_VERSION),cam-qr) \
	$(if $(CHAFA_VERSION),cam-show) $(if $(SYSTEMD_VERSION),cam-notify) \
	$(if $(MEDIA_VERSION),cam-media cam-view) $(if $(AVFORMAT_VERSION),cam-record)

# Nobody confines where libseccomp is not; without Nettle libsrtp2 has its own, without libsodium
# OpenSSL does all of Curve25519.
LEFT_OUT = $(if $(SECCOMP_LIBS),,src/base/confine.c) $(if $(HAVE_NETTLE),,src/media/shield_nettle.c) \
	$(if $(SODIUM_VERSION),,src/crypto/curve_sodium.c)
objects = $(patsubst src/%.c,$B/obj/%.o,$(filter-out $(LEFT_OUT), \
	$(sort $(wildcard src/$1/*.c src/$1/*/*.c))))
archive = $B/lib$1.a
ARCHIVES = $(foreach folder,$(FOLDERS),$(call archive,$(folder)))
# All of a program but its main.c, so that tests can have it.
PARTS = $(foreach program,$(PROGRAMS),$B/lib$(program).a)

programs: $(PROGRAMS:%=$B/%)

$B/obj/%.o: src/%.c config.mk
	$(call say,CC,$<)
	$Qmkdir -p $(@D) && $(CC) $(ALL_CFLAGS) $(PIE_CFLAGS) -MMD -MP -c -o $@ $<

$(PLACED:src/%.c=$B/obj/%.o): $B/prefix
$B/prefix: FORCE
	$Qmkdir -p $(@D) && echo '$(PREFIX)' | cmp -s - $@ || echo '$(PREFIX)' >$@
FORCE:

# Its flags ask for another POSIX than ours.
$B/obj/cam-tui/terminfo.o: EXT_CFLAGS += $(NCURSES_CFLAGS)

# The one library that can be reached by C++ alone.
CXX_CFLAGS = $(filter-out -Wstrict-prototypes -Wmissing-prototypes -std=c17 \
	-Werror=implicit-function-declaration,$(ALL_CFLAGS)) $(subst -I,-isystem ,$(WEBRTC_CFLAGS))
$B/obj/%.o: src/%.cc config.mk
	$(call say,CXX,$<)
	$Qmkdir -p $(@D) && $(CXX) $(CXX_CFLAGS) $(PIE_CFLAGS) -MMD -MP -c -o $@ $<
$(call archive,media): $(if $(HAVE_WEBRTC),$B/obj/media/speech_webrtc.o)

define folder_archive
$$(call archive,$1): $$(call objects,$1)
	$$(call say,AR,$$@)
	$$Qmkdir -p $$(@D) && rm -f $$@ && ar rcs $$@ $$^
endef
$(foreach folder,$(FOLDERS),$(eval $(call folder_archive,$(folder))))

define program_archive
$B/lib$1.a: $$(filter-out $B/obj/$1/main.o,$$(call objects,$1))
	$$(call say,AR,$$@)
	$$Qmkdir -p $$(@D) && rm -f $$@ && ar rcs $$@ $$^
endef
$(foreach program,$(PROGRAMS),$(eval $(call program_archive,$(program))))

# -- programs ---------------------------------------------------------------

CAM_LIBS = $(call archive,rpc) $(call archive,loop) $(call archive,base)
$B/cam: $B/obj/cam/main.o $B/libcam.a $(CAM_LIBS)
	$(call say,LINK,$@)
	$Q$(CC) $(if $(SAN),,$(STATIC_CAM)) $(ALL_LDFLAGS) -o $@ $^ $(JANSSON_LIBS) $(LIBEV_LIBS) -lm \
		$(UTF8PROC_LIBS) $(LIBS)

$B/cam-tui: $B/obj/cam-tui/main.o $B/libcam-tui.a $(CAM_LIBS)
	$(call say,LINK,$@)
	$Q$(CC) $(ALL_LDFLAGS) $(PIE_LDFLAGS) -o $@ $^ $(NCURSES_LIBS) $(JANSSON_LIBS) $(LIBEV_LIBS) \
		-lm $(UTF8PROC_LIBS) $(LIBS)

CAMD_LIBS = $(foreach folder,link lan net rpc store org crypto ipmsg loop base,$(call archive,$(folder)))
$B/camd: $B/obj/camd/main.o $B/libcamd.a $(CAMD_LIBS)
	$(call say,LINK,$@)
	$Q$(CC) $(ALL_LDFLAGS) $(PIE_LDFLAGS) -o $@ $^ $(JANSSON_LIBS) $(SSL_LIBS) $(OPENSSL_LIBS) $(SQLITE_LIBS) \
		$(UTF8PROC_LIBS) $(LIBEV_LIBS) -lm $(LIBS)

SERVER_LIBS = $(foreach folder,link lan net rpc store org crypto ipmsg loop base,$(call archive,$(folder)))
$B/camserver: $B/obj/camserver/main.o $B/libcamserver.a $(SERVER_LIBS)
	$(call say,LINK,$@)
	$Q$(CC) $(ALL_LDFLAGS) $(PIE_LDFLAGS) -o $@ $^ $(JANSSON_LIBS) $(SSL_LIBS) $(OPENSSL_LIBS) $(SQLITE_LIBS) \
		$(UTF8PROC_LIBS) $(LIBEV_LIBS) -lm $(LIBS)

DEBUG_LIBS = $(call archive,ipmsg) $(call archive,crypto) $(call archive,base)
$B/cam-debug: $B/obj/cam-debug/main.o $B/libcam-debug.a $(DEBUG_LIBS)
	$(call say,LINK,$@)
	$Q$(CC) $(ALL_LDFLAGS) $(PIE_LDFLAGS) -o $@ $^ $(JANSSON_LIBS) $(OPENSSL_LIBS) \
		$(UTF8PROC_LIBS) -lm $(LIBS)

$B/cam-qr: $B/obj/cam-qr/main.o $B/libcam-qr.a $(call archive,base)
	$(call say,LINK,$@)
	$Q$(CC) $(ALL_LDFLAGS) $(PIE_LDFLAGS) -o $@ $^ $(QRENCODE_LIBS) $(UTF8PROC_LIBS) -lm $(LIBS)

$B/cam-show: $B/obj/cam-show/main.o $B/libcam-show.a $(call archive,base)
	$(call say,LINK,$@)
	$Q$(CC) $(ALL_LDFLAGS) $(PIE_LDFLAGS) -o $@ $^ $(CHAFA_LIBS) $(UTF8PROC_LIBS) -lm $(LIBS)

$B/cam-notify: $B/obj/cam-notify/main.o $B/libcam-notify.a $(call archive,base)
	$(call say,LINK,$@)
	$Q$(CC) $(ALL_LDFLAGS) $(PIE_LDFLAGS) -o $@ $^ $(SYSTEMD_LIBS) $(JANSSON_LIBS) \
		$(UTF8PROC_LIBS) -lm $(LIBS)

MEDIA_PARTS = $(foreach folder,media net rpc picture loop base,$(call archive,$(folder)))
$B/cam-media: $B/obj/cam-media/main.o $B/libcam-media.a $(MEDIA_PARTS)
	$(call say,LINK,$@)
	$Q$(CC) $(ALL_LDFLAGS) $(PIE_LDFLAGS) -o $@ $^ $(MEDIA_LIBS) $(JANSSON_LIBS) $(LIBEV_LIBS) \
		$(UTF8PROC_LIBS) -lm $(LIBS)

# Nobody else needs to know SDL.
$B/obj/cam-view/window.o: EXT_CFLAGS += $(SDL_CFLAGS)
VIEW_PARTS = $(foreach folder,rpc picture loop base,$(call archive,$(folder)))
$B/cam-view: $B/obj/cam-view/main.o $B/libcam-view.a $(VIEW_PARTS)
	$(call say,LINK,$@)
	$Q$(CC) $(ALL_LDFLAGS) $(PIE_LDFLAGS) -o $@ $^ $(SDL_LIBS) $(YUV_LIBS) $(JANSSON_LIBS) $(LIBEV_LIBS) \
		$(UTF8PROC_LIBS) -lm $(LIBS)

# libavformat brings a hundred libraries, so it is in no other process.
$B/obj/cam-record/muxer.o: EXT_CFLAGS += $(AVFORMAT_CFLAGS)
$B/cam-record: $B/obj/cam-record/main.o $B/libcam-record.a $(call archive,media) $(call archive,base)
	$(call say,LINK,$@)
	$Q$(CC) $(ALL_LDFLAGS) $(PIE_LDFLAGS) -o $@ $^ $(AVFORMAT_LIBS) $(SECCOMP_LIBS) $(UTF8PROC_LIBS) -lm $(LIBS)

-include $(shell find $B -type f -name '*.d' 2>/dev/null)

# -- tests ------------------------------------------------------------------

UNIT = $(patsubst tests/unit/%.c,%,$(sort $(wildcard tests/unit/test_*.c)))
unit-tests: $(UNIT:%=$B/unit/%)

TEST_LIBS = $(PARTS) $(ARCHIVES)
$B/unit/%: tests/unit/%.c $(TEST_LIBS)
	$(call say,TEST,$@)
	$Qmkdir -p $(@D) && $(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -Itests/unit \
		-DTEST_DATA='"$(CURDIR)/tests/data"' -MMD -MP -o $@ $< \
		-Wl,--start-group $(TEST_LIBS) -Wl,--end-group $(CMOCKA_LIBS) $(JANSSON_LIBS) \
		$(SSL_LIBS) $(OPENSSL_LIBS) $(SQLITE_LIBS) $(UTF8PROC_LIBS) $(LIBEV_LIBS) $(QRENCODE_LIBS) \
		$(CHAFA_LIBS) $(MEDIA_LIBS) $(SDL_LIBS) $(NCURSES_LIBS) $(SYSTEMD_LIBS) -lm $(LIBS)

# The emulator that what is painted is shown on.
$B/unit/test_tui_terminal $B/unit/test_tui_rows $B/unit/test_tui_drawing $B/fuzz/fuzz_layout: LIBS += -lvterm -lutil

# What scripts of tests/lan, tests/session and tests/screen run beside camd.
TOOLS = relay monkey heard speech
tools: $(TOOLS:%=$B/tools/%)
$B/tools/relay: tests/lan/relay.c
$B/tools/monkey: tests/screen/monkey.c
$B/tools/heard: tests/media/heard.c
$B/tools/speech: tests/media/speech.c
$(TOOLS:%=$B/tools/%): config.mk
	$(call say,TEST,$@)
	$Qmkdir -p $(@D) && $(CC) $(STD) $(WARN) $(CFLAGS) $(SAN) -o $@ $(filter %.c,$^) -lutil -lm

# Two cam-media with a network between them; films whose pictures carry numbers.
MEDIA_TOOLS = $(if $(MEDIA_VERSION),$(patsubst %,$B/tools/%,duet film seen))
tools: $(MEDIA_TOOLS)
$(MEDIA_TOOLS): $B/tools/%: tests/media/%.c $(ARCHIVES)
	$(call say,TEST,$@)
	$Qmkdir -p $(@D) && $(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -Itests/media -MMD -MP -o $@ $< \
		-Wl,--start-group $(ARCHIVES) -Wl,--end-group $(MEDIA_LIBS) $(JANSSON_LIBS) $(LIBEV_LIBS) \
		$(UTF8PROC_LIBS) -lm $(LIBS)

# Many members of a camserver in one process.
tools: $B/tools/office
$B/tools/office: tests/load/office.c $(ARCHIVES)
	$(call say,TEST,$@)
	$Qmkdir -p $(@D) && $(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -MMD -MP -o $@ $< \
		-Wl,--start-group $(ARCHIVES) -Wl,--end-group $(JANSSON_LIBS) $(SSL_LIBS) $(OPENSSL_LIBS) \
		$(SQLITE_LIBS) $(UTF8PROC_LIBS) $(LIBEV_LIBS) $(MEDIA_LIBS) -lm $(LIBS)

FUZZ = $(patsubst tests/fuzz/%.c,%,$(sort $(wildcard tests/fuzz/fuzz_*.c)))
fuzz-targets: $(FUZZ:%=$B/fuzz/%)
# With any compiler they replay the kept corpus; `make fuzz` builds them for libFuzzer.
FUZZ_MAIN ?= tests/fuzz/replay.c
$B/fuzz/%: tests/fuzz/%.c $(filter %.c,$(FUZZ_MAIN)) $(PARTS) $(ARCHIVES)
	$(call say,FUZZ,$@)
	$Qmkdir -p $(@D) && $(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -Itests/fuzz \
		-DFUZZ_DATA='"$(CURDIR)/tests/data"' -o $@ $< $(FUZZ_MAIN) \
		-Wl,--start-group $(PARTS) $(ARCHIVES) -Wl,--end-group $(JANSSON_LIBS) \
		$(SSL_LIBS) $(OPENSSL_LIBS) $(SQLITE_LIBS) $(UTF8PROC_LIBS) $(LIBEV_LIBS) \
		$(CHAFA_LIBS) $(MEDIA_LIBS) $(SDL_LIBS) $(NCURSES_LIBS) $(SYSTEMD_LIBS) -lm $(LIBS)

# FUZZ_SECONDS for each target; FUZZ_ONLY='packet attach' names some. The warnings that count are
# those of the compiler that builds what people run.
FUZZ_SECONDS ?= 10
fuzz: config.mk
	$Q$(MAKE) --no-print-directory $(parallel) B=$B/libfuzzer CC=$(FUZZ_CC) CXX=$(FUZZ_CXX) \
		CFLAGS='-g -O1' WARN=-w HARDEN= SAN='$(FUZZ_SAN)' FUZZ_MAIN=-fsanitize=fuzzer \
		$(if $(FUZZ_ONLY),$(FUZZ_ONLY:%=$B/libfuzzer/fuzz/fuzz_%),fuzz-targets)
	$Qtests/fuzz/run $B/libfuzzer/fuzz $(FUZZ_SECONDS) $(FUZZ_ONLY)
FUZZ_CC ?= clang
FUZZ_CXX ?= clang++
FUZZ_SAN = -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined

# Tests run on programs of their own, with sanitizers; tests/run runs, counts and sums up.
JOBS ?= $(shell nproc 2>/dev/null || echo 2)
parallel = $(if $(filter -j% --jobserver%,$(MAKEFLAGS)),,-j$(JOBS))
SANITIZED = $(MAKE) --no-print-directory $(parallel) B=$B/san CFLAGS='-g -O1 -fno-omit-frame-pointer' WERROR= \
	SAN='-fsanitize=address,undefined -fno-sanitize-recover=undefined'
# Most tests wait for others more than they work.
RUN = tests/run --build $B/san --jobs $(shell expr 2 \* $(JOBS))

check: deps
	$Q$(MAKE) --no-print-directory check-all
check-all: check-build
	$Q$(RUN) unit fuzz session screen lan
check-build: config.mk
	$Q$(SANITIZED) programs unit-tests fuzz-targets tools
check-unit: config.mk
	$Q$(SANITIZED) unit-tests
	$Q$(RUN) unit
check-session: config.mk
	$Q$(SANITIZED) programs tools
	$Q$(RUN) session
check-screen: config.mk
	$Q$(SANITIZED) programs tools
	$Q$(RUN) screen
check-lan: config.mk
	$Q$(SANITIZED) programs tools
	$Q$(RUN) lan

# Every system call at which camd could die, not only some of them.
check-kill: check-build
	$QKILL_STEP=1 $(RUN) tests/session/kill.sh tests/session/server_kill.sh tests/session/file_kill.sh test_transfer_stopped

# Keys and sizes at random on the screen: STEPS of them, SEED to have the same again.
STEPS ?= 100000
check-monkey: config.mk
	$Q$(SANITIZED) programs tools
	$QMONKEY_STEPS=$(STEPS) MONKEY_SEED=$(or $(SEED),1) $(RUN) tests/screen/monkey.sh

# A cable that loses a third of all frames: TCP crawls, so this takes minutes.
check-relay: config.mk
	$Q$(SANITIZED) programs tools
	$Qtests/run --build $B/san tests/long/relay.sh

# An office of OFFICE members in one process, and MESSAGES for those who are away.
OFFICE ?= 1500
MESSAGES ?= 20000
check-load: config.mk
	$Q$(SANITIZED) programs tools
	$QOFFICE=$(OFFICE) MESSAGES=$(MESSAGES) $(RUN) tests/session/office.sh

# The session tests under valgrind: longer, so not in check; without those in which camd is killed anyway.
check-valgrind: programs
	$Qtests/run --build $B --jobs $(JOBS) --valgrind $(filter-out %/kill.sh,$(wildcard tests/session/*.sh))
# Whether the time of a decryption tells how it failed: TIMINGS of them, ten minutes and more.
TIMINGS ?= 1000000
check-oracle: $B/long/oracle
	$B/long/oracle $(TIMINGS)
# A million envelopes there and back, every bit of a thousand flipped: half an hour.
TRIPS ?= 1000000
ENVELOPES ?= 1000
check-envelope: $B/long/envelope
	$B/long/envelope $(TRIPS) $(ENVELOPES)
$B/long/%: tests/long/%.c $(ARCHIVES)
	$(call say,TEST,$@)
	$Qmkdir -p $(@D) && $(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -Itests/unit -DTEST_DATA='"tests/data"' \
		-o $@ $< $(call archive,crypto) $(call archive,base) $(CMOCKA_LIBS) $(JANSSON_LIBS) \
		$(OPENSSL_LIBS) $(UTF8PROC_LIBS) -lm $(LIBS)
# Two channels at random beside a model: LIVES of them, some minutes.
LIVES ?= 5000
check-channel: config.mk
	$Q$(SANITIZED) $B/san/long/channel
	$B/san/long/channel $(LIVES)
$B/long/channel: tests/long/channel.c tests/unit/channel_model.h $(ARCHIVES)
	$(call say,TEST,$@)
	$Qmkdir -p $(@D) && $(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -Itests/unit -o $@ $< \
		$(call archive,rpc) $(call archive,base) $(JANSSON_LIBS) $(UTF8PROC_LIBS) -lm $(LIBS)

lint analyse: export CLANG_TIDY_FLAGS = $(STD) $(INC) $(EXT_CFLAGS) $(SDL_CFLAGS) $(AVFORMAT_CFLAGS)
lint: config.mk
	$Qcontrib/lint
analyse: config.mk
	$Qcontrib/lint analyse

# -- demonstration and measurements -----------------------------------------

demo: deps
	$Q$(MAKE) --no-print-directory $(parallel) all
	$Qcontrib/demo $B
demo-server: deps
	$Q$(MAKE) --no-print-directory $(parallel) all
	$Qcontrib/demo-server $B

# Optimised, without sanitizers: what users run.
BENCHES = $(patsubst tests/bench/%.c,%,$(sort $(wildcard tests/bench/bench_*.c)))
bench: programs tools $(BENCHES:%=$B/bench/%) $B/bench/empty $B/bench/chain
	$Qtests/bench/run $B
$B/bench/empty $B/bench/chain: $B/bench/%: tests/bench/%.c config.mk
	$(call say,BENCH,$@)
	$Qmkdir -p $(@D) && $(CC) $(STD) $(WARN) $(CFLAGS) -static -o $@ $<
$B/bench/bench_screen: LIBS += -lutil
$B/bench/%: tests/bench/%.c tests/bench/bench.h $(TEST_LIBS)
	$(call say,BENCH,$@)
	$Qmkdir -p $(@D) && $(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -Itests/bench -Itests/media -MMD -MP -o $@ $< \
		-Wl,--start-group $(TEST_LIBS) -Wl,--end-group $(JANSSON_LIBS) $(SSL_LIBS) $(OPENSSL_LIBS) \
		$(SQLITE_LIBS) $(UTF8PROC_LIBS) $(LIBEV_LIBS) $(CHAFA_LIBS) $(MEDIA_LIBS) $(SDL_LIBS) -lm $(LIBS)

# -- translations -----------------------------------------------------------

LINGUAS = $(patsubst po/%.po,%,$(wildcard po/*.po))

POT = po/cam.pot
# What translators begin with: every string in _(). Without its date it changes only when they do.
pot:
	$(call say,POT,$(POT))
	$Qmkdir -p $(dir $(POT)) && xgettext --from-code=UTF-8 --keyword=_ --keyword=N_ --keyword=HOOK:2 --keyword=ngettext:1,2 \
		--add-location=file --package-name=cam --copyright-holder='the cam authors' \
		-o - $(sort $(wildcard src/*/*.c src/*/*/*.c)) | sed '/^"POT-Creation-Date/d' >$(POT)
# Brings the translations there are up to it; contrib/lint po tells what is missing in them.
po: pot
	$Qfor language in $(LINGUAS); do msgmerge -q -U --backup=none po/$$language.po po/cam.pot; done

$B/po/%.mo: po/%.po
	$(call say,PO,$@)
	$Qmkdir -p $(@D) && msgfmt -c -o $@ $<

# -- installing -------------------------------------------------------------

# Each entry is mode:file:place below PREFIX.
place = $(foreach file,$2,$1:$(file):$3/$(notdir $(file)))
# camd belongs to its user, camserver to the system.
unit = $(addprefix $B/systemd/,$1)
UNITS = $(call unit,camd.service camd.socket camserver.service)
INSTALLED = $(call place,755,$B/cam $B/camd $B/camserver,bin) \
	$(call place,755,$B/cam-tui $B/cam-debug $(if $(QRENCODE_VERSION),$B/cam-qr) \
		$(if $(CHAFA_VERSION),$B/cam-show) $(if $(SYSTEMD_VERSION),$B/cam-notify) \
		$(if $(MEDIA_VERSION),$B/cam-media $B/cam-view) \
		$(if $(AVFORMAT_VERSION),$B/cam-record),libexec/cam) \
	$(foreach n,1 5 7 8,$(call place,644,$(wildcard man/*.$n),share/man/man$n)) \
	$(addprefix 644:completions/cam.bash:,share/bash-completion/completions/cam) \
	$(call place,644,completions/_cam,share/zsh/site-functions) \
	$(call place,644,completions/cam.fish,share/fish/vendor_completions.d) \
	$(call place,644,$(call unit,camd.service camd.socket),lib/systemd/user) \
	$(call place,644,$(call unit,camserver.service),lib/systemd/system) \
	644:contrib/systemd/camserver.sysusers:lib/sysusers.d/camserver.conf \
	644:contrib/systemd/camserver.tmpfiles:lib/tmpfiles.d/camserver.conf \
	$(call place,644,README.md,share/doc/cam) \
	$(call place,644,contrib/screen.svg,share/doc/cam/contrib) \
	$(call place,644,$(filter-out %.sh,$(wildcard contrib/examples/*)),share/doc/cam/examples) \
	$(call place,755,$(wildcard contrib/examples/*.sh),share/doc/cam/examples) \
	$(foreach l,$(LINGUAS),644:$B/po/$l.mo:share/locale/$l/LC_MESSAGES/cam.mo)

# The units in contrib name /usr/bin; installed ones name where the programs are.
$B/systemd/%: contrib/systemd/% $B/prefix
	$Qmkdir -p $(@D) && sed 's,/usr/bin/,$(PREFIX)/bin/,' $< >$@

install: programs $(UNITS) $(LINGUAS:%=$B/po/%.mo)
	$Qset -e; for entry in $(INSTALLED); do \
		mode=$${entry%%:*} rest=$${entry#*:}; \
		install -D -m $$mode "$${rest%%:*}" "$(DESTDIR)$(PREFIX)/$${rest#*:}"; \
	done
	$(call say,INSTALL,$(DESTDIR)$(PREFIX))

uninstall:
	$Qfor entry in $(INSTALLED); do rm -f "$(DESTDIR)$(PREFIX)/$${entry##*:}"; done
	$Qrmdir -p "$(DESTDIR)$(PREFIX)/libexec/cam" "$(DESTDIR)$(PREFIX)/share/doc/cam/examples" \
		2>/dev/null || true
	@echo 'Left on purpose: keys and history of each user, and, of a camserver,' \
		'/var/lib/camserver, the user camserver and the group camadmin.'

# -- the rest ---------------------------------------------------------------

deps:
	$Qcontrib/deps

# What git tracks, and configure, so that who builds it needs no autoconf.
DIST = cam-$(VERSION)
dist: configure
	$Qgit ls-files | tar -czf $(DIST).tar.gz --owner=0 --group=0 --numeric-owner --sort=name \
		--transform 's,^,$(DIST)/,' -T - configure config.h.in
	$(call say,DIST,$(DIST).tar.gz)

clean:
	rm -rf $B
distclean: clean
	rm -rf config.h config.h.in config.mk config.log config.status configure autom4te.cache \
		build-config.log cam-*.tar.gz

help:
	@echo 'make              build everything, into build/'
	@echo 'make demo         two users on this machine talk (installs what is missing)'
	@echo 'make demo-server  the same with a camserver, and a router between them'
	@echo 'make check        every test, with sanitizers (installs what is missing)'
	@echo 'make check-unit   the unit tests only; also check-session, check-screen, check-lan'
	@echo 'make check-relay  links over a cable that loses a third of all frames: minutes'
	@echo 'make check-kill   kill -9 at every system call; check-valgrind: the session tests under valgrind'
	@echo 'make check-load   an office of members in one process (OFFICE=1500 MESSAGES=20000)'
	@echo 'make check-monkey keys and sizes at random on the screen (STEPS=100000 SEED=1)'
	@echo 'make check-oracle whether decryption tells by its time how it failed (TIMINGS=1000000)'
	@echo 'make check-channel  two channels at random beside a model (LIVES=5000)'
	@echo 'make check-envelope a million envelopes sealed and opened, every bit of a thousand flipped'
	@echo 'make lint         style, warnings of the analysers, house rules'
	@echo 'make analyse      the analyser in depth, some minutes'
	@echo 'make fuzz         fuzz every parser (FUZZ_SECONDS=10 each, FUZZ_ONLY=names)'
	@echo 'make bench        measure against the limits of the machine; build/bench.json'
	@echo 'make install      PREFIX=/usr/local DESTDIR=; also uninstall'
	@echo 'make dist         the source as one archive'
	@echo 'make pot          collect the strings to translate in po/cam.pot; po: update the translations'
	@echo 'make deps         install the Debian packages that are needed'
	@echo 'make clean        remove build/; distclean: what configure made, too'
	@echo 'V=1 shows the commands, B=FOLDER builds elsewhere, CONFIGURE_ARGS goes to configure'

.PHONY: all pot po programs unit-tests fuzz-targets tools fuzz check check-all check-build check-unit check-session \
	check-screen check-lan check-kill check-load check-monkey check-relay check-valgrind check-oracle check-channel check-envelope \
	lint analyse demo demo-server bench install uninstall deps dist clean distclean help FORCE
.DELETE_ON_ERROR:
