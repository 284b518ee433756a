/* window.c: pictures in a window, by SDL2. */
#include "cam-view/window.h"

#include "base/err.h"
#include "config.h"

#ifdef HAVE_SDL

#include <SDL.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"
#include "loop/timer.h"

enum {
	WIDTH = 1280,
	HEIGHT = 720,
	LOOK_MS = 10,
	SQUARE = 100,
	TITLE_MAX = 1024,
};

struct window {
	SDL_Window *window;
	SDL_Renderer *renderer;
	struct views *views;
	SDL_Texture *textures[TILES_MAX]; /* of each view */
	int widths[TILES_MAX], heights[TILES_MAX];
	bool is_dirty, is_over;
	unsigned version; /* of the views, as they were drawn */
	struct timer timer;
	void (*on_end)(void *arg);
	void *arg;
};

static void
drop_texture(struct window *window, unsigned i)
{
	if (window->textures[i] != NULL)
		SDL_DestroyTexture(window->textures[i]);
	window->textures[i] = NULL;
}

static bool
fit_texture(struct window *window, unsigned i, const struct i420 *picture)
{
	if (window->textures[i] != NULL &&
	    window->widths[i] == (int)picture->width &&
	    window->heights[i] == (int)picture->height)
		return true;
	drop_texture(window, i);
	window->widths[i] = (int)picture->width;
	window->heights[i] = (int)picture->height;
	window->textures[i] = SDL_CreateTexture(window->renderer,
	    SDL_PIXELFORMAT_IYUV, SDL_TEXTUREACCESS_STREAMING,
	    window->widths[i], window->heights[i]);
	return window->textures[i] != NULL;
}

static void
take_newest(struct window *window, unsigned i)
{
	struct view *view = &window->views->list[i];
	struct frames_picture newest;
	const struct i420 *picture = &newest.picture;

	if (!frames_newest(view->frames, view->shown, &newest) ||
	    !fit_texture(window, i, picture))
		return;
	SDL_UpdateYUVTexture(window->textures[i], NULL, picture->planes[0],
	    (int)picture->strides[0], picture->planes[1],
	    (int)picture->strides[1], picture->planes[2],
	    (int)picture->strides[2]);
	view->shown = newest.number;
	window->is_dirty = true;
}

/* In the middle of its tile, in its shape. */
static void
draw_tile(struct window *window, const struct tile *tile, unsigned i)
{
	unsigned view =
	    (unsigned)(views_of_tile(window->views, i) - window->views->list);
	struct i420 shape = { .width = (unsigned)window->widths[view],
		.height = (unsigned)window->heights[view] };
	unsigned width, height;
	SDL_Rect place;

	if (window->textures[view] == NULL || tile->width == 0 ||
	    tile->height == 0)
		return;
	i420_fit(&shape, tile->width, tile->height, &width, &height);
	place = (SDL_Rect){ (int)(tile->left + (tile->width - width) / 2),
		(int)(tile->top + (tile->height - height) / 2), (int)width,
		(int)height };
	SDL_RenderCopy(window->renderer, window->textures[view], NULL, &place);
}

static void
draw(struct window *window)
{
	struct tile tiles[TILES_MAX];
	int width = 0, height = 0;

	SDL_GetRendererOutputSize(window->renderer, &width, &height);
	if (width <= 0 || height <= 0)
		return;
	tiles_place(window->views->form, window->views->count, (unsigned)width,
	    (unsigned)height, SQUARE, tiles);
	SDL_SetRenderDrawColor(window->renderer, 0, 0, 0, 255);
	SDL_RenderClear(window->renderer);
	for (unsigned i = 0; i < window->views->count; i++)
		draw_tile(window, &tiles[i], i);
	SDL_RenderPresent(window->renderer);
	window->is_dirty = false;
}

static void
take_key(struct window *window, SDL_Keycode key)
{
	bool is_full = (SDL_GetWindowFlags(window->window) &
			   SDL_WINDOW_FULLSCREEN_DESKTOP) != 0;

	window->is_dirty = true;
	if (key == 'f' || (key == SDLK_ESCAPE && is_full))
		SDL_SetWindowFullscreen(window->window,
		    is_full ? 0 : SDL_WINDOW_FULLSCREEN_DESKTOP);
	else if (key > 0 && key < 0x80 &&
		 !views_take_key(window->views, (unsigned)key))
		window->is_over = true;
}

