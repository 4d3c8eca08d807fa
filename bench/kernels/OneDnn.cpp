// oneDNN as it likes it best: every layout its own choice but those of a matmul's activations (the
// caller's row-major, as in a model), weights reordered ahead.
#include "Contestant.h"
#include <dlfcn.h>
#include <dnnl.hpp>
#include <unordered_map>

namespace alt::bench {

using dnnl::memory;
static constexpr auto f32 = memory::data_type::f32;
using Tag = memory::format_tag;

static dnnl::engine &engine() {
  static dnnl::engine engine = [] {
    // Two threads that spin on one core would be an unfair fight.
    if (void *setThreads = dlsym(RTLD_DEFAULT, "omp_set_num_threads"))
      reinterpret_cast<void (*)(int)>(setThreads)(1);
    return dnnl::engine(dnnl::engine::kind::cpu, 0);
  }();
  return engine;
}

namespace {
class OneDnnContestant final : public Contestant {
public:
  /// `plain...` describe the row's own layouts; the primitive's are reordered from and to them.
  template <class Primitive>
  OneDnnContestant(const Problem &problem, typename Primitive::primitive_desc descriptor,
                   Primitive *, memory::desc plainInput, memory::desc plainWeights,
                   memory::desc plainOutput)
      : stream(engine()), primitive(Primitive(descriptor)), input(descriptor.src_desc(), engine()),
        weights(descriptor.weights_desc(), engine()), output(descriptor.dst_desc(), engine()),
        plainOutput(plainOutput) {
    reorder(memory(plainInput, engine(), problem.input.data()), input);
    reorder(memory(plainWeights, engine(), problem.weights.data()), weights);
    arguments = {{DNNL_ARG_SRC, input}, {DNNL_ARG_WEIGHTS, weights}, {DNNL_ARG_DST, output}};
  }
  void call() override {
    primitive.execute(stream, arguments);
    stream.wait();
  }
  void result(Buffer &into) override {
    reorder(output, memory(plainOutput, engine(), into.data()));
  }

private:
  void reorder(memory from, memory to) {
    dnnl::reorder(from, to).execute(stream, from, to);
    stream.wait();
  }
  dnnl::stream stream;
  dnnl::primitive primitive;
  memory input, weights, output;
  memory::desc plainOutput;
  std::unordered_map<int, memory> arguments;
};
} // namespace

static std::unique_ptr<Contestant> enterMatmul(const Problem &problem) {
  const Row &row = problem.row;
  bool batched = row.batch > 1;
  auto plain = [&](int64_t rows, int64_t columns) {
    return batched ? memory::desc({row.batch, rows, columns}, f32, Tag::abc)
                   : memory::desc({rows, columns}, f32, Tag::ab);
  };
  memory::desc a = plain(row.m, row.k), b = plain(row.k, row.n), c = plain(row.m, row.n);
  memory::desc packed(b.get_dims(), f32, Tag::any);
  dnnl::matmul::primitive_desc descriptor(engine(), a, packed, c);
  return std::make_unique<OneDnnContestant>(problem, descriptor, (dnnl::matmul *)nullptr, a, b, c);
}

static std::unique_ptr<Contestant> enterConvolution(const Problem &problem) {
  const Row &row = problem.row;
  bool depthwise = row.op == Op::depthwise;
  memory::dims src{1, row.in, row.height, row.width},
      dst{1, row.out, row.outHeight(), row.outWidth()};
  memory::dims filter = depthwise ? memory::dims{row.in, 1, 1, row.window, row.window}
                                  : memory::dims{row.out, row.in, row.window, row.window};
  // Ours lies as HWCF, and as HWC when depthwise.
  memory::desc plainFilter =
      depthwise ? memory::desc(filter, f32, memory::dims{1, 1, 1, row.window * row.in, row.in})
                : memory::desc(filter, f32, Tag::cdba);
  memory::dims strides{row.stride, row.stride}, pad{row.pad(), row.pad()};
  memory::desc any(src, f32, Tag::any), anyFilter(filter, f32, Tag::any),
      anyDst(dst, f32, Tag::any);
  dnnl::convolution_forward::primitive_desc descriptor(engine(), dnnl::prop_kind::forward_inference,
                                                       dnnl::algorithm::convolution_direct, any,
                                                       anyFilter, anyDst, strides, pad, pad);
  return std::make_unique<OneDnnContestant>(
      problem, descriptor, (dnnl::convolution_forward *)nullptr, memory::desc(src, f32, Tag::nhwc),
      plainFilter, memory::desc(dst, f32, Tag::nhwc));
}

std::unique_ptr<Contestant> enterOneDnn(const Problem &problem) {
  return problem.row.op == Op::matmul ? enterMatmul(problem) : enterConvolution(problem);
}

std::string oneDnnVersion() {
  auto *v = dnnl_version();
  return std::to_string(v->major) + "." + std::to_string(v->minor) + "." + std::to_string(v->patch);
}

} // namespace alt::bench
