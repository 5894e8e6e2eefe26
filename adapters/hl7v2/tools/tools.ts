/** What the adapter brings to the command line: `hub hl7 show|send|listen|generate|find`. */
import type { AdapterTools } from '../../../src/clinical/adapter-tools.port.js';
import { find } from './find.js';
import { generate } from './generate.js';
import { listen } from './listen.js';
import { send } from './send.js';
import { show } from './show.js';

/** For whoever connects an integration engine. */
export const tools: AdapterTools = {
  noun: 'hl7',
  help: 'HL7 v2 messages: show, send, take, make up, and ask for people; without a database',
  tools: [show, send, listen, generate, find],
};
