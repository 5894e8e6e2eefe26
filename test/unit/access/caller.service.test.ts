/** From claims and standing to a caller: the directory decides, the memory is short. */
import {
  CallerService,
  type Claims,
  STANDING_KEPT_MS,
  systemCaller,
} from '../../../src/access/caller.service.js';
import type { ScopeSource, Standing } from '../../../src/access/scope-source.port.js';
import { PURPOSES_OF, ROLES, Role } from '../../../src/core/caller.js';
import { FixedClock } from '../../../src/core/clock.js';
import { failureOf } from '../../support/casework-world.js';

const ORGANISATION = '0199d0c0-0000-7000-8000-000000000001';
const TEAM = '0199d0c0-0000-7000-8000-000000000002';
const COVERED = '0199d0c0-0000-7000-8000-000000000003';

class FakeDirectory implements ScopeSource {
  asked: string[] = [];
  standing: Standing | null = {
    staffId: '0199d0c0-0000-7000-8000-000000000004',
    organisationId: ORGANISATION,
    roles: ROLES,
    teamIds: [TEAM],
    agreementOrganisationIds: [COVERED],
  };

  async standingOf(subject: string, organisationCode: string, on: string): Promise<Standing | null> {
    this.asked.push(`${subject} ${organisationCode} ${on}`);
    return this.standing;
  }

  holds(...roles: Role[]): void {
    this.standing = { ...this.standing!, roles };
  }
}

