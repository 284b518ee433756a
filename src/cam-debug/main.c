/* main.c: cam-debug, which decodes packets without a camd (cli contract, "cam
 * debug packet"). */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/limits.h"
#include "cam-debug/debug.h"
#include "cam-debug/input.h"
#include "cam-debug/line.h"
#include "cam-debug/report.h"

enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

static void
print_usage(FILE *file)
{
	fputs(_("usage: cam debug packet [--raw] [--key PEM]... "
		"[--peer-key PEM]... [--charset NAME]\n"
		"Reads packets of IP Messenger on stdin, one in hex digits a "
		"line, and prints\n"
		"each as a JSON object.\n\n"
		"  --raw            stdin is one packet as it is\n"
		"  --key PEM        a private key to decipher with\n"
		"  --peer-key PEM   a public key to check signatures with\n"
		"  --charset NAME   of text that is not UTF-8: CP932 (as a "
		"rule), GB18030\n"),
	    file);
}

static int
complain_of_key(const char *path, int err)
{
	const char *reason = cam_strerror(err);

	if (err == CAM_ERR_KEY)
		reason = _("not an RSA key of 1024 or 2048 bits in PEM, or "
			   "locked by a passphrase");
	fprintf(
	    stderr, _("cam-debug: cannot read key '%s': %s\n"), path, reason);
	return EXIT_USAGE;
}

static int
read_charset(const char *name, struct debug *debug)
{
	if (charset_parse(name, &debug->configured) == 0)
		return 0;
	fprintf(stderr,
	    _("cam-debug: no charset '%s': CP932, GB18030 or UTF-8\n"), name);
	return EXIT_USAGE;
}

/* 0, an exit code, or -1 when help was asked for and given. */
static int
read_options(int argc, char **argv, struct debug *debug)
{
	static const struct option options[] = {
		{ "raw", no_argument, NULL, 'r' },
		{ "key", required_argument, NULL, 'k' },
		{ "peer-key", required_argument, NULL, 'p' },
		{ "charset", required_argument, NULL, 'c' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int option, rc = 0;

	while (rc == 0 &&
	       (option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		int err = 0;

		switch (option) {
		case 'r':
			debug->raw = true;
			break;
		case 'k':
			err = debug_add_key(debug, optarg);
			break;
		case 'p':
			err = debug_add_peer_key(debug, optarg);
			break;
		case 'c':
			rc = read_charset(optarg, debug);
			break;
		case 'h':
			print_usage(stdout);
			return -1;
		default:
			print_usage(stderr);
			return EXIT_USAGE;
		}
		if (err < 0)
			rc = complain_of_key(optarg, err);
	}
	return rc;
}

static int
read_arguments(int argc, char **argv, struct debug *debug)
{
	int rc = read_options(argc, argv, debug);

	if (rc != 0)
		return rc;
	if (argc - optind == 1 && strcmp(argv[optind], "packet") == 0)
		return 0;
	if (optind < argc && strcmp(argv[optind], "packet") != 0)
		fprintf(stderr, _("cam-debug: nothing to do with '%s'\n"),
		    argv[optind]);
	else if (optind + 1 < argc)
		fprintf(stderr,
		    _("cam-debug: packets come on stdin, not as '%s'\n"),
		    argv[optind + 1]);
	print_usage(stderr);
	return EXIT_USAGE;
}

static const char *
input_error(int err)
{
	return err == CAM_ERR_LIMIT ? "longer than a datagram can be"
				    : "not pairs of hex digits";
}

/* Prints what became of one packet; false when it was refused. */
static bool
print_packet(struct debug *debug, int err, const struct buf *packet)
{
	json_t *object = NULL;
	bool taken = false;

	if (err < 0)
		object = report_error(input_error(err));
	else
		taken = report_packet(debug, buf_span(packet), &object);
	line_write(object);
	json_decref(object);
	return taken;
}

static int
print_packets(struct debug *debug)
{
	int status = EXIT_DONE, rc;

	do {
		struct buf packet;

		buf_init(&packet, LIMIT_DATAGRAM);
		rc = debug->raw ? input_raw(stdin, &packet)
				: input_hex(stdin, &packet);
		if (rc != CAM_ERR_CLOSED && rc != CAM_ERR_SYSTEM &&
		    !print_packet(debug, rc, &packet))
			status = EXIT_FAILED;
		buf_finish(&packet);
	} while (!debug->raw && rc != CAM_ERR_CLOSED && rc != CAM_ERR_SYSTEM);
	if (rc == CAM_ERR_SYSTEM) {
		fprintf(stderr, _("cam-debug: cannot read stdin: %s\n"),
		    strerror(errno));
		status = EXIT_FAILED;
	}
	return status;
}

static int
run(int argc, char **argv)
{
	struct debug debug;
	int rc = debug_init(&debug);

	if (rc < 0) {
		fputs(_("cam-debug: this system has no converters for CP932 "
			"and GB18030\n"),
		    stderr);
		rc = EXIT_FAILED;
	} else if ((rc = read_arguments(argc, argv, &debug)) == 0) {
		rc = print_packets(&debug);
	}
	debug_finish(&debug);
	return rc == -1 ? EXIT_DONE : rc;
}

int
main(int argc, char **argv)
{
	int status;

	i18n_open();
	status = run(argc, argv);
	if (fflush(stdout) != 0 || ferror(stdout)) {
		fprintf(stderr, _("cam-debug: cannot write: %s\n"),
		    strerror(errno));
		status = EXIT_FAILED;
	}
	return status;
}
