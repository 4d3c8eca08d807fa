/* The smallest program that uses an emitted library:
 *
 *   alt compile layer.mlir --out layer
 *   cc -std=c99 -Ilayer layer.c layer/liblayer.a -lm -o layer_example
 *   ./layer_example layer/layer.weights */
#include "layer.h"
#include <stdio.h>

int main(int argc, char **argv) {
  const float x[LAYER_X_ELEMENTS] = {1, 1, 1, 1, 0, -2};
  const float expected[LAYER_Y_ELEMENTS] = {9.5f, 0.25f, 0, 14.25f};
  float y[LAYER_Y_ELEMENTS];

  layer_context *context;
  int status = layer_init(argc > 1 ? argv[1] : "layer.weights", &context);
  if (status == LAYER_OK)
    status = layer_run(context, x, y);
  layer_free(context);
  if (status != LAYER_OK) {
    fprintf(stderr, "%s\n", layer_strerror(status));
    return 1;
  }
  for (int i = 0; i < LAYER_Y_ELEMENTS; ++i) {
    printf("%g ", y[i]);
    if (y[i] != expected[i])
      return 1;
  }
  printf("\n");
  return 0;
}
