/** Addresses among the settings. */

/** True where traffic to the host never leaves this machine (RFC 1122 section 3.2.1.3, RFC 4291 section 2.5.3, RFC 6761 section 6.3). */
export function isLoopback(url: URL): boolean {
  return url.hostname === 'localhost' || url.hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(url.hostname);
}

/** What is wrong with an address that a token may be sent to; null when nothing is. */
export function addressFault(value: string): string | null {
  const url = URL.parse(value);
  if (url === null) return 'must be an absolute address';
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url)))
    return 'must be https, or http on a loopback host';
  if (url.username !== '' || url.password !== '') return 'must not hold a user name or password';
  if (url.search !== '' || url.hash !== '') return 'must not hold a query or fragment';
  return null;
}
