#include "Tuning.h"
#include "CommandLine.h"
#include "Events.h"
#include "Interrupt.h"
#include "OutputFolder.h"
#include "alt/CompareLibraries.h"
#include "alt/Emit.h"
#include "alt/Lower.h"
#include "alt/NarrowProducts.h"
#include "alt/ProgressDisplay.h"
#include "alt/Sampler.h"
#include "alt/Support.h"
#include <algorithm>
#include <iostream>

namespace alt {

static Error usage(std::string message) { return {ErrorKind::usage, std::move(message)}; }

Result<ShapeBinding> parseShape(const std::string &text) {
  size_t equals = text.rfind('=');
  ShapeBinding binding;
  if (equals != std::string::npos && equals > 0) {
    binding.input = text.substr(0, equals);
    std::string extent;
    for (char c : text.substr(equals + 1) + "x") {
      if (c >= '0' && c <= '9' && extent.size() < 12) {
        extent += c;
        continue;
      }
      if (c != 'x' || extent.empty() || std::stoll(extent) == 0) {
        binding.shape.clear();
        break;
      }
      binding.shape.push_back(std::stoll(extent));
      extent.clear();
    }
  }
  if (binding.shape.empty())
    return usage("--shape must be like NAME=1x3x48x192, not '" + text + "'.");
  return binding;
}

UnderLimits readingLimits(const std::filesystem::path &file) {
  // Far more than any honest file of its size took.
  auto size = [](const std::filesystem::path &path) {
    std::error_code failed;
    auto bytes = std::filesystem::file_size(path, failed);
    return failed ? 0 : int64_t(bytes);
  };
  int64_t text = size(file), weights = size(std::filesystem::path(file).replace_extension(".weights"));
  bool imported = file.extension() == ".onnx"; // which the importer has limits for
  constexpr int64_t gigabyte = int64_t(1) << 30;
  return UnderLimits("reading " + file.string(),
                     std::chrono::seconds((imported ? 120 : 10) + text / 20000),
                     (imported ? 1024 : 4) * gigabyte + 16 * (text + weights));
}

void ModelArguments::declare(CLI::App &app, const char *placeholder, const char *help) {
  app.add_option(placeholder, model, help)->required();
  app.add_option("--shape", shapes, "NAME=1x3x48x192: the dimensions of a dynamic input")
      ->type_name("NAME=DIMS")
      ->expected(1)
      ->take_all();
  app.add_option("--constant", constants,
                 "NAME=16000 or NAME=2,3: an input of an ONNX model that always has these numbers")
      ->type_name("NAME=NUMBERS")
      ->expected(1)
      ->take_all();
  app.add_option("--torch-mlir", torchMlir,
                 "Folder with torch-mlir's programs; else build/venv is looked in")
      ->type_name("DIR");
  app.add_option("--import-limit", importLimit, "Wall clock of the import of an ONNX model; 0: none")
      ->type_name("[10m]");
  app.add_option("--import-memory", importMemory,
                 "Bytes that each process of the import may have; 0: by the model's size")
      ->type_name("[0]")
      ->check(CLI::NonNegativeNumber);
}

Result<ImportOptions> ModelArguments::importOptions(const std::filesystem::path &workFolder) const {
  ImportOptions import;
  import.name = name;
  import.torchMlir = torchMlir;
  import.constants = constants;
  import.workDir = workFolder;
  import.memory = importMemory;
  auto limit = parseDuration(importLimit);
  if (!limit)
    return usage("--import-limit: " + limit.error().message);
  import.limit = *limit;
  for (const std::string &text : shapes) {
    auto binding = parseShape(text);
    if (!binding)
      return binding.error();
    import.shapes.push_back(std::move(*binding));
  }
  return import;
}

Result<Program> ModelArguments::load(const std::filesystem::path &workFolder,
                                     bool asWritten) const {
  if (workFolder.empty())
    return Error{ErrorKind::io, "No folder for intermediate files can be made; set TMPDIR to one "
                                "that can be written."};
  auto import = importOptions(workFolder);
  if (!import)
    return import.error();
  import->asWritten = asWritten;
  std::error_code ignored;
  std::string kind = model.extension();
  if (std::filesystem::exists(model, ignored) && kind != ".onnx" && kind != ".mlir" && kind != ".mlirbc")
    return Error{ErrorKind::invalidInput,
                 model.string() + ": the name ends neither in .onnx nor in .mlir, so it is not known "
                                  "what this file is."};
  UnderLimits limits = readingLimits(model);
  return loadProgram(model, *import);
}

void TuningCommand::declare(CLI::App &app) {
  source.declare(app, single() ? "KERNEL" : "MODEL",
                 single() ? "A .mlir file with one function" : "A .onnx or .mlir file");
  auto *folder = app.add_option("--out", out, "Where the library and the reports are written")
                     ->type_name("DIR");
  if (!single())
    folder->required();
  app.add_option("--name", source.name,
                 "What the library's files and functions are called by; else the file's name");
  app.add_option("--records", records,
                 "Where measurements are kept, and taken up again; else records.jsonl in --out")
      ->type_name("FILE");
  if (single())
    app.add_option("--schedule", script,
                   "Your own transform script: its tune.knob and tune.alternatives are tuned")
        ->type_name("FILE");
  app.add_flag("--untuned", untuned, "Default schedules, nothing is measured");
  app.add_flag("--unchecked", unchecked,
               "Write the library without running it beside the untuned one first");
  if (!single()) {
    app.add_option("--reference", reference,
                   "Who evaluates an ONNX model for comparison before it is tuned: auto, onnxruntime, "
                   "onnx (onnx.reference) or none")
        ->capture_default_str()
        ->check(CLI::IsMember(referenceNames()));
    app.add_option("--input", inputs,
                   "What it is evaluated on, in the model's order, as .npy; else random numbers")
        ->type_name("FILE")
        ->expected(1)
        ->take_all();
  }
  app.add_flag("--widen", widen,
               "Take products of bf16 or i8 also where the CPU has no instructions for them: each "
               "element is widened (always for ONNX models)");
  app.add_option("--events", events, "Every trial as a line of JSON, as it comes")->type_name("FILE");
  app.add_option("--config", config, "Options from a file of `name = value` lines; flags come first")
      ->type_name("FILE");
  bind(table, options);
  addOptions(app, table);
}

/// What can be refused before any work is.
Result<void> TuningCommand::check(const Invocation &invocation) {
  if (!config.empty())
    if (auto done = table.readConfig(config); !done)
      return done;
  for (const OptionTable::Entry &entry : table.entries())
    if (entry.given && OptionTable::print(entry) == "0" &&
        (entry.name == "trials" || entry.name == "threads" || entry.name == "samples" ||
         entry.name == "duel-rounds"))
      return usage("--" + entry.name + " must be at least 1" +
                   (entry.name == "trials" ? "; --untuned measures nothing." : "."));
  if (!options.until.empty() && options.until != "converged" && options.until != "trials")
    return usage("--until is 'converged' or 'trials', not '" + options.until + "'.");
  if (auto tuner = findSampler(options.tuner); !tuner)
    return usage(tuner.error().message);
  if (!source.name.empty())
    if (auto good = checkProgramName(source.name); !good)
      return good;
  if (!inputs.empty() && !hasReference())
    return usage("--input is what a reference evaluates an ONNX model on, and there is none here; `alt run "
                 "--input` runs a library on it.");
  if (untuned && !records.empty())
    return usage("--untuned measures nothing, so it has no use for --records.");
  if (auto import = source.importOptions({}); !import)
    return import.error();
  if (!out.empty())
    if (auto tools = checkEmitTools(); !tools)
      return tools;
  if (unsigned cores = hostTarget().cores; options.measure.threads > cores)
    invocation.log.warn("--threads " + std::to_string(options.measure.threads) + " is more than the " +
                        std::to_string(cores) + " cores that this process may use.");
  return {};
}

static std::vector<SessionKernel> kernelsOf(const Program &program) {
  std::vector<SessionKernel> kernels;
  for (size_t k = 0; k < program.kernels.size(); ++k)
    kernels.push_back({program.kernels[k], program.uses(k)});
  return kernels;
}

Result<int> TuningCommand::run(const Invocation &invocation) {
  if (auto done = check(invocation); !done)
    return done.error();
  auto folder = OutputFolder::prepare(out);
  if (!folder)
    return folder.error();

  WorkFolder work;
  auto program = load(work.path());
  if (!program)
    return program.error();
  // In a model's import the choice of narrow products was not the user's: it must run everywhere.
  bool mayWiden = widen || source.model.extension() == ".onnx";
  for (const Workload &kernel : program->kernels)
    if (auto fast = checkNarrowProducts(kernel, hostTarget()); !fast && !mayWiden)
      return fast.error();
  if (auto made = folder->make(); !made)
    return made.error();
  Verdict verdict;
  std::optional<SessionResult> defaults;
  if (hasReference()) {
    auto built = buildDefaults(kernelsOf(*program), hostTarget(), options.measure.threads, work.path());
    if (!built)
      return built.error();
    auto compared = compareWithReference(*program, *built, work.path());
    if (!compared)
      return compared.error();
    verdict = std::move(*compared);
    if (untuned)
      defaults = std::move(*built);
  }
  auto result = defaults ? Result(std::move(*defaults)) : tune(*program, work.path(), invocation);
  if (!result)
    return result.error();

  if (!untuned)
    folder->keep(); // whatever comes now, the records are there
  for (const std::string &file : {"lib" + program->name + ".a", program->name + ".h", program->name + ".json",
                                  program->name + ".weights", std::string("schedules.mlir"),
                                  std::string("summary.json"), std::string("report.html")})
    if (untuned)
      folder->claim(out / file);

  TuneReport &report = result->report;
  report.title = program->name;
  report.tool = std::string("alt ") + ALT_VERSION;
  report.agreesWithReference = verdict.agrees;
  report.notes.insert(report.notes.end(), verdict.notes.begin(), verdict.notes.end());
  if (!out.empty() && !report.interrupted)
    if (auto done = emit(*program, *result, work.path()); !done)
      return done.error();
  folder->keep();

  if (invocation.json)
    printJson(toJson(report, single()));
  else
    std::cout << toConsole(report) << std::flush;
  return report.interrupted ? exitInterrupted : exitOk;
}

/// With --schedule the function is one kernel as it was written and the script its search space; or the
/// script is the space of one of the program's kernels, as `alt space` prints it.
Result<Program> TuningCommand::load(const std::filesystem::path &workFolder) const {
  if (script.empty())
    return source.load(workFolder);
  if (source.model.extension() == ".onnx")
    return usage("--schedule is for a .mlir file with one function, which the script is written for.");
  auto text = readFile(script);
  if (!text)
    return text.error();
  UnderLimits limits = readingLimits(script);
  auto kernel = kernelOfScript(*text, script.string());
  if (!kernel)
    return kernel.error();
  auto program = source.load(workFolder, /*asWritten=*/!*kernel);
  if (!program)
    return program;
  auto workload = std::find_if(program->kernels.begin(), program->kernels.end(),
                               [&](const Workload &w) { return !*kernel || w.id == **kernel; });
  if (workload == program->kernels.end())
    return Error{ErrorKind::invalidInput, script.string() + ": this is the search space of kernel " +
                                              (*kernel)->hex() + ", which " +
                                              source.model.string() + " does not have."};
  if (auto done = useScript(*workload, *text, script.string()); !done)
    return done.error();
  return program;
}

bool TuningCommand::hasReference() const {
  return !single() && reference != "none" && source.model.extension() == ".onnx";
}

Result<Verdict> TuningCommand::compareWithReference(const Program &program,
                                                    const SessionResult &untuned,
                                                    const std::filesystem::path &workFolder) const {
  std::filesystem::path folder = workFolder / "judged";
  if (auto files = emitLibrary(program, untuned.artifacts, {folder, options.measure.threads}); !files)
    return files.error();
  auto import = source.importOptions(workFolder);
  if (!import)
    return import.error();
  auto verdict = judge(folder, {source.model, *import, reference, inputs, thisProgram(), workFolder});
  if (verdict && verdict->difference)
    return Error{ErrorKind::internal, source.model.string() + ": " + *verdict->difference +
                                          "; nothing is written, --reference none writes it unchecked."};
  return verdict;
}

Result<SessionResult> TuningCommand::tune(const Program &program,
                                          const std::filesystem::path &workFolder,
                                          const Invocation &invocation) {
  std::vector<SessionKernel> kernels = kernelsOf(program);
  Target target = hostTarget();
  Doing doing("compiling the kernels of " + source.model.string());
  if (untuned)
    return buildDefaults(kernels, target, options.measure.threads, workFolder);

  StopOnInterrupt interrupt;
  options.measure.objects = workFolder / "objects";
  auto observer = SessionWatcher::open(invocation.log, events);
  if (!observer)
    return observer.error();
  std::filesystem::path file = records.empty() && !out.empty() ? out / "records.jsonl" : records;
  return runSession(kernels, target, options, file, **observer, interrupt.token());
}

/// schedules.mlir: one module a kernel, as `alt-opt --split-input-file` reads them.
static Result<std::string> printSchedules(const Program &program, const SessionResult &result,
                                          unsigned threads) {
  Target target = hostTarget();
  std::string text;
  for (size_t k = 0; k < program.kernels.size(); ++k) {
    const Workload &workload = program.kernels[k];
    std::unique_ptr<SearchSpace> space;
    LowerRequest request{workload};
    if (const auto &schedule = result.schedules[k]) {
      space = spaceOf(workload, target, threads);
      request.space = space.get();
      request.schedule = &*schedule;
    }
    auto module = printSchedule(request, target);
    if (!module)
      return module.error();
    text += (k ? "// -----\n" : "") + ("// " + workload.name) + "\n" + *module + "\n";
  }
  return text;
}

Result<void> TuningCommand::compareWithUntuned(const Program &program, SessionResult &result,
                                               const std::filesystem::path &workFolder) const {
  std::filesystem::path tuned = workFolder / "candidate", plain = workFolder / "expected";
  for (auto &[folder, artifacts] : {std::pair(tuned, &result.artifacts), {plain, &result.untuned}})
    if (auto files = emitLibrary(program, *artifacts, {folder, options.measure.threads, hostTarget().features}); !files)
      return files.error();
  auto comparison = compareLibraries(thisProgram(), tuned, plain, workFolder);
  if (!comparison)
    return comparison.error();
  if (comparison->difference)
    return Error{ErrorKind::internal,
                 program.name + ": on random inputs the tuned library does not compute what the " +
                     "untuned one does (" + *comparison->difference +
                     "), so it is not written; --untuned writes the other one, --unchecked this one."};
  if (comparison->notCompared)
    result.report.notes.push_back("The tuned library was not compared with the untuned one, which does not "
                                  "run on random inputs: " + *comparison->notCompared + ".");
  result.report.agreesWithUntuned = !comparison->notCompared;
  return {};
}

Result<void> TuningCommand::emit(const Program &program, SessionResult &result,
                                 const std::filesystem::path &workFolder) {
  if (!untuned && !unchecked)
    if (auto done = compareWithUntuned(program, result, workFolder);
        !done && !(single() && done.error().kind == ErrorKind::invalidInput))
      return done;
  auto files = emitLibrary(program, result.artifacts, {out, options.measure.threads, hostTarget().features});
  // A kernel whose constants have no data can be tuned, but no library can be made of it.
  if (!files && single() && files.error().kind == ErrorKind::invalidInput)
    result.report.notes.push_back(files.error().message);
  else if (!files)
    return files.error();
  auto schedules = printSchedules(program, result, options.measure.threads);
  if (!schedules)
    return schedules.error();
  if (auto done = writeFile(out / "schedules.mlir", *schedules); !done)
    return done;
  if (auto done = writeFile(out / "summary.json", toJson(result.report, single())); !done)
    return done;
  return writeFile(out / "report.html", toHtml(result.report));
}

} // namespace alt
