/** A relative path is one of the folder in which the command was typed, also where npm runs it in another. */
import { join, resolve } from 'node:path';
import { givenPath } from '../../../src/cli/given-path.js';

const TYPED_IN = resolve('/srv/feeds');

test.each([
  ['feed.hl7', {}, resolve('feed.hl7')],
  ['feed.hl7', { npm_lifecycle_event: 'hub', INIT_CWD: TYPED_IN }, join(TYPED_IN, 'feed.hl7')],
  ['../feed.hl7', { npm_lifecycle_event: 'hub', INIT_CWD: TYPED_IN }, resolve('/srv/feed.hl7')],
  [resolve('/tmp/feed.hl7'), { npm_lifecycle_event: 'hub', INIT_CWD: TYPED_IN }, resolve('/tmp/feed.hl7')],
  ['feed.hl7', { npm_lifecycle_event: 'test', INIT_CWD: TYPED_IN }, resolve('feed.hl7')],
  ['feed.hl7', { INIT_CWD: TYPED_IN }, resolve('feed.hl7')],
])('%s by %j is %s', (path, env, absolute) => {
  expect(givenPath(path, env)).toBe(absolute);
});
