/* names.h: the methods and events of the local protocol; cam-rpc(7) shows one
 * of each. */
#ifndef CAM_RPC_NAMES_H
#define CAM_RPC_NAMES_H

enum { RPC_VERSION = 1, LINK_VERSION = 1 };

/* {protocol, program, version} -> the same of camd, {id} of the user */
#define RPC_HELLO "hello"
/* {types: ["message", "user.entered"]} -> {} */
#define RPC_SUBSCRIBE "subscribe"
/* {} -> {user, host, addresses, port, ...} */
#define RPC_STATUS "status.get"
/* {all, refresh, after} -> {users: [user object], next} */
#define RPC_ROSTER_LIST "roster.list"
/* {who} -> {users: [id]} */
#define RPC_ROSTER_RESOLVE "roster.resolve"
/* {begin, limit} -> {names} */
#define RPC_ROSTER_COMPLETE "roster.complete"
/* {who, hidden, priority, name, accept} -> {user} */
#define RPC_USER_SET "user.set"
/* {to: [WHO], text, choices, files: [{path, name, spool, image}], fetches,
 * sealed, locked, clear, reply, follow} -> {id, recipients: [..], offers: [..]}
 */
#define RPC_MESSAGE_SEND "message.send"
/* {id} -> {answer: as the event question.answered, or null} */
#define RPC_QUESTION_WAIT "question.wait"
/* {id, to, clear, follow} -> {id, recipients: [..]} */
#define RPC_MESSAGE_RETRY "message.retry"
/* {who or talk, grep, since, until, limit, before, after} -> {messages: [..],
 * more} */
#define RPC_MESSAGE_LIST "message.list"
/* {id} -> {message} */
#define RPC_MESSAGE_GET "message.get"
/* {id} -> {message} */
#define RPC_MESSAGE_OPEN "message.open"
/* {direction, state: [..], after} -> {offers: [file object], next} */
#define RPC_OFFER_LIST "offer.list"
/* {id} -> {offers: [file object]} */
#define RPC_OFFER_GET "offer.get"
/* {id, dir, name, again, follow} -> {offer: file object} */
#define RPC_OFFER_ACCEPT "offer.accept"
/* {id} -> {offers: [file object]} */
#define RPC_OFFER_CANCEL "offer.cancel"
/* {id} -> {offers: [file object]} */
#define RPC_OFFER_DROP "offer.drop"
/* {limit} -> {talks: [{talk, unread, time}]} */
#define RPC_TALK_LIST "talk.list"
/* {who} or {talk} -> {count} */
#define RPC_TALK_READ "talk.read"
/* {text} -> {state, away, idle} */
#define RPC_AWAY "presence.away"
/* {} -> {state, away, idle} */
#define RPC_BACK "presence.back"
/* {idle} -> the same: nobody is at this screen, or somebody is */
#define RPC_IDLE "presence.idle"
/* {} -> {notify, until, talks: [{talk, notify, until}]} */
#define RPC_ATTENTION_GET "attention.get"
/* {talk or who, notify, until} -> the same */
#define RPC_ATTENTION_SET "attention.set"
/* {} -> {id, user_key, device, keys: [{algorithm, fingerprint, ...}]} */
#define RPC_KEY_LIST "key.list"
/* {passphrase} -> {protection} */
#define RPC_KEY_PROTECT "key.protect"
/* {} -> {protection} */
#define RPC_KEY_UNPROTECT "key.unprotect"
/* {passphrase} -> {protection} */
#define RPC_KEY_UNLOCK "key.unlock"
/* {who, timeout_ms} -> {id, safety_number, verified, user_key, changed, ...} */
#define RPC_KEY_VERIFY "key.verify"
/* {who, key} -> {id, verified, accepted} */
#define RPC_KEY_ACCEPT "key.accept"
/* {key} -> {key, value, default, source} */
#define RPC_CONFIG_GET "config.get"
/* {key, value} -> as config.get */
#define RPC_CONFIG_SET "config.set"
/* {} -> {settings: [..]} */
#define RPC_CONFIG_LIST "config.list"
/* {} -> {} */
#define RPC_RELOAD "daemon.reload"
/* {} -> {} */
#define RPC_STOP "daemon.stop"
/* {} -> what only camd can know of its sockets */
#define RPC_DOCTOR "doctor.get"
/* {} -> {} when all that was received before is stored and told */
#define RPC_SYNC "daemon.sync"

