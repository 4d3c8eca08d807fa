// <model>.h: everything that a caller must know.
#include "emit/Driver.h"
#include "emit/Stamp.h"
#include <cctype>
#include <sstream>

namespace alt {

static std::string upper(std::string text) {
  for (char &c : text)
    c = char(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

static std::string shapeText(const Value &value) {
  std::string text;
  for (int64_t extent : value.shape)
    text += "[" + std::to_string(extent) + "]";
  return text.empty() ? " (one number)" : text;
}

// A name from the model inside a comment of ours.
static std::string quoted(const std::string &name) {
  std::string text = "\"";
  for (char c : name)
    text += std::isprint(static_cast<unsigned char>(c)) && c != '*' && c != '/' ? c : '.';
  return text + "\"";
}

std::string headerText(const Program &program, const std::string &stamp, const CpuNeeds &needs,
                       unsigned threads) {
  const std::string &model = program.name;
  std::string prefix = upper(model);
  ParameterNames names = parameterNames(program);
  std::ostringstream out;
  out << "/* " << model << ", compiled by alt. Link with lib" << model << ".a"
      << (threads > 1 ? ", libm and an OpenMP runtime (-lgomp or -lomp)" : " and libm") << ".\n"
      << " *\n"
      << " *   " << model << "_context *context;\n"
      << " *   if (" << model << "_init("
      << (program.weightsFile.empty() ? "NULL" : "\"" + model + ".weights\"")
      << ", &context)) ...\n"
      << " *   " << model << "_run(context";
  for (const std::string &name : names.inputs)
    out << ", " << name;
  for (const std::string &name : names.outputs)
    out << ", " << name;
  out << ");\n"
      << " *   " << model << "_free(context);\n"
      << " *\n"
      << " * Tensors are dense and row-major (the last index runs fastest), in the caller's "
         "memory,\n"
      << " * aligned to 64 bytes for best speed and at least to their element. Outputs must not\n"
      << " * overlap inputs or each other. There is no global state: each context is independent, "
         "and\n"
      << " * one context serves one run at a time. A run allocates nothing. */\n"
      << "#ifndef " << prefix << "_H\n#define " << prefix << "_H\n\n#include <stdint.h>\n\n"
      << "/* Header and library of one compilation belong together: with another one's a program does\n"
      << " * not link. Libraries in one program need names of their own (alt compile --name). */\n"
      << "#define " << prefix << "_STAMP 0x" << stamp << "u\n";
  for (const char *function : stampedFunctions)
    out << "#define " << model << "_" << function << " " << stamped(program, function, stamp) << "\n";
  out << "\n#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n";
  auto sizes = [&](const std::vector<size_t> &values, const std::vector<std::string> &ids,
                   const char *what) {
    for (size_t i = 0; i < values.size(); ++i) {
      const Value &value = program.values[values[i]];
      out << "/* " << what << " " << i << ", " << quoted(value.name) << ": " << info(value.type).cName
          << shapeText(value) << (value.type == ElementType::bf16  ? ", bfloat16 as bits"
              : value.type == ElementType::f16 ? ", float16 as bits"
                                               : "")
          << " */\n#define " << prefix << "_" << upper(ids[i]) << "_ELEMENTS " << value.elements()
          << "\n";
    }
  };
  sizes(program.inputs, names.inputs, "Input");
  sizes(program.outputs, names.outputs, "Output");
  out << "#define " << prefix << "_THREADS " << threads << "\n\n"
      << "typedef struct " << model << "_context " << model << "_context;\n\n"
      << "enum " << model << "_status {\n"
      << "  " << prefix << "_OK = 0,\n"
      << "  " << prefix << "_ERROR_ARGUMENT = 1, /* a null pointer */\n"
      << "  " << prefix << "_ERROR_MEMORY = 2,   /* not enough memory */\n"
      << "  " << prefix << "_ERROR_FILE = 3,     /* the weights file cannot be read */\n"
      << "  " << prefix << "_ERROR_WEIGHTS = 4,  /* it is not this model's weights file */\n"
      << (program.hasLoopThatMustEnd()
              ? "  " + prefix + "_ERROR_ENDLESS = 5,  /* a loop does not end */\n"
              : "")
      << cpuErrorCodes(needs, prefix) << "};\n\n"
      << "/* Reads the weights"
      << (program.weightsFile.empty() ? " (this model has none: any path, or NULL)" : "")
      << " and makes a context. On an error *context is NULL. */\n"
      << "int " << model << "_init(const char *weights_path, " << model
      << "_context **context);\n\n"
      << "int " << model << "_run(" << model << "_context *context" << runParameters(program, names)
      << ");\n\n"
      << "/* The same with the tensors in arrays, for callers that are generated. */\n"
      << "int " << model << "_run_arrays(" << model
      << "_context *context, const void *const *inputs,\n"
      << "    void *const *outputs);\n\n"
      << "void " << model << "_free(" << model << "_context *context); /* NULL is fine */\n\n"
      << "const char *" << model << "_strerror(int status);\n\n"
      << "#ifdef __cplusplus\n}\n#endif\n\n#elif " << prefix << "_STAMP != 0x" << stamp << "u\n"
      << "#error \"" << model << ".h of another library was included before; compile one of them with --name\"\n"
      << "#endif\n";
  return out.str();
}

} // namespace alt
