/* args.h: a verb's arguments and options, parsed by its table. */
#ifndef CAM_ARGS_H
#define CAM_ARGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cam;
struct verb;

/* An option as it was given; value is borrowed from argv, or NULL. */
struct args_option {
	const char *name;
	const char *value;
};

struct args {
	const struct verb *verb;
	struct cam *cam;
	int argc;    /* what is left when options are taken out */
	char **argv; /* ends with NULL; borrowed */
	struct args_option *options;
	size_t option_count;
	bool help;    /* --help was given */
	bool version; /* --version, before the verb */
};

/*
 * Takes the global options (into cam) and the verb's own out of argv, whose
 * first entry is the verb as typed. EXIT_USAGE after saying what is wrong, else
 * 0. Release with args_finish().
 */
int args_parse(struct args *args, struct cam *cam, const struct verb *verb,
    int argc, char **argv);
/* The same for what stands before the verb; argv then begins with the verb. */
int args_parse_global(
    struct args *args, struct cam *cam, int argc, char **argv);
void args_finish(struct args *args);

bool args_has(const struct args *args, const char *option);
/* The last value given, or NULL. */
const char *args_value(const struct args *args, const char *option);
/*
 * Seconds, with decimals, as milliseconds; otherwise when the option is not
 * there (-1: no limit). EXIT_USAGE after saying what is wrong, else 0.
 */
int args_seconds(const struct args *args, const char *option,
    int64_t otherwise_ms, int64_t *ms);
/* A whole number from 0 to max. */
int args_number(const struct args *args, const char *option, uint64_t max,
    uint64_t otherwise, uint64_t *number);
/* Between least and most arguments (-1: any number) must be there; EXIT_USAGE
 * after saying so. */
int args_count(const struct args *args, int least, int most);

#endif
