// <model>.c: allocates once, then calls the kernels' stages in order. Compiled, not shipped.
#include "emit/Driver.h"
#include "emit/Stamp.h"
#include "emit/StepsText.h"
#include <cctype>
#include <cstdio>
#include <set>
#include <sstream>

namespace alt {

static std::string cName(const Value &value) { return std::string(info(value.type).cName); }

std::string runParameters(const Program &program, const ParameterNames &names) {
  std::string text;
  for (size_t i = 0; i < names.inputs.size(); ++i)
    text += ", const " + cName(program.values[program.inputs[i]]) + " *" + names.inputs[i];
  for (size_t i = 0; i < names.outputs.size(); ++i)
    text += ", " + cName(program.values[program.outputs[i]]) + " *" + names.outputs[i];
  return text;
}

namespace {
class Writer {
public:
  Writer(const Program &program, const std::string &stamp, std::span<const KernelPlan> plans,
         const ContextLayout &layout, const CpuNeeds &needs, unsigned threads)
      : program(program), stamp(stamp), plans(plans), layout(layout), needs(needs),
        threads(threads), names(plainNames(program)) {}

  std::string run() {
    declarations();
    out << stepsText(program, plans, layout, threads);
    init();
    runFunction();
    rest();
    unstamped();
    return out.str();
  }

private:
  const std::string &model() const { return program.name; }
  std::string upperModel() const {
    std::string text;
    for (char c : program.name)
      text += char(std::toupper(static_cast<unsigned char>(c)));
    return text;
  }
  std::string code(const char *name) const { return upperModel() + "_" + name; }

  void declarations() {
    out << "#include \"" << model() << ".h\"\n"
        << "#include <stddef.h>\n#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\n\n";
    std::set<std::string> declared;
    for (const Call &call : program.calls)
      for (const Stage &stage : plans[call.kernel].stages)
        if (declared.insert(stage.symbol).second) {
          out << "void " << stage.symbol << "(";
          for (size_t i = 0; i < stage.buffers.size(); ++i)
            out << "void *, ";
          out << "int64_t, int64_t);\n";
        }
    if (threads > 1)
      out << "int omp_get_thread_num(void);\nint omp_get_num_threads(void);\n";
    out << "\nstruct " << model() << "_context {\n"
        << "  void *allocated; /* what malloc gave */\n"
        << "  char *base;      /* the same, aligned */\n};\n\n";
  }

  void init() {
    bool fills = !layout.splats.empty(), reads = layout.weightBytes > 0;
    if (fills)
      out << "static void fill(char *to, int64_t count, uint64_t bits, size_t size) {\n"
          << "  for (int64_t i = 0; i < count; ++i)\n    memcpy(to + i * size, &bits, "
             "size);\n}\n\n";
    if (reads)
      out << "static int read_weights(const char *path, char *to) {\n"
          << "  FILE *file = path ? fopen(path, \"rb\") : NULL;\n"
          << "  if (!file)\n    return " << code("ERROR_FILE") << ";\n"
          << "  size_t got = fread(to, 1, " << layout.weightBytes << ", file);\n"
          << "  int failed = ferror(file), more = fgetc(file) != EOF;\n  fclose(file);\n"
          << "  if (failed)\n    return " << code("ERROR_FILE") << ";\n"
          << "  return got == " << layout.weightBytes << " && !more ? " << code("OK") << " : "
          << code("ERROR_WEIGHTS") << ";\n}\n\n";
    out << cpuCheckText(needs, upperModel());
    out << "int " << model() << "_init(const char *weights_path, " << model()
        << "_context **context) {\n  (void)weights_path;\n"
        << "  if (!context)\n    return " << code("ERROR_ARGUMENT") << ";\n  *context = NULL;\n"
        << (needs.features.empty()
                ? ""
                : "  int lacks = check_cpu();\n  if (lacks)\n    return lacks;\n")
        << "  " << model() << "_context *made = malloc(sizeof *made);\n"
        << "  if (!made)\n    return " << code("ERROR_MEMORY") << ";\n"
        << "  made->allocated = malloc(" << layout.totalBytes + 64 << ");\n"
        << "  if (!made->allocated) {\n    free(made);\n    return " << code("ERROR_MEMORY")
        << ";\n  }\n"
        << "  made->base = (char *)(((uintptr_t)made->allocated + 63) / 64 * 64);\n";
    if (reads)
      out << "  int status = read_weights(weights_path, made->base);\n  if (status) {\n    "
          << model() << "_free(made);\n    return status;\n  }\n";
    for (const ContextLayout::Splat &splat : layout.splats) {
      char bits[32];
      std::snprintf(bits, sizeof bits, "0x%llxu",
                    static_cast<unsigned long long>(toBits(splat.type, splat.value)));
      out << "  fill(made->base + " << splat.offset << ", " << splat.bytes / bytes(splat.type)
          << ", " << bits << (bytes(splat.type) == 8 ? "ll" : "") << ", " << bytes(splat.type)
          << ");\n";
    }
    out << "  ahead(made->base);\n  *context = made;\n  return " << code("OK") << ";\n}\n\n";
  }

