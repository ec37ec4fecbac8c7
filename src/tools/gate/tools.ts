import type { Tool } from '../../ports/tool.ts';
import { gateAccounted } from './accounted.ts';
import { gateAdr } from './adr.ts';
import { gateQuoted } from './quoted.ts';
import { gateTraced } from './traced.ts';

/** The tools of `builtin:gate`, one row each: pure checks of artifacts that answer `ok` and `reasons`. */
export const GATE_TOOLS: readonly Tool[] = [gateTraced, gateQuoted, gateAccounted, gateAdr];
