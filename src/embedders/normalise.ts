/** The vector of length 1 in the same direction; what has no direction gets the first axis. Pure. */
export function normalise(values: ArrayLike<number>): Float32Array {
  let square = 0;
  for (let at = 0; at < values.length; at += 1) square += (values[at] ?? 0) ** 2;
  const length = Math.sqrt(square);
  const vector = new Float32Array(values.length);
  if (length === 0 || !Number.isFinite(length)) {
    vector[0] = 1;
    return vector;
  }
  for (let at = 0; at < values.length; at += 1) vector[at] = (values[at] ?? 0) / length;
  return vector;
}
