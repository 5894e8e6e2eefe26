/** The adapter for caseload extracts passes the port's contract against a folder whose files are other than they should. */
import { rmSync } from 'node:fs';
import { caseloadExtract } from '../../adapters/caseload-extract/index.js';
import { DropFolderWorld } from '../support/drop-folder.js';
import { FILE_CANARY, fileOf, rowOf, teamRow } from '../support/dropped-files.js';
import { contractOf } from './clinical-record-contract.js';
import { FILE, type FileFaultKind, WHOLE_EACH_TIME } from './file-far-end.js';
import type { CaseloadSubject, PeerMembership } from './misbehaving-peer.js';

const TEAM = 'Team-one';
const PAGE_SIZE = 50;

async function make(): Promise<CaseloadSubject<FileFaultKind>> {
  const world = new DropFolderWorld();
  const teamOnly = teamRow(TEAM, 'Team one', 'T1');
  let held: readonly PeerMembership[] = [];
  const drop = (kind: FileFaultKind | null) => {
    world.clear();
    const day = { FUTURE: '20260303', STALE: '20260220' }[String(kind)];
    const rows = held.map((membership) => rowOf(TEAM, membership));
    if (kind !== 'NOTHING_DROPPED')
      world.drop(fileOf([...rows, teamOnly], kind), {
        name: world.nextName(day),
        writtenAgoMs: kind === 'UNFINISHED' ? 1_000 : 3_600_000,
      });
    if (kind === 'FOLDER_GONE') rmSync(world.folder, { recursive: true });
  };
  return {
    adapter: world.adapter({ pageSize: PAGE_SIZE }),
    another: make,
    peer: {
      teamReference: TEAM,
      pageSize: PAGE_SIZE,
      canaries: [FILE_CANARY, 'person-', world.folder],
      hostileReferences: ['', ' ', 'a\r\nb', 'a\tb', 'a\0b', 'a\u202eb', 'a\ud800', 'x'.repeat(101)],
      load: (memberships) => {
        held = memberships;
        drop(null);
      },
      referenceOfTeam: (n) => `Team-${n}`,
      teamsMayLackCode: true,
      loadTeams: (teams) =>
        void world.drop(fileOf(teams.map(({ reference, name, code }) => teamRow(reference, name, code)))),
      misbehave: (fault) => drop(fault?.kind ?? null),
      requests: () => world.settled().length,
      strays: () => 0,
      close: async () => world.close(),
    },
  };
}

contractOf('caseload-extract', caseloadExtract.manifest, make, WHOLE_EACH_TIME, FILE);
