/* report.h: one packet told as one JSON object (cli contract, "JSON"). */
#ifndef CAM_REPORT_H
#define CAM_REPORT_H

#include <jansson.h>

#include "base/span.h"
#include "cam-debug/debug.h"

/* Classic or IPDict. False: it was refused, and the object says why. */
bool report_packet(struct debug *debug, struct span bytes, json_t **object);

/* Shared by the two forms. */
json_t *report_options(uint32_t command);
json_t *report_error(const char *reason);

/* report_dict.c: an IPDict, encrypted or not. */
bool report_dict(struct debug *debug, struct span bytes, json_t **object);

#endif
