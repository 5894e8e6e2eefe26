/** The cache of statement names drops the least recently used, one at a time. */
import fc from 'fast-check';
import { StatementCache } from '../../../src/platform/database/statement-cache.js';

describe('StatementCache', () => {
  it('drops the name that was not used for longest', () => {
    const cache = new StatementCache(2);
    expect([cache.use('a'), cache.use('b'), cache.use('a')]).toEqual([[], [], []]);
    expect(cache.use('c')).toEqual(['b']);
    expect(cache.use('b')).toEqual(['a']);
  });

  it('holds what a connection holds: never more than the limit, never a dropped name', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }), fc.array(fc.stringMatching(/^[a-l]$/)), (limit, uses) => {
        const cache = new StatementCache(limit);
        const onServer = new Set<string>();
        for (const name of uses) {
          const dropped = cache.use(name);
          expect(dropped).not.toContain(name);
          for (const old of dropped) expect(onServer.delete(old)).toBe(true);
          onServer.add(name);
          expect(onServer.size).toBe(cache.size);
          expect(cache.size).toBeLessThanOrEqual(limit);
        }
      }),
    );
  });
});
