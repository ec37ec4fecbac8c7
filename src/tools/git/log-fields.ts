/** The beginning of a `git log` that prints the same for everybody: the fields of each commit, each ended by a NUL. Pure. */
export function logArguments(fields: readonly string[]): readonly string[] {
  const format = fields.map(field => `${field}%x00`).join('');
  return ['log', '--no-show-signature', '--no-notes', '--no-color', '--no-patch', `--format=${format}`];
}

/** The fields of each commit in what such a call printed, in its order; what is cut off at the end is left out. Pure. */
export function splitLog(text: string, fields: readonly string[]): readonly (readonly string[])[] {
  const values = text.split('\0');
  const commits: (readonly string[])[] = [];
  for (let at = 0; at + fields.length < values.length; at += fields.length) {
    // A line feed stands between two commits.
    const [first = '', ...others] = values.slice(at, at + fields.length);
    commits.push([first.trim(), ...others]);
  }
  return commits;
}