/* {id, text, follow} -> {id, time, recipients: [..]}, of the change */
#define RPC_MESSAGE_EDIT "message.edit"
/* {id, follow} -> the same */
#define RPC_MESSAGE_DELETE "message.delete"
/* {who, typing} -> {} */
#define RPC_TALK_TYPING "talk.typing"
/* {who: [..], audio_in, audio_out, video_in, video_out, video: a camera where
 * no video_in is, screen: of the X server display, with the cookies of the file
 * authority, window, stereo, follow} -> {call: call object} */
#define RPC_CALL_START "call.start"
/* {id, the same devices, follow} -> {call} */
#define RPC_CALL_ANSWER "call.answer"
/* {id, text} -> {call} */
#define RPC_CALL_DECLINE "call.decline"
/* {id} -> {call} */
#define RPC_CALL_HANGUP "call.hangup"
/* {id, on} -> {call} */
#define RPC_CALL_HOLD "call.hold"
#define RPC_CALL_MUTE "call.mute"
/* {id, on: push to talk: true speaks, false is silent, null: off} -> {call} */
#define RPC_CALL_TALK "call.talk"
/* {id, audio_in, audio_out} -> {call}: other devices of sound from now on */
#define RPC_CALL_DEVICE "call.device"
/* {id, the same of what is shown} -> {call}; nothing of it: nothing is */
#define RPC_CALL_SHOW "call.show"
/* {id, member} -> {fd}: the memory in which that one's pictures come
 * (picture/frames.h), beside the answer; the first that a client gets is 0, the
 * next 1. Of the call's present "media". */
#define RPC_CALL_FRAMES "call.frames"
/* {id, who: [..]} -> {call} */
#define RPC_CALL_ADD "call.add"
/* {} -> {calls: [call object]} */
#define RPC_CALL_LIST "call.list"
/* {id} -> {id, members: [{member, streams: [..]}]} */
#define RPC_CALL_STATS "call.stats"
/* {id, path: a new file, or null} -> {call} */
#define RPC_CALL_RECORD "call.record"
/* {id, port}: what we send goes there, too -> {call, sdp}; with its keys */
#define RPC_CALL_SDP "call.sdp"
/* {id, port}: the same in clear; 0: neither any more, sdp is null */
#define RPC_CALL_TAP "call.tap"
/* {} -> {in: [..], out: [..], video: [..]} */
#define RPC_CALL_DEVICES "call.devices"

/* {code} -> as org.status */
#define RPC_ORG_JOIN "org.join"
/* {} -> {state, organisation, name, server, ...} */
#define RPC_ORG_STATUS "org.status"
/* {} -> {state} */
#define RPC_ORG_LEAVE "org.leave"

/* Between cam server and camserver, on the socket of that. */
/* {} -> {organisation, pin, serial, started, version, pid, members: {..}} */
#define RPC_SERVER_STATUS "server.status"
/* {} -> {text}: OpenMetrics */
#define RPC_SERVER_METRICS "server.metrics"
/* {} -> {serial, time, rules: [{key, value, group}]} */
#define RPC_POLICY_GET "policy.get"
/* {key, value, group} -> the same */
#define RPC_POLICY_SET "policy.set"
/* {} -> {queues: [{to, count, size, oldest}]} */
#define RPC_QUEUE_LIST "queue.list"
/* {name} -> {}: nothing waits for him any more */
#define RPC_QUEUE_CLEAR "queue.clear"
/* {limit} -> {lines: [{time, level, text}]} */
#define RPC_LOG_LIST "log.list"
/* {after, state} -> {members: [member object], next} */
#define RPC_MEMBER_LIST "member.list"
/* {name, nick, group} -> {member, code} */
#define RPC_MEMBER_INVITE "member.invite"
/* {name, nick, group} -> {member} */
#define RPC_MEMBER_CHANGE "member.change"
/* {name} -> {member}: who waits is one now */
#define RPC_MEMBER_APPROVE "member.approve"
/* {name} -> {member} */
#define RPC_MEMBER_REMOVE "member.remove"
/* {members: [{name, nick, group, line}]} -> {members: [member object, code]},
 * all or none */
