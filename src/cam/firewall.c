/* firewall.c: asks nft, iptables, ufw and firewalld for their rules. */
#include "cam/firewall.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "cam/capture.h"
#include "cam/filter_text.h"

enum {
	TIMEOUT_MS = 10000,
	STATUS_NOT_RUNNING = 252, /* firewall-cmd(1) */
};

/* What became of asking a program. */
enum told {
	TOLD,	      /* it printed its rules and we read them */
	TOLD_NOTHING, /* it is not installed */
	TOLD_DENIED,  /* it would not or could not */
	TOLD_STRANGE, /* we do not understand what it printed */
};

static enum told
run(const char *const argv[], struct buf *out, int *status)
{
	int err = 0;

	buf_init(out, FILTER_TEXT_MAX);
	err = capture_run(argv, TIMEOUT_MS, out, status);
	if (err == CAM_ERR_UNKNOWN)
		return TOLD_NOTHING;
	if (err == CAM_ERR_LIMIT)
		return TOLD_STRANGE;
	return err < 0 || *status != 0 ? TOLD_DENIED : TOLD;
}

static enum told
read_iptables(struct filter *filter, const char *program, uint8_t family)
{
	const char *const argv[] = { program, NULL };
	struct buf out;
	int status = 0;
	enum told told = run(argv, &out, &status);

	if (told == TOLD &&
	    filter_read_iptables(filter, buf_span(&out), family) < 0)
		told = TOLD_STRANGE;
	buf_finish(&out);
	return told;
}

static enum told
read_nft(struct filter *filter, bool iptables_known)
{
	const char *const argv[] = { "nft", "-j", "list", "ruleset", NULL };
	struct buf out;
	int status = 0;
	enum told told = run(argv, &out, &status);

	if (told == TOLD &&
	    filter_read_nft(filter, buf_span(&out), iptables_known) < 0)
		told = TOLD_STRANGE;
	buf_finish(&out);
	return told;
}

static void
note(struct firewall *firewall, enum told told, const char *command)
{
	if (told == TOLD_DENIED)
		firewall->denied = true;
	if (told == TOLD_STRANGE)
		firewall->strange = command;
}

/*
 * The rules of the kernel are known when nft shows them all, with iptables-save
 * for those that only it can show; or where there is no nft, when
 * iptables-save does. Tables of before nft can only be listed by the root of
 * the machine: who is root of a container, and may see the others, has hardly
 * any.
 */
static void
read_kernel(struct firewall *firewall)
{
	static const struct {
		const char *program;
		uint8_t family;
		bool legacy;
	} programs[] = {
		{ "iptables-save", 4, false },
		{ "ip6tables-save", 6, false },
		{ "iptables-legacy-save", 4, true },
		{ "ip6tables-legacy-save", 6, true },
	};
	bool iptables = true, any = false, failed = false;
	enum told told = TOLD;

	for (size_t i = 0; i < sizeof(programs) / sizeof(*programs); i++) {
		told = read_iptables(&firewall->iptables, programs[i].program,
		    programs[i].family);
		if (programs[i].legacy && told == TOLD_DENIED && any)
			continue;
		note(firewall, told, programs[i].program);
		any = any || told == TOLD;
		failed = failed || told == TOLD_DENIED || told == TOLD_STRANGE;
		/* Those that are not legacy show what is kept in nft. */
		if (!programs[i].legacy && told != TOLD)
			iptables = false;
	}
	told = read_nft(&firewall->nft, iptables);
	note(firewall, told, "nft -j list ruleset");
	firewall->rules_known =
	    !failed && (told == TOLD || (told == TOLD_NOTHING && any));
}

/* Readable to all, where ufw itself talks only to root. */
static bool
ufw_is_enabled(void)
{
	FILE *file = fopen("/etc/ufw/ufw.conf", "re");
	char line[256];
	bool enabled = false;

	while (file != NULL && fgets(line, sizeof(line), file) != NULL)
		if (strncmp(line, "ENABLED=", 8) == 0)
			enabled = strncmp(line + 8, "yes", 3) == 0;
	if (file != NULL)
		fclose(file);
	return enabled;
}

static void
read_ufw(struct firewall *firewall)
{
	static const char *const argv[] = { "ufw", "status", "verbose", NULL };
	struct buf out;
	int status = 0;
	enum told told = run(argv, &out, &status);

	if (told == TOLD) {
		if (filter_read_ufw(&firewall->front, buf_span(&out),
			&firewall->ufw_active) < 0)
			told = TOLD_STRANGE;
		else
			firewall->front_known = firewall->ufw_active;
	} else if (told == TOLD_DENIED) {
		firewall->ufw_active = ufw_is_enabled();
	}
	note(firewall, told, "ufw status verbose");
	buf_finish(&out);
}

static void
read_zones(struct firewall *firewall, struct span default_zone)
{
	static const char *const argv[] = { "firewall-cmd", "--list-all-zones",
		NULL };
	struct span line, text = default_zone;
	struct buf out;
	char *name = NULL;
	int status = 0;
	enum told told = run(argv, &out, &status);

	name = filter_line(&text, &line) ? filter_trimmed(line) : NULL;
	if (told == TOLD &&
	    (name == NULL || filter_read_firewalld(
				 &firewall->front, buf_span(&out), name) < 0))
		told = TOLD_STRANGE;
	firewall->front_known = firewall->front_known || told == TOLD;
	note(firewall, told, "firewall-cmd --list-all-zones");
	buf_finish(&out);
	free(name);
}

static void
read_firewalld(struct firewall *firewall)
{
	static const char *const argv[] = { "firewall-cmd",
		"--get-default-zone", NULL };
	struct buf out;
	int status = 0;
	enum told told = run(argv, &out, &status);

	firewall->firewalld_runs = told == TOLD;
	if (told == TOLD)
		read_zones(firewall, buf_span(&out));
	else if (told == TOLD_DENIED && status != STATUS_NOT_RUNNING)
		firewall->denied = true;
	buf_finish(&out);
}

void
firewall_read(struct firewall *firewall)
{
	memset(firewall, 0, sizeof(*firewall));
	read_ufw(firewall);
	read_firewalld(firewall);
	read_kernel(firewall);
}

void
firewall_finish(struct firewall *firewall)
{
	filter_finish(&firewall->iptables);
	filter_finish(&firewall->nft);
	filter_finish(&firewall->front);
}
