/* journal.h: what of a folder is complete, beside its temporary name, so that
 * another try goes on there. */
#ifndef CAM_TRANSFER_JOURNAL_H
#define CAM_TRANSFER_JOURNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "camd/transfer/record.h"

/*
 * Append only. What a record makes is written down before it is made, and that
 * it is complete together with the next: whatever dies when, at most the last
 * entry is about something that is half there or not at all.
 */
struct journal;

struct journal_entry {
	struct record record;
	char stored[RECORD_NAME_MAX + 1]; /* what it is called here; "" where
					     nothing is made */
	/* Of a file. */
	bool is_complete;
	bool is_left_out; /* it changed while being sent: nothing is here */
	uint8_t digest[SHA256_SIZE];
};

/* Opens the file to write at its end; fresh: empty. */
int journal_new(
    int folder, const char *name, bool fresh, struct journal **journal);
void journal_free(struct journal *journal);

/* Reads from the beginning. CAM_ERR_MORE: that was all; CAM_ERR_FORMAT: no
 * journal, or one that has been damaged. */
int journal_next(struct journal *journal, struct journal_entry *entry);
/* Forgets the entry that was read last. */
int journal_drop_last(struct journal *journal);

/* A record has come; stored is the name that its file or folder will get. */
int journal_begin(
    struct journal *journal, const struct record *record, const char *stored);
/* The file of the last record is complete, or left out. */
void journal_complete(
    struct journal *journal, bool left_out, const uint8_t digest[SHA256_SIZE]);
/* Writes what journal_complete() said, when no other record follows. */
int journal_flush(struct journal *journal);

#endif
