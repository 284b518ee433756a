/* finding.c: what cam doctor found. */
#include "cam/finding.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/i18n.h"
#include "base/mem.h"
#include "cam/cam.h"
#include "cam/output.h"
#include "rpc/json.h"

void
findings_add(struct findings *findings, const char *check,
    enum finding_level level, char *text, char *fix)
{
	findings->list = xreallocarray(
	    findings->list, findings->count + 1, sizeof(*findings->list));
	findings->list[findings->count++] = (struct finding){
		.check = check, .level = level, .text = text, .fix = fix
	};
}

void
findings_finish(struct findings *findings)
{
	for (size_t i = 0; i < findings->count; i++) {
		free(findings->list[i].text);
		free(findings->list[i].fix);
	}
	free(findings->list);
	*findings = (struct findings){ .count = 0 };
}

size_t
findings_problems(const struct findings *findings)
{
	size_t count = 0;

	for (size_t i = 0; i < findings->count; i++)
		count += findings->list[i].level == FINDING_PROBLEM;
	return count;
}

static const char *
level_name(enum finding_level level)
{
	switch (level) {
	case FINDING_OK:
		break;
	case FINDING_NOTE:
		return "note";
	case FINDING_PROBLEM:
		return "problem";
	}
	return "ok";
}

static void
print_json(const struct finding *finding)
{
	json_t *object = json_pack("{s:s, s:s, s:o, s:o}", "check",
	    finding->check, "level", level_name(finding->level), "text",
	    json_text(span_text(finding->text)), "fix",
	    finding->fix != NULL ? json_text(span_text(finding->fix))
				 : json_null());

	output_json(object);
	json_decref(object);
}

/* The text begins in the same column whatever the level is called in the
 * reader's language. */
static void
print_line(const struct finding *finding, struct cam *cam)
{
	static const enum style styles[] = { STYLE_GOOD, STYLE_WARN,
		STYLE_BAD };
	const char *word = finding->level == FINDING_OK	    ? _("ok")
			   : finding->level == FINDING_NOTE ? _("note")
							    : _("problem");
	size_t width = text_width(span_text(word));

	output_text(cam, styles[finding->level], word, TEXT_LINE);
	printf("%*s", (int)(width < 9 ? 9 - width : 1), "");
	output_text(cam, STYLE_PLAIN, finding->text, TEXT_LINE);
	putchar('\n');
	if (finding->fix == NULL)
		return;
	printf("%9s", "");
	output_text(cam, STYLE_ACCENT, finding->fix, TEXT_LINE);
	putchar('\n');
}

void
findings_print(const struct findings *findings, struct cam *cam)
{
	for (int level = FINDING_OK; level <= FINDING_PROBLEM && !cam->json;
	     level++) {
		for (size_t i = 0; i < findings->count; i++)
			if ((int)findings->list[i].level == level)
				print_line(&findings->list[i], cam);
	}
	for (size_t i = 0; i < findings->count && cam->json; i++)
		print_json(&findings->list[i]);
}
