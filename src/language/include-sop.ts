import { resolveSourcePath } from '../model/source.ts';
import { type IncludeReader, refusedInclude } from './includes.ts';
import { parseSource } from './parse.ts';
import { quote } from './report.ts';
import { validateShape } from './schema.ts';
import { entryOf, keyPlaceOf, nodeRange, type SourceNode } from './source-node.ts';
import { upgradeSource } from './upgrade.ts';
import { refuseWrongKind } from './wrong-kind.ts';

/**
 * Finds the procedure of a crew: the file that `sop` names, read and validated, or the crew's own root when the phases
 * stand there. Undefined when there is none to go on with; the cause was reported.
 */
export function includeSop(root: SourceNode, path: string, reader: IncludeReader): SourceNode | undefined {
  const { report } = reader;
  const include = entryOf(root, 'sop');
  const inline = entryOf(root, 'phases') ?? entryOf(root, 'start');
  if (include && inline) {
    const message = 'The crew has both `sop` and phases of its own';
    report({
      code: 'several-procedures',
      range: nodeRange(inline.keyPlace),
      message,
      hint: 'keep one of them',
    });
    return undefined;
  }
  if (include) return readSop(entryOf(include.value, 'file')?.value ?? include.value, path, reader);
  if (inline) return hasBoth(root, reader) ? root : undefined;
  const message = 'The crew needs a procedure: the key `sop`, or `start` and `phases`';
  report({ code: 'missing-key', range: keyPlaceOf(root, []), message });
  return undefined;
}

function hasBoth(root: SourceNode, { report }: IncludeReader): boolean {
  const missing = ['start', 'phases'].find(key => !entryOf(root, key));
  if (missing === undefined) return true;
  const message = `The file needs the key ${quote(missing)}`;
  report({ code: 'missing-key', range: keyPlaceOf(root, []), message });
  return missing === 'start';
}

function readSop(node: SourceNode, from: string, reader: IncludeReader): SourceNode | undefined {
  const { report, readSource, sources } = reader;
  if (node.kind !== 'scalar' || typeof node.value !== 'string' || node.value.trim() === '') return undefined;
  const refusal = refusedInclude(node.value);
  if (refusal !== undefined) {
    report({ code: 'include-not-relative', range: nodeRange(node), message: refusal });
    return undefined;
  }
  const path = resolveSourcePath(from, node.value);
  const text = path === from ? undefined : readSource(path)?.replace(/^\uFEFF/, '');
  if (text === undefined) {
    const itself = path === from;
    const message = itself
      ? 'The crew names itself as its procedure'
      : `The file ${quote(path)} does not exist`;
    report({ code: itself ? 'include-cycle' : 'file-not-found', range: nodeRange(node), message });
    return undefined;
  }
  sources.set(path, text);
  const written = parseSource(path, text, report).root;
  const root = written && upgradeSource(written, report);
  if (!root || refuseWrongKind('sop', root, report)) return undefined;
  validateShape('sop', root, report);
  return root;
}
