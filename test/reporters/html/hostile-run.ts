import { type CrewRun, runCrew } from '../../runtime/run-crew.ts';

/** Text that acts where it is taken for markup: each of these sets `window.pwned` or asks for something, if it can. */
export const VECTORS: readonly string[] = [
  '<script>window.pwned=1</script>',
  '</script><script>window.pwned=2</script>',
  '</style><script>window.pwned=3</script>',
  '</title></textarea></option></select><img src=x onerror=window.pwned=4>',
  '"><img src=https://evil.example/x onerror="window.pwned=5">',
  "' onmouseover='window.pwned=6' autofocus onfocus='window.pwned=7' x='",
  '<svg onload=window.pwned=8><script>window.pwned=9</script></svg>',
  '<iframe src="javascript:parent.pwned=10"></iframe><object data="https://evil.example/o"></object>',
  '[click](javascript:window.pwned=11) [tab](java\tscript:window.pwned=12) [up](JaVaScRiPt&colon;window.pwned=13)',
  '[data](data:text/html,<script>window.pwned=14</script>) <javascript:window.pwned=15>',
  '![pixel](https://evil.example/pixel.png) ![x](x"onerror="window.pwned=16)',
  '[q](https://ok.example/"onmouseover="window.pwned=17) https://ok.example/"onclick="window.pwned=18',
  '<meta http-equiv=refresh content="0;url=https://evil.example/"><base href="https://evil.example/">',
  '<link rel=stylesheet href=https://evil.example/s.css><style>@import "https://evil.example/i.css"</style>',
  '```html\n</code></pre><script>window.pwned=19</script>\n```',
  '```js"onload="window.pwned=20\nx\n```',
  '| a | b |\n| --- | --- |\n| <script>window.pwned=21</script> | <img src=x onerror=window.pwned=22> |',
  '&lt;script&gt;window.pwned=23&lt;/script&gt; &#60;script&#62;window.pwned=24&#60;/script&#62;',
  '<!--><script>window.pwned=25</script>--><![CDATA[<script>window.pwned=26</script>]]>',
  '\u0000<scr\u0000ipt>window.pwned=27</scr\u0000ipt>\u202e gnp.exe \u200b\u2066x\u2069',
  '<math><mtext><table><mglyph><style><img src=x onerror=window.pwned=28></style></mglyph></table></mtext></math>',
];

const YAML = `roles:
  writer: { goal: Write., tools: [kit] }
  critic: { goal: Judge. }
start: draft
phases:
  draft:
    role: writer
    task: "Write about {{ inputs.topic }}."
    next: talk
  talk:
    talk: [writer, critic]
    task: "Speak about {{ draft }}"
    speaker: round_robin
    max_turns: 3
    next: gate
  gate: { human: "May {{ draft }} go out?", next: done }
  done: { end: success, result: "{{ draft }}" }
`;

/** A run in which everybody writes only what tries to act: inputs, models, tools, their failures, people. */
export async function hostileRun(): Promise<CrewRun> {
  const all = VECTORS.join('\n\n');
  return await runCrew({
    yaml: `inputs: { topic: { type: string } }\n${YAML}`,
    inputs: { topic: all },
    tools: { give: () => ({ [VECTORS[4] ?? '']: VECTORS, long: all }) },
    replies: (_request, nth) =>
      nth === 1
        ? {
            text: all,
            calls: [
              { tool: 'kit.give', args: { [VECTORS[0] ?? '']: VECTORS[5] ?? '', all } },
              { tool: VECTORS[1] ?? '', args: {} },
              { tool: 'kit.fail', malformed: all },
            ],
          }
        : nth === 2
          ? { text: '', failure: { code: 'PROVIDER_OVERLOADED', message: all } }
          : { text: `${VECTORS.slice(nth % VECTORS.length).join('\n\n')}\n\n${all}` },
    person: () => ({ choice: null, text: all, by: VECTORS[4] ?? '' }),
  });
}
