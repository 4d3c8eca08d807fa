// A search space as a transform script that useScript reads back: knobs as tune.knob, constraints
// as smt.constrain_params, and one alt.schedule that takes all knobs.
#include "alt/Lower.h"
#include "lower/SmtTerms.h"
#include "space/DescribeSpace.h"
#include <algorithm>
#include <charconv>
#include <cstdio>
#include <set>

namespace alt {

using Op = Term::Op;

static std::string number(double value) {
  char text[32];
  return std::string(text, std::to_chars(text, text + sizeof text, value).ptr);
}

static std::string commaList(const std::vector<std::string> &words) {
  std::string text;
  for (const std::string &word : words)
    text += (text.empty() ? "" : ", ") + word;
  return text;
}

static std::string parameterTypes(size_t count) {
  return commaList(std::vector<std::string>(count, "!transform.any_param"));
}

static std::string knobLine(const Tunable &tunable, size_t k) {
  const Knob &knob = tunable.knob;
  std::vector<std::string> options;
  for (uint16_t option : tunable.preferred)
    options.push_back(knob.kind == Knob::Kind::categorical ? "\"" + knob.labels[option] + "\""
                                                           : number(knob.options[option]));
  return "    %k" + std::to_string(k) + " = transform.tune.knob<\"" + knob.name +
         "\"> options = [" + commaList(options) + "] -> !transform.any_param\n";
}

static std::string constraintLines(const TuneScript &script, const Constraint &constraint,
                                   std::span<const std::string> names) {
  std::span<const Term> terms = script.expressions.terms();
  std::set<unsigned> needed{constraint.term};
  for (auto at = needed.rbegin(); at != needed.rend(); ++at) // operands come before what uses them
    needed.insert(terms[*at].of.begin(), terms[*at].of.end());
  std::vector<std::string> parameters, arguments;
  std::string body;
  for (unsigned t : needed)
    if (terms[t].op == Op::knob) {
      parameters.push_back("%k" + std::to_string(terms[t].value));
      arguments.push_back("%t" + std::to_string(t) + ": !smt.int");
    } else {
      body += "      %t" + std::to_string(t) + " = " + smtText(terms[t]) + "\n";
    }
  return "    // " + constraint.reason + ": " + print(script.expressions, constraint.term, names) +
         "\n    transform.smt.constrain_params(" + commaList(parameters) + ") : (" +
         parameterTypes(parameters.size()) + ") -> () {\n    ^bb0(" + commaList(arguments) +
         "):\n" + body + "      smt.assert %t" + std::to_string(constraint.term) + "\n    }\n";
}

static std::string spaceScript(const Workload &workload, const TuneScript &script,
                               unsigned threads) {
  std::vector<std::string> names, quoted, knobs;
  std::string text = "module attributes {transform.with_named_sequence} {\n"
                     "  transform.named_sequence @__transform_main(%module: !transform.any_op) {\n";
  for (size_t k = 0; k < script.tunables.size(); ++k) {
    names.push_back(script.tunables[k].knob.name);
    quoted.push_back("\"" + names.back() + "\"");
    knobs.push_back("%k" + std::to_string(k));
    text += knobLine(script.tunables[k], k);
  }
  for (const Constraint &constraint : script.constraints)
    text += constraintLines(script, constraint, names);
  return text + "    transform.alt.schedule %module knobs [" + commaList(quoted) + "] (" +
         commaList(knobs) + ") {kernel = \"" + workload.id.hex() +
         "\", threads = " + std::to_string(threads) + " : i64} : (!transform.any_op, " +
         parameterTypes(knobs.size()) + ")\n    transform.yield\n  }\n}\n";
}

PrintedSpace printSpace(const Workload &workload, const Target &target, unsigned threads) {
  std::unique_ptr<SearchSpace> space = makeSearchSpace(workload, target, threads);
  TuneScript script = describe(*space);
  std::vector<std::string> names;
  for (const Knob &knob : space->knobs())
    names.push_back(knob.name);
  PrintedSpace printed;
  for (const Constraint &constraint : script.constraints)
    printed.constraints.push_back(constraint.reason + ": " +
                                  print(script.expressions, constraint.term, names));
  char size[32];
  std::snprintf(size, sizeof size, "%.3g", space->size());
  printed.script = "// The search space of " + workload.name + ": about " + size + " points, " +
                   std::to_string(printed.constraints.size()) + " constraints, for " +
                   std::to_string(threads) + (threads > 1 ? " threads.\n" : " thread.\n") +
                   "// A knob's first option is its default. What the constraints cannot say is "
                   "checked when a point is applied.\n" +
                   spaceScript(workload, script, threads);
  return printed;
}

} // namespace alt
