// bot.cpp: Debian's iptux without its window: its protocol engine, driven by lines.
//
//   iptux-bot NICK GROUP ENCODING CANDIDATES
//
// ENCODING is what it sends to those who are no iptux, CANDIDATES what it guesses for bytes
// that are not UTF-8. Commands come on stdin, one a line:
//
//   send ADDRESS TEXT     update NICK     detect ADDRESS     quit
//
// Events go to stdout, one a line, parted by tabs: started; online, update (address, nick,
// group, user, host, encoding), offline (address), message (address, text), error (text).
#include <arpa/inet.h>
#include <unistd.h>

#include <iostream>
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

static void
on_event(const Event &event)
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
	if (inet_pton(AF_INET, address.c_str(), &ipv4) != 1)
		throw std::runtime_error("no address: " + line);
	if (command == "detect") {
		core.SendDetectPacket(ipv4);
		return;
	}
	std::getline(words, text);
	auto pal = core.GetPal(PalKey(ipv4));
	if (command != "send" || !pal)
		throw std::runtime_error("cannot: " + line);
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
	core.signalEvent.connect([](std::shared_ptr<const Event> event) { on_event(*event); });
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
