/** A hub in a process of its own, from its environment: says its address, stops at SIGTERM, and leaves it to Node to end when nothing is left. */
import { startHub } from '../../../src/main/start-hub.js';
import { readSettings } from '../../../src/platform/settings/settings.js';

const hub = await startHub(readSettings(process.env), () => {});
process.once('SIGTERM', () => {
  void hub.stop().then(() => process.stdout.write('stopped\n'));
});
process.stdout.write(`serving ${hub.url}\n`);
