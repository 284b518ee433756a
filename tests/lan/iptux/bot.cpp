// bot.cpp: Debian's iptux without its window: its protocol engine, driven by lines.
//
//   iptux-bot NICK GROUP ENCODING CANDIDATES
//
// ENCODING is what it sends to those who are no iptux, CANDIDATES what it guesses for bytes
// that are not UTF-8. Commands come on stdin, one a line:
//
//   send ADDRESS TEXT     update NICK     detect ADDRESS     quit
//   offer ADDRESS PATH    a file or folder of ours
//   fetch NAME FOLDER     the one of that name that was offered last
//
// Events go to stdout, one a line, parted by tabs: started; online, update (address, nick,
// group, user, host, encoding), offline (address), message (address, text), error (text);
// offered (address, id, name, size, type), fetched, served (name, bytes), fetch-failed and
// serve-failed (name).
#include <arpa/inet.h>
#include <csignal>
#include <cstring>
#include <sys/stat.h>
#include <unistd.h>

#include <iostream>
#include <map>
#include <memory>
#include <mutex>
#include <sstream>
#include <string>

#include <iptux-core/CoreThread.h>
#include <iptux-core/Exception.h>

using namespace iptux;
using std::string;

// One line an event: what would break it is written visibly.
static string
escaped(const string &text)
{
	string out;

	for (char c : text)
		if (c == '\n')
			out += "\\n";
		else if (c == '\t')
			out += "\\t";
		else if (c == '\\')
			out += "\\\\";
		else
			out += c;
	return out;
}

static void
say(const string &line)
{
	static std::mutex mutex;
	std::lock_guard<std::mutex> guard(mutex);

	std::cout << line << std::endl;
}

static string
describe(const PalInfo &pal)
{
	return pal.GetKey().GetIpv4String() + "\t" + escaped(pal.getName()) + "\t" +
	    escaped(pal.getGroup()) + "\t" + escaped(pal.getUser()) + "\t" +
	    escaped(pal.getHost()) + "\t" + pal.getEncode();
}

// What was offered to us, by name.
static std::map<string, FileInfo> offered;
static std::mutex offers;

static string
base_name(const FileInfo &file)
{
	string path = file.filepath ? file.filepath : "";

	return path.substr(path.rfind('/') + 1);
}

static void
on_offer(const FileInfo &file)
{
	std::lock_guard<std::mutex> guard(offers);
	string name = base_name(file);

	offered.erase(name);
	offered.emplace(name, file);
	say("offered\t" + file.fileown->GetKey().GetIpv4String() + "\t" +
	    std::to_string(file.fileid) + "\t" + escaped(name) + "\t" +
	    std::to_string(file.filesize) + "\t" + std::to_string(int(file.fileattr)));
}

static void
on_end(CoreThread &core, const Event &event, const string &good, const string &bad)
{
	auto task =
	    core.GetTransTaskStat(dynamic_cast<const AbstractTaskIdEvent &>(event).GetTaskId());

	if (!task)
		return;
	bool failed = task->getStatus() == "tip-error";
	say((failed ? bad : good) + "\t" + escaped(task->getFilename()) + "\t" +
	    std::to_string(task->getFileLength()));
}

static void
offer(CoreThread &core, const PPalInfo &pal, const string &path)
{
	static uint32_t next = 10001;
	// The engine only points to them.
	static std::vector<PFileInfo> kept;
	struct stat status;

	if (stat(path.c_str(), &status) != 0)
		throw std::runtime_error("no such file: " + path);
	auto file = std::make_shared<FileInfo>();
	file->fileid = next++;
	file->fileattr = S_ISDIR(status.st_mode) ? FileAttr::DIRECTORY : FileAttr::REGULAR;
	file->filepath = strdup(path.c_str());
	file->fileown = pal;
	file->filectime = status.st_ctime;
	file->ensureFilesizeFilled();
	core.AddPrivateFile(file);
	kept.push_back(file);
	core.BcstFileInfoEntry({ pal.get() }, { file.get() });
}

