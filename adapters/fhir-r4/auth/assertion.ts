/** The assertion with which the hub proves who it is to an authorisation server (RFC 7523 section 2.2, private_key_jwt). */
import { SignJWT } from 'jose';
import { newId } from '../../../src/core/ids.js';
import type { SigningKey } from './signing-key.js';

/** Longest life of an assertion: what SMART App Launch 2.2 and NHS England allow, seconds. */
export const ASSERTION_LIFE_SECONDS = 300;

/** What an assertion is about. */
export interface AssertionSubject {
  readonly clientId: string;
  /** Audience, character for character. */
  readonly tokenUrl: string;
  /** Seconds by which the server's clock may be behind. */
  readonly clockSkewSeconds: number;
}

/**
 * A fresh assertion, never to be used twice. It is dated back by the skew that is allowed for, so that a server whose clock
 * is behind by as much finds it neither from the future nor longer-lived than it may be.
 */
export function signAssertion(subject: AssertionSubject, signing: SigningKey, now: Date): Promise<string> {
  const issuedAt = Math.floor(now.getTime() / 1000) - subject.clockSkewSeconds;
  return new SignJWT()
    .setProtectedHeader({ alg: signing.algorithm, kid: signing.keyId, typ: 'JWT' })
    .setIssuer(subject.clientId)
    .setSubject(subject.clientId)
    .setAudience(subject.tokenUrl)
    .setJti(newId())
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + ASSERTION_LIFE_SECONDS)
    .sign(signing.key);
}
