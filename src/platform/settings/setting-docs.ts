/** Puts the table of settings into words: the example environment file, the documentation page, and what is in force. */
import type { SettingRow } from './setting-kinds.js';
import { SETTINGS } from './setting-table.js';
import type { Environment, Settings } from './settings.js';

const rows = (): readonly SettingRow<unknown>[] => Object.values(SETTINGS);
const groups = (): readonly string[] => [...new Set(rows().map((row) => row.group))];

function defaultText({ default: value }: SettingRow<unknown>): string {
  if (value === null) return '';
  return Array.isArray(value) ? value.join(',') : String(value);
}

/** The text of `.env.example`: every setting with its help, commented out at its default. */
export function renderEnvExample(): string {
  const parts = groups().map((group) => {
    const lines = rows()
      .filter((row) => row.group === group)
      .map((row) => `# ${row.help}\n# Accepted: ${row.accepted}.\n#${row.name}=${defaultText(row)}\n`);
    return `## ${group}\n\n${lines.join('\n')}`;
  });
  return `# Settings of the hub. Copy to .env and remove the leading # of what you change. Written from the table in code.\n\n${parts.join('\n')}`;
}

const cell = (text: string): string => text.replaceAll('|', '\\|');

/** The text of `docs/configuration.md`. */
export function renderConfigurationPage(): string {
  const tables = groups().map((group) => {
    const lines = rows()
      .filter((row) => row.group === group)
      .map((row) => {
        const preset = defaultText(row);
        return `| \`${row.name}\` | ${preset === '' ? '–' : `\`${preset}\``} | ${cell(row.accepted)} | ${cell(row.help)}${row.secret ? ' **Secret.**' : ''} |`;
      });
    return `## ${group}\n\n| Variable | Default | Accepted | What it is for |\n|---|---|---|---|\n${lines.join('\n')}\n`;
  });
  return `# Configuration

The hub reads its settings from environment variables. Every fault is reported at once at the start, as
\`HUB_SETTINGS_INVALID\`; \`hub config print\` shows what is in force, with secrets masked. This page and \`.env.example\` are
written from one table in code and a test holds them equal to it.

A file \`.env\` in the folder where the hub is started is read first; what the environment sets wins over it.

${tables.join('\n')}
## What a token holds

A signed JWT in the header \`Authorization: Bearer …\`, algorithm RS256, PS256 or ES256, with a \`kid\` of the issuer's key set.

| claim | holds |
|---|---|
| \`iss\`, \`aud\` | the configured issuer and audience, character for character |
| \`exp\` | required; \`nbf\` and \`iat\` are held to when there; clocks may differ by 60 seconds |
| \`sub\` | the person or machine, as the directory has it |
| \`org\` | ODS code of the organisation in which they act |
| \`roles\` | a list of \`EMPLOYMENT_SPECIALIST\`, \`TEAM_MANAGER\`, \`CARE_COORDINATOR\`, \`ANALYST\`, \`INTEGRATION\`, \`ADMINISTRATOR\`, \`IDENTITY_STEWARD\`; only those that the directory has too count, and one is active in a request |

Headers of a request: \`hub-role\` chooses among several roles; \`hub-purpose\` says why: \`DIRECT_CARE\` (specialists, managers,
coordinators, machines), \`SERVICE_MANAGEMENT\` (managers), \`REPORTING\` (analysts), \`ADMINISTRATION\` (administrators,
identity stewards). Both have defaults. Teams never come from the token.

## Site profiles

\`HUB_SITES_FILE\` names a JSON file with a list of clinical record systems; [site-profiles.md](site-profiles.md) has some to start from:

\`\`\`json
[
  {
    "code": "northmoor",
    "name": "Northmoor record system",
    "organisation": "RX0",
    "adapter": "fhir-r4",
    "presenceBudgetHours": 168,
    "absenceBudgetHours": 26,
    "settings": { "baseUrl": "https://fhir.example/r4", "bearerToken": { "env": "HUB_SECRET_NORTHMOOR" } },
    "teams": [{ "reference": "Organization/123", "team": "CMHT-N", "label": "North team", "validFrom": "2024-04-01" }],
    "authors": [
      {
        "subject": "k.marchbank",
        "reference": "Practitioner/4711",
        "employer": "Northmoor trust",
        "role": "Employment specialist",
        "validFrom": "2024-04-01"
      }
    ],
    "destination": { "maxInFlight": 32, "sendTimeoutMs": 10000 },
    "notePolicies": [
      {
        "validFrom": "2024-04-01",
        "clause": "Information sharing agreement, 4.2",
        "lateAfterHours": 24,
        "latestBackDays": 90,
        "countersignRole": "TEAM_MANAGER",
        "countersignKinds": ["CLOSURE_SUMMARY"],
        "chaseAfterWorkingDays": 2,
        "urgentWithinMinutes": 240,
        "urgentEscalateTo": "v.wainfleet"
      }
    ]
  }
]
\`\`\`

- \`settings\` are those that the adapter describes. Anywhere in them a secret is written as \`{ "env": "NAME" }\` or
  \`{ "file": "/run/secrets/name" }\` and read at the start; a variable for it is best named \`HUB_SECRET_…\`.
- \`others\` shares one record system between several ways of speaking to it: each has \`adapter\`, \`settings\` and the
  \`capabilities\` that it serves instead of the first: \`CASELOAD\`, \`INBOUND\`, \`DOCUMENTS\`, \`RECORD\`, \`DOCUMENT_PROOF\` where it
  reads back what the first one sends, or \`COUNT\` where it counts the caseloads that the first one’s feed tells of. In the graph
  it stays one system.
- \`teams\` says which team of the directory (\`team\`, its code) a reference of the record system stands for. \`"team": null\`
  records that a reference is known and not mapped: its memberships are unknown, never absent. \`validTo\` is the first day on
  which the mapping no longer holds.
- \`presenceBudgetHours\` and \`absenceBudgetHours\` say for how long a sighting on a caseload, and an absence from a complete
  one, may be relied on.
- \`authors\` says who somebody of the directory (\`subject\`) is in the record system: their own identifier there
  (\`Practitioner/<id>\` or \`PractitionerRole/<id>\`), and the employer and role that stand beside what they sign. A subject is
  one author at a time, an identifier one person’s at a time. Who is not listed cannot sign notes that go there; who is taken
  off the list can no longer from the next start on, and what they signed stays theirs.
- \`destination\` bounds the sending of notes where the adapter takes documents: \`maxInFlight\` sends at once over all processes
  (1 to 256, default 32), and \`sendTimeoutMs\` for each (100 to 120000, default 10000).
- \`notePolicies\` says what holds for notes that go there, for one service specification (\`specification\`, its code) or for all
  when left out; the most specific in force applies, and the hub’s own defaults where there is none. An entry made more than
  \`lateAfterHours\` after the contact is a late one; the contact may lie at most \`latestBackDays\` back; kinds in
  \`countersignKinds\` are sent once \`countersignRole\` (\`TEAM_MANAGER\` or \`CARE_COORDINATOR\`) has approved, who is chased after
  \`chaseAfterWorkingDays\`; a note marked urgent that is not filed within \`urgentWithinMinutes\` goes to \`urgentEscalateTo\` (a
  subject; a manager of the team when left out). \`clause\` is shown with whatever is refused.

All three may be left out. A subject or a specification that is not in the database yet is \`HUB_INPUT_INVALID\` at the start, with
the place in the file.
`;
}

/** One line of `hub config print`. */
export interface PrintedSetting {
  readonly name: string;
  /** Text form; `********` for a secret that is set, empty when unset. */
  readonly value: string;
  readonly source: 'environment' | 'default';
}

/** What is in force, with secrets masked. */
export function printSettings(settings: Settings, env: Environment): readonly PrintedSetting[] {
  return Object.entries(SETTINGS).map(([key, row]) => {
    const value: unknown = settings[key as keyof typeof SETTINGS];
    const shown = defaultText({ ...(row as SettingRow<unknown>), default: value });
    const source = env[row.name]?.trim() ? 'environment' : 'default';
    return { name: row.name, value: row.secret && shown !== '' ? '********' : shown, source };
  });
}