describe('CallerService', () => {
  let directory: FakeDirectory;
  let clock: FixedClock;
  let service: CallerService;
  beforeEach(() => {
    directory = new FakeDirectory();
    clock = new FixedClock(new Date('2026-03-11T12:00:00Z'));
    service = new CallerService(directory, clock);
  });

  const claims = (...roles: Role[]): Claims => ({ subject: 'sam', roles, organisationCode: 'RAA' });
  const request = { correlationId: 'corr' };

  describe('role', () => {
    it('is the first of the token that the directory knows too', async () => {
      directory.holds(Role.CARE_COORDINATOR, Role.TEAM_MANAGER);
      const caller = await service.resolve(
        claims(Role.ADMINISTRATOR, Role.TEAM_MANAGER, Role.CARE_COORDINATOR),
        request,
      );
      expect(caller.role).toBe(Role.TEAM_MANAGER);
    });

    it('is the one asked for when both know it', async () => {
      const both = claims(Role.TEAM_MANAGER, Role.CARE_COORDINATOR);
      const caller = await service.resolve(both, { ...request, role: Role.CARE_COORDINATOR });
      expect(caller.role).toBe(Role.CARE_COORDINATOR);
    });

    it.each([
      ['only the token claims it', [Role.ANALYST], [Role.TEAM_MANAGER], undefined],
      ['only the directory knows it', [Role.TEAM_MANAGER], [Role.TEAM_MANAGER, Role.ANALYST], Role.ANALYST],
      [
        'only the token claims the one asked for',
        [Role.TEAM_MANAGER, Role.ANALYST],
        [Role.TEAM_MANAGER],
        Role.ANALYST,
      ],
      ['nobody has heard of it', [Role.TEAM_MANAGER], [Role.TEAM_MANAGER], 'JANITOR'],
      ['it is empty', [Role.TEAM_MANAGER], [Role.TEAM_MANAGER], ''],
      ['the token names none', [], [Role.TEAM_MANAGER], undefined],
    ])('is refused when %s', async (_, token, held, role) => {
      directory.holds(...held);
      const asked = role === undefined ? request : { ...request, role };
      expect(await failureOf(service.resolve(claims(...token), asked))).toEqual({
        code: 'HUB_ACCESS_REFUSED',
      });
    });
  });

  describe('purpose', () => {
    it.each(ROLES)('of %s is the first open to it unless another open one is sent', async (role) => {
      const [usual] = PURPOSES_OF[role];
      expect((await service.resolve(claims(role), request)).purpose).toBe(usual);
      for (const purpose of PURPOSES_OF[role]) {
        expect((await service.resolve(claims(role), { ...request, purpose })).purpose).toBe(purpose);
      }
    });

    it.each([
      [Role.EMPLOYMENT_SPECIALIST, 'REPORTING'],
      [Role.ANALYST, 'DIRECT_CARE'],
      [Role.ADMINISTRATOR, 'DIRECT_CARE'],
      [Role.IDENTITY_STEWARD, 'DIRECT_CARE'],
      [Role.TEAM_MANAGER, 'CURIOSITY'],
      [Role.TEAM_MANAGER, ''],
    ])('of %s may not be %s', async (role, purpose) => {
      expect(await failureOf(service.resolve(claims(role), { ...request, purpose }))).toEqual({
        code: 'HUB_ACCESS_PURPOSE',
      });
    });
  });

  describe('scope', () => {
    it.each([Role.EMPLOYMENT_SPECIALIST, Role.TEAM_MANAGER, Role.CARE_COORDINATOR])(
      'of %s is the organisation and the teams of the directory',
      async (role) => {
        const { scope } = await service.resolve(claims(role), request);
        expect(scope).toEqual({
          organisationId: ORGANISATION,
          teamIds: [TEAM],
          organisationIds: [],
          staffId: directory.standing!.staffId,
        });
      },
    );

    it.each([Role.ADMINISTRATOR, Role.INTEGRATION, Role.IDENTITY_STEWARD])(
      'of %s has no teams',
      async (role) => {
        const { scope } = await service.resolve(claims(role), request);
        expect(scope).toMatchObject({ organisationId: ORGANISATION, teamIds: [], organisationIds: [] });
      },
    );

    it('of an analyst is the organisations of the agreement and nothing else', async () => {
      const { scope } = await service.resolve(claims(Role.ANALYST), request);
      expect(scope).toMatchObject({ teamIds: [], organisationIds: [COVERED] });
    });

    it('cannot be widened by a token that brings teams of its own', async () => {
      const forged = {
        ...claims(Role.EMPLOYMENT_SPECIALIST),
        teamIds: ['other'],
        organisationIds: ['other'],
      };
      const { scope } = await service.resolve(forged, request);
      expect(scope).toMatchObject({ teamIds: [TEAM], organisationIds: [] });
    });
  });

  describe('memory', () => {
    it('asks the directory about the day in London, once in five seconds', async () => {
      clock.set(new Date('2026-07-11T23:30:00Z'));
      await service.resolve(claims(Role.ANALYST), request);
      clock.advance(STANDING_KEPT_MS - 1);
      await service.resolve(claims(Role.ANALYST), request);
      expect(directory.asked).toEqual(['sam RAA 2026-07-12']);
      clock.advance(1);
      await service.resolve(claims(Role.ANALYST), request);
      expect(directory.asked).toHaveLength(2);
    });

    it('lets a withdrawn role work for less than five seconds more', async () => {
      await service.resolve(claims(Role.TEAM_MANAGER), request);
      directory.holds();
      clock.advance(STANDING_KEPT_MS - 1);
      await expect(service.resolve(claims(Role.TEAM_MANAGER), request)).resolves.toBeDefined();
      clock.advance(1);
      expect(await failureOf(service.resolve(claims(Role.TEAM_MANAGER), request))).toEqual({
        code: 'HUB_ACCESS_REFUSED',
      });
    });

    it('remembers as shortly that somebody is unknown', async () => {
      directory.standing = null;
      const ask = () => failureOf(service.resolve(claims(Role.ANALYST), request));
      expect(await ask()).toEqual({ code: 'HUB_ACCESS_NO_STAFF' });
      await ask();
      expect(directory.asked).toHaveLength(1);
    });

    it('keeps subjects and organisations apart, whatever characters they hold', async () => {
      for (const [subject, organisationCode] of [
        ['sam', 'RAA'],
        ['sam', 'RBB'],
        ['erin', 'RAA'],
        ['b\nc', 'a'],
        ['c', 'a\nb'],
      ]) {
        await service.resolve(
          { subject: subject!, organisationCode: organisationCode!, roles: [Role.ANALYST] },
          request,
        );
      }
      expect(directory.asked).toHaveLength(5);
    });

    it('asks once for requests that come together', async () => {
      await Promise.all([1, 2, 3].map(() => service.resolve(claims(Role.ANALYST), request)));
      expect(directory.asked).toHaveLength(1);
    });

    it('does not remember that the directory could not be asked', async () => {
      const failing: ScopeSource = { standingOf: () => Promise.reject(new Error('out of order')) };
      const held = directory.standingOf.bind(directory);
      directory.standingOf = failing.standingOf;
      await expect(service.resolve(claims(Role.ANALYST), request)).rejects.toThrow('out of order');
      directory.standingOf = held;
      await expect(service.resolve(claims(Role.ANALYST), request)).resolves.toBeDefined();
    });
  });
});

describe('systemCaller', () => {
  it('is named, administers and sees no team unless given one', () => {
    expect(systemCaller('refresh', ORGANISATION, 'corr')).toEqual({
      subject: 'system:refresh',
      role: Role.ADMINISTRATOR,
      purpose: 'ADMINISTRATION',
      scope: { organisationId: ORGANISATION, teamIds: [], organisationIds: [], staffId: null },
      correlationId: 'corr',
    });
    expect(systemCaller('refresh', ORGANISATION, 'corr', [TEAM]).scope.teamIds).toEqual([TEAM]);
  });
});