#define RPC_MEMBER_IMPORT "member.import"

/* Between two camd, on a link. Keys, ids and signatures are hex digits. The
 * first is the only one that is answered before both are greeted. */
/* {protocol, program, version, capabilities: [..], user, host, nick, group,
 * devices, prekey, rsa: {n, e, proof}} -> {} */
#define LINK_HELLO "link.hello"
/* {} -> {} */
#define LINK_PING "link.ping"
/* {prekey}, no answer */
#define LINK_PREKEY "link.prekey"
/* {ids, time, signature}, no answer: stored for good */
#define LINK_RECEIPTS "message.receipts"
/* {ids, reason, time, signature}, no answer: will not be stored; of one that
 * came by a server and could not be read with {digest}: its SHA-256 */
#define LINK_REFUSED "message.refused"
/* {ids, time, signature} -> {} */
#define LINK_OPENED "message.opened"
/* {talk, typing}, no answer */
#define LINK_TYPING_NOTICE "talk.typing"

/* {message, number} -> {ticket}; errors' message is a word of
 * camd/offer/reason.h */
#define LINK_OFFER_FETCH "offer.fetch"
/* {message, numbers} -> {}, once it is stored: will not be fetched; may not be,
 * any more. "unknown" where the message is not there, or not yet */
#define LINK_OFFER_REFUSED "offer.refused"
#define LINK_OFFER_WITHDRAWN "offer.withdrawn"

/* {root, head}, no answer: the directory as the sender's server states it */
#define LINK_HEAD "directory.head"

/* Between camd and camserver, on a link. The first is answered to anybody, so
 * that who asks knows the server before he tells anything; the next two before
 * others. hello is the params of LINK_HELLO, member the number of a change of
 * the directory. */
/* {protocol, program, version} -> {protocol, program, version, charter} */
#define ORG_HELLO "org.hello"
/* {secret, hello} -> {state, name} */
#define ORG_JOIN "org.join"
/* {hello, number, away, known} -> {state, name, number}; known: digits of
 * link/known.h, without which everything is told */
#define ORG_ENTER "org.enter"
/* {state}, no answer */
#define ORG_STATE "org.state"
/* {away}, no answer */
#define ORG_AWAY "org.away"
/* {hello}, no answer: another prekey, another nick */
#define ORG_CARD "org.card"
/* {policy}, no answer: what holds from now on, as the server has signed it */
#define ORG_POLICY "org.policy"
/* {after, changes: [..], head}, no answer; head: with the last of them */
#define DIRECTORY_CHANGES "directory.changes"
/* {members: [[member, state, card, addr, away]], states: [[member, digits]]},
 * no answer; states: to who has said what he knows */
#define DIRECTORY_PRESENCE "directory.presence"
/* {members: [..]} -> {cards: [{member, card, link_key, hello}]} */
#define DIRECTORY_CARDS "directory.cards"
/* One-time prekeys: {prekeys: [..], drop: [ids]} -> {ids: [..]}: what is held
 * of the caller's now, once that is for good */
#define PREKEY_FILL "prekey.fill"
/* {user_key, count} -> {prekeys: [..]}: of another's, for the caller alone */
#define PREKEY_TAKE "prekey.take"
/* {}, no answer: there is room for more of the receiver's */
#define PREKEY_LOW "prekey.low"
/* {ids}, no answer: stored for good */
#define RELAY_STORED "relay.stored"
/* {ids, reason}, no answer */
#define RELAY_REFUSED "relay.refused"
/* {numbers}, no answer: stored by who they were for */
#define RELAY_TAKEN "relay.taken"
/* A file of who is connected there too, and to whom no path leads: {user,
 * message, number} -> {ticket}. The server asks that user: {user (who asks),
 * message, number, ticket} -> {}. Both show their tickets at the server's port;
 * from then on what one sends the other gets. */
