/* commands.h: what the commands of the key table do. */
#ifndef CAM_TUI_COMMANDS_H
#define CAM_TUI_COMMANDS_H

#include <stdbool.h>

struct tui;

/* act_screen.c: the screen and its views */
void act_help(struct tui *tui, const char *argument);
void act_quit(struct tui *tui, const char *argument);
void act_redraw(struct tui *tui, const char *argument);
void act_suspend(struct tui *tui, const char *argument);
void act_users(struct tui *tui, const char *argument);
void act_hidden(struct tui *tui, const char *argument);
void act_next(struct tui *tui, const char *argument);
void act_previous(struct tui *tui, const char *argument);
void act_active(struct tui *tui, const char *argument);
void act_last(struct tui *tui, const char *argument);
void act_go(struct tui *tui, const char *argument);
void act_close(struct tui *tui, const char *argument);
void act_page_up(struct tui *tui, const char *argument);
void act_page_down(struct tui *tui, const char *argument);
void act_line_up(struct tui *tui, const char *argument);
void act_line_down(struct tui *tui, const char *argument);
void act_start(struct tui *tui, const char *argument);
void act_end(struct tui *tui, const char *argument);
void act_open(struct tui *tui, const char *argument);
void act_cancel(struct tui *tui, const char *argument);
void act_server(struct tui *tui, const char *argument);

/* act_attention.c: what is told of, and answers to questions */
void act_dnd(struct tui *tui, const char *argument);
void act_mute(struct tui *tui, const char *argument);
void act_notify(struct tui *tui, const char *argument);
void act_unlock(struct tui *tui, const char *argument);
void act_answer(struct tui *tui, const char *argument);

/* act_talk.c: talks and messages */
void act_talk(struct tui *tui, const char *argument);
void act_select_older(struct tui *tui, const char *argument);
void act_select_newer(struct tui *tui, const char *argument);
void act_unseal(struct tui *tui, const char *argument);
void act_reply(struct tui *tui, const char *argument);
void act_edit(struct tui *tui, const char *argument);
void act_copy(struct tui *tui, const char *argument);
void act_take_back(struct tui *tui, const char *argument);
void act_send_clear(struct tui *tui, const char *argument);
void act_search(struct tui *tui, const char *argument);
void act_settings(struct tui *tui, const char *argument);

/* act_call.c: calls */
void act_call(struct tui *tui, const char *argument);
void act_add(struct tui *tui, const char *argument);
void act_answer_call(struct tui *tui, const char *argument);
void act_decline(struct tui *tui, const char *argument);
void act_decline_saying(struct tui *tui, const char *argument);
void act_hangup(struct tui *tui, const char *argument);
void act_hold(struct tui *tui, const char *argument);
void act_video_call(struct tui *tui, const char *argument);
void act_answer_video(struct tui *tui, const char *argument);
void act_camera(struct tui *tui, const char *argument);
void act_pictures(struct tui *tui, const char *argument);
void act_push_to_talk(struct tui *tui, const char *argument);
void act_speak(struct tui *tui, const char *argument);
void act_devices(struct tui *tui, const char *argument);
void act_calls(struct tui *tui, const char *argument);
/* The microphone of the call: "", "on", "off". False: there is no call, or that
 * is about something else. */
bool act_mute_call(struct tui *tui, const char *argument);

/* act_files.c: what is offered */
void act_files(struct tui *tui, const char *argument);
void act_events(struct tui *tui, const char *argument);
void act_get(struct tui *tui, const char *argument);
void act_get_into(struct tui *tui, const char *argument);
void act_show(struct tui *tui, const char *argument);
void act_stop(struct tui *tui, const char *argument);
void act_drop(struct tui *tui, const char *argument);

/* attach.c: files sent */
void act_attach(struct tui *tui, const char *argument);
void act_file(struct tui *tui, const char *argument);

/* act_link.c: links in messages */
void act_open_link(struct tui *tui, const char *argument);
void act_copy_link(struct tui *tui, const char *argument);

/* act_writing.c: the composer */
void act_enter(struct tui *tui, const char *argument);
void act_newline(struct tui *tui, const char *argument);
void act_complete(struct tui *tui, const char *argument);
void act_up(struct tui *tui, const char *argument);
void act_down(struct tui *tui, const char *argument);
void act_older(struct tui *tui, const char *argument);
void act_newer(struct tui *tui, const char *argument);
void act_left(struct tui *tui, const char *argument);
void act_right(struct tui *tui, const char *argument);
void act_word_left(struct tui *tui, const char *argument);
void act_word_right(struct tui *tui, const char *argument);
void act_line_start(struct tui *tui, const char *argument);
void act_line_end(struct tui *tui, const char *argument);
void act_erase(struct tui *tui, const char *argument);
void act_delete(struct tui *tui, const char *argument);
void act_kill_word_left(struct tui *tui, const char *argument);
void act_kill_word(struct tui *tui, const char *argument);
void act_kill_line_left(struct tui *tui, const char *argument);
void act_kill_line(struct tui *tui, const char *argument);
void act_kill_all(struct tui *tui, const char *argument);
void act_yank(struct tui *tui, const char *argument);
void act_transpose(struct tui *tui, const char *argument);
void act_undo(struct tui *tui, const char *argument);
void act_editor(struct tui *tui, const char *argument);
void act_normal(struct tui *tui, const char *argument);
void act_insert(struct tui *tui, const char *argument);
void act_append(struct tui *tui, const char *argument);

/* "/name ..." as typed, without the slash: a command of the table, or a verb of
 * cam. */
void command_run(struct tui *tui, const char *line);

#endif
