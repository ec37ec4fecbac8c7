import { languageModelContract } from '../contracts/language-model.ts';
import { WIRES } from './wire-models.ts';

for (const wire of WIRES) languageModelContract(wire.name, script => wire.serve(script));
