/* dictmaster.c: what member masters, users and agents tell each other. */
#include "ipmsg/dictmaster.h"

#include <string.h>

#include "base/base64.h"
#include "base/err.h"
#include "base/limits.h"

/* Leaves value as it is when the key is missing. */
static int
get_int(const struct ipdict *dict, const char *key, int64_t min, int64_t max,
    int64_t *value)
{
	int64_t number = 0;
	int rc = ipdict_get_int(dict, key, &number);

	if (rc == CAM_ERR_UNKNOWN)
		return 0;
	if (rc < 0)
		return rc;
	if (number < min || number > max)
		return CAM_ERR_LIMIT;
	*value = number;
	return 0;
}

static int
get_text(const struct ipdict *dict, const char *key, char *text, size_t size)
{
	int rc = ipdict_get_text(dict, key, text, size);

	return rc == CAM_ERR_UNKNOWN ? 0 : rc;
}

/* -- hosts
 * ------------------------------------------------------------------------ */

int
dict_hosts_parse(const struct ipdict *dict, struct dict_hosts *result)
{
	struct dict_hosts hosts = {
		.start = -1, .num = -1, .total = -1, .depth = dict->depth + 1
	};
	int rc = ipdict_get_list(dict, "HLST", &hosts.rest);

	if (rc < 0)
		return rc == CAM_ERR_UNKNOWN ? CAM_ERR_FORMAT : rc;
	if ((rc = get_int(dict, "START", 0, INT32_MAX, &hosts.start)) < 0 ||
	    (rc = get_int(dict, "NUM", 0, INT32_MAX, &hosts.num)) < 0 ||
	    (rc = get_int(dict, "TOTAL", 0, INT32_MAX, &hosts.total)) < 0)
		return rc;
	*result = hosts;
	return 0;
}

static int
parse_row(const struct ipdict *dict, struct host_row *row, char *version)
{
	int64_t status = 0, active = 1, port = 0;
	int rc;

	if ((rc = ipdict_get_text(dict, "UID", row->user, sizeof(row->user))) <
		0 ||
	    (rc = ipdict_get_text(dict, "HID", row->host, sizeof(row->host))) <
		0)
		return rc == CAM_ERR_UNKNOWN ? CAM_ERR_FORMAT : rc;
	if (row->user[0] == '\0' || row->host[0] == '\0')
		return CAM_ERR_FORMAT;
	if ((rc = get_int(dict, "STAT", 0, UINT32_MAX, &status)) < 0 ||
	    (rc = get_int(dict, "ACT", 0, 1, &active)) < 0 ||
	    (rc = get_int(dict, "PORT", 0, UINT16_MAX, &port)) < 0 ||
	    (rc = get_text(dict, "IPAD", row->addr, sizeof(row->addr))) < 0 ||
	    (rc = get_text(dict, "NCK", row->nick, sizeof(row->nick))) < 0 ||
	    (rc = get_text(dict, "GRP", row->group, sizeof(row->group))) < 0)
		return rc;
	row->status = (uint32_t)status;
	row->gone = active == 0;
	row->port = (uint16_t)port;
	if (version == NULL)
		return 0;
	version[0] = '\0';
	return get_text(dict, "CVER", version, LIMIT_VERSION_TEXT + 1);
}

int
dict_hosts_next(
    struct dict_hosts *hosts, struct host_row *result, char *version)
{
	struct host_row row = { 0 };
	struct span item = { NULL, 0 };
	struct ipdict dict;
	int rc = ipdict_list_next(&hosts->rest, &item);

	if (rc < 0)
		return rc;
	if (hosts->read == LIMIT_HOST_LIST)
		rc = CAM_ERR_LIMIT;
	else if ((rc = ipdict_parse_content(item, hosts->depth, &dict)) == 0)
		rc = parse_row(&dict, &row, version);
	if (rc < 0) {
		hosts->rest.len = 0;
		return rc;
	}
	hosts->read++;
	*result = row;
	return 0;
}

void
dict_hosts_add(
    struct buf *list, const struct host_row *row, const char *version)
{
	struct buf item;

	buf_init(&item, LIMIT_IPDICT_TCP);
	ipdict_put_text(&item, "UID", row->user);
	ipdict_put_text(&item, "HID", row->host);
	ipdict_put_int(&item, "STAT", row->status);
	ipdict_put_int(&item, "ACT", row->gone ? 0 : 1);
	ipdict_put_text(&item, "IPAD", row->addr);
	ipdict_put_int(&item, "PORT", row->port);
	ipdict_put_text(&item, "NCK", row->nick);
	ipdict_put_text(&item, "GRP", row->group);
	if (version != NULL)
		ipdict_put_text(&item, "CVER", version);
	ipdict_list_add(list, buf_span(&item));
	if (buf_failed(&item))
		list->failed = true;
	buf_finish(&item);
}

void
dict_hosts_page_build(
    int64_t start, int64_t num, int64_t total, struct buf *content)
{
	ipdict_put_int(content, "START", start);
	ipdict_put_int(content, "NUM", num);
	ipdict_put_int(content, "TOTAL", total);
}

