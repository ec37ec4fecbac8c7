import { renderTemplate } from '../../expressions/template-evaluate.ts';
import type { PhaseWork } from '../../model/crew.ts';
import type { JsonObject } from '../../model/json.ts';

/** What a piece of work was asked to do, for whoever thinks about how it went. Fails with TEMPLATE_FAILED. Pure. */
export function taskText(work: PhaseWork, scope: JsonObject): string {
  switch (work.kind) {
    case 'role':
    case 'talk':
    case 'manage':
      return renderTemplate(work.task, scope);
    case 'ask':
      return renderTemplate(work.prompt, scope);
    case 'human':
      return renderTemplate(work.question, scope);
    case 'chain':
      // Later steps read what the earlier ones said, so they are shown as they are written.
      return work.steps.map(({ name, promptTemplate }) => `${name}: ${promptTemplate}`).join('\n\n');
    case 'parallel':
      return work.branches.map(branch => `${branch.name}: ${written(branch)}`).join('\n\n');
    case 'each':
      return `For each item of a list: ${written(work.work)}`;
    case 'tool':
    case 'crew':
      return written(work);
  }
}

/** Parts read what only they know, so they are shown as they are written. */
function written(work: PhaseWork): string {
  switch (work.kind) {
    case 'role':
      return work.task;
    case 'ask':
      return work.prompt;
    case 'tool':
      return `call \`${work.tool}\` with ${JSON.stringify(work.with)}`;
    case 'crew':
      return `run \`${work.file}\` with ${JSON.stringify(work.inputs)}`;
    default:
      return `deliver \`${work.name}\``;
  }
}
