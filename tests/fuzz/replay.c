/* replay.c: a main for fuzz targets that any compiler can build: runs the
 * target over files and over all files of folders, and says so in TAP. */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { INPUT_MAX = 1024 * 1024 };

/* Each input lies in memory of exactly its size, so that reading behind its
 * end is seen. */
static int
replay_file(const char *path)
{
	static uint8_t bytes[INPUT_MAX];
	FILE *file = fopen(path, "rb");
	uint8_t *exact = NULL;
	size_t size;

	if (file == NULL) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		return -1;
	}
	size = fread(bytes, 1, sizeof(bytes), file);
	fclose(file);
	exact = malloc(size > 0 ? size : 1);
	if (exact == NULL)
		return -1;
	memcpy(exact, bytes, size);
	LLVMFuzzerTestOneInput(exact, size);
	free(exact);
	return 1;
}

static int
replay(const char *path)
{
	struct stat info;
	struct dirent *entry;
	int count = 0;
	DIR *folder = NULL;

	if (stat(path, &info) == 0 && !S_ISDIR(info.st_mode))
		return replay_file(path);
	folder = opendir(path);
	if (folder == NULL) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		return -1;
	}
	while (count >= 0 && (entry = readdir(folder)) != NULL) {
		char file[PATH_MAX];

		if (entry->d_name[0] == '.')
			continue;
		snprintf(file, sizeof(file), "%s/%s", path, entry->d_name);
		count = replay_file(file) < 0 ? -1 : count + 1;
	}
	closedir(folder);
	return count;
}

int
main(int argc, char **argv)
{
	int total = 0;

	printf("1..1\n");
	fflush(stdout);
	for (int i = 1; i < argc && total >= 0; i++) {
		int count = replay(argv[i]);

		total = count <= 0 ? -1 : total + count;
	}
	if (total <= 0) {
		printf("not ok 1 - takes the kept inputs\n");
		return 1;
	}
	printf("ok 1 - takes the %d kept inputs\n", total);
	return 0;
}
