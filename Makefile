# Makefile: builds, tests and installs cam. Reads from top to bottom.
#
#   make            everything, into build/
#   make demo       two users on this machine talk (installs what is missing)
#   make check      every test (installs what is missing)
#   make help       the other targets

B ?= build
V ?= 0
Q = $(if $(filter 0,$V),@)
say = $(if $(filter 0,$V),@printf '  %-7s %s\n' $1 $2,@:)

# config.mk is made by configure, and made again when what it is made from has changed.
NO_CONFIG = help deps clean distclean
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
	-Werror=implicit-function-declaration -Wno-unused-parameter $(WERROR)
STD = -std=c17 -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64
INC = -I. -Isrc -DCAM_VERSION='"$(VERSION)"' -DCAM_LIBEXEC='"$(PREFIX)/libexec/cam"' \
	-DCAM_LOCALEDIR='"$(PREFIX)/share/locale"'
EXT_CFLAGS = $(JANSSON_CFLAGS) $(OPENSSL_CFLAGS) $(SQLITE_CFLAGS) $(UTF8PROC_CFLAGS)
FORTIFY = $(if $(SAN),,-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3)
ALL_CFLAGS = $(STD) $(INC) $(WARN) $(CFLAGS) $(FORTIFY) $(HARDEN) $(EXT_CFLAGS) -pthread $(SAN)
ALL_LDFLAGS = $(LDFLAGS) -pthread $(SAN)
PIE_CFLAGS = -fPIE
PIE_LDFLAGS = $(if $(SAN),,-pie -Wl,-z,relro,-z,now)

# -- sources ----------------------------------------------------------------

# Each folder is an archive; the order is the one in which they may use each other (last uses first).
FOLDERS = lan net rpc store crypto ipmsg loop base
PROGRAMS = cam camd cam-debug

objects = $(patsubst src/%.c,$B/%.o,$(sort $(wildcard src/$1/*.c src/$1/*/*.c)))
archive = $B/lib$1.a
ARCHIVES = $(foreach folder,$(FOLDERS),$(call archive,$(folder)))
# All of a program but its main.c, so that tests can have it.
PARTS = $(foreach program,$(PROGRAMS),$B/lib$(program).a)

programs: $(PROGRAMS:%=$B/%)

$B/%.o: src/%.c config.mk
	$(call say,CC,$<)
	$Qmkdir -p $(@D) && $(CC) $(ALL_CFLAGS) $(PIE_CFLAGS) -MMD -MP -c -o $@ $<

define folder_archive
$$(call archive,$1): $$(call objects,$1)
	$$(call say,AR,$$@)
	$$Qmkdir -p $$(@D) && rm -f $$@ && ar rcs $$@ $$^
endef
$(foreach folder,$(FOLDERS),$(eval $(call folder_archive,$(folder))))

define program_archive
$B/lib$1.a: $$(filter-out $B/$1/main.o,$$(call objects,$1))
	$$(call say,AR,$$@)
	$$Qmkdir -p $$(@D) && rm -f $$@ && ar rcs $$@ $$^
endef
$(foreach program,$(PROGRAMS),$(eval $(call program_archive,$(program))))

# -- programs ---------------------------------------------------------------

CAM_LIBS = $(call archive,rpc) $(call archive,loop) $(call archive,base)
$B/cam: $B/cam/main.o $B/libcam.a $(CAM_LIBS)
	$(call say,LINK,$@)
	$Q$(CC) $(if $(SAN),,$(STATIC_CAM)) $(ALL_LDFLAGS) -o $@ $^ $(JANSSON_LIBS) $(LIBEV_LIBS) -lm \
		$(UTF8PROC_LIBS) $(LIBS)

CAMD_LIBS = $(foreach folder,lan net rpc store crypto ipmsg loop base,$(call archive,$(folder)))
$B/camd: $B/camd/main.o $B/libcamd.a $(CAMD_LIBS)
	$(call say,LINK,$@)
	$Q$(CC) $(ALL_LDFLAGS) $(PIE_LDFLAGS) -o $@ $^ $(JANSSON_LIBS) $(OPENSSL_LIBS) $(SQLITE_LIBS) \
		$(UTF8PROC_LIBS) $(LIBEV_LIBS) -lm $(LIBS)

DEBUG_LIBS = $(call archive,ipmsg) $(call archive,crypto) $(call archive,base)
$B/cam-debug: $B/cam-debug/main.o $B/libcam-debug.a $(DEBUG_LIBS)
	$(call say,LINK,$@)
	$Q$(CC) $(ALL_LDFLAGS) $(PIE_LDFLAGS) -o $@ $^ $(JANSSON_LIBS) $(OPENSSL_LIBS) \
		$(UTF8PROC_LIBS) -lm $(LIBS)

-include $(shell find $B -name '*.d' 2>/dev/null)

# -- tests ------------------------------------------------------------------

UNIT = $(patsubst tests/unit/%.c,%,$(sort $(wildcard tests/unit/test_*.c)))
unit-tests: $(UNIT:%=$B/unit/%)

TEST_LIBS = $(PARTS) $(ARCHIVES)
$B/unit/%: tests/unit/%.c $(TEST_LIBS)
	$(call say,TEST,$@)
	$Qmkdir -p $(@D) && $(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -Itests/unit \
		-DTEST_DATA='"$(CURDIR)/tests/data"' -MMD -MP -o $@ $< \
		-Wl,--start-group $(TEST_LIBS) -Wl,--end-group $(CMOCKA_LIBS) $(JANSSON_LIBS) \
		$(OPENSSL_LIBS) $(SQLITE_LIBS) $(UTF8PROC_LIBS) $(LIBEV_LIBS) -lm $(LIBS)

FUZZ = $(patsubst tests/fuzz/%.c,%,$(sort $(wildcard tests/fuzz/fuzz_*.c)))
fuzz-targets: $(FUZZ:%=$B/fuzz/%)
