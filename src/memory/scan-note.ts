/** Something that foreign words do to whoever reads them, and its shape. All run in linear time. */
const SHAPES: readonly (readonly [what: string, shape: RegExp])[] = [
  [
    'hidden characters',
    /[^\P{Cc}\t\n\r]|[\u200B\u202A-\u202E\u2060-\u2064\u2066-\u2069\uFEFF\u{E0000}-\u{E007F}]/u,
  ],
  [
    'words that set earlier instructions aside',
    /\b(?:ignore|disregard|forget|override|bypass)\b[^.\n]{0,40}\b(?:previous|prior|above|earlier|preceding|foregoing|system|all|any|your|the|these|those)\b[^.\n]{0,30}\b(?:instructions?|prompts?|rules?|guidelines?|directions?|context|constraints?|orders?)\b/i,
  ],
  [
    'words that give the reader another part',
    /\byou are (?:now|no longer)\b|\b(?:from now on|henceforth),? you\b|\b(?:act|behave|respond) as (?:if you|though you|an? (?:unrestricted|unfiltered|jailbroken|different))\b|\b(?:developer|god|jailbreak|DAN) mode\b/i,
  ],
  [
    'new instructions',
    /\b(?:new|updated|revised|real|actual|secret|hidden|urgent) (?:system )?(?:instructions?|orders?|directives?)\s*:/i,
  ],
  [
    'a question for the system prompt',
    /\b(?:reveal|print|show|repeat|output|leak|send)\b[^.\n]{0,40}\b(?:system|hidden|initial) (?:prompt|message|instructions?)\b/i,
  ],
  [
    'a wish to be kept secret',
    /\b(?:do not|don't|never) (?:tell|inform|mention|reveal|show|alert|notify)\b[^.\n]{0,30}\b(?:users?|humans?|anyone|anybody|persons?|operators?|people|developers?)\b/i,
  ],
  [
    'marks of a conversation',
    /<\|[a-z_]{2,20}\|>|\[\/?INST\]|<<\/?SYS>>|<\/?(?:system|assistant|human|developer)>|^\s*#{0,4}\s*(?:system|assistant)\s*(?:message|prompt)?\s*:/im,
  ],
  [
    'the shape of a tool call',
    /<\/?(?:antml:)?(?:function_calls?|tool_calls?|tool_use|invoke)\b|"(?:tool_calls|function_call|tool_use)"\s*:|```(?:tool_code|tool_call)\b/i,
  ],
  [
    'words that send secrets away',
    /\b(?:send|post|upload|forward|exfiltrate|email|transmit)\b[^.\n]{0,60}\b(?:passwords?|secrets?|tokens?|credentials|api keys?|private keys?|environment variables|\.env)\b[^.\n]{0,40}\b(?:to|at)\b/i,
  ],
  [
    'a command that destroys',
    // The whole disk or the whole home, by an order; `rm -rf /tmp/build`, and a warning, are neither.
    /(?<!(?:\b(?:never|avoid)|(?:\bnot|n['’]t)(?! (?:forget|fail|hesitate)))\b[^.\n]{0,40})\b(?:rm(?:\s+-{1,2}[a-z-]{1,30}){1,5}\s+["'`]?(?:\/|~\/?|\$\{?HOME\}?\/?)\*?(?![^\s"'`;|&),.])|mkfs(?:\.\w{1,10})?\s+\/dev\/|dd\s[^\n]{0,60}\bof=\/dev\/)/i,
  ],
];

/** Who reads is told what to do, and that it holds each time. */
const ORDER =
  /\b(?:you|the (?:assistant|agent|model|ai|reader))(?: (?:must|should|shall)| ha(?:ve|s) to| (?:are|is) (?:required|obliged) to)\b/i;
const EACH_TIME =
  /\b(?:before|after|during|in|with|for|on|of) (?:each|every|any|all)(?: (?:new|later|future))? (?:tasks?|turns?|answers?|responses?|repl(?:y|ies)|runs?|phases?|prompts?)\b/i;

/**
 * What in a text speaks to its reader instead of saying something, or undefined: words that set instructions aside, marks
 * of conversations, shapes of tool calls, hidden characters. By rule, so a lie in plain words passes; trust is what
 * protects from those. Pure.
 */
export function scanNote(text: string): string | undefined {
  return SHAPES.find(([, shape]) => shape.test(text))?.[0];
}

/** Whether a sentence of a text orders its reader to do something each time from now on; a lesson may, nothing else. Pure. */
export function isStandingOrder(text: string): boolean {
  return text.split(/[.!?](?:\s|$)|\n/).some(sentence => ORDER.test(sentence) && EACH_TIME.test(sentence));
}
