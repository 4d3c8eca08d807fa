"""torch-mlir's own ops for what is no loop nest, scan, sort and scatter, as scf loops over elements.

They come from CumSum, CumProd, TopK, ScatterND, ScatterElements and others. The text is torch-mlir-opt's own,
so that its form is known; what has another form (no ONNX operator gives it) is left, and refused.
"""
import itertools
import re

OP = re.compile(
    r"^ *(?P<result>%\w+)(?::\d+)? = tm_tensor\.(?P<kind>\w+) (?P<head>[^\n]*?)"
    r"(?:ins\((?P<ins>[^)]*)\) )?outs\((?P<outs>[^)]*)\) \{\n"
    r" *\^bb0\((?P<arguments>[^)]*)\):\n(?P<body>.*?)"
    r" *tm_tensor\.yield (?P<yielded>%\w+) : [^\n]*\n *\} -> [^\n]*\n", re.M | re.S)


def to_loops(text):
    """`text` with every such op as loops."""
    numbers = itertools.count()

    def rewrite(op):
        made = WRITERS[op["kind"]](op, f"%tm{next(numbers)}", text) if op["kind"] in WRITERS else None
        if made is None:
            return op[0]
        results, lines = made
        for index, value in enumerate(results):
            renamed[f"{op['result']}#{index}"] = value
        renamed[op["result"]] = results[0]
        return "".join(f"    {line}\n" for line in lines)

    renamed = {}
    text = OP.sub(rewrite, text)
    return re.sub(r"%\w+(#\d+)?", lambda use: renamed.get(use[0], use[0]), text) if renamed else text


def values(group):
    """[(name, type, extents, element)] of `%a, %b : tensor<2x3xf32>, tensor<2xi64>`."""
    names, types = group.split(" : ", 1)
    return [(name, kind, [int(d) for d in re.findall(r"(\d+)x", kind)], re.search(r"([a-wyz]\w*)>$", kind)[1])
            for name, kind in zip(names.split(", "), types.split(", "))]


def block(op, prefix, bindings):
    """The lines of the region with its arguments bound, and what it yields. Names of its values, which
    are used again outside, get a prefix."""
    bound = dict(zip(re.findall(r"(%\w+):", op["arguments"]), bindings))
    bound.update((name, f"{prefix}_{name[1:]}")
                 for name in re.findall(r"^ *(%\w+) =", op["body"], re.M))
    take = lambda part: re.sub(r"%\w+", lambda use: bound.get(use[0], use[0]), part)
    return [line.strip() for line in take(op["body"]).splitlines()], take(op["yielded"])


class Nest:
    """Lines of nested loops, all of which carry one tensor."""

    def __init__(self, prefix, carried, kind):
        self.prefix, self.carried, self.kind = prefix, carried, kind
        self.lines, self.results, self.count = [], [], 0
        self.zero, self.one = self.constant(0), self.constant(1)

    def name(self):
        self.count += 1
        return f"{self.prefix}_{self.count}"

    def emit(self, right):
        name = self.name()
        self.lines.append(f"{name} = {right}")
        return name

    def constant(self, value):
        return self.emit(f"arith.constant {value} : index")

    def index(self, operation, left, right):
        return self.emit(f"arith.{operation} {left}, {right} : index")

    def extract(self, tensor, place, kind):
        return self.emit(f"tensor.extract {tensor}[{place}] : {kind}")

    def insert(self, value, place):
        self.carried = self.emit(f"tensor.insert {value} into {self.carried}[{place}] : {self.kind}")

    def loop(self, end):
        """Starts a loop from 0; the index."""
        index, argument, result = self.name(), self.name(), self.name()
        self.lines.append(f"{result} = scf.for {index} = {self.zero} to {end} step {self.one} "
                          f"iter_args({argument} = {self.carried}) -> ({self.kind}) {{")
        self.results.append(result)
        self.carried = argument
        return index

    def loops(self, extents, without=None):
        """Loops over all dimensions but one; their indices, with a gap there."""
        return [None if d == without else self.loop(self.constant(extent))
                for d, extent in enumerate(extents)]

    def end_loops(self, down_to=0):
        while len(self.results) > down_to:
            self.lines += [f"scf.yield {self.carried} : {self.kind}", "}"]
            self.carried = self.results.pop()


def at(indices, index):
    return ", ".join(index if i is None else i for i in indices)


def dimension_of(op):
    return int(re.search(r"dimension\((\d+)\)", op["head"])[1])


