/** The listener behind TLS: who is shut out, that nothing is ever said in clear, and that certificates change without a restart. */
import { createHash, X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ConnectionOptions, TLSSocket } from 'node:tls';
import { authority, type Issued } from '../../support/certificates.js';
import { eventually } from '../../support/eventually.js';
import { startListener, type TestListener } from '../../support/hl7-listener.js';
import { admission, dial, dialTls, framedText, type Hl7Peer } from '../../support/hl7-peer.js';

const own = authority();
const stranger = authority('Another authority');
const folder = mkdtempSync(join(tmpdir(), 'hub-hl7-tls-'));
const listeners: TestListener[] = [];
const peers: Hl7Peer[] = [];
let number = 0;

const PAST = { from: '240101000000Z', to: '250101000000Z' };
const engine = own.issue({ name: 'engine' });

function put(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

function filesOf(issued: Issued, name = `site-${++number}`) {
  return {
    listenCertificateFile: put(`${name}.crt`, issued.cert),
    listenKeyFile: put(`${name}.key`, issued.key),
  };
}

const site = () => own.issue({ name: 'hub', addresses: ['127.0.0.1'] });

async function listener(raw: Record<string, unknown> = {}): Promise<TestListener> {
  const made = await startListener({
    ...filesOf(site()),
    listenAuthorityFile: put('authority.crt', own.cert),
    ...raw,
  });
  listeners.push(made);
  return made;
}

async function shown({ address }: TestListener, options: ConnectionOptions = {}): Promise<Hl7Peer> {
  const peer = await dialTls(address, { ca: own.cert, ...options });
  peers.push(peer);
  return peer;
}

/** Codes of its answers when it sends a message; null when it is shut out, before or after its side of the handshake. */
async function said(made: TestListener, options: ConnectionOptions = {}): Promise<readonly string[] | null> {
  const peer = await shown(made, options).catch(() => null);
  if (peer === null) return null;
  peer.write(framedText(admission('1')));
  await Promise.race([peer.answered(1), peer.ended()]);
  return peer.answers.length === 0 ? null : peer.said;
}

afterEach(async () => {
  for (const peer of peers.splice(0)) peer.close();
  await Promise.all(listeners.splice(0).map((one) => one.close()));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('who may connect', () => {
  test.each(['TLSv1.2', 'TLSv1.3'] as const)('a certificate of the authority, by %s', async (version) => {
    const made = await listener();
    expect(await said(made, { ...engine, minVersion: version, maxVersion: version })).toEqual(['AA 1']);
    expect(made.intake.kept).toHaveLength(1);
  });

  test.each<[string, ConnectionOptions]>([
    ['no certificate', {}],
    ['one of another authority', stranger.issue({ name: 'engine' })],
    ['one that has run out', own.issue({ name: 'engine', ...PAST })],
    ['one that is not valid yet', own.issue({ name: 'engine', from: '400101000000Z' })],
    ['TLS 1.1', { ...engine, minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }],
  ])('%s: shut out, nothing kept, and the next is served', async (_what, options) => {
    const made = await listener();
    expect(await said(made, options)).toBeNull();
    expect(made.intake.kept).toEqual([]);
    expect(made.mishaps.get('TLS_FAILED')).toBe(1);
    expect(await said(made, engine)).toEqual(['AA 1']);
  });

  test('who speaks in clear is not heard, and is told nothing in clear', async () => {
    const made = await listener();
    const peer = await dial(made.address);
    peers.push(peer);
    let heard = '';
    peer.socket.on('data', (chunk) => {
      heard += chunk.toString('latin1');
    });
    await peer.write(framedText(admission('1'))).ended();
    expect(heard).not.toContain('MSH');
    expect(made.intake.kept).toEqual([]);
    expect(await said(made, engine)).toEqual(['AA 1']);
  });

  test('TLS to a listener without is told as that, and no byte of it is taken for anything else', async () => {
    const made = await startListener();
    listeners.push(made);
    await expect(dialTls(made.address, { ca: own.cert })).rejects.toThrow();
    expect([...made.mishaps]).toEqual([['TLS_TO_CLEAR', 1]]);
    const slow = await dial(made.address);
    peers.push(slow);
    slow.write(Uint8Array.of(0x16));
    await new Promise((resolve) => setTimeout(resolve, 20));
    await slow.write(Uint8Array.of(0x03)).ended();
    expect(made.mishaps.get('TLS_TO_CLEAR')).toBe(2);
    const peer = await dial(made.address);
    peers.push(peer);
    expect(await peer.write(framedText(admission('1'))).answered(1)).toEqual(['AA 1']);
  });

  test('by name and by fingerprint, where the site lists some', async () => {
    const other = own.issue({ name: 'other' });
    const print = createHash('sha256').update(new X509Certificate(other.cert).raw).digest('hex');
    const made = await listener({ allowedCertificates: ['CN=engine', print] });
    expect(await said(made, engine)).toEqual(['AA 1']);
    expect(await said(made, other)).toEqual(['AA 1']);
    expect(await said(made, own.issue({ name: 'third' }))).toBeNull();
    expect(await said(made, own.issue({ name: 'engine2' }))).toBeNull();
    expect(made.mishaps.get('CERTIFICATE_REFUSED')).toBe(2);
  });

  test('an address that is not listed gets no handshake', async () => {
    const made = await listener({ allowedAddresses: '10.0.0.0/8' });
    expect(await said(made, engine)).toBeNull();
    expect([made.mishaps.get('ADDRESS_REFUSED'), made.mishaps.get('TLS_FAILED')]).toEqual([1, undefined]);
  });

  test('without an authority anybody may, by TLS alone', async () => {
    const made = await listener({ listenAuthorityFile: null });
    expect(await said(made)).toEqual(['AA 1']);
  });

  test('whoever connects and says nothing does not hold up the end', async () => {
    const made = await startListener(
      { ...filesOf(site()), listenAuthorityFile: put('authority.crt', own.cert) },
      { tlsRefreshMs: 20, closeTimeoutMs: 60_000 },
    );
    const silent = await dial(made.address);
    peers.push(silent);
    await new Promise((resolve) => setTimeout(resolve, 30));
    const began = performance.now();
    await made.close();
    expect(performance.now() - began).toBeLessThan(20_000);
    await silent.ended();
  });

  test('half a frame by TLS and the end: nothing kept', async () => {
    const made = await listener();
    const peer = await shown(made, engine);
    peer.write(`\v${admission('1')}`);
    peer.socket.end();
    await peer.ended();
    expect(await said(made, engine)).toEqual(['AA 1']);
    expect(made.intake.kept).toHaveLength(1);
  });
});

describe('certificates that change', () => {
  const nameShown = async (made: TestListener): Promise<unknown> => {
    const peer = await shown(made, engine);
    return peer.socket instanceof TLSSocket ? peer.socket.getPeerCertificate().subject.CN : null;
  };
  const told = (made: TestListener, message: string): number =>
    made.lines.filter(([line]) => line === message).length;

  test('a new one is used for the next connection, and those that are open go on', async () => {
    const paths = filesOf(site(), 'changing');
    const made = await listener(paths);
    const before = await shown(made, engine);
    expect(await nameShown(made)).toBe('hub');
    const next = own.issue({ name: 'hub-next', addresses: ['127.0.0.1'] });
    // One file after the other, as a renewal writes them: what does not belong together is not used.
    writeFileSync(paths.listenCertificateFile, next.cert);
    await eventually(() => told(made, 'a new certificate cannot be used; the old one stays') === 1);
    expect(await nameShown(made)).toBe('hub');
    writeFileSync(paths.listenKeyFile, next.key);
    await eventually(() => told(made, 'a new certificate is used') === 1);
    expect(await nameShown(made)).toBe('hub-next');
    expect(await before.write(framedText(admission('1'))).answered(1)).toEqual(['AA 1']);
  });

  test.each<[string, string, (paths: ReturnType<typeof filesOf>) => void]>([
    ['no certificate', 'CERTIFICATE', (paths) => writeFileSync(paths.listenCertificateFile, 'nonsense')],
    ['gone', 'UNREADABLE', (paths) => rmSync(paths.listenCertificateFile)],
    [
      'run out',
      'EXPIRED',
      (paths) => {
        const old = own.issue({ name: 'hub', addresses: ['127.0.0.1'], ...PAST });
        writeFileSync(paths.listenCertificateFile, old.cert);
        writeFileSync(paths.listenKeyFile, old.key);
      },
    ],
  ])('one that is %s: the old one stays, and it is told once', async (_what, reason, spoil) => {
    const paths = filesOf(site(), `spoilt-${reason}`);
    const made = await listener(paths);
    spoil(paths);
    const line = (): number => made.lines.filter(([, fields]) => fields?.reason === reason).length;
    await eventually(() => line() === 1);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(line()).toBe(1);
    expect(await nameShown(made)).toBe('hub');
    expect(JSON.stringify(made.lines)).not.toMatch(/BEGIN|PRIVATE|nonsense/);
  });

  test('an authority that changes shuts out whom the old one let in', async () => {
    const made = await listener({ listenAuthorityFile: put('rotating.crt', own.cert) });
    expect(await said(made, engine)).toEqual(['AA 1']);
    put('rotating.crt', stranger.cert);
    await eventually(() => told(made, 'a new certificate is used') === 1);
    expect(await said(made, engine)).toBeNull();
    expect(await said(made, stranger.issue({ name: 'engine' }))).toEqual(['AA 1']);
  });

  test.each([
    [
      'UNREADABLE',
      { ...filesOf(site()), listenKeyFile: join(folder, 'none.key') },
      'listenKeyFile: the file cannot be read',
    ],
    [
      'CERTIFICATE',
      { listenCertificateFile: put('bad.crt', 'x'), listenKeyFile: put('bad.key', 'x') },
      'listenCertificateFile: the file holds no certificate in PEM',
    ],
    [
      'KEY',
      { ...filesOf(site()), listenKeyFile: put('other.key', site().key) },
      'listenKeyFile: the file holds no key that fits sites.SITE.settings.listenCertificateFile, in PEM and without a passphrase',
    ],
    [
      'AUTHORITY',
      { ...filesOf(site()), listenAuthorityFile: put('bad-authority.crt', 'x') },
      'listenAuthorityFile: the file holds no certificate in PEM',
    ],
  ])(
    'what cannot be used from the start is refused, by the setting of the site: %s',
    async (fault, raw, told) => {
      await expect(listener(raw)).rejects.toMatchObject({
        code: 'HUB_SETTINGS_INVALID',
        message: `sites.SITE.settings.${told}`,
        details: { fault: `TLS_${fault}` },
      });
    },
  );

  test('one that runs out soon, or has, is told at once', async () => {
    const inDays = (days: number): string =>
      `${new Date(Date.now() + days * 86_400_000).toISOString().slice(2, 10).replaceAll('-', '')}000000Z`;
    const soon = await listener(filesOf(own.issue({ name: 'hub', to: inDays(20) })));
    expect(soon.lines).toContainEqual([
      'the certificate runs out soon',
      { system: 'SITE', setting: 'sites.SITE.settings.listenCertificateFile', days: 20 },
    ]);
    const late = await listener(filesOf(own.issue({ name: 'hub', to: inDays(40) })));
    expect(told(late, 'the certificate runs out soon')).toBe(0);
    const over = await listener(filesOf(own.issue({ name: 'hub', ...PAST })));
    expect(told(over, 'the certificate has run out')).toBe(1);
  });
});