#define FERRY_FETCH "ferry.fetch"

/* A file of ours that the server is to hold for who is not there: {message,
 * number, size, users} -> {state: "held", expires}: all of it is there; or
 * {state: "wanted", expires, ticket, chunk}: from that chunk on, or one before
 * it, see link/held.h. Until expires (ms since 1970) it is held.
 * Errors' message: "full", "large", "off", "busy". Then FERRY_FETCH may be
 * answered {ticket, held: true}. */
#define HOLD_PUT "hold.put"
/* {message, number, users}, no answer: these need not have it; {message,
 * number, sender}: we need not */
#define HOLD_DROP "hold.drop"
/* {files: [{user, message, number, expires}]}, no answer: these of theirs may
 * be fetched; all of them when we have come, then each that comes */
#define HOLD_READY "hold.ready"
/* {user, message, number, head, proof} -> {}, to its sender: he has it */
#define HOLD_TAKEN "hold.taken"

/* Calls; call is an id of 32 digits, media a media object (rpc/media.h),
 * members are all known but the one who is told: [{user_key, id, state}]. */
/* {call, members, video, screen, media} -> {}: it rings; errors' message is a
 * word of camd/call/reason.h, also below */
#define LINK_CALL_OFFER "call.offer"
/* {call, media} -> {}, to who has invited */
#define LINK_CALL_ACCEPT "call.accept"
/* {call, media} -> {media}, between two who are in the call, from the one with
 * the smaller user key */
#define LINK_CALL_JOIN "call.join"
/* {call, reason, text}, no answer, to who has invited */
#define LINK_CALL_DECLINE "call.decline"
/* {call, reason}, no answer */
#define LINK_CALL_LEAVE "call.leave"
/* {call, members}, no answer */
#define LINK_CALL_MEMBERS "call.members"
/* {call, hold, mute, video, screen, recording, media}, no answer: all that is
 * told of its sender, as it is now */
#define LINK_CALL_UPDATE "call.update"

/*
 * Between camd and cam-media, one for each call; camd asks, without a hello.
 * "fd" is the number of a descriptor as stream_give() counts them. Objects:
 * media: rpc/media.h. device: {kind: "file", fd, loop} a WAV file, read from
 * its beginning or written anew; {kind: "tone", hz?}; {kind: "none"};
 * {kind: "portaudio", name?} the system's own without a name. pictures: {kind:
 * "pattern"}; {kind: "file", fd, loop} YUV4MPEG2; {kind: "v4l2", fd}; {kind:
 * "x11", fd: connected, cookie?, screen?, window?}; {kind: "none"}; each with
 * width?, height?, rate? member: a number 1 .. 255 that camd chooses.
 */
/* {call, fd: UDP socket, own: media, audio: {in: device, out: device, speech:
 * {echo, noise, gain} of a microphone, channels?: 1 or 2, bitrate?}, video?:
 * {in?: pictures, out?: {fd} of the first member's, as YUV4MPEG2}, budget?,
 * sandbox: false?} -> {delay_ms}. Without video none is seen either. */
#define MEDIA_OPEN "media.open"
/* {member, addr, port, media} -> {}; a member there already has new keys and
 * streams, its old ones are accepted for 5 s */
#define MEDIA_ADD "media.add"
/* {member} -> {} */
#define MEDIA_REMOVE "media.remove"
/* {own: media}: new key and streams of ours -> {} */
#define MEDIA_REKEY "media.rekey"
/* {mute?, hold?, talk?: push to talk: true speaks, false is silent, null: off,
 * levels?: whether media.levels is wanted, audio?: {in?, out?, bitrate?},
 * video?: {in: pictures, or null}, budget?,
 * record?: {fd, pictures} a socket of cam-record, or null} -> {} */