def scan(op, prefix, text):
    """out[i] = f(in[i], out[i - 1]), or of what is before it where `exclusive`; out[-1] is the start."""
    (source, source_type, extents, element), = values(op["ins"])
    (out, out_type, _, _), (start, start_type, _, _) = values(op["outs"])
    if f"{op['result']}#1" in text:
        return None  # what is left in the accumulator
    nest = Nest(prefix, out, out_type)
    outer = nest.loops(extents, dimension_of(op))
    first = nest.extract(start, ", ".join(i for i in outer if i is not None), start_type)
    index = nest.loop(nest.constant(extents[dimension_of(op)]))
    before = nest.index("maxsi", nest.index("subi", index, nest.one), nest.zero)
    is_first = nest.emit(f"arith.cmpi eq, {index}, {nest.zero} : index")
    sum_ = nest.extract(nest.carried, at(outer, before), out_type)
    choose = f"arith.select {is_first}, {first}, {{}} : {element}"
    if "inclusive(true)" in op["head"]:
        sum_ = nest.emit(choose.format(sum_))
        value = nest.extract(source, at(outer, index), source_type)
    else:
        value = nest.extract(source, at(outer, before), source_type)
    lines, result = block(op, nest.name(), [value, sum_])
    nest.lines += lines
    if "inclusive(true)" not in op["head"]:
        result = nest.emit(choose.format(result))
    nest.insert(result, at(outer, index))
    nest.end_loops()
    return [nest.carried], nest.lines


def sort(op, prefix, text):
    """Sorts places, then takes what is there. Passes go from the end to the front, and each brings the
    next one to where it belongs: as many as are looked at. Neighbours change places only when they
    must, so that equals stay in order."""
    outs, dimension = values(op["outs"]), dimension_of(op)
    extents = outs[0][2]
    shape = "x".join(map(str, extents))
    places_type = f"tensor<{shape}xi64>"
    fill = Nest(f"{prefix}_places", f"{prefix}_empty", places_type)
    indices = fill.loops(extents)
    fill.insert(fill.emit(f"arith.index_cast {indices[dimension]} : index to i64"), ", ".join(indices))
    fill.end_loops()
    places = [f"{prefix}_empty = tensor.empty() : {places_type}", *fill.lines]
    nest = Nest(prefix, fill.carried, places_type)
    outer = nest.loops(extents, dimension)
    last = nest.constant(extents[dimension] - 1)
    passes = nest.loop(nest.constant(min(looked_at(op, text, dimension, extents), extents[dimension] - 1)))
    step = nest.loop(nest.index("subi", last, passes))
    high = nest.index("subi", last, step)
    low = nest.index("subi", high, nest.one)
    front, back = (nest.extract(nest.carried, at(outer, index), places_type) for index in (low, high))
    where = [nest.emit(f"arith.index_cast {place} : i64 to index") for place in (front, back)]
    lines, stays = block(op, nest.name(), [nest.extract(tensor, at(outer, place), kind)
                                           for tensor, kind, _, _ in outs for place in where])
    nest.lines += lines
    for index, kept, other in ((low, front, back), (high, back, front)):
        nest.insert(nest.emit(f"arith.select {stays}, {kept}, {other} : i64"), at(outer, index))
    nest.end_loops()
    lines, results = places + nest.lines, []
    for number, (tensor, kind, _, _) in enumerate(outs):
        taken = Nest(f"{prefix}_{number}", f"{prefix}_{number}_empty", kind)
        lines.append(f"{taken.carried} = tensor.empty() : {kind}")
        outer = taken.loops(extents)
        place = taken.extract(nest.carried, ", ".join(outer), places_type)
        place = taken.emit(f"arith.index_cast {place} : i64 to index")
        from_ = ", ".join(place if d == dimension else i for d, i in enumerate(outer))
        taken.insert(taken.extract(tensor, from_, kind), ", ".join(outer))
        taken.end_loops()
        lines += taken.lines
        results.append(taken.carried)
    return results, lines


def looked_at(op, text, dimension, extents):
    """How many of the first are looked at: TopK takes slices."""
    uses = len(re.findall(re.escape(op["result"]) + r"#\d+\b", text))
    slices = re.findall(r"tensor\.extract_slice " + re.escape(op["result"]) +
                        r"#\d+\[([\d, ]*)\] \[([\d, ]*)\] \[[1, ]*\]", text)
    if uses != len(slices):
        return extents[dimension]
    numbers = [(int(offsets.split(", ")[dimension]), int(sizes.split(", ")[dimension]))
               for offsets, sizes in slices]
    return max((offset + size for offset, size in numbers), default=1)


def scatter(op, prefix, text):
    """out[indices[i]] = f(updates[i], out[indices[i]])"""
    updates, indices = values(op["ins"])
    (out, out_type, extents, _), = values(op["outs"])
    places = [int(d) for d in re.findall(r"\d+", re.search(r"array<i64: ([^>]*)>", op["head"])[1])]
    if len(updates[2]) != 1 or places != list(range(len(extents))):
        return None  # whole slices at once
    nest = Nest(prefix, out, out_type)
    columns = [nest.constant(d) for d in range(len(extents))]
    row = nest.loop(nest.constant(updates[2][0]))
    place = []
    for column in columns:
        number = nest.extract(indices[0], f"{row}, {column}", indices[1])
        place.append(nest.emit(f"arith.index_cast {number} : {indices[3]} to index"))
    place = ", ".join(place)
    lines, value = block(op, nest.name(), [nest.extract(updates[0], row, updates[1]),
                                           nest.extract(nest.carried, place, out_type)])
    nest.lines += lines
    nest.insert(value, place)
    nest.end_loops()
    return [nest.carried], nest.lines


WRITERS = {"scan": scan, "sort": sort, "scatter": scatter}
