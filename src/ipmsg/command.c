/* command.c: command numbers, option bits and their names. */
#include "ipmsg/command.h"

#include <stddef.h>
#include <stdio.h>

struct name {
	uint32_t value;
	const char *text;
};

static const struct name command_names[] = {
	{ COMMAND_NOOPERATION, "NOOPERATION" },
	{ COMMAND_BR_ENTRY, "BR_ENTRY" },
	{ COMMAND_BR_EXIT, "BR_EXIT" },
	{ COMMAND_ANSENTRY, "ANSENTRY" },
	{ COMMAND_BR_ABSENCE, "BR_ABSENCE" },
	{ COMMAND_BR_ISGETLIST, "BR_ISGETLIST" },
	{ COMMAND_OKGETLIST, "OKGETLIST" },
	{ COMMAND_GETLIST, "GETLIST" },
	{ COMMAND_ANSLIST, "ANSLIST" },
	{ COMMAND_ANSLIST_DICT, "ANSLIST_DICT" },
	{ COMMAND_BR_ISGETLIST2, "BR_ISGETLIST2" },
	{ COMMAND_SENDMSG, "SENDMSG" },
	{ COMMAND_RECVMSG, "RECVMSG" },
	{ COMMAND_READMSG, "READMSG" },
	{ COMMAND_DELMSG, "DELMSG" },
	{ COMMAND_ANSREADMSG, "ANSREADMSG" },
	{ COMMAND_GETINFO, "GETINFO" },
	{ COMMAND_SENDINFO, "SENDINFO" },
	{ COMMAND_GETABSENCEINFO, "GETABSENCEINFO" },
	{ COMMAND_SENDABSENCEINFO, "SENDABSENCEINFO" },
	{ COMMAND_GETFILEDATA, "GETFILEDATA" },
	{ COMMAND_RELEASEFILES, "RELEASEFILES" },
	{ COMMAND_GETDIRFILES, "GETDIRFILES" },
	{ COMMAND_DIRFILES_AUTH, "DIRFILES_AUTH" },
	{ COMMAND_DIRFILES_AUTHRET, "DIRFILES_AUTHRET" },
	{ COMMAND_GETPUBKEY, "GETPUBKEY" },
	{ COMMAND_ANSPUBKEY, "ANSPUBKEY" },
	{ COMMAND_AGENT_REQ, "AGENT_REQ" },
	{ COMMAND_AGENT_ANSREQ, "AGENT_ANSREQ" },
	{ COMMAND_AGENT_PACKET, "AGENT_PACKET" },
	{ COMMAND_AGENT_PROXYREQ, "AGENT_PROXYREQ" },
	{ COMMAND_DIR_POLL, "DIR_POLL" },
	{ COMMAND_DIR_POLLAGENT, "DIR_POLLAGENT" },
	{ COMMAND_DIR_BROADCAST, "DIR_BROADCAST" },
	{ COMMAND_DIR_ANSBROAD, "DIR_ANSBROAD" },
	{ COMMAND_DIR_PACKET, "DIR_PACKET" },
	{ COMMAND_DIR_REQUEST, "DIR_REQUEST" },
	{ COMMAND_DIR_AGENTPACKET, "DIR_AGENTPACKET" },
	{ COMMAND_DIR_EVBROAD, "DIR_EVBROAD" },
	{ COMMAND_DIR_AGENTREJECT, "DIR_AGENTREJECT" },
};

static const struct name status_names[] = {
	{ STATUS_ABSENCE, "ABSENCEOPT" },
	{ STATUS_SERVER, "SERVEROPT" },
	{ MESSAGE_RETRY, "RETRYOPT" },
	{ STATUS_DIALUP, "DIALUPOPT" },
	{ STATUS_CAPFILEENC, "CAPFILEENCOPT" },
	{ STATUS_FILEATTACH, "FILEATTACHOPT" },
	{ STATUS_ENCRYPT, "ENCRYPTOPT" },
	{ STATUS_UTF8, "UTF8OPT" },
	{ STATUS_CAPUTF8, "CAPUTF8OPT" },
	{ STATUS_CAPIPDICT, "CAPIPDICTOPT" },
	{ STATUS_ENCEXTMSG, "ENCEXTMSGOPT" },
	{ STATUS_CLIPBOARD, "CLIPBOARDOPT" },
	{ STATUS_MASTER, "DIR_MASTER" },
};

