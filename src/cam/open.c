/* open.c: cam open: opens a sealed message, and lets its sender know. */
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/i18n.h"
#include "base/mem.h"
#include "base/text.h"
#include "cam/args.h"
#include "cam/cam.h"
#include "cam/complain.h"
#include "cam/daemon.h"
#include "cam/input.h"
#include "cam/message.h"
#include "cam/output.h"
#include "cam/refusal.h"
#include "cam/verbs.h"
#include "rpc/names.h"

enum { OPEN_PASSWORD_MAX = 1024 };

/* The first line of the file. */
static int
read_password(const char *path, char **password)
{
	char line[OPEN_PASSWORD_MAX + 1];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t len = fd < 0 ? -1 : read(fd, line, OPEN_PASSWORD_MAX);
	int problem = errno;

	if (fd >= 0)
		close(fd);
	if (len < 0) {
		complain(_("cannot read '%s': %s"), path, strerror(problem));
		return EXIT_FAILED;
	}
	line[len] = '\0';
	line[strcspn(line, "\r\n")] = '\0';
	*password = xstrdup(line);
	wipe(line, sizeof(line));
	return 0;
}

static bool
wants_password(const struct rpc_error *error)
{
	const char *reason =
	    json_string_value(json_object_get(error->data, "reason"));

	return reason != NULL && strcmp(reason, "password") == 0;
}

/* With ask, a password that is wanted is no error yet: it says so there, and
 * nothing to people. */
static int
try_to_open(struct rpc_client *client, const char *id, const char *password,
    bool *ask, json_t **result)
{
	struct rpc_error error = { 0 };
	int err = rpc_client_call(client, RPC_MESSAGE_OPEN,
	    json_pack("{s:s,s:s?}", "id", id, "password", password), -1, result,
	    &error);
	bool wanted = err == CAM_ERR_REQUEST && wants_password(&error);
	int code = 0;

	if (err == CAM_ERR_REQUEST && !(wanted && *ask))
		code = refusal_say(&error);
	else if (err != 0 && err != CAM_ERR_REQUEST)
		code = daemon_lost(err);
	*ask = wanted && *ask;
	rpc_error_finish(&error);
	return code;
}

static int
open_message(
    struct rpc_client *client, const char *id, char **password, json_t **result)
{
	bool ask = *password == NULL && input_can_ask();
	int code = try_to_open(client, id, *password, &ask, result);

	if (code != 0 || !ask)
		return code;
	*password = input_password(_("your password:"));
	ask = false;
	return try_to_open(client, id, *password, &ask, result);
}

static void
print(struct cam *cam, const json_t *message)
{
	char *text;

	if (cam->json) {
		output_json(message);
		return;
	}
	text = message_text(message);
	output_text(cam, STYLE_PLAIN, text, TEXT_BLOCK);
	putchar('\n');
	free(text);
}

int
verb_open(struct cam *cam, struct args *args)
{
	const char *file = args_value(args, "password-file");
	struct rpc_client *client = NULL;
	char *password = NULL;
	json_t *result = NULL;
	int code = args_count(args, 1, 1);

	if (code == 0 && file != NULL)
		code = read_password(file, &password);
	if (code == 0)
		code = daemon_connect(cam, &client);
	if (code == 0)
		code = open_message(client, args->argv[0], &password, &result);
	if (code == 0)
		print(cam, json_object_get(result, "message"));
	if (password != NULL)
		wipe_free(password, strlen(password));
	rpc_client_free(client);
	json_decref(result);
	return code;
}
