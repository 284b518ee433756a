#!/usr/bin/python3
# desktop.py: a notification service for tests. Writes a line to FILE for each call it gets.
#
#   desktop.py FILE [markup]
import sys

import dbus
import dbus.mainloop.glib
import dbus.service
from gi.repository import GLib

NAME = "org.freedesktop.Notifications"


class Desktop(dbus.service.Object):
    def __init__(self, bus, path, capabilities):
        super().__init__(bus, "/org/freedesktop/Notifications")
        self.path = path
        self.capabilities = capabilities
        self.last = 0

    def write(self, line):
        with open(self.path, "a", encoding="utf-8") as file:
            file.write(line + "\n")

    @dbus.service.method(NAME, in_signature="", out_signature="as")
    def GetCapabilities(self):
        return dbus.Array(self.capabilities, signature="s")

    @dbus.service.method(NAME, in_signature="susssasa{sv}i", out_signature="u")
    def Notify(self, app, replaces, icon, title, body, actions, hints, timeout):
        self.last = int(replaces) or self.last + 1
        self.write(f"show {self.last} {title}|{body}|{len(actions)}")
        return dbus.UInt32(self.last)

    @dbus.service.method(NAME, in_signature="u", out_signature="")
    def CloseNotification(self, number):
        self.write(f"close {int(number)}")


dbus.mainloop.glib.DBusGMainLoop(set_as_default=True)
session = dbus.SessionBus()
desktop = Desktop(session, sys.argv[1], ["body"] + ["body-markup"] * (len(sys.argv) > 2))
name = dbus.service.BusName(NAME, session)
desktop.write("ready")
GLib.MainLoop().run()
