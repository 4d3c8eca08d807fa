#include "measure/child/ObjectLoader.h"
#include "alt/Support.h"
#include "support/Sha256.h"
#include "llvm/ExecutionEngine/Orc/ExecutionUtils.h"
#include "llvm/ExecutionEngine/Orc/ObjectLinkingLayer.h"
#include "llvm/ExecutionEngine/Orc/SelfExecutorProcessControl.h"
#include "llvm/Support/MemoryBuffer.h"

namespace alt {

using namespace llvm::orc;

/// One session an object: equal symbols of two candidates never meet.
struct LoadedObject::State {
  std::unique_ptr<ExecutionSession> session;
  std::unique_ptr<ObjectLinkingLayer> layer;
  std::vector<void *> addresses;
  ~State() {
    layer.reset();
    if (session)
      llvm::consumeError(session->endSession());
  }
};

LoadedObject::LoadedObject(std::unique_ptr<State> s) : state(std::move(s)) {}
LoadedObject::LoadedObject(LoadedObject &&) noexcept = default;
LoadedObject &LoadedObject::operator=(LoadedObject &&) noexcept = default;
LoadedObject::~LoadedObject() = default;
const std::vector<void *> &LoadedObject::addresses() const { return state->addresses; }

static Error loadError(const std::filesystem::path &path, llvm::Error error) {
  return {ErrorKind::internal,
          path.string() + ": cannot load the object: " + llvm::toString(std::move(error)) + "."};
}

Result<LoadedObject> LoadedObject::load(const Artifact &artifact,
                                        const std::vector<std::string> &symbols) {
  const std::filesystem::path &path = artifact.object;
  Result<std::string> bytes = readFile(path);
  if (!bytes)
    return bytes.error();
  if (sha256(*bytes) != artifact.objectHash)
    return Error{ErrorKind::internal, path.string() + ": this object is not the one that was built."};
  auto state = std::make_unique<State>();
  // Linking in place: a thread pool would not survive a fork.
  auto control =
      SelfExecutorProcessControl::Create(nullptr, std::make_unique<InPlaceTaskDispatcher>());
  if (!control)
    return loadError(path, control.takeError());
  state->session = std::make_unique<ExecutionSession>(std::move(*control));
  // What does not link is returned by lookup; printing it too would be noise.
  state->session->setErrorReporter([](llvm::Error e) { llvm::consumeError(std::move(e)); });
  state->layer = std::make_unique<ObjectLinkingLayer>(*state->session);
  JITDylib &process = state->session->createBareJITDylib("process");
  auto generator = DynamicLibrarySearchGenerator::GetForCurrentProcess('\0');
  if (!generator)
    return loadError(path, generator.takeError());
  process.addGenerator(std::move(*generator)); // libc's and libm's functions
  JITDylib &kernel = state->session->createBareJITDylib("kernel");
  kernel.addToLinkOrder(process);

  auto buffer = llvm::MemoryBuffer::getMemBufferCopy(*bytes, path.string());
  if (llvm::Error error = state->layer->add(kernel, std::move(buffer)))
    return loadError(path, std::move(error));
  for (const std::string &symbol : symbols) {
    auto found = state->session->lookup({&kernel}, symbol);
    if (!found)
      return loadError(path, found.takeError());
    state->addresses.push_back(found->getAddress().toPtr<void *>());
  }
  return LoadedObject(std::move(state));
}

} // namespace alt
