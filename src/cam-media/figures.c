/* figures.c: what there is to tell of a call, as JSON. */
#include "cam-media/figures.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "media/mesh.h"
#include "rpc/json.h"

/* Nobody has measured more than three decimals of it. */
static json_t *
short_real(double value)
{
	return json_real(round(value * 1000) / 1000);
}

static json_t *
stream_json(const struct mesh_stats *stats)
{
	json_t *object = json_pack("{s:s, s:s, s:s, s:i, s:o, s:o, s:o, s:I}",
	    "kind", media_kind_name(stats->stream.kind), "direction",
	    stats->outgoing ? "out" : "in", "codec",
	    media_codec_name(stats->stream.codec), "bitrate",
	    (int)stats->bitrate, "loss", short_real(stats->loss), "jitter_ms",
	    short_real(stats->jitter_ms), "rtt_ms", short_real(stats->rtt_ms),
	    "packets", (json_int_t)stats->packets);

	if (stats->stream.kind != MEDIA_AUDIO) {
		json_object_set_new(
		    object, "width", json_integer(stats->width));
		json_object_set_new(
		    object, "height", json_integer(stats->height));
		json_object_set_new(object, "fps", json_integer(stats->fps));
	}
	if (!stats->outgoing && stats->stream.kind != MEDIA_AUDIO) {
		json_object_set_new(object, "pictures",
		    json_integer((json_int_t)stats->pictures));
		json_object_set_new(object, "skipped",
		    json_integer((json_int_t)stats->skipped));
	}
	if (stats->outgoing || stats->stream.kind != MEDIA_AUDIO)
		return object;
	json_object_set_new(object, "delay_ms", short_real(stats->delay_ms));
	json_object_set_new(object, "level", json_integer(stats->level));
	json_object_set_new(
	    object, "concealed", json_integer((json_int_t)stats->concealed));
	json_object_set_new(
	    object, "recovered", json_integer((json_int_t)stats->recovered));
	json_object_set_new(
	    object, "late", json_integer((json_int_t)stats->late));
	return object;
}

static json_t *
streams_of(const struct mesh_stats *stats, size_t count, unsigned member)
{
	json_t *list = json_array();

	for (size_t i = 0; i < count; i++) {
		if (stats[i].member == member)
			json_array_append_new(list, stream_json(&stats[i]));
	}
	return list;
}

json_t *
figures_stats(struct mesh *mesh)
{
	struct mesh_stats *stats = xcalloc(MESH_STATS_MAX, sizeof *stats);
	struct mesh_member_stats members[LIMIT_CALL_MEMBERS];
	size_t count = mesh_stats(mesh, stats);
	size_t member_count = mesh_members(mesh, members);
	json_t *list = json_array();

	for (size_t i = 0; i < member_count; i++)
		json_array_append_new(list,
		    json_pack("{s:i, s:b, s:I, s:o}", "member",
			(int)members[i].member, "heard", members[i].heard,
			"rejected", (json_int_t)members[i].rejected, "streams",
			streams_of(stats, count, members[i].member)));
	free(stats);
	return json_pack("{s:o, s:I}", "members", list, "dropped",
	    (json_int_t)mesh_dropped(mesh));
}

json_t *
figures_levels(const struct mesh *mesh)
{
	struct mesh_member_stats members[LIMIT_CALL_MEMBERS];
	size_t count = mesh_members(mesh, members);
	json_t *list = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(list,
		    json_pack("{s:i, s:i}", "member", (int)members[i].member,
			"level", mesh_level(mesh, members[i].member)));
	return json_pack(
	    "{s:i, s:o}", "self", mesh_level(mesh, 0), "members", list);
}

static json_t *
names_json(const struct audio_names *names)
{
	json_t *list = json_array();

	for (unsigned i = 0; i < names->count; i++)
		json_array_append_new(
		    list, json_text(span_text(names->list[i])));
	return list;
}

json_t *
figures_devices(void)
{
	struct audio_names *in = xcalloc(1, sizeof *in);
	struct audio_names *out = xcalloc(1, sizeof *out);
	json_t *object = NULL;

	audio_portaudio_names(in, out);
	object = json_pack(
	    "{s:o, s:o}", "in", names_json(in), "out", names_json(out));
	free(in);
	free(out);
	return object;
}
