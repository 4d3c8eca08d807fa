// transform.alt.*: what upstream's transform dialect has no op for.
include "mlir/Dialect/Transform/IR/TransformDialect.td"
include "mlir/Dialect/Transform/Interfaces/TransformInterfaces.td"
include "mlir/Interfaces/SideEffectInterfaces.td"
include "mlir/IR/OpBase.td"

def VectorizeTileOp : Op<Transform_Dialect, "alt.vectorize_tile",
    [DeclareOpInterfaceMethods<TransformOpInterface>,
     DeclareOpInterfaceMethods<MemoryEffectsOpInterface>]> {
  let summary = "Turns statically shaped register tiles into vectors held in registers";
  let description = [{
    Takes all linalg ops inside the target function whose iteration spaces were tiled down to
    register tiles (static, parallel extents small) and writes each as straight-line vector code:
    parallel axes are fully unrolled, one axis is cut into vectors, reduction axes become loops
    (unrolled by the op's `alt.unroll`) that carry the accumulators as vectors. Values that flow
    from one op to the next in the same block (fill, anchor, epilogue) stay in registers.

    Unlike `structured.vectorize` it needs no projected permutations (strided and dilated windows,
    sums of axes), no masks for odd tile sizes, and no hoisting afterwards. An op whose body has no
    vector form is left as it is; the pipeline lowers it to loops. So is one that is marked
    `alt.tile_product`, whose sums tile registers take (lower/isa/TileProducts.h): it is written in their
    instructions once it is bufferised. Zeros before it and a plain copy after it become part of it.

    Per-op attributes: `alt.vector` (i64, the axis that is cut into vectors; the output's innermost
    axis when absent), `alt.reduction_order`, `alt.unroll` (arrays over the reduction axes).
    `lanes` is the number of 32-bit elements in a vector. Refused when an op's tile would take more
    than `max_tile` vectors. `dot_products` names instructions that sum several products of narrow
    elements in one step, rows of the table in space/ProductInstructions.cpp: "bf16x2" (pairs), "i8x4"
    (quads of bytes), "i16x2" (pairs of bytes that are widened); an unrolled reduction axis then takes
    so many steps at once.
  }];
  let arguments = (ins TransformHandleTypeInterface:$target, I64Attr:$lanes,
                       DefaultValuedAttr<I64Attr, "64">:$max_tile,
                       DefaultValuedAttr<StrAttr, "\"\"">:$dot_products);
  let results = (outs);
  let assemblyFormat = "$target attr-dict `:` type($target)";
}

def ScheduleOp : Op<Transform_Dialect, "alt.schedule",
    [DeclareOpInterfaceMethods<TransformOpInterface>,
     DeclareOpInterfaceMethods<MemoryEffectsOpInterface>]> {
  let summary = "Applies a point of the search space that alt derives from a kernel's loop nest";
  let description = [{
    Which ops a point of that space stands for depends on its knobs: tails that are split off, blocks,
    packing, orders. This op takes all of the knobs by name; `alt tune --schedule` writes those ops in its
    place when they are chosen. `kernel` is the workload's id and `threads` the number of cores that the
    space was derived for (see `alt space`, which prints scripts of this kind).

    Like tune.knob without a selection it cannot be interpreted: the failure says so.
  }];
  let arguments = (ins TransformHandleTypeInterface:$target,
                       Variadic<TransformParamTypeInterface>:$params, StrArrayAttr:$knobs,
                       StrAttr:$kernel, I64Attr:$threads);
  let results = (outs);
  let assemblyFormat = [{
    $target `knobs` $knobs `(` $params `)` attr-dict `:` `(` type($target) `,` type($params) `)`
  }];
  let hasVerifier = 1;
}

def PackOperandOp : Op<Transform_Dialect, "alt.pack_operand",
    [DeclareOpInterfaceMethods<TransformOpInterface>,
     DeclareOpInterfaceMethods<MemoryEffectsOpInterface>]> {
  let summary = "Lets tiled ops read an operand from panels as wide as their register tile";
  let description = [{
    The targets are linalg ops inside tile loops that all read, as operand number `operand`, slices
    of one tensor that is defined before the loops. That tensor is copied once, before the loops,
    from [..., n] to [n / tile][...][n % tile], and the targets read their slice from the copy:
    what a register tile walks through is then contiguous. The last panel is as wide as the others, with
    zeros at its end, and the targets' `alt.panel_widths` say so. The copies are linalg.generics marked
    `alt.pack_whole` and `alt.pack_tail`. Where the tensor is a constant argument the copies become
    a stage that runs ahead of time (see outlineStages).

    With `steps` above 1 (pairs of bf16, quads of i8) a panel has so many steps along `dimension` of the
    operand side by side for every lane: what an instruction for narrow products takes is one load, see
    `alt.vectorize_tile`. The targets' indexing maps say where a single element lies. The groups of
    steps are a `multiple`, zeros at the end, where products of tiles take so many at once.

    Every slice must lie within one panel. `structured.pack` re-lays out all operands of an op and
    its result before tiling; here the result and the other operands stay as they are.
  }];
  let arguments = (ins TransformHandleTypeInterface:$target, I64Attr:$operand, I64Attr:$tile,
                       DefaultValuedAttr<I64Attr, "1">:$steps,
                       DefaultValuedAttr<I64Attr, "0">:$dimension,
                       DefaultValuedAttr<I64Attr, "1">:$multiple);
  let results = (outs);
  let assemblyFormat = "$target attr-dict `:` type($target)";
}

def TransposeOperandOp : Op<Transform_Dialect, "alt.transpose_operand",
    [DeclareOpInterfaceMethods<TransformOpInterface>,
     DeclareOpInterfaceMethods<MemoryEffectsOpInterface>]> {
  let summary = "Lets tiled ops read an operand from a copy whose last dimension is another";
  let description = [{
    The targets are linalg.generics inside tile loops that all read, as operand number `operand`, slices
    of one tensor that is defined before the loops. That tensor is copied once, before the loops, with
    `dimension` last, so that vectors along a reduction are contiguous in it. Rows of the copy are whole
    lines of the cache with zeros at their end, so that no vector of them needs a mask. The copy is a
    linalg.generic marked `alt.pack_whole`, the zeros a fill marked `alt.pack_tail`; of a constant
    argument they become a stage ahead of time, as those of `alt.pack_operand`.
  }];
  let arguments = (ins TransformHandleTypeInterface:$target, I64Attr:$operand, I64Attr:$dimension);
  let results = (outs);
  let assemblyFormat = "$target attr-dict `:` type($target)";
}

def WinogradOp : Op<Transform_Dialect, "alt.winograd",
    [DeclareOpInterfaceMethods<TransformOpInterface>,
     DeclareOpInterfaceMethods<MemoryEffectsOpInterface>]> {
  let summary = "Computes a 3x3 convolution by Winograd's minimal filtering, tile batch by tile batch";
  let description = [{
    The target is the kernel's convolution (stride 1, no dilation, NHWC). It and the elementwise ops
    after it are replaced by loops over batches of `batch` output tiles of `m` x `m` (2 or 4); in them
    the inputs of a batch are transformed, multiplied, `filters` output channels at a time, and
    transformed back, with the elementwise ops applied in registers. Padding is read through. The
    transforms are vector code already (`lanes` elements wide); the batched matmul is left as the new
    `alt.anchor`, followed by a copy, the new `alt.root`. The filter's transform comes before all loops:
    a stage ahead of time when the filter is constant. With `unit` less than all tiles an scf.forall
    hands out units of so many tiles, whole rows of them.

    `structured.winograd_conv2d` and its decomposition transform all tiles before the first product
    and have no place for a batch that stays in a cache, for padding, or for what follows.
  }];
  let arguments = (ins TransformHandleTypeInterface:$target, I64Attr:$m, I64Attr:$unit, I64Attr:$batch,
                       I64Attr:$filters, I64Attr:$lanes, OptionalAttr<I64Attr>:$share);
  let results = (outs);
  let assemblyFormat = "$target attr-dict `:` type($target)";
}

def Im2colOp : Op<Transform_Dialect, "alt.im2col",
    [DeclareOpInterfaceMethods<TransformOpInterface>,
     DeclareOpInterfaceMethods<MemoryEffectsOpInterface>]> {
  let summary = "Gathers the patches under a convolution's window and multiplies them with the filter";
  let description = [{
    The targets are convolutions over two dimensions (NHWC, any stride and dilation), whole or a tile
    of one inside loops. Each becomes vector code (`lanes` elements wide) that copies the patches of its
    outputs to [n, h, w, k], k running over window and channels, and a contraction over k, which takes
    its place and its mark `alt.anchor`. Padding is read through. The filter is seen as [k, f] before
    all loops, re-laid out there (an `alt.side`) where its dimensions come in another order.

    `structured.convert_conv2d_to_img2col` indexes the gathering by divisions and remainders of k, which
    no vector loads come of, and it takes neither padding nor dilation.
  }];
  let arguments = (ins TransformHandleTypeInterface:$target, I64Attr:$lanes);
  let results = (outs);
  let assemblyFormat = "$target attr-dict `:` type($target)";
}
