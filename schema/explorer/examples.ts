/** Queries that the explorer offers; tests run every one as the role it is for. */
import type { ExplorerExample } from '../server/server-options.js';

/** An example with the demonstration role that it is written for. */
export interface RoleExample extends ExplorerExample {
  /** Word for `hub token`. */
  readonly role: string;
}

/** The saved examples, in the order in which a newcomer would try them. */
export const EXPLORER_EXAMPLES: readonly RoleExample[] = [
  {
    role: 'specialist',
    title: 'Who am I',
    description: 'For everybody: who the hub takes you to be, and whose rows you reach.',
    query: '{\n  me { subject role purpose teamIds }\n}',
  },
  {
    role: 'specialist',
    title: 'My referrals',
    description: 'For specialists: the newest referrals of your teams with their person and latest decision.',
    query: `query MyReferrals($first: Int!) {
  referrals(first: $first, orderBy: NEWEST) {
    totalCount
    nodes {
      id
      receivedOn
      route
      wordOnWork
      person { givenName familyName nhsNumber dateOfBirth }
      specification { code name }
      latestDecision { verdict reason confirmBy mayProceed decidedAt }
    }
    pageInfo { hasNextPage endCursor }
  }
}`,
    variables: { first: 10 },
  },
  {
    role: 'specialist',
    title: 'My episodes, with everything',
    description:
      'For specialists: open episodes with person, specialist, referral, decision and notes with their receipts.',
    query: `query MyEpisodes($first: Int!) {
  episodes(first: $first, filter: { stateIn: [OPEN] }) {
    totalCount
    nodes {
      openedOn
      person { givenName familyName nhsNumber dateOfBirth }
      specialist { displayName }
      system { code }
      referral { receivedOn latestDecision { verdict reason } }
      notes(first: 5) {
        __typename
        kind
        state
        latestVersion { title signedAt isLateEntry visibility }
        delivery { ours theirs attempts lastCode filedAt reference }
      }
    }
  }
}`,
    variables: { first: 10 },
  },
  {
    role: 'specialist',
    title: 'My drafts',
    description: 'For specialists: what you have begun and not signed, newest first; nobody else sees it.',
    query: `{
  noteDrafts(first: 20, filter: { stateIn: [OPEN] }) {
    nodes { id purpose title contactOn urgent revision rejectionReason writtenAt note { kind state } person { familyName } }
  }
}`,
  },
  {
    role: 'manager',
    title: 'What is parked, and what has to be seen to',
    description:
      'For team managers: deliveries that wait for somebody with their attempts, and the open work items of your teams.',
    query: `{
  noteDeliveries(first: 20, filter: { oursIn: [PARKED] }, orderBy: OLDEST) {
    totalCount
    nodes {
      id
      operation
      lastCode
      queuedAt
      system { code }
      note { id kind author { displayName } }
      timeline(first: 5) { number startedAt class code }
    }
  }
  workItems(first: 20, filter: { isOpen: true }, orderBy: OLDEST) {
    nodes { id kind code openedAt dueAt assignedTo { displayName } note { id } }
  }
  destinations { nodes { isPaused pausedUntil pausedBecause system { code } } }
}`,
  },
  {
    role: 'specialist',
    title: 'Why was it decided so',
    description:
      'For specialists: decisions that wait for somebody, criterion by criterion, with clause and evidence.',
    query: `{
  eligibilityDecisions(first: 5, filter: { verdictIn: [NEEDS_CONFIRMATION] }) {
    nodes {
      verdict
      confirmBy
      asOf
      knownAt
      criteria {
        key
        result
        strength
        reason
        clause
        evidence { source finding reference periodFrom periodTo fetchedAt fresh team { name } }
      }
    }
  }
}`,
  },
  {
    role: 'specialist',
    title: 'What the clinical record says just now',
    description:
      'For specialists: practice, appointments, problems and warnings, read live; what the site or the purpose does not permit is named under sources.',
    query: `{
  persons(first: 5) {
    nodes {
      familyName
      clinical {
        demographics { telephone generalPractice { name odsCode } }
        careCoordinator { name }
        appointments { status kind start { said precision } teamName }
        problems { problem clinicalStatus onset { said precision } codes { system code } }
        riskFlags { flag category }
        consents { category provision }
        documents { reference title recordedAt }
        sources { system state withheld { field reason } }
      }
    }
  }
}`,
  },
  {
    role: 'specialist',
    title: 'A caseload as of a day',
    description: 'For specialists: who was on the caseload of your teams on a day, as the hub knows it now.',
    query: `query Caseload($asOf: Date!) {
  memberships(first: 20, asOf: $asOf) {
    totalCount
    nodes { state validFrom validTo observedFrom sourceReference team { name kind } system { code } }
  }
}`,
    variables: { asOf: '2026-01-15' },
  },
  {
    role: 'analyst',
    title: 'The same graph, pseudonymised',
    description: 'For analysts: the referrals with no name, number, date of birth or free text.',
    query: `{
  referrals(first: 25) {
    totalCount
    nodes { receivedOn route ageBand employmentAtReferral person { id } team { kind area } latestDecision { verdict } }
  }
}`,
  },
  {
    role: 'analyst',
    title: 'Deliveries of notes, counted',
    description:
      'For analysts: how many deliveries have been filed, wait or are parked, and the newest notes by kind, day and state; no word of any.',
    query: `{
  filed: noteDeliveries(filter: { operation: FILE, filed: true }) { totalCount }
  waiting: noteDeliveries(filter: { oursIn: [QUEUED, SENDING] }) { totalCount }
  parked: noteDeliveries(filter: { oursIn: [PARKED] }) { totalCount }
  notes(first: 25) {
    totalCount
    nodes { kind state contactOn versionCount person { id } delivery { ours theirs filedAt } }
  }
}`,
  },
  {
    role: 'administrator',
    title: 'Record systems and their freshness',
    description:
      'For administrators: when each caseload was last read whole, and which team codes nobody has mapped.',
    query: `{
  clinicalRecordSystems {
    nodes {
      code
      lastAnswerAt
      lastFailureCode
      caseloads { teamReference label team { code } lastSweep { finishedAt received state } lastIncrement { finishedAt changed } }
    }
  }
}`,
  },
  {
    role: 'steward',
    title: 'Who may be whom',
    description:
      'For identity stewards: open disputes about identity, oldest first, with both sides and every record of each.',
    query: `query Disputes($first: Int!) {
  identityConflicts(first: $first, filter: { open: true }) {
    totalCount
    nodes { id kind foundAt version person { ...Side } otherPerson { ...Side } ruling { resolution reason ruledAt } }
  }
}
fragment Side on IdentitySide {
  nhsNumber nhsNumberStatus dateOfBirth givenName familyName isReferred isRestricted
  records { system { code } localId nhsNumber nhsNumberStatus dateOfBirth isActive replacedByLocalId isRestricted }
}`,
    variables: { first: 10 },
  },
  {
    role: 'manager',
    title: 'A specification, clause by clause',
    description: 'For team managers: the rules of a service specification with the lines they come from.',
    query: `{
  serviceSpecification(code: "QVV/0294") {
    name
    commissioner
    versions { version validFrom validTo activatedAt rules { key value strength clause reading } }
  }
}`,
  },
];
