"""The vocabulary of optimisation: which words mean the same kind of change, thing or direction."""

from __future__ import annotations

# A kind of change, and the words that people use for it.
TECHNIQUES = {
    "caching": "cache memo memoize memoization lru lrucache remember",
    "allocation": "alloc allocate allocation malloc",
    "precomputing": "precompute precalculate hoist upfront beforehand invariant",
    "parallelism": "parallel parallelize concurrent concurrency multithread multiprocess multicore thread threadpool",
    "asynchrony": "async asynchronous asyncio await nonblocking",
    "vectorising": "vectorize vectorization simd avx numpy",
    "batching": "batch bulk chunk coalesce",
    "inlining": "inline unroll",
    "preallocation": "preallocate prealloc reserve capacity",
    "copying": "copy clone duplicate memcpy zerocopy",
    "laziness": "lazy lazily defer deferred postpone ondemand",
    "eagerness": "eager eagerly",
    "pooling": "pool arena freelist recycle reuse",
    "early exit": "earlyexit earlyreturn earlyout shortcircuit bail fastpath",
    "hashing": "hash hashmap hashtable dict dictionary hashset",
    "bisection": "bisect bisection binarysearch",
    "sorting": "sort sorted presort",
    "partial selection": "heapq nlargest nsmallest topk partialsort quickselect",
    "regular expressions": "regex regexp",
    "streaming": "stream generator iterator",
    "serialising": "serialize marshal encode pickle",
    "parsing": "parse deserialize unmarshal decode",
    "compression": "compress gzip zstd deflate",
    "locking": "lock mutex contention lockfree",
    "buffering": "buffer buf readahead prefetch",
    "native code": "cython jit numba native ffi simdjson",
    "deduplication": "dedup dedupe deduplicate unique distinct",
    "indexing": "index indices",
    "quantisation": "quantize quantization bf16 fp16 int8",
}
NAMES = {
    "lookup": "lookup find search retrieve",
    "memory": "memory mem ram rss footprint",
    "string": "string str",
    "array": "list array vec",
    "loop": "loop iterate iteration",
    "function": "function func method routine",
    "database": "database db sql",
    "token": "token tokenize tokenizer lexer",
    "call": "call invocation invoke",
    "configuration": "config configuration setting parameter param hyperparameter",
    "rate": "learningrate lr",
    "integer": "int integer",
    "float": "float double float32 float64 f32 f64",
    "document": "document doc",
    "response": "response reply",
    "request": "request req",
    "message": "message msg",
    "directory": "directory dir folder",
    "compile": "compile precompile",
    "stop word": "stopword",
    "duplicate work": "repeat repeated redundant recompute recomputation again",
}
# Directions: they say little about what is changed, but tell a thing from its opposite.
DIRECTIONS = {
    "less": "avoid remove drop delete eliminate skip omit without no reduce cut lower decrease fewer less smaller "
    "shrink minimize trim disable stop turnoff",
    "more": "increase raise grow larger bigger enlarge more higher double",
    "plus": "add introduce enable insert turnon",
}
OPPOSITES = (frozenset({"less", "more"}), frozenset({"less", "plus"}), frozenset({"laziness", "eagerness"}))
# Words that say nothing about which change it is.
EMPTY = (
    "a an the of to in on at for from with by and or as is are be it its this that these into via per than instead "
    "only when while which where all each every any some use using try let make do does new better best good improve "
    "optimize optimization performance perf speed fast faster fastest quick quickly slow slower up out code change "
    "experiment attempt idea approach implement implementation version small big simple s"
)
