/* ruling.h: the policy of our organisation, as it holds for us. */
#ifndef CAM_CAMD_RULING_H
#define CAM_CAMD_RULING_H

#include <jansson.h>

#include "org/policy.h"

struct camd;
struct org;
struct store;

/*
 * What is left to us: POLICY_ON where we belong to nobody, or nothing is ruled.
 * Our own settings hold where they are stricter. org may be NULL.
 */
enum policy_value ruling_of(const struct org *org, enum policy_key key);
/* {files: "receive", ...}: what is not on; new reference. */
json_t *ruling_object(const struct org *org);

/* -- for org.c
 * -----------------------------------------------------------------
 */

/* As it was stored. CAM_ERR_STORE. */
int ruling_load(struct org *org, struct store *store);
/* ORG_POLICY. CAM_ERR_FORMAT and those of policy_parse(). */
int ruling_take(struct org *org, const json_t *params);
/* Forgotten with the organisation. */
void ruling_drop(struct org *org);
/* Our group, or whether we belong, may have changed: what follows from that
 * takes effect. */
void ruling_apply(struct org *org);

#endif
