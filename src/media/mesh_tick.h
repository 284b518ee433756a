/* mesh_tick.h: what happens every 20 ms of a call. Only the mesh's files
 * include it. */
#ifndef CAM_MESH_TICK_H
#define CAM_MESH_TICK_H

struct mesh;

/* Once, when the mesh has all its parts. */
void mesh_prepare(struct mesh *mesh);
/* From the first member on. */
void mesh_start(struct mesh *mesh);

#endif
