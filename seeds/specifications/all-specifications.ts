/** Every version of a service specification that the hub is delivered with. */
import type { SpecificationSeed } from '../../src/contracts/specification-rules.js';
import { dorset2018 } from './dorset-2018.js';
import { dorsetWorkMatters } from './dorset-work-matters.js';
import { herefordshire } from './herefordshire.js';
import { ipsGrowLeaflet, ipsGrowLeafletDemonstration } from './ips-grow-leaflet.js';
import { vocationalSample } from './vocational-sample.js';

/** In the order of the source documents, then of versions. */
export const ALL_SPECIFICATIONS: readonly SpecificationSeed[] = [
  dorset2018,
  dorsetWorkMatters,
  herefordshire,
  vocationalSample,
  ipsGrowLeaflet,
  ipsGrowLeafletDemonstration,
];
