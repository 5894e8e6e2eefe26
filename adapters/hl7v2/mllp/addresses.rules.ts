/** Who may connect, by address: single addresses and networks (CIDR), of either family. */
import { BlockList, isIP } from 'node:net';

/** True for an address that the list holds. */
export type AddressList = (address: string) => boolean;

const familyOf = (address: string): 'ipv4' | 'ipv6' => (isIP(address) === 4 ? 'ipv4' : 'ipv6');

/** An address as it is compared and shown: an IPv4 address that came by a socket of both families is that address (RFC 4291 section 2.5.5.2). */
export function plainAddress(address: string | undefined): string {
  return (address ?? '').replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '');
}

/** A list of entries; null when one of them is neither an address nor a network. */
export function addressList(entries: readonly string[]): AddressList | null {
  const list = new BlockList();
  for (const entry of entries) {
    const [address = '', prefix, ...more] = entry.split('/');
    const most = isIP(address) === 4 ? 32 : 128;
    if (isIP(address) === 0 || more.length > 0) return null;
    if (prefix === undefined) list.addAddress(address, familyOf(address));
    else if (!/^\d{1,3}$/.test(prefix) || Number(prefix) > most) return null;
    else list.addSubnet(address, Number(prefix), familyOf(address));
  }
  return (address) => isIP(address) !== 0 && list.check(address, familyOf(address));
}
