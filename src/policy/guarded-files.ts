import type { JsonObject, JsonValue } from '../model/json.ts';

/** What decides about calls, and what is recorded of them: nothing that a policy allows in general may change it unasked. */
const GUARDED =
  /(?:^|[\s"'`/\\=:])((?:crew\.policy\.ya?ml|crew\.lock|\.crew|\.config[/\\]+crew))(?=$|[\s"'`/\\:?#])/i;
/** The lines of a patch that name files. */
const PATCH_LINE = /^(?:\+\+\+|---|rename (?:from|to)|copy (?:from|to)|diff --git) /;
const LONGEST_PATH = 4096;

/**
 * The file of the user's policy, lock, trust or journal that the arguments of a call name, if they name one: a text that is
 * a path of it, or a patch that changes it. `places` are where paths really are. Texts that only speak of such a file in
 * several lines do not count. Pure.
 */
export function guardedFile(
  args: JsonObject,
  places: { readonly [path: string]: string } = {},
): string | undefined {
  for (const text of [...textsOf(args), ...Object.values(places)]) {
    const rows = text.split(/\r\n|[\r\n]/);
    const named = rows.length === 1 ? rows : rows.filter(row => PATCH_LINE.test(row));
    for (const row of named) {
      if (row.length > LONGEST_PATH) continue;
      const [, found] =
        GUARDED.exec(row.normalize('NFKC').replace(/\p{Default_Ignorable_Code_Point}/gu, '')) ?? [];
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

function textsOf(value: JsonValue): readonly string[] {
  if (typeof value === 'string') return [value];
  if (value === null || typeof value !== 'object') return [];
  if (Array.isArray(value)) return value.flatMap(textsOf);
  return Object.entries(value).flatMap(([key, member]) => [key, ...textsOf(member as JsonValue)]);
}
