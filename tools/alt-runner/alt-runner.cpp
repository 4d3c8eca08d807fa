// The measuring child of alt: builds candidates, or times them, each in a fork of its own.
#include "alt/Lower.h"
#include "measure/child/Servers.h"

using namespace alt;

int main(int argc, char **argv) {
  BuildParts parts;
  parts.makeSpace = makeSearchSpace;
  parts.lower = lowerToObject;
  return runnerMain(argc, argv, parts);
}
