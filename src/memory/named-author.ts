/** Those of some names of roles that a text names; `security_reviewer` is named by its words. Pure. */
export function namedIn(names: readonly string[], text: string): readonly string[] {
  const said = ` ${plainWords(text)} `;
  return [...new Set(names)].filter(name => {
    const words = plainWords(name);
    return words !== '' && said.includes(` ${words} `);
  });
}

/** The words of a text without some names. Pure. */
export function withoutNames(text: string, names: readonly string[]): string {
  const said = names.reduce(
    (rest, name) => rest.replaceAll(` ${plainWords(name)} `, ' '),
    ` ${plainWords(text)} `,
  );
  return said.trim();
}

function plainWords(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/['’]s\b/g, '')
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}
