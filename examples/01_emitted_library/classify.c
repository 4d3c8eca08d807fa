/* A program that uses an emitted library: the text-direction classifier of PP-OCR, compiled with
 *
 *   alt compile ch_ppocr_mobile_v2.0_cls_infer.onnx --shape x=1x3x48x192 --out cls
 *   cc -std=c99 -Icls classify.c cls/libch_ppocr_mobile_v2_0_cls_infer.a -lm -o classify
 *   ./classify cls/ch_ppocr_mobile_v2_0_cls_infer.weights
 *
 * The names are long, so they get short ones here. Nothing but libc and libm is linked; a library
 * made with --threads 2 or more needs -fopenmp as well. */
#include "ch_ppocr_mobile_v2_0_cls_infer.h"
#include <stdio.h>

#define cls(name) ch_ppocr_mobile_v2_0_cls_infer_##name

static float image[CH_PPOCR_MOBILE_V2_0_CLS_INFER_X_ELEMENTS];
static float upright[2];

int main(int argc, char **argv) {
  if (argc != 2) {
    fprintf(stderr, "usage: %s WEIGHTS\n", argv[0]);
    return 2;
  }
  /* A white page with a grey line of "text" in its upper half. */
  for (int i = 0; i < CH_PPOCR_MOBILE_V2_0_CLS_INFER_X_ELEMENTS; ++i)
    image[i] = i / 192 % 48 < 24 && i % 7 < 3 ? -0.5f : 1.0f;

  cls(context) *context;
  int status = cls(init)(argv[1], &context);
  if (status == 0)
    status = cls(run)(context, image, upright);
  cls(free)(context);
  if (status) {
    fprintf(stderr, "%s: %s\n", argv[0], cls(strerror)(status));
    return 1;
  }
  printf("upright %.3f, upside down %.3f\n", upright[0], upright[1]);
  return upright[0] + upright[1] > 0.99f && upright[0] + upright[1] < 1.01f ? 0 : 1;
}
