/** Documents over an interface and a union: one line each for what could go wrong. */
import { id } from './library-data.js';
import type { Variables } from './library-world.js';

/** Name, document, variables. */
export const VARIANT_DOCUMENTS: readonly (readonly [string, string, Variables?])[] = [
  ['fields of the interface', '{ media(first: 20) { nodes { id title price } totalCount } }'],
  [
    'its typename',
    '{ media(first: 20) { nodes { __typename k: __typename } edges { node { __typename } } } }',
  ],
  ['nothing but a member’s fields', '{ media(first: 20) { nodes { ... on Film { minutes } } } }'],
  [
    'fragments on members, the interface and another interface',
    '{ media(first: 20) { nodes { ... on Film { minutes name } ...D ... on Named { name } ... on Medium { title } ... { price } } } } fragment D on Disc { tracks label madeOn }',
  ],
  [
    'order of keys as the fragments stand',
    '{ media(first: 20) { nodes { ... on Disc { label id } title ... on Film { id minutes title } id __typename } } }',
  ],
  [
    'one alias, two fields',
    '{ media(first: 20) { nodes { ... on Film { x: name } ... on Disc { x: label } } } }',
  ],
  [
    'merged fields: of the interface and of one member',
    '{ media(first: 20) { nodes { owner { id } ... on Film { owner { name } } ... on Disc { owner { bornOn name } } } } }',
  ],
  [
    'a relation of every member, selected once',
    '{ media(first: 20) { nodes { owner { name } comments(first: 3) { words by { name } } related { title } } } }',
  ],
  [
    'a list with other arguments in each member under one alias',
    '{ media(first: 20) { nodes { ... on Film { c: comments(first: 1) { id } } ... on Disc { c: comments(first: 3) { id words } } } } }',
  ],
  [
    'a member’s own relation',
    '{ media(first: 20) { nodes { ... on Film { director { name books(first: 1) { title } } } } } }',
  ],
  [
    'to-one, nested',
    '{ media(first: 20) { nodes { related { __typename ... on Film { minutes related { title ... on Disc { label } } } ... on Disc { tracks } } } } }',
  ],
  [
    'to-many with an order',
    '{ people { name media(first: 5, orderBy: TITLE) { title ... on Film { minutes } ... on Disc { label } } } }',
  ],
  ['the latest', '{ people { latestMedium { __typename title ... on Disc { label comments { words } } } } }'],
  [
    'a union',
    '{ errands(first: 30) { __typename ... on Visit { id place on book { title } who { name } } ... on Call { id number minutes who { bornOn } } } }',
  ],
  ['a union of which one member is asked', '{ errands(first: 30) { ... on Call { minutes } } }'],
  ['a union of which nothing but the name is asked', '{ errands(first: 7) { __typename } }'],
  [
    'a union, to-many and latest',
    '{ people { errands { ... on Visit { place } ... on Call { number minutes } } latestErrand { __typename ... on Visit { id } ... on Call { id book { author { name } } } } } }',
  ],
  [
    'single',
    `{ a: medium(id: "${id(7, 0)}") { __typename title } b: medium(id: "${id(7, 3)}") { __typename ... on Film { minutes } } }`,
  ],
  ['single that is not there', `{ medium(id: "${id(7, 99)}") { title } }`],
  [
    'filters, pages and counts',
    '{ a: media(filter: { minMinutes: 65 }) { nodes { title } totalCount } b: media(last: 3, orderBy: TITLE) { nodes { title ... on Disc { label } } pageInfo { hasPreviousPage } } c: media(filter: { or: [{ titleStartsWith: "B" }, { titleStartsWith: "a" }] }, orderBy: TITLE) { nodes { title } } }',
  ],
  [
    'include and skip in fragments',
    'query Q($y: Boolean!) { media(first: 20) { nodes { ... on Film @include(if: $y) { minutes } ... on Disc @skip(if: $y) { label } title @skip(if: $y) } } }',
    { y: true },
  ],
  [
    'aliases from the prototype',
    '{ media(first: 20) { nodes { __proto__: title ... on Film { constructor: minutes __proto__: title } toString: __typename owner { __proto__: name } } } }',
  ],
  [
    'a fragment on the interface within a member',
    '{ media(first: 20) { nodes { ... on Film { ... on Medium { title ... on Film { minutes } ... on Disc { label } } } } } }',
  ],
  [
    'a to-one over a hidden row',
    '{ media(first: 20) { nodes { related { id comments(first: 1) { medium { id } } } } } }',
  ],
  ['first 0', '{ media(first: 0) { nodes { title } totalCount } people { media(first: 0) { title } } }'],
  [
    'more than 100 values in a child',
    `{ people { media { ${Array.from({ length: 60 }, (_, n) => `... on Film { f${n}: director { n${n}: name b${n}: bornOn } } `).join(' ')} title } } }`,
  ],
];