#define MEDIA_SET "media.set"
/* {port, sealed}: what we send goes to that port of 127.0.0.1 too
 * (media/mesh.h: mesh_tap()); 0: no more -> {} */
#define MEDIA_TAP "media.tap"
/* {} -> {members: [{member, heard, rejected, streams: [{kind, direction, codec,
 * bitrate, loss, jitter_ms, rtt_ms, delay_ms, ...}]}], dropped} */
#define MEDIA_STATS "media.stats"
/* {member} -> {fd}: the memory in which his pictures come (picture/frames.h),
 * now or later */
#define MEDIA_FRAMES "media.frames"
/* {} -> {in: [name], out: [name]}; also before media.open */
#define MEDIA_DEVICES "media.devices"
/* {member}: the first authentic packet */
#define MEDIA_HEARD "media.heard"
/* {member}: nothing for 10 s; media.heard tells when it is back */
#define MEDIA_LOST "media.lost"
/* {self, members: [{member, level}]}: 0 .. 127 dB below full scale, four times
 * a second */
#define MEDIA_LEVELS "media.levels"
/* {direction, now: "default" or "none"}: a device has failed, and what is in
 * its place */
#define MEDIA_DEVICE "media.device"
/* {kind}: an input file has ended, or what pictures came from has failed */
#define MEDIA_FINISHED "media.finished"

/*
 * To cam-view, which shows the pictures of a call in its terminal or in a
 * window, over a Unix socket of its own: notifications, without a hello. It
 * ends when that is closed; it has been left by who looks where it ends first
 * with status 0. "fd" as above.
 */
/* {name, fd}: the memory of call.frames; another of that name takes its place
 */
#define VIEW_ADD "view.add"
/* {name} */
#define VIEW_REMOVE "view.remove"

#define EVENT_MESSAGE_RECEIVED "message.received"
#define EVENT_MESSAGE_SENT "message.sent"
#define EVENT_MESSAGE_STATE "message.state"
/* An edit or a deletion of a message, of ours or of somebody else's */
#define EVENT_MESSAGE_CHANGED "message.changed"
#define EVENT_USER_ENTERED "user.entered"
#define EVENT_USER_LEFT "user.left"
#define EVENT_USER_CHANGED "user.changed"
/* {user, typing, talk, direct} */
#define EVENT_USER_TYPING "user.typing"
/* {talk, count} */
#define EVENT_TALK_READ "talk.read"
#define EVENT_OFFER_RECEIVED "offer.received"
/* file object: what the organisation's server has of it */
#define EVENT_OFFER_HELD "offer.held"
/* {id, from, choice, answer, message} */
#define EVENT_QUESTION_ANSWERED "question.answered"
/* file object with rate; while somebody hears it, four times a second */
#define EVENT_TRANSFER_PROGRESS "transfer.progress"
/* file object; failed: with reason, exit and again */
#define EVENT_TRANSFER_DONE "transfer.done"
#define EVENT_TRANSFER_FAILED "transfer.failed"
#define EVENT_KEY_CHANGED "key.changed"
/* as org.status */
#define EVENT_ORG_CHANGED "org.changed"
/* {state, away, idle} of ourselves */
#define EVENT_PRESENCE_CHANGED "presence.changed"
/* as attention.get */
#define EVENT_ATTENTION_CHANGED "attention.changed"
/* call object; ended: with reason and exit */
#define EVENT_CALL_INCOMING "call.incoming"
#define EVENT_CALL_RINGING "call.ringing"
#define EVENT_CALL_ACTIVE "call.active"
#define EVENT_CALL_CHANGED "call.changed"
#define EVENT_CALL_ENDED "call.ended"
/* {id, missed}: one that has ended is in the history now (message.get) */
#define EVENT_CALL_KEPT "call.kept"
/* {id, self, members: [{member, level}]}: four times a second */
#define EVENT_CALL_LEVELS "call.levels"

#endif