static void
fetch(CoreThread &core, const string &name, const string &folder)
{
	std::lock_guard<std::mutex> guard(offers);
	auto found = offered.find(name);

	if (found == offered.end())
		throw std::runtime_error("not offered: " + name);
	auto file = new FileInfo(found->second);
	free(file->filepath);
	file->filepath = strdup((folder + "/" + name).c_str());
	core.RecvFileAsync(file);
}

static void
on_event(CoreThread &core, const Event &event)
{
	switch (event.getType()) {
	case EventType::NEW_PAL_ONLINE:
		say("online\t" + describe(*dynamic_cast<const NewPalOnlineEvent &>(event).getPalInfo()));
		break;
	case EventType::PAL_UPDATE:
		say("update\t" + describe(*dynamic_cast<const PalUpdateEvent &>(event).getPalInfo()));
		break;
	case EventType::PAL_OFFLINE:
		say("offline\t" +
		    dynamic_cast<const PalOfflineEvent &>(event).GetPalKey().GetIpv4String());
		break;
	case EventType::NEW_MESSAGE: {
		auto &message = dynamic_cast<const NewMessageEvent &>(event).getMsgPara();

		if (message.stype != MessageSourceType::PAL)
			break;
		for (auto &part : message.dtlist)
			say("message\t" + message.getPal()->GetKey().GetIpv4String() + "\t" +
			    escaped(part.data));
		break;
	}
	case EventType::NEW_SHARE_FILE_FROM_FRIEND:
		on_offer(dynamic_cast<const NewShareFileFromFriendEvent &>(event).GetFileInfo());
		break;
	case EventType::RECV_FILE_FINISHED:
		on_end(core, event, "fetched", "fetch-failed");
		break;
	case EventType::SEND_FILE_FINISHED:
		on_end(core, event, "served", "serve-failed");
		break;
	default:
		break;
	}
}

static void
obey(CoreThread &core, ProgramData &data, const string &line)
{
	std::istringstream words(line);
	string command, address, text;
	in_addr ipv4;

	words >> command;
	if (command == "update") {
		words >> data.nickname;
		core.UpdateMyInfo();
		return;
	}
	words >> address;
	if (command == "fetch") {
		words >> text;
		fetch(core, address, text);
		return;
	}
	if (inet_pton(AF_INET, address.c_str(), &ipv4) != 1)
		throw std::runtime_error("no address: " + line);
	if (command == "detect") {
		core.SendDetectPacket(ipv4);
		return;
	}
	std::getline(words, text);
	auto pal = core.GetPal(PalKey(ipv4));
	if ((command != "send" && command != "offer") || !pal)
		throw std::runtime_error("cannot: " + line);
	if (command == "offer") {
		offer(core, pal, text.substr(text.empty() ? 0 : 1));
		return;
	}
	core.SendMessage(pal, text.substr(text.empty() ? 0 : 1));
}

int
main(int argc, char **argv)
{
	if (argc != 5)
		return 2;
	auto config = IptuxConfig::newFromString("{}");
	config->SetString("nick_name", argv[1]);
	config->SetString("belong_group", argv[2]);
	config->SetString("preference_encode", argv[3]);
	config->SetString("candidacy_encode", argv[4]);
	auto data = std::make_shared<ProgramData>(config);
	CoreThread core(data);
	core.signalEvent.connect([&core](std::shared_ptr<const Event> event) { on_event(core, *event); });
	// Who fetches may end first.
	signal(SIGPIPE, SIG_IGN);
	core.start();
	say("started");
	for (string line; std::getline(std::cin, line) && line != "quit";) {
		try {
			obey(core, *data, line);
		} catch (const std::exception &problem) {
			say(string("error\t") + problem.what());
		}
	}
	core.stop();
	// Its destructors wait for threads that may never end.
	_exit(0);
}
