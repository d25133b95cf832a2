/* Puts the questions of zarr-conformance to {{ name }}. */

#include "zarr_adapter.h"

/* The elements of the array at place->path in the directory place->store.
 *
 * zarr_refused("open", message) or zarr_refused("read", message) passes on that the library said
 * no, zarr_elements(data_type, dimensions, shape, bytes, size) what it read.
 */
static void read_array(const zarr_place *place) {
  (void)place;
  zarr_unsupported("reading is not written yet");
}

static void answer(const char *question, const zarr_place *place) {
  if (strcmp(question, "read") == 0) read_array(place);
  else zarr_unsupported(question);
}

int main(void) { return zarr_serve("{{ name }}", "unknown", answer); }