static void
take_event(struct window *window, const SDL_Event *event)
{
	if (event->type == SDL_QUIT)
		window->is_over = true;
	else if (event->type == SDL_KEYDOWN)
		take_key(window, event->key.keysym.sym);
	else if (event->type == SDL_WINDOWEVENT)
		window->is_dirty = true;
}

static int
open_window(struct window *window)
{
	/* The pictures need no more than this of it; signals stay ours. */
	SDL_SetHint(SDL_HINT_NO_SIGNAL_HANDLERS, "1");
	SDL_SetHint(SDL_HINT_RENDER_SCALE_QUALITY, "linear");
	if (SDL_Init(SDL_INIT_VIDEO) < 0)
		return CAM_ERR_UNSUPPORTED;
	window->window = SDL_CreateWindow("cam", SDL_WINDOWPOS_UNDEFINED,
	    SDL_WINDOWPOS_UNDEFINED, WIDTH, HEIGHT,
	    SDL_WINDOW_RESIZABLE | SDL_WINDOW_ALLOW_HIGHDPI);
	if (window->window == NULL)
		return CAM_ERR_UNSUPPORTED;
	window->renderer = SDL_CreateRenderer(window->window, -1, 0);
	return window->renderer != NULL ? 0 : CAM_ERR_UNSUPPORTED;
}

/* Names are in its title: SDL alone writes no text. */
static void
put_title(struct window *window)
{
	struct views *views = window->views;
	struct buf title;

	buf_init(&title, TITLE_MAX);
	buf_put_text(&title, "cam");
	for (unsigned i = 0; i < views->count; i++) {
		buf_put_text(&title, i == 0 ? ": " : ", ");
		text_print(&title, span_text(views_of_tile(views, i)->name),
		    TEXT_LINE);
	}
	buf_put_byte(&title, '\0');
	if (!buf_failed(&title))
		SDL_SetWindowTitle(window->window, (const char *)title.data);
	buf_finish(&title);
}

/* Others are shown than before, or in other places. */
static void
begin_anew(struct window *window)
{
	for (unsigned i = 0; i < TILES_MAX; i++)
		drop_texture(window, i);
	for (unsigned i = 0; i < window->views->count; i++)
		window->views->list[i].shown = 0;
	window->version = window->views->version;
	window->is_dirty = true;
	put_title(window);
}

static void
on_time(void *arg)
{
	struct window *window = arg;
	SDL_Event event;

	while (SDL_PollEvent(&event) != 0)
		take_event(window, &event);
	if (window->version != window->views->version)
		begin_anew(window);
	for (unsigned i = 0; i < window->views->count; i++)
		take_newest(window, i);
	if (window->is_dirty)
		draw(window);
	if (window->is_over)
		window->on_end(window->arg);
}

void
window_free(struct window *window)
{
	if (window == NULL)
		return;
	timer_finish(&window->timer);
	for (unsigned i = 0; i < TILES_MAX; i++)
		drop_texture(window, i);
	if (window->renderer != NULL)
		SDL_DestroyRenderer(window->renderer);
	if (window->window != NULL)
		SDL_DestroyWindow(window->window);
	SDL_Quit();
	free(window);
}

int
window_new(struct loop *loop, struct views *views, void (*on_end)(void *arg),
    void *arg, struct window **made)
{
	struct window *window = xcalloc(1, sizeof *window);
	int err = open_window(window);

	window->views = views;
	window->on_end = on_end;
	window->arg = arg;
	timer_init(&window->timer, loop, on_time, window);
	if (err < 0) {
		window_free(window);
		return err;
	}
	begin_anew(window);
	timer_repeat(&window->timer, LOOK_MS);
	*made = window;
	return 0;
}

#else

int
window_new(struct loop *loop, struct views *views, void (*on_end)(void *arg),
    void *arg, struct window **window)
{
	return CAM_ERR_UNSUPPORTED;
}

void
window_free(struct window *window)
{
}

#endif