/* -- the other keys
 * --------------------------------------------------------------- */

static int
parse_network(struct span content, unsigned depth, struct dict_network *network)
{
	struct ipdict dict;
	int64_t prefix = -1;
	int rc;

	if ((rc = ipdict_parse_content(content, depth, &dict)) < 0 ||
	    (rc = ipdict_get_text(
		 &dict, "ADR", network->addr, sizeof(network->addr))) < 0 ||
	    (rc = get_int(&dict, "MASK", 0, 128, &prefix)) < 0)
		return rc;
	if (prefix < 0)
		return CAM_ERR_FORMAT;
	network->prefix = (uint8_t)prefix;
	return 0;
}

static int
parse_networks(const struct ipdict *dict, struct dict_master *master)
{
	struct span items, item;
	int rc = ipdict_get_list(dict, "NADRS", &items);

	while (rc == 0 && (rc = ipdict_list_next(&items, &item)) == 0) {
		if (master->network_count == DICT_NETWORKS_MAX)
			return CAM_ERR_LIMIT;
		rc = parse_network(item, dict->depth + 1,
		    &master->networks[master->network_count]);
		if (rc == CAM_ERR_UNKNOWN)
			return CAM_ERR_FORMAT;
		if (rc == 0)
			master->network_count++;
	}
	return rc == CAM_ERR_MORE || rc == CAM_ERR_UNKNOWN ? 0 : rc;
}

int
dict_master_parse(const struct ipdict *dict, struct dict_master *result)
{
	struct dict_master master = { .agent_seconds = -1 };
	int64_t willing = 1, direct = 0;
	int rc;

	if ((rc = parse_networks(dict, &master)) < 0 ||
	    (rc = get_int(dict, "AGNT", 0, 1, &willing)) < 0 ||
	    (rc = get_int(dict, "AGS", 0, INT32_MAX, &master.agent_seconds)) <
		0 ||
	    (rc = get_int(dict, "DRCT", 0, 1, &direct)) < 0 ||
	    (rc = get_text(
		 dict, "TADR", master.target, sizeof(master.target))) < 0)
		return rc;
	ipdict_get(dict, "WAPD", &master.wrapped);
	master.unwilling = willing == 0;
	master.direct = direct == 1;
	*result = master;
	return 0;
}

static void
build_networks(const struct dict_master *master, struct buf *content)
{
	struct buf items, item;

	buf_init(&items, LIMIT_IPDICT_TCP);
	buf_init(&item, LIMIT_IPDICT_TCP);
	for (size_t i = 0; i < master->network_count; i++) {
		buf_clear(&item);
		ipdict_put_text(&item, "ADR", master->networks[i].addr);
		ipdict_put_int(&item, "MASK", master->networks[i].prefix);
		ipdict_list_add(&items, buf_span(&item));
	}
	ipdict_put(content, "NADRS", buf_span(&items));
	buf_finish(&item);
	buf_finish(&items);
}

void
dict_master_build(const struct dict_master *master, struct buf *content)
{
	if (master->network_count > 0)
		build_networks(master, content);
	if (master->unwilling)
		ipdict_put_int(content, "AGNT", 0);
	if (master->agent_seconds >= 0)
		ipdict_put_int(content, "AGS", master->agent_seconds);
	if (master->target[0] != '\0')
		ipdict_put_text(content, "TADR", master->target);
	if (master->direct)
		ipdict_put_int(content, "DRCT", 1);
	if (master->wrapped.data != NULL)
		ipdict_put(content, "WAPD", master->wrapped);
}

/* -- the IP line
 * ------------------------------------------------------------------- */

int
dict_master_line_parse(struct span value, struct dict_master_line *result)
{
	struct dict_master_line line = { 0 };
	uint8_t packed[LIMIT_NAME * 4];
	struct ipdict dict;
	size_t len = 0;
	int64_t uptime = -1, requested = 0;
	int rc;

	if ((rc = base64_decode(value, packed, sizeof(packed), &len)) < 0 ||
	    (rc = ipdict_parse(span_of(packed, len), &dict)) < 0 ||
	    (rc = get_text(&dict, "SVADR", line.master, sizeof(line.master))) <
		0 ||
	    (rc = get_int(&dict, "UPT", 0, INT64_MAX, &uptime)) < 0 ||
	    (rc = get_int(&dict, "DRB", 0, INT64_MAX, &requested)) < 0)
		return rc;
	line.started = uptime == 0;
	line.requested = requested == 1;
	*result = line;
	return 0;
}

void
dict_master_line_build(const struct dict_master_line *line, struct buf *value)
{
	struct buf content, packed;

	buf_init(&content, LIMIT_NAME);
	buf_init(&packed, LIMIT_NAME * 2);
	if (line->master[0] != '\0')
		ipdict_put_text(&content, "SVADR", line->master);
	if (line->started)
		ipdict_put_int(&content, "UPT", 0);
	if (line->requested)
		ipdict_put_int(&content, "DRB", 1);
	ipdict_pack(buf_span(&content), &packed);
	base64_encode(buf_span(&packed), value);
	buf_finish(&packed);
	buf_finish(&content);
}
