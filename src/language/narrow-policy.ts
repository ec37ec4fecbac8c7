import type { PolicyRule, PolicyServer } from '../model/policy.ts';
import type { PolicyWords } from './lower-policy.ts';

/** Several files as one, and how much of those that may only narrow was left out: rules that allow, and servers believed. */
interface Narrowed {
  readonly policy: PolicyWords;
  readonly leftOut: number;
}

/** What one file says, and whether it may only narrow. */
export interface SaidWords {
  readonly words: PolicyWords;
  readonly onlyNarrows: boolean;
}

/**
 * What all files say together: the stricter `default` and `nonInteractive` hold, and the rules of all count. Of files that
 * may only narrow, no rule allows and no server is believed; neither does a rule of another file allow anything by a name
 * that only they give to a server. `servers` are the names of all. Pure.
 */
export function narrowPolicy(
  said: readonly SaidWords[],
  servers: { readonly [name: string]: PolicyServer },
): Narrowed {
  const own = new Map<string, PolicyServer>();
  for (const { words, onlyNarrows } of said) {
    if (onlyNarrows) continue;
    for (const [name, server] of Object.entries(words.servers)) own.set(name, server);
  }
  const believed = new Set(
    [...own.values()].flatMap(({ identity, trust }) => (trust === 'annotations' ? [identity] : [])),
  );
  let leftOut = 0;
  const rules = said.flatMap(({ words, onlyNarrows }) =>
    words.rules.filter(rule => {
      const counts = rule.effect !== 'allow' || (!onlyNarrows && !isByForeignName(rule, servers, own));
      if (!counts) leftOut += 1;
      return counts;
    }),
  );
  const rows = Object.entries(servers).map(([name, server]): readonly [string, PolicyServer] => {
    if (own.has(name) || server.trust === 'none' || believed.has(server.identity)) return [name, server];
    leftOut += 1;
    return [name, { ...server, trust: 'none' }];
  });
  const all = said.map(({ words }) => words);
  const policy: PolicyWords = {
    default: all.some(each => each.default === 'deny') ? 'deny' : 'ask',
    nonInteractive: all.some(each => each.nonInteractive === 'deny') ? 'deny' : 'pause',
    servers: Object.fromEntries(rows),
    rules,
  };
  return { policy, leftOut };
}

/** Whether the toolset of a rule is a server that only a file which may not allow declares. */
function isByForeignName(
  { tool }: PolicyRule,
  servers: { readonly [name: string]: PolicyServer },
  own: ReadonlyMap<string, PolicyServer>,
): boolean {
  const name = tool.slice(0, tool.indexOf('.'));
  return Object.hasOwn(servers, name) && !own.has(name);
}
