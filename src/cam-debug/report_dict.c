/* report_dict.c: an IPDict told as one JSON object. */
#include <stdlib.h>

#include "base/err.h"
#include "base/limits.h"
#include "base/mem.h"
#include "cam-debug/decipher.h"
#include "cam-debug/line.h"
#include "cam-debug/report.h"
#include "cam-debug/report_parts.h"
#include "ipmsg/command.h"
#include "ipmsg/dictmaster.h"
#include "ipmsg/dictmessage.h"

static void
put_string(json_t *object, const char *key, const char *text)
{
	json_object_set_new(object, key, json_string(text));
}

static void
put_head(json_t *object, const struct dict_head *head)
{
	char command[COMMAND_TEXT_SIZE];

	command_text(head->command, command);
	put_string(object, "version", "3");
	json_object_set_new(object, "packet_no", json_integer(head->number));
	put_string(object, "user", head->user);
	put_string(object, "host", head->host);
	put_string(object, "command", command);
	json_object_set_new(object, "options", report_options(head->command));
	put_string(object, "nick", head->nick);
	put_string(object, "group", head->group);
}

static const char *
put_text(json_t *object, const struct ipdict *dict)
{
	struct span body;
	struct buf text;
	int rc;

	if (ipdict_get(dict, "BODY", &body) < 0)
		return NULL;
	buf_init(&text, LIMIT_IPDICT_TCP);
	rc = dict_body_parse(dict, &text);
	if (rc == 0)
		json_object_set_new(object, "text", line_text(buf_span(&text)));
	buf_finish(&text);
	return rc < 0 ? "the text is not UTF-8" : NULL;
}

static const char *
put_lists(json_t *object, const struct ipdict *dict)
{
	struct to_list *to = xcalloc(1, sizeof(*to));
	struct attach_list files;
	int rc = dict_to_parse(dict, to);

	if (rc == 0 && to->count > 0)
		json_object_set_new(object, "to", report_to(to));
	free(to);
	if (rc < 0)
		return "the list of recipients is malformed";
	if (dict_files_parse(dict, &files) < 0)
		return "the list of files is malformed";
	if (files.count > 0 || files.broken)
		json_object_set_new(
		    object, "attachments", report_attachments(&files));
	if (files.broken)
		json_object_set_new(object, "attachments_broken", json_true());
	attach_list_finish(&files);
	return NULL;
}

static const char *
put_hosts(json_t *object, const struct ipdict *dict)
{
	struct dict_hosts hosts;
	struct host_row row;
	struct span list;
	json_t *array = NULL;

	if (ipdict_get_list(dict, "HLST", &list) < 0)
		return NULL;
	if (dict_hosts_parse(dict, &hosts) < 0)
		return "the list of hosts is malformed";
	array = json_array();
	while (dict_hosts_next(&hosts, &row, NULL) == 0)
		json_array_append_new(array, report_host(&row));
	json_object_set_new(object, "hosts", array);
	return NULL;
}

static const char *
put_command(struct debug *debug, const struct ipdict *dict, const char *suite,
    json_t *object)
{
	struct dict_head head;
	const char *error = NULL;

	if (dict_head_parse(dict, &head) < 0)
		return "an IPDict that lacks the keys of a command";
	put_head(object, &head);
	if ((error = put_text(object, dict)) != NULL ||
	    (error = put_lists(object, dict)) != NULL ||
	    (error = put_hosts(object, dict)) != NULL)
		return error;
	if (suite != NULL)
		put_string(object, "suite", suite);
	put_string(object, "signature",
	    suite_signature_name(decipher_signed(debug, dict, head.user)));
	return NULL;
}

static const char *
put_encrypted(struct debug *debug, const struct ipdict *outer, json_t *object)
{
	struct dict_cipher cipher;
	struct deciphered found;
	struct ipdict *dict = NULL;
	const char *error = NULL;

	if (dict_cipher_parse(outer, &cipher) < 0)
		return "not an encrypted IPDict";
	decipher_dict(debug, &cipher, &found);
	if (found.opened) {
		dict = xcalloc(1, sizeof(*dict));
		error = ipdict_parse(buf_span(&found.plain), dict) == 0
			    ? put_command(debug, dict, found.suite, object)
			    : "an encrypted IPDict with something else inside";
		free(dict);
	} else {
		put_string(object, "version", "IP2");
		put_string(object, "suite", found.suite);
		put_string(
		    object, "signature", suite_signature_name(found.signature));
	}
	deciphered_finish(&found);
	return error;
}

bool
report_dict(struct debug *debug, struct span bytes, json_t **result)
{
	struct ipdict *dict = xcalloc(1, sizeof(*dict));
	json_t *object = json_object();
	const char *error = NULL;

	if (ipdict_parse(bytes, dict) < 0)
		error = "not an IPDict: a length does not fit";
	else if (dict_is_encrypted(dict))
		error = put_encrypted(debug, dict, object);
	else
		error = put_command(debug, dict, NULL, object);
	free(dict);
	if (error != NULL) {
		json_decref(object);
		object = report_error(error);
	}
	*result = object;
	return error == NULL;
}
