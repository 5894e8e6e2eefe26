/** Who somebody is today, from the tables of the directory. */
import { CallerService } from '../../../src/access/caller.service.js';
import { Role } from '../../../src/core/caller.js';
import { newId } from '../../../src/core/ids.js';
import { DirectoryScopeSource } from '../../../src/directory/scope.reader.js';
import { type CaseworkWorld, createCaseworkWorld, failureOf, TODAY } from '../../support/casework-world.js';

describe('DirectoryScopeSource', () => {
  let world: CaseworkWorld;
  let source: DirectoryScopeSource;
  beforeAll(async () => {
    world = await createCaseworkWorld();
    source = new DirectoryScopeSource(world.database);
  });
  afterAll(() => world.close());

  /** A member of staff of the home trust with a role and a team for a period. */
  async function colleague(subject: string, from: string, to: string | null, active = true): Promise<void> {
    const staffId = newId();
    await world.sql(
      'insert into staff (id, organisation_id, subject, display_name, active) values ($1, $2, $3, $3, $4)',
      [staffId, world.organisations.home, subject, active],
    );
    await world.sql(
      `insert into staff_roles (id, staff_id, role, valid_from, valid_to) values ($1, $2, 'TEAM_MANAGER', $3, $4)`,
      [newId(), staffId, from, to],
    );
    await world.sql(
      'insert into staff_teams (id, staff_id, team_id, valid_from, valid_to) values ($1, $2, $3, $4, $5)',
      [newId(), staffId, world.teams.CMHT, from, to],
    );
  }

  it('knows roles, teams and agreements', async () => {
    const standing = await source.standingOf('mo', 'RAA', TODAY);
    expect(standing).toEqual({
      staffId: world.callers.manager.scope.staffId,
      organisationId: world.organisations.home,
      roles: [Role.TEAM_MANAGER],
      teamIds: [world.teams.CMHT, world.teams.EIP, world.teams.CRISIS].sort(),
      agreementOrganisationIds: [world.organisations.other],
    });
  });

  it.each([
    ['from-today', TODAY, null, 1],
    ['until-tomorrow', '2025-01-01', '2026-03-12', 1],
    ['until-today', '2025-01-01', TODAY, 0],
    ['from-tomorrow', '2026-03-12', null, 0],
  ])('counts roles and teams within their dates: %s', async (subject, from, to, count) => {
    await colleague(subject, from, to);
    const standing = await source.standingOf(subject, 'RAA', TODAY);
    expect([standing?.roles.length, standing?.teamIds.length]).toEqual([count, count]);
  });

  it('does not know somebody inactive, unknown, or of another organisation', async () => {
    await colleague('left', '2025-01-01', null, false);
    expect(await source.standingOf('left', 'RAA', TODAY)).toBeNull();
    expect(await source.standingOf('nobody', 'RAA', TODAY)).toBeNull();
    expect(await source.standingOf('mo', 'RBB', TODAY)).toBeNull();
    expect(await source.standingOf('mo', 'RZZ', TODAY)).toBeNull();
  });

  it('counts agreements within their dates and in their direction', async () => {
    const covered = newId();
    await world.sql(
      `insert into organisations (id, ods_code, name, kind) values ($1, 'RCC', 'Third trust', 'TRUST')`,
      [covered],
    );
    await world.sql(
      `insert into reporting_agreements (id, recipient_organisation_id, covered_organisation_id, reference, valid_from, valid_to)
       values ($1, $2, $3, 'ended', '2025-01-01', $4)`,
      [newId(), world.organisations.home, covered, TODAY],
    );
    const home = await source.standingOf('ana', 'RAA', TODAY);
    expect(home?.agreementOrganisationIds).toEqual([world.organisations.other]);
    const other = await source.standingOf('fran', 'RBB', TODAY);
    expect(other?.agreementOrganisationIds).toEqual([]);
  });

  it('never lends a team of another organisation', async () => {
    await colleague('lent', '2025-01-01', null);
    await world.sql(
      `insert into staff_teams (id, staff_id, team_id, valid_from) select $1, id, $2, '2025-01-01' from staff where subject = 'lent'`,
      [newId(), world.teams.FOREIGN],
    );
    expect((await source.standingOf('lent', 'RAA', TODAY))?.teamIds).toEqual([world.teams.CMHT]);
  });

  describe('behind the caller service', () => {
    const resolve = (subject: string, organisationCode: string, role: Role) =>
      new CallerService(source, world.clock).resolve(
        { subject, organisationCode, roles: [role] },
        { correlationId: 'corr' },
      );

    it('makes the callers of the world', async () => {
      const { specialist, analyst } = world.callers;
      expect((await resolve('sam', 'RAA', Role.EMPLOYMENT_SPECIALIST)).scope).toEqual(specialist.scope);
      expect((await resolve('ana', 'RAA', Role.ANALYST)).scope).toEqual(analyst.scope);
    });

    it('refuses a role that only the token claims, and an organisation that is not theirs', async () => {
      expect(await failureOf(resolve('sam', 'RAA', Role.ADMINISTRATOR))).toEqual({
        code: 'HUB_ACCESS_REFUSED',
      });
      expect(await failureOf(resolve('sam', 'RBB', Role.EMPLOYMENT_SPECIALIST))).toEqual({
        code: 'HUB_ACCESS_NO_STAFF',
      });
    });

    it('sees a role withdrawn in the directory within five seconds', async () => {
      await colleague('going', '2025-01-01', null);
      const service = new CallerService(source, world.clock);
      const ask = () =>
        service.resolve(
          { subject: 'going', organisationCode: 'RAA', roles: [Role.TEAM_MANAGER] },
          { correlationId: 'corr' },
        );
      await ask();
      await world.sql(`update staff set active = false where subject = 'going'`);
      await expect(ask()).resolves.toBeDefined();
      world.clock.advance(5_000);
      expect(await failureOf(ask())).toEqual({ code: 'HUB_ACCESS_NO_STAFF' });
    });
  });
});
