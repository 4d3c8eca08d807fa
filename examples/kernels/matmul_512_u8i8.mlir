// Unsigned bytes by signed ones (activations by weights), summed in i32.
#A = affine_map<(i, j, k) -> (i, k)>
#B = affine_map<(i, j, k) -> (k, j)>
#C = affine_map<(i, j, k) -> (i, j)>
func.func @matmul(%a: tensor<512x512xi8>, %b: tensor<512x512xi8>) -> tensor<512x512xi32> {
  %zero = arith.constant 0 : i32
  %empty = tensor.empty() : tensor<512x512xi32>
  %init = linalg.fill ins(%zero : i32) outs(%empty : tensor<512x512xi32>) -> tensor<512x512xi32>
  %c = linalg.generic {indexing_maps = [#A, #B, #C], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : tensor<512x512xi8>, tensor<512x512xi8>) outs(%init : tensor<512x512xi32>) {
  ^bb0(%x: i8, %y: i8, %acc: i32):
    %xf = arith.extui %x : i8 to i32
    %yf = arith.extsi %y : i8 to i32
    %p = arith.muli %xf, %yf : i32
    %s = arith.addi %acc, %p : i32
    linalg.yield %s : i32
  } -> tensor<512x512xi32>
  return %c : tensor<512x512xi32>
}
