/* fuzz_dictcommand.c: any IPDict as every command. */
#include "fuzz.h"
#include "ipmsg/dictcommand.h"
#include "ipmsg/dictmaster.h"
#include "ipmsg/dictmessage.h"

static void
read_lists(const struct ipdict *dict)
{
	char version[LIMIT_VERSION_TEXT + 1];
	struct dict_hosts hosts;
	struct attach_list files;
	struct host_row row;
	struct to_list to;

	dict_to_parse(dict, &to);
	must(to.count <= LIMIT_TO_LIST);
	must(dict_files_parse(dict, &files) == 0);
	must(files.count <= LIMIT_ATTACHMENTS);
	attach_list_finish(&files);
	if (dict_hosts_parse(dict, &hosts) == 0)
		while (dict_hosts_next(&hosts, &row, version) == 0)
			must_be_text(row.user);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dict_signature signature;
	struct dict_master master;
	struct dict_cipher cipher;
	struct dict_head head;
	struct ipdict dict;
	struct buf text;

	if (ipdict_parse(span_of(data, size), &dict) < 0)
		return 0;
	if (dict_head_parse(&dict, &head) == 0)
		must(head.user[0] != '\0' && head.host[0] != '\0');
	dict_signature_parse(&dict, &signature);
	dict_cipher_parse(&dict, &cipher);
	dict_master_parse(&dict, &master);
	buf_init(&text, LIMIT_DATAGRAM);
	dict_body_parse(&dict, &text);
	buf_finish(&text);
	read_lists(&dict);
	return 0;
}
