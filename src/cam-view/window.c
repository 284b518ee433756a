/* window.c: pictures in a window, by SDL2. */
#include "cam-view/window.h"

#include "base/err.h"
#include "config.h"

#ifdef HAVE_SDL

#include <SDL.h>
#include <poll.h>

enum { WIDTH = 1280, HEIGHT = 720, LOOK_MS = 10, SQUARE = 100 };

struct window {
	SDL_Window *window;
	SDL_Renderer *renderer;
	struct views *views;
	SDL_Texture *textures[TILES_MAX]; /* of each view */
	int widths[TILES_MAX], heights[TILES_MAX];
	bool is_dirty, is_over;
};

static bool
fit_texture(struct window *window, unsigned i, const struct i420 *picture)
{
	if (window->textures[i] != NULL &&
	    window->widths[i] == (int)picture->width &&
	    window->heights[i] == (int)picture->height)
		return true;
	if (window->textures[i] != NULL)
		SDL_DestroyTexture(window->textures[i]);
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

static bool
has_ended(int fd)
{
	struct pollfd waits = { fd, POLLIN, 0 };

	return fd >= 0 && poll(&waits, 1, 0) > 0;
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

static void
close_window(struct window *window)
{
	for (unsigned i = 0; i < TILES_MAX; i++)
		if (window->textures[i] != NULL)
			SDL_DestroyTexture(window->textures[i]);
	if (window->renderer != NULL)
		SDL_DestroyRenderer(window->renderer);
	if (window->window != NULL)
		SDL_DestroyWindow(window->window);
	SDL_Quit();
}

int
window_run(struct views *views, int until_fd)
{
	struct window window = { .views = views, .is_dirty = true };
	int err = open_window(&window);
	SDL_Event event;

	while (err == 0 && !window.is_over && !has_ended(until_fd)) {
		if (SDL_WaitEventTimeout(&event, LOOK_MS) != 0)
			take_event(&window, &event);
		for (unsigned i = 0; i < views->count; i++)
			take_newest(&window, i);
		if (window.is_dirty)
			draw(&window);
	}
	close_window(&window);
	return err;
}

#else

int
window_run(struct views *views, int until_fd)
{
	return CAM_ERR_UNSUPPORTED;
}

#endif
