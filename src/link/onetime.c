/* onetime.c: prekeys and their ids in JSON. */
#include "link/onetime.h"

#include "base/err.h"
#include "base/number.h"
#include "base/span.h"
#include "rpc/json.h"

json_t *
onetime_write(const uint8_t (*prekeys)[PREKEY_BYTES], size_t count)
{
	json_t *list = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(
		    list, json_hex(span_of(prekeys[i], PREKEY_BYTES)));
	return list;
}

int
onetime_parse(const json_t *params, struct onetime_list *list)
{
	const json_t *array = json_object_get(params, "prekeys"), *item = NULL;
	size_t i = 0;

	if (!json_is_array(array))
		return CAM_ERR_REQUEST;
	if (json_array_size(array) > ONETIME_LIST_MAX)
		return CAM_ERR_LIMIT;
	json_array_foreach(array, i, item)
	{
		const char *text = json_string_value(item);

		if (text == NULL ||
		    hex_decode(span_of(text, json_string_length(item)),
			list->prekeys[i], PREKEY_BYTES) < 0 ||
		    prekey_peek_onetime(span_of(list->prekeys[i], PREKEY_BYTES),
			&list->ids[i]) < 0)
			return CAM_ERR_REQUEST;
	}
	list->count = json_array_size(array);
	return 0;
}

json_t *
onetime_write_ids(const uint32_t *ids, size_t count)
{
	json_t *list = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, json_integer((json_int_t)ids[i]));
	return list;
}

int
onetime_parse_ids(const json_t *params, const char *name, uint32_t *ids,
    size_t max, size_t *count)
{
	const json_t *array = json_object_get(params, name), *item = NULL;
	size_t i = 0;

	if (!json_is_array(array))
		return CAM_ERR_REQUEST;
	if (json_array_size(array) > max)
		return CAM_ERR_LIMIT;
	json_array_foreach(array, i, item)
	{
		json_int_t id = json_integer_value(item);

		if (id < (json_int_t)PREKEY_ONETIME || id > UINT32_MAX)
			return CAM_ERR_REQUEST;
		ids[i] = (uint32_t)id;
	}
	*count = json_array_size(array);
	return 0;
}
