/** What a tiny model is like; everything else about it is always the same. */
export interface TinyModel {
  /** `general.name` of the file. */
  readonly name?: string;
  readonly dims?: number;
  readonly contextTokens?: number;
  /** Another seed is another model of the same shape. */
  readonly seed?: number;
  /** As llama.cpp counts them: 0 none, 1 mean, 2 first, 3 last, 4 rank; undefined leaves the key out. */
  readonly pooling?: number | undefined;
  /** More keys of the file's head. */
  readonly keys?: readonly GgufKey[];
}

/** A key of a file's head, with the type of its value as GGUF names it. */
export type GgufKey = readonly [
  name: string,
  type: 'u32' | 'f32' | 'bool' | 'text',
  value: number | boolean | string,
];

interface Tensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly fill: (random: () => number) => number;
}

const TYPES = { u32: 4, f32: 6, bool: 7, text: 8, list: 9 } as const;
const ALIGNMENT = 32;
const HEADS = 2;
const BLOCKS = 1;
const SPECIAL = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'];
const LETTERS = [...'abcdefghijklmnopqrstuvwxyz0123456789.,:;!?-_()/\'"'];
/** At the beginning of a word, and inside it. */
const TOKENS = [...SPECIAL, ...LETTERS.map(letter => `▁${letter}`), ...LETTERS];

/**
 * The bytes of a GGUF file that llama.cpp really runs: a BERT with one block, weights out of a seed, and letters for words, less
 * than 100 kB. It knows nothing, but equal texts have equal vectors, and other texts others. Deterministic.
 */
export function tinyGguf(model: TinyModel = {}): Uint8Array {
  const { name = 'Tiny BERT', dims = 32, contextTokens = 64, seed = 1, keys = [] } = model;
  const pooling = 'pooling' in model ? model.pooling : 1;
  const hidden = dims * 2;
  const head: readonly GgufKey[] = [
    ['general.architecture', 'text', 'bert'],
    ['general.name', 'text', name],
    ['general.alignment', 'u32', ALIGNMENT],
    ['bert.context_length', 'u32', contextTokens],
    ['bert.embedding_length', 'u32', dims],
    ['bert.block_count', 'u32', BLOCKS],
    ['bert.feed_forward_length', 'u32', hidden],
    ['bert.attention.head_count', 'u32', HEADS],
    ['bert.attention.layer_norm_epsilon', 'f32', 1e-12],
    ['bert.attention.causal', 'bool', false],
    ...(pooling === undefined ? [] : ([['bert.pooling_type', 'u32', pooling]] as const)),
    ['tokenizer.ggml.model', 'text', 'bert'],
    ['tokenizer.ggml.token_type_count', 'u32', 2],
    ['tokenizer.ggml.bos_token_id', 'u32', 2],
    ['tokenizer.ggml.cls_token_id', 'u32', 2],
    ['tokenizer.ggml.eos_token_id', 'u32', 3],
    ['tokenizer.ggml.seperator_token_id', 'u32', 3],
    ['tokenizer.ggml.unknown_token_id', 'u32', 1],
    ['tokenizer.ggml.padding_token_id', 'u32', 0],
    ['tokenizer.ggml.mask_token_id', 'u32', 4],
    ...keys,
  ];
  return ggufBytes(head, tensorsOf({ dims, hidden, contextTokens }), seed);
}

/** The bytes of a GGUF file with a head alone. */
export function headOnlyGguf(keys: readonly GgufKey[]): Uint8Array {
  return ggufBytes(keys, [], 0);
}

function ggufBytes(head: readonly GgufKey[], tensors: readonly Tensor[], seed: number): Uint8Array {
  const isModel = tensors.length > 0;
  const parts: Uint8Array[] = [];
  const u32 = (value: number) => parts.push(new Uint8Array(Uint32Array.of(value).buffer));
  const u64 = (value: number) => parts.push(new Uint8Array(BigUint64Array.of(BigInt(value)).buffer));
  const text = (value: string) => {
    const bytes = new TextEncoder().encode(value);
    u64(bytes.length);
    parts.push(bytes);
  };
  parts.push(new TextEncoder().encode('GGUF'));
  u32(3);
  u64(tensors.length);
  u64(head.length + (isModel ? 2 : 0));
  for (const [name, type, value] of head) {
    text(name);
    u32(TYPES[type]);
    if (type === 'u32') u32(Number(value));
    if (type === 'f32') parts.push(new Uint8Array(Float32Array.of(Number(value)).buffer));
    if (type === 'bool') parts.push(Uint8Array.of(Number(value)));
    if (type === 'text') text(String(value));
  }
  if (isModel) {
    text('tokenizer.ggml.tokens');
    u32(TYPES.list);
    u32(TYPES.text);
    u64(TOKENS.length);
    for (const token of TOKENS) text(token);
    text('tokenizer.ggml.token_type');
    u32(TYPES.list);
    u32(5);
    u64(TOKENS.length);
    for (const token of TOKENS) u32(SPECIAL.includes(token) ? 3 : 1);
  }
  let offset = 0;
  for (const { name, shape } of tensors) {
    text(name);
    u32(shape.length);
    for (const size of shape) u64(size);
    u32(0);
    u64(offset);
    offset += padded(bytesOf(shape));
  }
  const before = parts.reduce((sum, { length }) => sum + length, 0);
  parts.push(new Uint8Array(padded(before) - before));
  const random = randomFrom(seed);
  for (const { shape, fill } of tensors) {
    const numbers = Float32Array.from({ length: bytesOf(shape) / 4 }, () => fill(random));
    parts.push(
      new Uint8Array(numbers.buffer),
      new Uint8Array(padded(numbers.byteLength) - numbers.byteLength),
    );
  }
  return Buffer.concat(parts);
}

function tensorsOf({
  dims,
  hidden,
  contextTokens,
}: {
  readonly dims: number;
  readonly hidden: number;
  readonly contextTokens: number;
}): readonly Tensor[] {
  const weight = (name: string, ...shape: readonly number[]): Tensor => ({
    ...{ name: `${name}.weight`, shape },
    fill: random => (random() - 0.5) * 0.4,
  });
  const bias = (name: string, size: number): Tensor => ({
    name: `${name}.bias`,
    shape: [size],
    fill: () => 0,
  });
  const norm = (name: string): readonly Tensor[] => [
    { name: `${name}.weight`, shape: [dims], fill: () => 1 },
    bias(name, dims),
  ];
  const linear = (name: string, from: number, to: number): readonly Tensor[] => [
    weight(name, from, to),
    bias(name, to),
  ];
  return [
    weight('token_embd', dims, TOKENS.length),
    weight('token_types', dims, 2),
    weight('position_embd', dims, contextTokens),
    ...norm('token_embd_norm'),
    ...Array.from({ length: BLOCKS }, (_, block) => `blk.${block}.`).flatMap(at => [
      ...linear(`${at}attn_q`, dims, dims),
      ...linear(`${at}attn_k`, dims, dims),
      ...linear(`${at}attn_v`, dims, dims),
      ...linear(`${at}attn_output`, dims, dims),
      ...norm(`${at}attn_output_norm`),
      ...linear(`${at}ffn_up`, dims, hidden),
      ...linear(`${at}ffn_down`, hidden, dims),
      ...norm(`${at}layer_output_norm`),
    ]),
  ];
}

function bytesOf(shape: readonly number[]): number {
  return 4 * shape.reduce((product, size) => product * size, 1);
}

function padded(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}

/** Numbers from 0 to 1 (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
