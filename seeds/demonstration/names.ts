/** Invented names, streets and towns. No list of real people or patients was used. */
import type { Random } from './random.js';

const GIVEN = {
  female:
    'Amberly Brisa Calista Delphine Elowen Fenna Giselle Hesper Isolde Jorunn Kestrel Liora Marwen Nerys Odalys Perdita Quilla Rowena Saffron Tamsin Ursa Verity Wrenna Xanthe Yara Zennor Anwyn Blythe Coralie Dilys'.split(
      ' ',
    ),
  male: 'Alaric Bastian Corin Dorian Evander Florian Gareth Hollis Ivo Jory Kit Leofric Merrick Nye Osric Piran Quill Rafe Silvan Torin Ulric Vaughn Wystan Xavi Yestin Zeb Ambrose Brannoch Cadoc Denzil'.split(
    ' ',
  ),
} as const;

const FAMILY =
  'Ashgrove Bellweather Brindlecombe Cawdrey Copperthwaite Dapplemere Dunwick Eddowes Elderfield Fallowdown Farthingale Fennimore Galbrook Greymarsh Hartsease Hawksmere Hollinshaw Inglethorpe Jessamy Kettlewick Kingsferry Larkspur Limefield Lowbridge Mallowfield Marchbank Merriden Moorcroft Netherby Nightwater Oakshott Orchardleigh Penhallam Plumtree Quarrington Quickthorn Ravenhall Ridgewater Rushmere Saltmarsh Silverdale Starkweather Tanglewood Thistledown Thornbury Underhay Vellacott Wainfleet Wetherall Whitlock Wildgoose Winterbourne Woodruffe Wychwood Yarrowby Yewdale Zealley Applegarth Barleymow Cloverley'.split(
    ' ',
  );

const STREETS = [
  'Alder Walk',
  'Beacon Lane',
  'Chandler Row',
  'Foundry Street',
  'Linden Avenue',
  'Mill Bank',
  'Priory Close',
  'Station Parade',
];
const TOWNS = ['Northwick', 'Southerby', 'Eastholme', 'Westerdale'];

/** Gender as FHIR codes it. */
export type Gender = 'female' | 'male' | 'other' | 'unknown';

/** A given and a family name; people whose gender is neither female nor male are given one from either list. */
export function inventName(random: Random, gender: Gender): { given: string; family: string } {
  const list = gender === 'female' || gender === 'male' ? gender : random.pick(['female', 'male'] as const);
  return { given: random.pick(GIVEN[list]), family: random.pick(FAMILY) };
}

/** An address that cannot be delivered to: invented street and town, and a postcode in the area ZZ, which Royal Mail does not use. */
export function inventAddress(random: Random): { line: string; town: string; postcode: string } {
  const postcode = `ZZ${random.int(1, 9)} ${random.int(1, 9)}${random.pick(['AB', 'DE', 'HJ', 'LN', 'PQ', 'RS', 'TU', 'WX'])}`;
  return { line: `${random.int(1, 180)} ${random.pick(STREETS)}`, town: random.pick(TOWNS), postcode };
}

/** A mobile number of the range that Ofcom keeps for drama (07700 900000 to 900999). */
export function inventTelephone(random: Random): string {
  return `07700 900${String(random.int(0, 999)).padStart(3, '0')}`;
}
