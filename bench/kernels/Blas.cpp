// OpenBLAS and MKL, loaded at run time: neither needs a header, and MKL may be missing.
#include "Contestant.h"
#include <dlfcn.h>
#include <filesystem>
#include <string>

namespace alt::bench {

namespace {
enum Order : int { rowMajor = 101 };
enum Transpose : int { plain = 111, transposed = 112, packed = 151 };
enum Identifier : int { operandB = 162 };

/// One library. Symbols are looked up once; a missing one is null.
struct Library {
  template <class Function> Function *find(const char *symbol) const {
    return handle ? reinterpret_cast<Function *>(dlsym(handle, symbol)) : nullptr;
  }
  using Gemm = void(int, int, int, int, int, int, float, const float *, int, const float *, int,
                    float, float *, int);
  using Gemv = void(int, int, int, int, float, const float *, int, const float *, int, float,
                    float *, int);
  using BatchGemm = void(int, int, int, int, int, int, float, const float *, int, int,
                         const float *, int, int, float, float *, int, int, int);
  using PackSize = size_t(int, int, int, int);
  using Pack = void(int, int, int, int, int, int, float, const float *, int, float *);
  using Compute = void(int, int, int, int, int, int, const float *, int, const float *, int, float,
                       float *, int);
  void *handle = nullptr;
};

class Gemm : public Contestant {
public:
  Gemm(const Problem &problem, Library::Gemm *gemm, Library::BatchGemm *batchGemm)
      : problem(problem), output(problem.row.outputElements()), gemm(gemm), batchGemm(batchGemm) {}
  void call() override {
    const Row &r = problem.row;
    const float *a = problem.input.data(), *b = problem.weights.data();
    float *c = output.data();
    if (r.batch > 1 && batchGemm)
      return batchGemm(rowMajor, plain, plain, r.m, r.n, r.k, 1, a, r.k, r.m * r.k, b, r.n,
                       r.k * r.n, 0, c, r.n, r.m * r.n, r.batch);
    for (int64_t i = 0; i < r.batch; ++i)
      gemm(rowMajor, plain, plain, r.m, r.n, r.k, 1, a + i * r.m * r.k, r.k, b + i * r.k * r.n, r.n,
           0, c + i * r.m * r.n, r.n);
  }
  void result(Buffer &into) override { std::copy(output.begin(), output.end(), into.begin()); }

protected:
  const Problem &problem;
  Buffer output;

private:
  Library::Gemm *gemm;
  Library::BatchGemm *batchGemm;
};

/// A row or a column of a matrix: BLAS has a routine of its own for it, which is faster.
class Gemv final : public Gemm {
public:
  Gemv(const Problem &problem, Library::Gemv *gemv) : Gemm(problem, nullptr, nullptr), gemv(gemv) {}
  void call() override {
    const Row &r = problem.row;
    if (r.m == 1)
      gemv(rowMajor, transposed, r.k, r.n, 1, problem.weights.data(), r.n, problem.input.data(), 1,
           0, output.data(), 1);
    else
      gemv(rowMajor, plain, r.m, r.k, 1, problem.input.data(), r.k, problem.weights.data(), 1, 0,
           output.data(), 1);
  }

private:
  Library::Gemv *gemv;
};

/// MKL with B packed ahead.
class PackedGemm final : public Gemm {
public:
  PackedGemm(const Problem &problem, const Library &mkl)
      : Gemm(problem, nullptr, nullptr), compute(mkl.find<Library::Compute>("cblas_sgemm_compute")),
        weights(size(problem.row, mkl)) {
    const Row &r = problem.row;
    mkl.find<Library::Pack>("cblas_sgemm_pack")(rowMajor, operandB, plain, r.m, r.n, r.k, 1,
                                                problem.weights.data(), r.n, weights.data());
  }
  void call() override {
    const Row &r = problem.row;
    compute(rowMajor, plain, packed, r.m, r.n, r.k, problem.input.data(), r.k, weights.data(), r.n,
            0, output.data(), r.n);
  }

private:
  static int64_t size(const Row &r, const Library &mkl) {
    return mkl.find<Library::PackSize>("cblas_sgemm_pack_get_size")(operandB, r.m, r.n, r.k) / 4 +
           16;
  }
  Library::Compute *compute;
  Buffer weights;
};
} // namespace

static Library open(const char *name) {
  return {dlopen((std::filesystem::path(ALT_PEERS) / name).c_str(), RTLD_NOW | RTLD_LOCAL)};
}

static const Library &openBlas() {
  static const Library library = [] {
    Library opened = open("openblas/libscipy_openblas.so");
    if (auto *setThreads = opened.find<void(int)>("scipy_openblas_set_num_threads"))
      setThreads(1);
    return opened;
  }();
  return library;
}

static const Library &mkl() {
  static const Library library = [] {
    Library opened = open("lib/libmkl_rt.so.3");
    if (auto *setLayer = opened.find<int(int)>("MKL_Set_Threading_Layer"))
      setLayer(1); // sequential
    return opened;
  }();
  return library;
}

static std::unique_ptr<Contestant> enter(const Problem &problem, const Library &library,
                                         const std::string &prefix) {
  const Row &row = problem.row;
  auto *gemm = library.find<Library::Gemm>((prefix + "cblas_sgemm").c_str());
  auto *gemv = library.find<Library::Gemv>((prefix + "cblas_sgemv").c_str());
  if (row.op != Op::matmul || !gemm)
    return nullptr;
  if (row.batch == 1 && (row.m == 1 || row.n == 1) && gemv)
    return std::make_unique<Gemv>(problem, gemv);
  return std::make_unique<Gemm>(
      problem, gemm,
      library.find<Library::BatchGemm>((prefix + "cblas_sgemm_batch_strided").c_str()));
}

std::unique_ptr<Contestant> enterOpenBlas(const Problem &problem) {
  return enter(problem, openBlas(), "scipy_");
}
std::unique_ptr<Contestant> enterMkl(const Problem &problem) { return enter(problem, mkl(), ""); }

std::unique_ptr<Contestant> enterMklPacked(const Problem &problem) {
  if (problem.row.op != Op::matmul || problem.row.batch > 1 || !mkl().handle)
    return nullptr;
  return std::make_unique<PackedGemm>(problem, mkl());
}

std::string openBlasVersion() {
  auto *config = openBlas().find<char *()>("scipy_openblas_get_config");
  std::string text = config ? config() : "";
  return text.substr(text.find(' ') + 1); // without the name
}

std::string mklVersion() {
  auto *version = mkl().find<void(char *, int)>("MKL_Get_Version_String");
  if (!version)
    return "";
  char text[256] = {};
  version(text, sizeof text - 1);
  std::string whole = text;
  size_t at = whole.find("Version ");
  return at == std::string::npos ? whole : whole.substr(at + 8, whole.find("-Product") - at - 8);
}

} // namespace alt::bench