  void runFunction() {
    out << "int " << model() << "_run(" << model() << "_context *context"
        << runParameters(program, names) << ") {\n  if (!context";
    for (const std::string &name : names.inputs)
      out << " || !" << name;
    for (const std::string &name : names.outputs)
      out << " || !" << name;
    out << ")\n    return " << code("ERROR_ARGUMENT") << ";\n  char *const io[] = {";
    for (const std::string &name : names.inputs)
      out << "(char *)" << name << ", ";
    for (const std::string &name : names.outputs)
      out << "(char *)" << name << ", ";
    out << "};\n";
    bool mustEnd = program.hasLoopThatMustEnd();
    std::string arguments = std::string("context->base, io") + (mustEnd ? ", &endless" : "");
    if (mustEnd)
      out << "  int endless = 0;\n";
    if (threads > 1)
      out << "#pragma omp parallel num_threads(" << threads << ")\n"
          << "  steps(" << arguments << ", omp_get_thread_num(), omp_get_num_threads());\n";
    else
      out << "  steps(" << arguments << ");\n";
    if (mustEnd)
      out << "  if (endless)\n    return " << code("ERROR_ENDLESS") << ";\n";
    out << "  return " << code("OK") << ";\n}\n\n";
  }

  void rest() {
    out << "void " << model() << "_free(" << model() << "_context *context) {\n"
        << "  if (context)\n    free(context->allocated);\n  free(context);\n}\n\n"
        << "const char *" << model() << "_strerror(int status) {\n  switch (status) {\n"
        << "  case " << code("OK") << ": return \"no error\";\n"
        << "  case " << code("ERROR_ARGUMENT") << ": return \"an argument is a null pointer\";\n"
        << "  case " << code("ERROR_MEMORY") << ": return \"not enough memory\";\n"
        << "  case " << code("ERROR_FILE") << ": return \"the weights file cannot be read\";\n"
        << "  case " << code("ERROR_WEIGHTS")
        << ": return \"this is not the weights file of this model\";\n"
        << (program.hasLoopThatMustEnd() ? "  case " + code("ERROR_ENDLESS") +
                                               ": return \"a loop of the model does not end\";\n"
                                         : "")
        << cpuErrorCases(needs, upperModel()) << "  }\n  return \"unknown status\";\n}\n\n"
        << "int " << model() << "_run_arrays(" << model()
        << "_context *context, const void *const *inputs, void *const *outputs) {\n"
        << (names.inputs.empty() ? "  (void)inputs;\n" : "") << "  if ("
        << (names.inputs.empty() ? "" : "!inputs || ") << "!outputs)\n    return "
        << code("ERROR_ARGUMENT") << ";\n"
        << "  return " << model() << "_run(context";
    for (size_t i = 0; i < names.inputs.size(); ++i)
      out << ", inputs[" << i << "]";
    for (size_t i = 0; i < names.outputs.size(); ++i)
      out << ", outputs[" << i << "]";
    out << ");\n}\n";
  }

  // For callers without the header, by dlsym: the functions by their plain names.
  void unstamped() {
    for (const char *function : stampedFunctions)
      out << "#undef " << model() << "_" << function << "\n";
    std::string context = model() + "_context ";
    out << "\nint " << model() << "_init(const char *weights_path, " << context << "**context) {\n"
        << "  return " << stamped(program, "init", stamp) << "(weights_path, context);\n}\n\n"
        << "int " << model() << "_run(" << context << "*context" << runParameters(program, names) << ") {\n"
        << "  return " << stamped(program, "run", stamp) << "(context";
    for (const auto *side : {&names.inputs, &names.outputs})
      for (const std::string &name : *side)
        out << ", " << name;
    out << ");\n}\n\n"
        << "int " << model() << "_run_arrays(" << context
        << "*context, const void *const *inputs, void *const *outputs) {\n"
        << "  return " << stamped(program, "run_arrays", stamp) << "(context, inputs, outputs);\n}\n";
  }

  const Program &program;
  const std::string &stamp;
  std::span<const KernelPlan> plans;
  const ContextLayout &layout;
  const CpuNeeds &needs;
  unsigned threads;
  ParameterNames names;
  std::ostringstream out;
};
} // namespace

std::string driverText(const Program &program, const std::string &stamp,
                       std::span<const KernelPlan> plans, const ContextLayout &layout,
                       const CpuNeeds &needs, unsigned threads) {
  return Writer(program, stamp, plans, layout, needs, threads).run();
}

} // namespace alt
