/* version.c: cam version: the version and what is built in; needs no camd. */
#include "cam/version.h"

#include <jansson.h>
#include <stdio.h>

#include "base/i18n.h"
#include "cam/args.h"
#include "cam/cam.h"
#include "cam/output.h"
#include "cam/verb.h"
#include "cam/verbs.h"
#include "rpc/names.h"

/* The verbs that are there, so that a script can ask before it relies on one.
 */
static json_t *
verb_names(void)
{
	json_t *names = json_array();

	for (const struct verb *verb = verb_table(); verb->name != NULL;
	     verb++) {
		if ((verb->flags & (VERB_LATER | VERB_HIDDEN)) == 0)
			json_array_append_new(names, json_string(verb->name));
	}
	return names;
}

static json_t *
libraries(void)
{
	json_t *names = json_pack("{s:s}", "jansson", jansson_version_str());

#ifdef CAM_CHAFA
	/* Of cam-show. */
	json_object_set_new(names, "chafa", json_string(CAM_CHAFA));
#endif
#ifdef CAM_QRENCODE
	/* Of cam-qr. */
	json_object_set_new(names, "qrencode", json_string(CAM_QRENCODE));
#endif
#ifdef CAM_SDBUS
	/* Of cam-notify. */
	json_object_set_new(names, "libsystemd", json_string(CAM_SDBUS));
#endif
#ifdef CAM_AVFORMAT
	/* Of cam-record. */
	json_object_set_new(names, "libavformat", json_string(CAM_AVFORMAT));
#endif
#ifdef CAM_SODIUM
	/* Of camd and camserver. */
	json_object_set_new(names, "libsodium", json_string(CAM_SODIUM));
#endif
	return names;
}

int
version_print(struct cam *cam)
{
	json_t *version;

	if (!cam->json) {
		output_line(cam, "cam %s", CAM_VERSION);
		if (cam->verbose)
			output_line(cam, "cam-rpc %d, jansson %s", RPC_VERSION,
			    jansson_version_str());
		return 0;
	}
	version = json_pack("{s:s,s:s,s:i,s:o,s:o}", "program", "cam",
	    "version", CAM_VERSION, "protocol", RPC_VERSION, "libraries",
	    libraries(), "verbs", verb_names());
	output_json(version);
	json_decref(version);
	return 0;
}

int
verb_version(struct cam *cam, struct args *args)
{
	int code = args_count(args, 0, 0);

	return code != 0 ? code : version_print(cam);
}
