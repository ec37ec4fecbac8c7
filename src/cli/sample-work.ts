import { artifactSchema } from '../model/artifact-schema.ts';
import type { PhaseWork } from '../model/crew.ts';
import type { JsonValue } from '../model/json.ts';
import type { Program } from '../model/program.ts';
import { sampleArtifact } from './sample-artifact.ts';

/** What a piece of work might deliver, made of its schema or of what its kind always delivers; `name` is how it is read. Pure. */
export function sampleWork(name: string, work: PhaseWork, program: Program): JsonValue {
  const schema = artifactSchema(work);
  if (schema !== undefined) return sampleArtifact(name, schema);
  switch (work.kind) {
    case 'parallel':
      return Object.fromEntries(
        work.branches.map(branch => [branch.name, sampleWork(`${name}.${branch.name}`, branch, program)]),
      );
    case 'each':
      return [sampleWork(`${name}[0]`, work.work, program)];
    case 'tool':
      return sampleArtifact(name, program.tools.find(spec => spec.name === work.tool)?.outputSchema);
    case 'ask': {
      const isOne = work.summarizer !== undefined || work.vote !== undefined;
      const answer = (at: string): JsonValue => sampleArtifact(at, work.output);
      return isOne
        ? answer(name)
        : work.models.map((model, index) => ({ model, answer: answer(`${name}[${index}].answer`) }));
    }
    case 'human':
      return { choice: work.choices[0] ?? null, text: work.freeText ? `<${name}.text>` : null };
    default:
      return `<${name}>`;
  }
}
