/** What the tools share of what they are told: where to, behind which TLS, how long. */
import { resolve } from 'node:path';
import type { ToolCall, ToolOption, ToolOptions } from '../../../src/clinical/adapter-tools.port.js';
import { HubError, inputError } from '../../../src/core/errors.js';
import { TlsIdentity } from '../mllp/tls-files.js';

/** A whole number between two limits. @throws HUB_INPUT_INVALID */
export function wholeNumber(options: ToolOptions, name: string, least: number, most: number): number {
  const text = options[name];
  const number = typeof text === 'string' && /^\d{1,12}$/.test(text) ? Number(text) : Number.NaN;
  if (!(number >= least && number <= most))
    throw inputError(`--${name}`, 'not such a number', `${least} to ${most}`);
  return number;
}

/** Text, or null when the option is not given. */
export function stated(options: ToolOptions, name: string): string | null {
  const text = options[name];
  return typeof text === 'string' ? text : null;
}

/** One of some words. @throws HUB_INPUT_INVALID */
export function oneOf<Word extends string>(name: string, text: string | null, words: readonly Word[]): Word {
  const word = words.find((one) => one === text);
  if (word === undefined) throw inputError(name, 'not one of them', words.join(', '));
  return word;
}

/** `host:port`, of IPv6 with brackets around the host. @throws HUB_INPUT_INVALID */
export function hostAndPort(name: string, text: string): { readonly host: string; readonly port: number } {
  const [, bracketed, plain, port] =
    /^(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9._-]+)):(\d{1,5})$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  if (host === undefined || Number(port) > 65_535)
    throw inputError(name, 'no address', 'host:port, of IPv6 with brackets around the host');
  return { host, port: Number(port) };
}

/** Application and facility, `PAS|RXX`. @throws HUB_INPUT_INVALID */
export function partner(
  name: string,
  text: string | null,
): { readonly application: string; readonly facility: string } {
  const [, application, facility] = /^([^|]+)\|([^|]+)$/.exec(text ?? '') ?? [];
  if (application === undefined || facility === undefined)
    throw inputError(name, 'no partner', 'application|facility');
  return { application, facility };
}

/** Options of a tool that sends. */
export const SENDING_OPTIONS: readonly ToolOption[] = [
  { name: 'tls', help: 'by TLS 1.2 or later' },
  {
    name: 'authority',
    value: 'file',
    help: 'authorities, PEM, whose certificates are believed; else those of Node',
  },
  { name: 'certificate', value: 'file', help: 'certificate to show, PEM' },
  { name: 'key', value: 'file', help: 'its private key, PEM' },
  {
    name: 'server-name',
    value: 'name',
    help: 'name that the far end’s certificate must be for; else the host',
  },
  { name: 'timeout', value: 'seconds', help: 'how long an answer is waited for, 1 to 600', default: '30' },
];

/** Certificate files of either end; null where there is no TLS. @throws HUB_SETTINGS_INVALID, HUB_INPUT_INVALID */
export function tlsOf(
  { options, clock, logger }: Pick<ToolCall, 'options' | 'clock' | 'logger'>,
  isWanted: boolean,
): TlsIdentity | null {
  const path = (name: string): string | null => {
    const text = stated(options, name);
    return text === null ? null : resolve(text);
  };
  const files = { certificate: path('certificate'), key: path('key'), authority: path('authority') };
  const isGiven = Object.values(files).some((file) => file !== null) || options['server-name'] !== undefined;
  if (!isWanted && isGiven) throw inputError('--tls', 'not given', '--tls beside certificates and names');
  if ((files.certificate === null) !== (files.key === null))
    throw inputError('--key', 'not beside --certificate', 'both, or neither');
  const names = { certificate: '--certificate', key: '--key', authority: '--authority' };
  return isWanted ? new TlsIdentity(files, { system: 'hl7', clock, logger }, names) : null;
}

/** A file that cannot be used, by the operating system's code. */
export function fileFailure(name: string, error: unknown): unknown {
  const code: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, 'code') : null;
  if (error instanceof HubError || typeof code !== 'string') return error;
  return inputError(name, `cannot be used (${code})`, 'a file or folder of this machine');
}