static const struct name message_names[] = {
	{ MESSAGE_SENDCHECK, "SENDCHECKOPT" },
	{ MESSAGE_SECRET, "SECRETOPT" },
	{ MESSAGE_BROADCAST, "BROADCASTOPT" },
	{ MESSAGE_MULTICAST, "MULTICASTOPT" },
	{ MESSAGE_NOPOPUP, "NOPOPUPOPT" },
	{ MESSAGE_AUTORET, "AUTORETOPT" },
	{ MESSAGE_RETRY, "RETRYOPT" },
	{ MESSAGE_PASSWORD, "PASSWORDOPT" },
	{ STATUS_DIALUP, "DIALUPOPT" },
	{ MESSAGE_NOLOG, "NOLOGOPT" },
	{ MESSAGE_NEWMULTI, "NEWMULTIOPT" },
	{ MESSAGE_NOADDLIST, "NOADDLISTOPT" },
	{ MESSAGE_READCHECK, "READCHECKOPT" },
	{ MESSAGE_FILEATTACH, "FILEATTACHOPT" },
	{ MESSAGE_ENCRYPT, "ENCRYPTOPT" },
	{ MESSAGE_UTF8, "UTF8OPT" },
	{ MESSAGE_CAPUTF8, "CAPUTF8OPT" },
	{ STATUS_CAPIPDICT, "CAPIPDICTOPT" },
	{ MESSAGE_ENCEXTMSG, "ENCEXTMSGOPT" },
	{ STATUS_CLIPBOARD, "CLIPBOARDOPT" },
};

static const struct name request_names[] = {
	{ REQUEST_ENCFILE, "ENCFILEOPT" },
	{ REQUEST_FILEATTACH, "FILEATTACHOPT" },
	{ REQUEST_ENCRYPT, "ENCRYPTOPT" },
	{ REQUEST_UTF8, "UTF8OPT" },
	{ MESSAGE_CAPUTF8, "CAPUTF8OPT" },
};

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static const char *
find_name(const struct name *names, size_t count, uint32_t value)
{
	for (size_t i = 0; i < count; i++)
		if (names[i].value == value)
			return names[i].text;
	return NULL;
}

bool
command_is_entry(uint32_t command)
{
	switch (command_mode(command)) {
	case COMMAND_NOOPERATION:
	case COMMAND_BR_ENTRY:
	case COMMAND_BR_EXIT:
	case COMMAND_ANSENTRY:
	case COMMAND_BR_ABSENCE:
		return true;
	}
	return false;
}

enum command_kind
command_kind(uint32_t command)
{
	switch (command_mode(command)) {
	case COMMAND_BR_ISGETLIST:
	case COMMAND_OKGETLIST:
	case COMMAND_GETLIST:
	case COMMAND_ANSLIST:
	case COMMAND_ANSLIST_DICT:
	case COMMAND_BR_ISGETLIST2:
		return KIND_STATUS;
	case COMMAND_GETFILEDATA:
	case COMMAND_GETDIRFILES:
		return KIND_REQUEST;
	}
	return command_is_entry(command) ? KIND_STATUS : KIND_MESSAGE;
}

bool
command_is_answer(uint32_t command)
{
	switch (command_mode(command)) {
	case COMMAND_ANSENTRY:
	case COMMAND_ANSLIST:
	case COMMAND_ANSLIST_DICT:
	case COMMAND_RECVMSG:
	case COMMAND_ANSREADMSG:
	case COMMAND_SENDINFO:
	case COMMAND_SENDABSENCEINFO:
	case COMMAND_ANSPUBKEY:
		return true;
	}
	/* A key request with AUTORET is answered: that means "do not ask back".
	 */
	if (command_mode(command) == COMMAND_GETPUBKEY)
		return false;
	return command_kind(command) == KIND_MESSAGE &&
	       (command & (MESSAGE_AUTORET | MESSAGE_BROADCAST));
}

const char *
command_name(uint32_t command)
{
	return find_name(
	    command_names, LENGTH(command_names), command_mode(command));
}

void
command_text(uint32_t command, char text[COMMAND_TEXT_SIZE])
{
	const char *name = command_name(command);

	if (name)
		snprintf(text, COMMAND_TEXT_SIZE, "%s", name);
	else
		snprintf(text, COMMAND_TEXT_SIZE, "0x%02x",
		    (unsigned)command_mode(command));
}

const char *
command_option_name(uint32_t command, unsigned bit)
{
	uint32_t value;

	if (bit < 8 || bit > 31)
		return NULL;
	value = (uint32_t)1 << bit;
	if (!(command & value))
		return NULL;
	switch (command_kind(command)) {
	case KIND_STATUS:
		return find_name(status_names, LENGTH(status_names), value);
	case KIND_MESSAGE:
		return find_name(message_names, LENGTH(message_names), value);
	case KIND_REQUEST:
		return find_name(request_names, LENGTH(request_names), value);
	}
	return NULL;
}
