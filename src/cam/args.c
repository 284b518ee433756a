/* args.c: a verb's arguments and options, parsed by its table. */
#include "cam/args.h"

#include <getopt.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/mem.h"
#include "base/number.h"
#include "cam/cam.h"
#include "cam/complain.h"
#include "cam/verb.h"

enum { OPTIONS_MAX = 32, SECONDS_MAX = 1000 * 1000 * 1000 };

/* What getopt_long wants, made from the tables. */
struct parser {
	const struct verb_option *known[OPTIONS_MAX];
	struct option longs[OPTIONS_MAX + 1];
	char shorts[OPTIONS_MAX * 2 + 3];
	int count;
};

static void
add_options(struct parser *parser, const struct verb_option *table)
{
	char *end = parser->shorts + strlen(parser->shorts);

	for (; table != NULL && table->name != NULL &&
	       parser->count < OPTIONS_MAX;
	     table++) {
		struct option *option = &parser->longs[parser->count];

		option->name = table->name;
		option->has_arg = table->value == NULL ? no_argument
				  : verb_value_is_optional(table)
				      ? optional_argument
				      : required_argument;
		option->val = 256 + parser->count;
		parser->known[parser->count++] = table;
		if (table->letter == 0)
			continue;
		*end++ = table->letter;
		if (table->value != NULL)
			*end++ = ':';
	}
}

static const struct verb_option *
option_of(const struct parser *parser, int chosen)
{
	if (chosen >= 256)
		return parser->known[chosen - 256];
	for (int i = 0; i < parser->count; i++) {
		if (parser->known[i]->letter == chosen)
			return parser->known[i];
	}
	return NULL;
}

static void
keep_option(struct args *args, const char *name, const char *value)
{
	args->options = xreallocarray(
	    args->options, args->option_count + 1, sizeof(*args->options));
	args->options[args->option_count++] =
	    (struct args_option){ name, value };
}

static void
take_option(struct args *args, struct cam *cam,
    const struct verb_option *option, const char *value)
{
	if (strcmp(option->name, "home") == 0)
		cam->home = cam->named_home = value;
	else if (strcmp(option->name, "json") == 0)
		cam->json = true;
	else if (strcmp(option->name, "no-start") == 0)
		cam->no_start = true;
	else if (strcmp(option->name, "linear") == 0)
		cam->linear = true;
	else if (strcmp(option->name, "quiet") == 0)
		cam->quiet = true;
	else if (strcmp(option->name, "verbose") == 0)
		cam->verbose = true;
	else if (strcmp(option->name, "help") == 0)
		args->help = true;
	else if (strcmp(option->name, "version") == 0)
		args->version = true;
	else
		keep_option(args, option->name, value);
}

/* Says which option was wrong; typed is the argument it stood in. */
static int
wrong_option(
    struct cam *cam, const struct verb *verb, int chosen, const char *typed)
{
	const char *name = verb != NULL ? verb->name : NULL;
	char letter[3] = { '-', (char)optopt, '\0' };
	const char *shown = optopt > 0 && optopt < 128 ? letter : typed;

	cam_words(cam);
	if (chosen == ':')
		return complain_usage(
		    name, _("option '%s' needs a value"), shown);
	if (optopt >= 256)
		return complain_usage(
		    name, _("option '%s' takes no value"), typed);
	if (verb == NULL)
		return complain_usage(NULL, _("no option '%s'"), shown);
	return complain_usage(name,
	    _("no option '%s' (a text that begins with a dash goes behind "
	      "--)"),
	    shown);
}

static int
parse(struct args *args, struct cam *cam, const struct verb *verb,
    struct parser *parser, int argc, char **argv)
{
	int chosen;

	optind = 0; /* begins anew, also for what getopt keeps inside */
	opterr = 0;
	for (;;) {
		int before = optind > 0 ? optind : 1;
		const char *typed = before < argc ? argv[before] : "";

		chosen = getopt_long(
		    argc, argv, parser->shorts, parser->longs, NULL);
		if (chosen == -1)
			break;
		if (chosen == '?' || chosen == ':')
			return wrong_option(cam, verb, chosen,
			    optind > 0 ? argv[optind - 1] : typed);
		take_option(args, cam, option_of(parser, chosen), optarg);
	}
	args->argc = argc - optind;
	args->argv = argv + optind;
	return 0;
}

int
args_parse(struct args *args, struct cam *cam, const struct verb *verb,
    int argc, char **argv)
{
	struct parser parser = { .shorts = ":" };

	args->verb = verb;
	args->cam = cam;
	add_options(&parser, verb_global_options());
	add_options(&parser, verb->options);
	return parse(args, cam, verb, &parser, argc, argv);
}

int
args_parse_global(struct args *args, struct cam *cam, int argc, char **argv)
{
	struct parser parser = { .shorts = "+:" };

	add_options(&parser, verb_global_options());
	return parse(args, cam, NULL, &parser, argc, argv);
}

void
args_finish(struct args *args)
{
	free(args->options);
	args->options = NULL;
}

const char *
args_value(const struct args *args, const char *option)
{
	for (size_t i = args->option_count; i > 0; i--) {
		if (strcmp(args->options[i - 1].name, option) == 0)
			return args->options[i - 1].value;
	}
	return NULL;
}

bool
args_has(const struct args *args, const char *option)
{
	for (size_t i = 0; i < args->option_count; i++) {
		if (strcmp(args->options[i].name, option) == 0)
			return true;
	}
	return false;
}

int
args_seconds(const struct args *args, const char *option, int64_t otherwise_ms,
    int64_t *ms)
{
	const char *value = args_value(args, option);
	char *end = NULL;
	double seconds;

	*ms = otherwise_ms;
	if (value == NULL)
		return 0;
	/* strtod would also take "nan", "inf", "0x1" and leading blanks. */
	seconds = value[strspn(value, "0123456789.")] == '\0'
		      ? strtod(value, &end)
		      : NAN;
	if (end != NULL && end != value && *end == '\0' &&
	    seconds <= SECONDS_MAX) {
		*ms = (int64_t)(seconds * 1000);
		return 0;
	}
	cam_words(args->cam);
	return complain_usage(
	    args->verb->name, _("--%s takes seconds, not '%s'"), option, value);
}

int
args_number(const struct args *args, const char *option, uint64_t max,
    uint64_t otherwise, uint64_t *number)
{
	const char *value = args_value(args, option);

	*number = otherwise;
	if (value == NULL || number_decimal(span_text(value), max, number) == 0)
		return 0;
	cam_words(args->cam);
	return complain_usage(args->verb->name,
	    _("--%s takes a number from 0 to %llu, not '%s'"), option,
	    (unsigned long long)max, value);
}

int
args_count(const struct args *args, int least, int most)
{
	if (args->argc >= least && (most < 0 || args->argc <= most))
		return 0;
	cam_words(args->cam);
	if (args->argc < least)
		return complain_usage(args->verb->name,
		    _("'%s' needs more: cam %s %s"), args->verb->name,
		    args->verb->name, gettext(args->verb->args));
	return complain_usage(
	    args->verb->name, _("'%s' is one word too many"), args->argv[most]);
}
