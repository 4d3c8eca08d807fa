#include "TemporaryFolder.h"
#include "Tensors.h"
#include "alt/Support.h"
#include "alt/tensor/TensorFiles.h"
#include <cstring>
#include <gmock/gmock.h>

using namespace alt;
using testing::ElementsAre;
using testing::HasSubstr;

TEST(Tensor, NpyIsReadBackAsItWasWritten) {
  test::TemporaryFolder folder;
  std::mt19937_64 rng(3);
  for (const ElementInfo &row : elementTypes())
    for (std::vector<int64_t> shape : {std::vector<int64_t>{}, {1}, {3, 1, 5}}) {
      Tensor tensor = randomTensor({"t", row.type, shape}, rng);
      ASSERT_TRUE(writeTensor(folder.path() / "t.npy", tensor));
      Result<Tensor> again = readTensor(folder.path() / "t.npy");
      ASSERT_TRUE(again) << again.error().message;
      EXPECT_EQ(again->spec.shape, shape);
      EXPECT_EQ(again->spec.type, row.type);
      EXPECT_EQ(again->data, tensor.data);
    }
}

TEST(Tensor, NpyAsNumPyWritesItIsRead) {
  test::TemporaryFolder folder;
  std::string file("\x93NUMPY\x01\x00\x76\x00", 10);
  std::string header = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 1), }";
  header.resize(0x75, ' ');
  file += header + "\n";
  file.append("\x00\x00\x80\x3f\x00\x00\x00\xc0", 8);
  Result<Tensor> tensor = readTensor(folder.write("a.npy", file));
  ASSERT_TRUE(tensor) << tensor.error().message;
  EXPECT_THAT(tensor->spec.shape, ElementsAre(2, 1));
  EXPECT_THAT(test::floatsOf(*tensor), ElementsAre(1, -2));
  EXPECT_THAT(readTensor(folder.write("b.npy", file.substr(0, file.size() - 1))).error().message,
              HasSubstr("cut short"));
}

TEST(Tensor, AnOnnxTensorIsReadWithItsName) {
  test::TemporaryFolder folder;
  // TensorProto: dims = [2], data_type = FLOAT, float_data = [1, -2], name = "y".
  std::string proto("\x08\x02\x10\x01\x22\x08\x00\x00\x80\x3f\x00\x00\x00\xc0\x42\x01y", 17);
  Result<Tensor> tensor = readTensor(folder.write("y.pb", proto));
  ASSERT_TRUE(tensor) << tensor.error().message;
  EXPECT_EQ(tensor->spec.name, "y");
  EXPECT_THAT(test::floatsOf(*tensor), ElementsAre(1, -2));
  EXPECT_THAT(readTensor(folder.write("z.pb", "nonsense")).error().message,
              HasSubstr("not an ONNX tensor"));
  EXPECT_THAT(readTensor(folder.write("z.txt", "1 2 3")).error().message,
              HasSubstr("neither a .npy file nor an ONNX tensor"));
}

TEST(Tensor, HalvesBecomeFloats) {
  Tensor half{{"x", ElementType::f16, {3}}, std::vector<std::byte>(6)};
  for (size_t i = 0; i < 3; ++i) {
    uint64_t bits = toBits(ElementType::f16, std::vector{1.5, -0.25, 65504.0}[i]);
    std::memcpy(&half.data[2 * i], &bits, 2);
  }
  EXPECT_THAT(test::floatsOf(withoutHalves(half)), ElementsAre(1.5, -0.25, 65504));
  EXPECT_EQ(withoutHalves(half).spec.name, "x");
  Tensor whole = test::tensorOf("y", {1}, {2});
  EXPECT_EQ(withoutHalves(whole).data, whole.data);
}
