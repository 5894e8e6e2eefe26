/** Keeps every request on the configured server: same origin, same path, nothing smuggled into the address. */
import { HubError } from '../../../src/core/errors.js';

/** An NHS number as a search has it: in an address it would be in every log on the way. */
const NHS_NUMBER = /nhs-number(?:\||%(?:25)*7c)/i;

/** The address, if a request may go there. */
export type Pin = (address: string) => URL;

/**
 * A pin to a service base address that ends in a slash. Relative addresses are taken from there. Whatever leaves the
 * origin or the path, carries credentials, or hides a separator in its path is refused as `HUB_UPSTREAM_ORIGIN`; the
 * path without its slash is allowed, as some servers page by `base?…`. Comparing parsed parts rather than the start of
 * the text is what tells `https://record.example` from `https://record.example.evil`. On the origins in `others` any path
 * is allowed: only for requests that carry nothing of the hub. An NHS number is in no address, whoever put it there:
 * `HUB_UPSTREAM_PROTOCOL`.
 */
export function pinTo(baseUrl: string, others: readonly string[] = []): Pin {
  const base = new URL(baseUrl);
  return (address) => {
    const url = URL.parse(address, base.href);
    if (url === null) throw new HubError('HUB_UPSTREAM_PROTOCOL', { details: { fault: 'ADDRESS' } });
    const onPath = url.pathname.startsWith(base.pathname) || `${url.pathname}/` === base.pathname;
    const plain = url.username === '' && url.password === '' && !/%2f|%5c|%2e/i.test(url.pathname);
    const allowed = (url.origin === base.origin && onPath) || others.includes(url.origin);
    if (!allowed || !plain) throw new HubError('HUB_UPSTREAM_ORIGIN');
    if (NHS_NUMBER.test(url.href))
      throw new HubError('HUB_UPSTREAM_PROTOCOL', { details: { fault: 'PERSON_IN_ADDRESS' } });
    url.hash = '';
    return url;
  };
}
