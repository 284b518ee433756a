/* fuzz_filename.c: any bytes as a file's name, both ways. */
#include "fuzz.h"
#include "ipmsg/filename.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span rest = span_of(data, size);
	char *path = span_dup(rest);
	char sent[FILE_NAME_SIZE], safe[FILE_NAME_SIZE];
	struct buf name, again;

	file_name_send(path, size & 1, sent);
	must_be_text(sent);
	must(sent[0] != '\0' && strpbrk(sent, "/\\<>|*?\"\a") == NULL);
	must(!(size & 1) || strchr(sent, ':') == NULL);
	must(file_name_receive(span_text(sent), safe) == 0);
	if (file_name_receive(rest, safe) == 0) {
		must_be_text(safe);
		must(strchr(safe, '/') == NULL && strcmp(safe, "..") != 0);
	}
	buf_init(&name, 4 * size + 4);
	buf_init(&again, 4 * size + 4);
	if (file_name_cut(&rest, &name) == 0) {
		file_name_put(&again, buf_span(&name));
		buf_put_byte(&again, ':');
		must(again.len == size - rest.len);
	}
	buf_finish(&name);
	buf_finish(&again);
	free(path);
	return 0;
}
