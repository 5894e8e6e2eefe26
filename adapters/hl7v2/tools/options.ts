/** What the tools share of what they are told: where to, behind which TLS, how long. */
import type { ToolCall, ToolOption, ToolOptions } from '../../../src/clinical/adapter-tools.port.js';
import { HubError, inputError, isHubError } from '../../../src/core/errors.js';
import { TlsIdentity } from '../mllp/tls-files.js';
import { readable } from './readable.rules.js';

/** A whole number between two limits. @throws HUB_INPUT_INVALID */
export function wholeNumber(options: ToolOptions, name: string, least: number, most: number): number {
  const text = stated(options, name);
  if (text === null) throw inputError(`--${name}`, 'not given', `${least} to ${most}`);
  const number = /^\d{1,12}$/.test(text) ? Number(text) : Number.NaN;
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
  {
    name: 'timeout',
    value: 'seconds',
    help: 'how long an answer is waited for, 1 to 600, and a connection, up to 10',
    default: '30',
  },
];

/** What of the hub is a setting is an option here. */
export function asInput(error: unknown): unknown {
  if (!isHubError(error) || error.code !== 'HUB_SETTINGS_INVALID') return error;
  const { message, details } = error;
  return new HubError('HUB_INPUT_INVALID', { message, details });
}

/**
 * Certificate files of either end; null where there is no TLS.
 * @param switchedBy the option that says whether there is, and what it has to stand beside. @throws HUB_INPUT_INVALID
 */
export function tlsOf(
  { options, clock, logger, path: absolute }: Pick<ToolCall, 'options' | 'clock' | 'logger' | 'path'>,
  switchedBy: '--tls' | '--certificate',
): TlsIdentity | null {
  const path = (name: string): string | null => {
    const text = stated(options, name);
    return text === null ? null : absolute(text);
  };
  const files = { certificate: path('certificate'), key: path('key'), authority: path('authority') };
  const isGiven = Object.values(files).some((file) => file !== null) || options['server-name'] !== undefined;
  const isWanted = switchedBy === '--tls' ? options.tls === true : files.certificate !== null;
  if (!isWanted && isGiven)
    throw switchedBy === '--tls'
      ? inputError('--tls', 'not given', '--tls beside certificates and names')
      : inputError('--certificate', 'not given', '--certificate and --key, with --authority or without');
  if (files.certificate === null && files.key !== null)
    throw inputError('--certificate', 'not beside --key', 'both, or neither');
  if (files.certificate !== null && files.key === null)
    throw inputError('--key', 'not beside --certificate', 'both, or neither');
  if (!isWanted) return null;
  const named = (name: string): string => `--${name} ${readable(path(name) ?? '')}`;
  const names = { certificate: named('certificate'), key: named('key'), authority: named('authority') };
  try {
    return new TlsIdentity(files, { system: 'hl7', clock, logger }, names);
  } catch (error) {
    throw asInput(error);
  }
}

const FILE_FAULTS: Readonly<Record<string, string>> = {
  ENOENT: 'is not there',
  ENOTDIR: 'is not there',
  EISDIR: 'is a folder',
  EEXIST: 'is no folder',
  EACCES: 'may not be used by this user',
};

/** A file or folder that cannot be used, by its path and the operating system's code. @param accepted what can be. */
export function fileFailure(name: string, path: string, accepted: string, error: unknown): unknown {
  const code: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, 'code') : null;
  if (error instanceof HubError || typeof code !== 'string') return error;
  return inputError(name, `${readable(path)} ${FILE_FAULTS[code] ?? 'cannot be used'} (${code})`, accepted);
}
