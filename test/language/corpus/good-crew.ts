/** A file that is answered with nothing. */
export interface GoodCrew {
  readonly name: string;
  readonly text: string;
}

interface CrewParts {
  readonly inputs?: string;
  readonly models?: string;
  readonly roles: Readonly<Record<string, string>>;
  readonly tools?: string;
  readonly phases: string;
}

/** Writes a crew whose first phase is where it starts. */
export function crewOf(name: string, { inputs, models, roles, tools, phases }: CrewParts): GoodCrew {
  const start = /^ {2}(\w+):/m.exec(phases)?.[1];
  const lines = [
    'version: 1',
    `crew: ${name}`,
    'goal: Do what the example does.',
    ...(inputs === undefined ? [] : [`inputs: ${inputs}`]),
    ...(models === undefined ? [] : [`models: ${models}`]),
    'roles:',
    ...Object.entries(roles).map(([role, goal]) => `  ${role}: { goal: ${goal} }`),
    ...(tools === undefined ? [] : [`tools: ${tools}`]),
    'budget: { calls: 500 }',
    `start: ${start}`,
    `phases:${phases}`,
  ];
  return { name, text: `${lines.join('\n')}\n` };
}
